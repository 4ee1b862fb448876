from pathlib import Path
from typing import Any

import httpx
import pytest

from crawler.http import Http, Retry
from crawler.sources import HtmlSource, Listing, Skipped, SourceContext
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


def listings(
    tmp_path: Path, options: dict[str, Any], page: bytes = PAGE.encode(), status: int = 200
) -> list[Listing | Skipped]:
    transport = httpx.MockTransport(lambda _: httpx.Response(status, content=page))
    with Http(transport=lambda: transport, retry=Retry(attempts=1)) as http:
        return list(HtmlSource(SourceContext(http=http, folder=tmp_path)).listings(options))


def test_the_selector_picks_links_and_each_is_given_once(tmp_path: Path) -> None:
    found = listings(tmp_path, {"url": URL, "selector": "ul.servers a"})
    assert [x.target for x in found if isinstance(x, Listing)] == [
        "https://github.com/Owner/Repo/tree/main/src/a",
        "https://github.com/owner/other",
    ]
    assert [x.what for x in found if isinstance(x, Skipped)] == ["https://registry.example/docs", "javascript:alert(1)"]


def test_a_saved_page_is_read_from_disk(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text(PAGE)
    found = listings(tmp_path, {"file": "page.html", "base": URL, "selector": "nav a"})
    assert found == [Listing(target="https://github.com/nav/bar")]


def test_a_selector_that_finds_nothing_says_so(tmp_path: Path) -> None:
    found = listings(tmp_path, {"url": URL, "selector": "table a"})
    assert len(found) == 1
    assert isinstance(found[0], Skipped)
    assert "finds no link" in found[0].reason


@pytest.mark.parametrize("page", [b"", b"\xff\xfe\x00<a", b"<" * 50_000])
def test_a_broken_page_is_a_page_without_links(tmp_path: Path, page: bytes) -> None:
    assert all(isinstance(x, Skipped) for x in listings(tmp_path, {"url": URL}, page))


def test_wrong_options_and_answers_are_clear_errors(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="selector"):
        listings(tmp_path, {"url": URL, "selector": "a[["})
    with pytest.raises(DataError, match="'url' is missing"):
        listings(tmp_path, {})
    with pytest.raises(DataError, match="type str"):
        listings(tmp_path, {"url": 5})
    with pytest.raises(FetchError, match="status 404"):
        listings(tmp_path, {"url": URL}, status=404)
    with pytest.raises(DataError, match="cannot be opened"):
        listings(tmp_path, {"file": "missing.html"})
