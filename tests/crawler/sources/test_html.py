from pathlib import Path
from typing import Any

import pytest

from crawler.sources import Listing, Skipped
from mcp_catalogue.errors import DataError, FetchError

URL = "https://registry.example/servers"
PAGE = """<html><body><nav><a href="https://github.com/nav/bar">nav</a></nav>
<ul class="servers">
<li><a href="https://github.com/Owner/Repo/tree/main/src/a">one</a></li>
<li><a href="https://github.com/owner/other">two</a> <a href="https://github.com/owner/other">again</a></li>
<li><a href="/docs">relative</a></li>
<li><a href="javascript:alert(1)">script</a></li>
<li><a href="">empty</a></li>
</ul><script>document.write("<a href='https://github.com/x/y'>")</script></body></html>"""


def test_the_selector_picks_links_and_each_is_given_once(web: Any, run: Any) -> None:
    web.put("/servers", PAGE)
    found = run("html", {"url": URL, "selector": "ul.servers a"})
    assert [x.target for x in found if isinstance(x, Listing)] == [
        "https://github.com/Owner/Repo/tree/main/src/a",
        "https://github.com/owner/other",
    ]
    assert [x.what for x in found if isinstance(x, Skipped)] == ["https://registry.example/docs", "javascript:alert(1)"]


def test_a_saved_page_is_read_from_disk(tmp_path: Path, run: Any) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    found = run("html", {"file": "page.html", "base": URL, "selector": "nav a"})
    assert found == [Listing(target="https://github.com/nav/bar")]


def test_following_pages_are_read_on_the_same_host_and_once(web: Any, run: Any) -> None:
    web.put(
        "/servers", '<a class="s" href="https://github.com/o/one">1</a><a class="n" href="/servers?page=2">next</a>'
    )
    web.put(
        "/servers?page=2", '<a class="s" href="https://github.com/o/two">2</a><a class="n" href="/servers">next</a>'
    )
    found = run("html", {"url": URL, "selector": "a.s", "next": "a.n"})
    assert [x.target for x in found] == ["https://github.com/o/one", "https://github.com/o/two"]
    web.put(
        "/servers?page=2",
        '<a class="s" href="https://github.com/o/two">2</a><a class="n" href="https://x.example/">n</a>',
    )
    web.requests.clear()
    run("html", {"url": URL, "selector": "a.s", "next": "a.n"})
    assert {r.url.host for r in web.requests} == {"registry.example"}


def test_robots_txt_is_honoured(web: Any, run: Any) -> None:
    web.put("/servers", PAGE)
    web.put("/robots.txt", "User-agent: *\nDisallow: /servers\n")
    with pytest.raises(FetchError, match=r"robots\.txt"):
        run("html", {"url": URL})
    assert web.asked == ["/robots.txt"]
    web.put("/robots.txt", "User-agent: other\nDisallow: /\n")
    assert any(isinstance(x, Listing) for x in run("html", {"url": URL}))


def test_rules_that_cannot_be_had_allow_nothing(web: Any, run: Any) -> None:
    web.put("/servers", PAGE)
    web.put("/robots.txt", "", status=503)
    with pytest.raises(FetchError):
        run("html", {"url": URL})


def test_a_selector_that_finds_nothing_says_so(web: Any, run: Any) -> None:
    web.put("/servers", PAGE)
    found = run("html", {"url": URL, "selector": "table a"})
    assert len(found) == 1
    assert "finds no link" in found[0].reason


@pytest.mark.parametrize("page", [b"", b"\xff\xfe\x00<a", b"<" * 50_000])
def test_a_broken_page_is_a_page_without_links(web: Any, run: Any, page: bytes) -> None:
    web.put("/servers", page)
    assert all(isinstance(x, Skipped) for x in run("html", {"url": URL}))


def test_wrong_options_and_answers_are_clear_errors(web: Any, run: Any) -> None:
    web.put("/servers", PAGE)
    with pytest.raises(DataError, match="selector"):
        run("html", {"url": URL, "selector": "a[["})
    with pytest.raises(DataError, match="'url' is missing"):
        run("html", {})
    with pytest.raises(DataError, match="type str"):
        run("html", {"url": 5})
    with pytest.raises(FetchError, match="status 404"):
        run("html", {"url": URL + "/missing"})
    with pytest.raises(DataError, match="cannot be opened"):
        run("html", {"file": "missing.html"})
