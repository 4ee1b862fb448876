from typing import Any

import pytest

from crawler.sources import Listing, Skipped
from mcp_catalogue.errors import DataError, FetchError

SEARCH = "/npm/-/v1/search?text=keywords%3Amcp-server&size=250&from="


def hit(name: str, **more: Any) -> dict[str, Any]:
    links = {"npm": f"https://registry.example/{name}", "repository": "git+https://github.com/owner/repo.git"}
    package = {
        "name": name,
        "version": "1.0.0",
        "links": links,
        "maintainers": [{"username": "someone", "email": "a@b"}],
    }
    return {"package": package, "downloads": {"monthly": 1200, "weekly": 300}, "dependents": "3", "score": {}, **more}


def test_npm_search_is_read_page_by_page(web: Any, run: Any) -> None:
    web.put(SEARCH + "0", {"objects": [hit("@owner/a"), hit("b")], "total": 251, "time": "x"})
    web.put(SEARCH + "250", {"objects": [hit("b"), hit("c")], "total": 251})
    found = run("npm", {"queries": ["keywords:mcp-server"]})
    assert [x.target for x in found] == ["pkg:npm/%40owner/a", "pkg:npm/b", "pkg:npm/c"]
    assert found[0].aliases == ("pkg:github/owner/repo",)
    assert found[0].facts == {"downloads_monthly": 1200, "dependents": "3", "maintainers": ("someone",)}


def test_malformed_results_cost_only_themselves(web: Any, run: Any) -> None:
    objects = [5, {"package": {}}, hit("../etc"), hit("good", downloads=None), hit("fine")]
    web.put(SEARCH + "0", {"objects": objects, "total": 5})
    found = run("npm", {"queries": ["keywords:mcp-server"]})
    assert [x.target for x in found if isinstance(x, Listing)] == ["pkg:npm/fine"]
    assert any(isinstance(x, Skipped) and "name" in x.reason for x in found)


def test_a_search_with_too_many_results_says_so(web: Any, run: Any) -> None:
    for start in range(0, 5000, 250):
        web.put(SEARCH + str(start), {"objects": [hit(f"p{start}")], "total": 9000})
    last = run("npm", {"queries": ["keywords:mcp-server"]})[-1]
    assert isinstance(last, Skipped)
    assert "more than" in last.reason


@pytest.mark.parametrize("status", [400, 404, 503])
def test_an_npm_that_does_not_search_is_a_clear_error(web: Any, run: Any, status: int) -> None:
    web.put(SEARCH + "0", {"error": "not supported"}, status=status)
    with pytest.raises(FetchError, match=f"status {status}"):
        run("npm", {"queries": ["keywords:mcp-server"]})


def test_wrong_options_are_refused(run: Any) -> None:
    with pytest.raises(DataError, match="list of texts"):
        run("npm", {"queries": "keywords:mcp"})


def test_index_names_are_filtered_by_their_parts(web: Any, run: Any) -> None:
    names = [{"name": n} for n in ("Notes_MCP", "mcpx", "mcp-notes", "other", "bad name")]
    headers = {"Content-Type": "application/vnd.pypi.simple.v1+json"}
    web.put("/simple/", {"meta": {"api-version": "1.0"}, "projects": names}, headers=headers)
    assert [x.target for x in run("pypi")] == ["pkg:pypi/notes-mcp", "pkg:pypi/mcp-notes"]
    web.put(
        "/simple/",
        '<a href="/simple/a-mcp/">a-mcp</a><a href="/simple/b/">b</a>',
        headers={"Content-Type": "text/html"},
    )
    assert [x.target for x in run("pypi")] == ["pkg:pypi/a-mcp"]


@pytest.mark.parametrize(("body", "status"), [(b"{}", 200), (b"[", 200), (b"", 404)])
def test_an_index_without_names_is_a_clear_error(web: Any, run: Any, body: bytes, status: int) -> None:
    web.put("/simple/", body, status=status, headers={"Content-Type": "application/vnd.pypi.simple.v1+json"})
    with pytest.raises(FetchError):
        run("pypi")
