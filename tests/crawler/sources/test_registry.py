from typing import Any

import pytest

from crawler.sources import Listing, Skipped
from crawler.sources.registry import read_entry
from mcp_catalogue.errors import FetchError

URL = "https://registry.example/mcp"
FIRST = "/mcp/v0.1/servers?limit=2&version=latest"
OFFICIAL = "io.modelcontextprotocol.registry/official"


def entry(name: str, *, status: str = "active", latest: bool = True, **server: Any) -> dict[str, Any]:
    official = {
        "status": status,
        "publishedAt": "2026-01-01T00:00:00Z",
        "updatedAt": "2026-02-01T00:00:00Z",
        "isLatest": latest,
    }
    return {"server": {"name": name, "description": "x", "version": "1.2.0"} | server, "_meta": {OFFICIAL: official}}


FULL = entry(
    "example.registry/notes",
    repository={"url": "https://github.com/Owner/Repo", "source": "github", "subfolder": "packages/notes"},
    packages=[
        {"registryType": "oci", "identifier": "docker.io/owner/notes:1.2.0", "version": "1.2.0"},
        {
            "registryType": "npm",
            "registryBaseUrl": "https://registry.example",
            "identifier": "@owner/notes",
            "version": "1.2.0",
        },
        {"registryType": "nuget", "identifier": "Owner.Notes"},
        {"registryType": "mcpb", "identifier": "https://github.com/Owner/Repo/releases/download/v1/notes.mcpb"},
        {"registryType": "npm", "identifier": "../../etc/passwd"},
        "nonsense",
    ],
    remotes=[
        {"type": "streamable-http", "url": "https://notes.example/mcp"},
        {"type": "sse", "url": "https://{tenant}.example/"},
    ],
)


def test_one_entry_becomes_one_listing_with_every_other_name(web: Any, run: Any) -> None:
    web.put(FIRST, {"servers": [FULL], "metadata": {"count": 1}})
    found = run("mcp-registry", {"url": URL, "limit": 2})
    assert len(found) == 1
    assert found[0].target == "pkg:npm/%40owner/notes"
    assert found[0].aliases == (
        "https://github.com/Owner/Repo/releases/download/v1/notes.mcpb",
        "pkg:github/owner/repo#packages/notes",
        "https://notes.example/mcp",
        "pkg:docker/owner/notes",
        "pkg:nuget/Owner.Notes",
        "registry:example.registry/notes",
    )
    assert found[0].reason
    assert found[0].facts["registry_version"] == "1.2.0"
    assert found[0].facts["updated"] == "2026-02-01T00:00:00Z"


def test_cursors_are_followed_as_they_are(web: Any, run: Any) -> None:
    packages = [[{"registryType": "pypi", "identifier": name}] for name in ("one", "two")]
    web.put(FIRST, {"servers": [entry("e/one", packages=packages[0])], "metadata": {"nextCursor": "a b/ü:1"}})
    web.put(FIRST + "&cursor=a+b%2F%C3%BC%3A1", {"servers": [entry("e/two", packages=packages[1])], "metadata": {}})
    assert [x.target for x in run("mcp-registry", {"url": URL, "limit": 2})] == ["pkg:pypi/one", "pkg:pypi/two"]


def test_a_cursor_that_repeats_ends_the_list_with_a_word(web: Any, run: Any) -> None:
    page = {
        "servers": [entry("e/one", packages=[{"registryType": "pypi", "identifier": "one"}])],
        "metadata": {"nextCursor": "x"},
    }
    web.put(FIRST, page)
    web.put(FIRST + "&cursor=x", page)
    found = run("mcp-registry", {"url": URL, "limit": 2})
    assert [type(x) for x in found] == [Listing, Skipped]
    assert "second time" in found[1].reason


def test_only_what_changed_is_asked_for(web: Any, run: Any) -> None:
    run_since = FIRST + "&updated_since=2026-01-01T00%3A00%3A00Z"
    web.put(run_since, {"servers": [], "metadata": {}})
    assert run("mcp-registry", {"url": URL, "limit": 2}, since="2026-01-01T00:00:00Z") == []
    assert web.asked == [run_since]


