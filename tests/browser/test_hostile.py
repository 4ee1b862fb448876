"""Hostile text in every field, opened in a real browser: nothing runs, nothing is asked for elsewhere."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_catalogue.pages.build import build
from mcp_catalogue.store import Store
from tests.browser.conftest import Served, serve
from tests.browser.driver import Browser
from tests.mcp_catalogue.pages.payloads import PAYLOADS, records

pytestmark = pytest.mark.browser
SEEN = """return [
    window.ran !== undefined, location.pathname, performance.getEntriesByType('resource').map(e => e.name)
]"""


@pytest.fixture(scope="module")
def dangerous(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("hostile")
    with Store.open(root / "catalogue.db", create=True) as store, store.transaction():
        for record in records():
            store.put(record, at="2026-11-18T10:00:00Z")
    build(root / "catalogue.db", root / "site")
    return root / "site"


@pytest.fixture(scope="module")
def hostile(dangerous: Path) -> Iterator[Served]:
    yield from serve(dangerous)


@pytest.fixture(scope="module")
def watched(hostile: Served, browser: Browser) -> Iterator[Browser]:
    del browser  # skips where there is none
    with Browser.start(hosts=hostile.port) as browser:
        yield browser


def test_nothing_runs_and_nothing_leaves(watched: Browser, hostile: Served, dangerous: Path) -> None:
    watched.size(1280, dark=False)
    tools = [p for p in sorted(dangerous.rglob("servers/**/*.html")) if p.is_file() and "page-" not in p.name]
    one_each = {p.parent: p for p in tools if p.name != "index.html"}
    pages = [*one_each.values(), *(p.with_name("index.html") for p in one_each.values())]
    pages += sorted(dangerous.glob("names/*.html"))[:100] + sorted(dangerous.glob("*/index.html"))
    assert len(one_each) >= len(PAYLOADS)
    for page in pages:
        path = page.relative_to(dangerous).as_posix()
        watched.open(hostile.url(path))
        ran, place, loaded = watched.run(SEEN)
        assert not ran, path
        assert place.endswith(path), path
        badge = hostile.url(path.removesuffix("index.html") + "badge.svg")
        assert all(name == badge or name.startswith(hostile.url("static/")) for name in loaded), (path, loaded)
    assert watched.complaints() == []
    assert hostile.strangers() == []


@pytest.mark.parametrize("query", ["script", "window", "x", "leak", "img"])
def test_results_show_text_as_text(watched: Browser, hostile: Served, query: str) -> None:
    watched.open(hostile.url(f"search/index.html?q={query}"))
    watched.wait("document.querySelector('#results li')")
    assert watched.run("return document.querySelectorAll('#results img, #results script, #results svg').length") == 0
    assert watched.run("return window.ran === undefined")
    assert hostile.strangers() == []
