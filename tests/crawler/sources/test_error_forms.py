"""What each place answers when it does not answer: in its own words, and in those of whatever stands before it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import httpx
import pytest

from crawler.sources import SOURCES, Listing, Skipped
from crawler.sources.config import SourceConfig, enumerate_all
from mcp_catalogue.errors import FetchError

ELSEWHERE = "https://registry.example"
SPAN = {"first": "2025-01-01", "last": "2025-01-02"}
OPTIONS: dict[str, dict[str, Any]] = {
    "mcp-registry": {"url": f"{ELSEWHERE}/mcp"},
    "npm": {"queries": ["keywords:mcp-server"]},
    "pypi": {},
    "github": {},
    "docker": {},
    "toolhive": {},
    "glama": {"url": f"{ELSEWHERE}/api/mcp"},
    "html": {"url": f"{ELSEWHERE}/servers"},
}
LOCAL = {"list", "folder"}
JSON = {"mcp-registry", "npm", "github", "glama"}


@dataclass(frozen=True)
class Answer:
    status: int
    body: bytes
    words: str
    headers: Mapping[str, str] = field(default_factory=dict)


def problem(status: int, body: object, words: str, **headers: str) -> Answer:
    return Answer(status, json.dumps(body).encode(), words, {k.replace("_", "-"): v for k, v in headers.items()})


GITHUB = "https://docs.github.com/rest"
OWN = {
    "mcp-registry": [
        problem(400, {"title": "Bad Request", "status": 400, "detail": "Invalid cursor"}, "status 400"),
        problem(422, {"title": "Unprocessable Entity", "status": 422, "errors": [{"message": "x"}]}, "status 422"),
        problem(500, {"title": "Internal Server Error", "status": 500}, "status 500"),
    ],
    "npm": [
        problem(400, {"error": '"text" is required'}, "status 400"),
        problem(401, {"error": "Unauthorized"}, "wants a token"),
        problem(404, {"code": "ResourceNotFound", "message": "not supported"}, "status 404"),
        problem(429, {"error": "Too Many Requests"}, "limits requests", retry_after="900"),
    ],
    "pypi": [
        Answer(403, b"<html><h1>403 Forbidden</h1>", "status 403", {"Content-Type": "text/html"}),
        Answer(404, b"404 Not Found", "status 404", {"Content-Type": "text/plain"}),
    ],
    "github": [
        problem(401, {"message": "Bad credentials", "documentation_url": GITHUB}, "wants a token"),
        problem(403, {"message": "API rate limit exceeded for 192.0.2.1."}, "limits requests",
                x_ratelimit_remaining="0", x_ratelimit_reset="9999999999"),
        problem(403, {"message": "You have exceeded a secondary rate limit."}, "limits requests", retry_after="900"),
        problem(422, {"message": "Validation Failed", "errors": [{"code": "invalid", "field": "q"}]}, "status 422"),
        problem(503, {"message": "Service unavailable"}, "status 503"),
    ],
    "docker": [Answer(404, b"404: Not Found", "no public repository"), Answer(451, b"", "status 451")],
    "toolhive": [Answer(404, b"404: Not Found", "no public repository"), Answer(502, b"<html>", "status 502")],
    "glama": [
        problem(401, {"error": {"message": "API key required"}}, "wants a token"),
        problem(403, {"error": {"message": "API key revoked"}}, "wants a token"),
        problem(429, {"error": {"message": "Rate limit exceeded"}}, "limits requests", retry_after="900"),
    ],
    "html": [Answer(404, b"<html>", "status 404"), Answer(503, b"<html>", "status 503")],
}  # fmt: skip
BEFORE_IT = (  # a proxy, a sign-in page, a connection that was cut
    Answer(500, b"<html>oops</html>", "status 500"),
    Answer(503, b"", "status 503"),
    Answer(429, b"", "limits requests", {"Retry-After": "86400"}),
)
NO_JSON = (b"", b"<html>Sign in</html>", b'{"servers": [', b"[]", b"null", b"\xff\xfe", b"[" * 100_000, b'{"items": 5}')
CASES = [(kind, answer) for kind in OPTIONS for answer in (*OWN[kind], *BEFORE_IT)]
CASES += [(kind, Answer(200, body, "another form")) for kind in sorted(JSON) for body in NO_JSON]


def every(monkeypatch: pytest.MonkeyPatch, web: Any, answer: Answer) -> None:
    def respond(_self: Any, request: httpx.Request) -> httpx.Response:
        if request.url.path == "/robots.txt":
            return httpx.Response(404)
        return httpx.Response(answer.status, headers=dict(answer.headers), stream=httpx.ByteStream(answer.body))

    monkeypatch.setattr(type(web), "__call__", respond)


def test_every_source_has_its_error_forms_here() -> None:
    assert set(OPTIONS) | LOCAL == set(SOURCES)
    assert set(OWN) == set(OPTIONS)


@pytest.mark.parametrize(("kind", "answer"), CASES, ids=lambda value: ascii(value)[:60])
def test_an_error_answer_is_one_clear_line(
    kind: str, answer: Answer, web: Any, run: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    every(monkeypatch, web, answer)
    with pytest.raises(FetchError, match=answer.words) as told:
        run(kind, OPTIONS[kind])
    assert len(str(told.value).splitlines()) == 1


@pytest.mark.parametrize("kind", sorted(OPTIONS))
def test_one_place_that_fails_costs_no_other(
    kind: str, web: Any, fetching: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "mine.txt").write_text("pypi:one\n")
    every(monkeypatch, web, BEFORE_IT[0])
    configs = (
        SourceConfig(name="bad", kind=kind, options=OPTIONS[kind], folder=tmp_path),
        SourceConfig(name="mine", kind="list", options={"file": "mine.txt"}, folder=tmp_path),
    )
    found = list(enumerate_all(configs, fetching))
    assert [(name, type(item)) for name, item in found] == [("bad", Skipped), ("mine", Listing)]


HIT = {"package": {"name": "one", "links": {}}}
ENTRY = {"server": {"name": "e/one", "packages": [{"registryType": "pypi", "identifier": "one"}]}}
REPOSITORY = {"full_name": "o/one", "html_url": "https://github.com/o/one"}
FIRST_PAGES: dict[str, dict[str, Any]] = {
    "mcp-registry": {"servers": [ENTRY], "metadata": {"nextCursor": "2"}},
    "npm": {"objects": [HIT], "total": 900},
    "github": {"total_count": 200, "items": [REPOSITORY]},
    "glama": {
        "servers": [{"id": "1", "repository": {"url": "https://github.com/o/one"}}],
        "pageInfo": {"endCursor": "2", "hasNextPage": True},
    },
}


@pytest.mark.parametrize("kind", sorted(JSON))
def test_what_came_before_a_page_that_fails_is_kept(
    kind: str, web: Any, fetching: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def respond(_self: Any, request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        body = json.dumps(FIRST_PAGES[kind]).encode() if len(asked) == 1 else b"<html>"
        return httpx.Response(200, stream=httpx.ByteStream(body))

    monkeypatch.setattr(type(web), "__call__", respond)
    config = SourceConfig(name="cut", kind=kind, options=OPTIONS[kind], folder=tmp_path)
    found = [item for _, item in enumerate_all((config,), fetching)]
    assert [type(item) for item in found] == [Listing, Skipped]
    assert isinstance(found[1], Skipped)
    assert "another form" in found[1].reason