def test_the_older_interface_is_read_where_there_is_no_newer(web: Any, run: Any) -> None:
    old = {
        "name": "e/old",
        "status": "active",
        "packages": [{"registry_type": "pypi", "identifier": "old-server", "version": "0.1.0"}],
        "_meta": {OFFICIAL: {"id": "1", "published_at": "2025-09-01T00:00:00Z", "is_latest": True}},
    }
    web.put("/mcp/v0/servers?limit=100&version=latest", {"servers": [old], "metadata": {"next_cursor": ""}})
    found = run("mcp-registry", {"url": URL})
    assert found[0].target == "pkg:pypi/old-server"
    assert found[0].facts["published"] == "2025-09-01T00:00:00Z"


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (entry("e/x", status="deleted"), "deleted"),
        (entry("e/x", latest=False), "not the newest"),
        (entry("e/x"), "names no package"),
        (entry("e/x", repository={"url": "https://registry.example/"}, packages={}, remotes=None), "names no package"),
        ({"server": {}}, "no name"),
        ([], "no name"),
        (None, "no name"),
    ],
)
def test_what_cannot_be_used_is_skipped_with_its_reason(body: Any, reason: str) -> None:
    item = read_entry(body)
    assert isinstance(item, Skipped)
    assert reason in item.reason


def test_a_deprecated_server_is_listed_and_marked() -> None:
    item = read_entry(entry("e/x", status="deprecated", packages=[{"registryType": "pypi", "identifier": "x"}]))
    assert isinstance(item, Listing)
    assert item.facts["registry_status"] == "deprecated"


@pytest.mark.parametrize("body", [b"<html>", b'{"servers": 5}', b"[]", b"[" * 100_000])
def test_an_answer_of_another_form_is_one_clear_error(web: Any, run: Any, body: bytes) -> None:
    web.put(FIRST, body)
    with pytest.raises(FetchError, match="another form"):
        run("mcp-registry", {"url": URL, "limit": 2})


@pytest.mark.parametrize(
    ("status", "word"), [(401, "token"), (500, "status 500"), (404, "status 404"), (429, "limits")]
)
def test_error_answers_are_clear(web: Any, run: Any, status: int, word: str) -> None:
    web.put(FIRST, {"title": "error", "status": status}, status=status)
    with pytest.raises(FetchError, match=word):
        run("mcp-registry", {"url": URL, "limit": 2})


def test_what_is_taken_out_is_told_under_the_name_that_the_store_knows() -> None:
    item = read_entry(entry("e/x", status="deleted"))
    assert isinstance(item, Skipped)
    assert (item.what, item.gone) == ("registry:e/x", True)


def test_two_entries_of_one_repository_are_two_listings(web: Any, run: Any) -> None:
    repository = {"url": "https://github.com/owner/repo"}
    web.put(FIRST, {"servers": [entry(f"e/{n}", repository=repository) for n in ("a", "b", "a")], "metadata": {}})
    assert [x.aliases for x in run("mcp-registry", {"url": URL, "limit": 2})] == [("registry:e/a",), ("registry:e/b",)]


def test_versions_are_listed_when_asked_for(web: Any, run: Any) -> None:
    package = [{"registryType": "pypi", "identifier": "x"}]
    web.put(FIRST, {"servers": [entry("e/x", packages=package), entry("e/y", packages=package)], "metadata": {}})
    every = [entry("e/x", version=v) for v in ("1.0.0", "1.2.0")]
    web.put("/mcp/v0.1/servers/e%2Fx/versions", {"servers": [*every, {"server": {}}, 5], "metadata": {"count": 2}})
    one, other = run("mcp-registry", {"url": URL, "limit": 2, "versions": True})
    assert one.facts["registry_versions"] == ("1.0.0", "1.2.0")
    assert "status 404" in other.facts["registry_versions_problem"]


def test_a_key_is_taken_from_the_variable_that_is_named(web: Any, run: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OUR_KEY", "very-secret")
    listed = entry("e/x", packages=[{"registryType": "pypi", "identifier": "x"}])
    web.put(FIRST, {"servers": [listed], "metadata": {}})
    web.put("/mcp/v0.1/servers/e%2Fx/versions", {"servers": [listed], "metadata": {}})
    options = {"url": URL, "limit": 2, "versions": True, "key_env": "OUR_KEY"}
    assert len(run("mcp-registry", options)) == 1
    assert [r.headers["authorization"] for r in web.requests] == ["Bearer very-secret"] * 2
    web.requests.clear()
    run("mcp-registry", {"url": URL, "limit": 2})
    assert "authorization" not in web.requests[0].headers
