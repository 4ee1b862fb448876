from datetime import date
from typing import Any
from urllib.parse import parse_qs

import httpx
import pytest

from crawler.sources import Listing, Skipped
from mcp_catalogue.errors import FetchError


def repository(name: str, **more: Any) -> dict[str, Any]:
    return {
        "id": 1, "full_name": f"Owner/{name}", "html_url": f"https://github.com/Owner/{name}", "forks_count": 0,
        "stargazers_count": 7,
        "fork": False, "archived": True, "pushed_at": "2026-01-01T00:00:00Z", "default_branch": "main", **more,
    }  # fmt: skip


class Search:
    """A search over repositories with a day of creation each, giving what GitHub gives of them."""

    def __init__(self, days: dict[str, date], *, incomplete: bool = False) -> None:
        self.days = days
        self.incomplete = incomplete
        self.spans: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        query = parse_qs(request.url.query.decode())
        span = query["q"][0].partition("created:")[2]
        first, _, last = span.partition("..")
        page = int(query["page"][0])
        self.spans.append(f"{span} p{page}")
        found = [n for n, d in self.days.items() if date.fromisoformat(first) <= d <= date.fromisoformat(last)]
        given = found[:1000][(page - 1) * 100 : page * 100]
        body = {
            "total_count": len(found),
            "incomplete_results": self.incomplete,
            "items": [repository(n) for n in given],
        }
        return httpx.Response(200, json=body)


@pytest.fixture
def options() -> dict[str, Any]:
    return {"first": date(2025, 1, 1), "last": date(2025, 1, 8)}


def use(web: Any, search: Search, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(type(web), "__call__", lambda _self, request: search(request))


def test_a_small_answer_is_read_page_by_page(
    web: Any, run: Any, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    search = Search({f"r{i}": date(2025, 1, 2) for i in range(150)})
    use(web, search, monkeypatch)
    found = run("github", options)
    assert len(found) == 150
    assert search.spans == ["2025-01-01..2025-01-08 p1", "2025-01-01..2025-01-08 p2"]
    assert found[0].target == "pkg:github/owner/r0"
    assert found[0].facts == {"stars": 7, "archived": True, "pushed": "2026-01-01T00:00:00Z"}


def test_what_is_over_the_limit_is_split_by_date_and_nothing_is_lost(
    web: Any, run: Any, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    search = Search({f"r{i}": date(2025, 1, 1 + i % 8) for i in range(2400)})
    use(web, search, monkeypatch)
    found = run("github", options)
    assert len({x.target for x in found if isinstance(x, Listing)}) == 2400
    assert not any(isinstance(x, Skipped) for x in found)


def test_a_day_that_is_over_the_limit_says_so(
    web: Any, run: Any, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(web, Search({f"r{i}": date(2025, 1, 3) for i in range(1100)}), monkeypatch)
    found = run("github", options)
    assert sum(isinstance(x, Listing) for x in found) == 1000
    assert any(isinstance(x, Skipped) and "1100 results in one day" in x.reason for x in found)


def test_an_incomplete_answer_says_so(
    web: Any, run: Any, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    use(web, Search({"r": date(2025, 1, 3)}, incomplete=True), monkeypatch)
    assert any(isinstance(x, Skipped) and "timed out" in x.reason for x in run("github", options))


@pytest.mark.parametrize(
    ("status", "headers", "body", "word"),
    [
        (
            403,
            {"x-ratelimit-remaining": "0", "x-ratelimit-reset": "9999999999"},
            {"message": "API rate limit exceeded"},
            "limits",
        ),
        (403, {"retry-after": "900"}, {"message": "You have exceeded a secondary rate limit"}, "limits"),
        (401, {}, {"message": "Bad credentials"}, "token"),
        (422, {}, {"message": "Validation Failed"}, "status 422"),
        (200, {}, {"message": "odd"}, "another form"),
    ],
)
def test_error_answers_are_clear(
    web: Any,
    run: Any,
    options: dict[str, Any],
    monkeypatch: pytest.MonkeyPatch,
    *,
    status: int,
    headers: dict[str, str],
    body: dict[str, str],
    word: str,
) -> None:
    monkeypatch.setattr(type(web), "__call__", lambda _self, _: httpx.Response(status, headers=headers, json=body))
    with pytest.raises(FetchError, match=word):
        run("github", options)
