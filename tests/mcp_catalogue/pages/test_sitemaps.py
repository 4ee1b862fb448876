"""Sitemaps hold every page once and none more than the protocol allows."""

import re
from pathlib import Path

import pytest

from mcp_catalogue.pages.machine import sitemaps

BASE = "https://example.org/mcp/"


def locations(text: bytes) -> list[str]:
    return re.findall("<loc>(.*?)</loc>", text.decode())


def test_shards_are_filled_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("mcp_catalogue.pages.machine.URLS", 3)
    listed = [
        ("servers/npm/a/", ["index.html", "b.html"], "2026-11-18"),
        ("servers/npm/c/", ["index.html", "d&e.html"], "2026-11-19"),
        ("", ["names/f.html", "names/g.html", "names/h.html", "names/index.html", "index.html"], None),
    ]
    made = dict(sitemaps(BASE, listed))
    shards = [f"sitemap-{number}.xml" for number in (1, 2, 3, 4)]
    assert locations(made.pop("sitemap.xml")) == [BASE + shard for shard in shards]
    found = [[url.removeprefix(BASE) for url in locations(made.pop(shard))] for shard in shards]
    assert found == [
        ["servers/npm/a/", "servers/npm/a/b.html"],
        ["servers/npm/c/", "servers/npm/c/d&amp;e.html"],
        ["names/f.html", "names/g.html", "names/h.html"],
        ["names/", ""],
    ]
    assert not made


def test_every_page_is_listed_once(site: Path) -> None:
    urls = [url for shard in site.glob("sitemap-*.xml") for url in locations(shard.read_bytes())]
    pages = {p.relative_to(site).as_posix() for p in site.rglob("*.html")} - {"404.html"}
    assert len(urls) == len(set(urls))
    assert {re.sub("(^|/)$", r"\1index.html", url.removeprefix(BASE)) for url in urls} == pages


def test_a_server_has_the_day_of_its_last_change(site: Path) -> None:
    text = (site / "sitemap-1.xml").read_text()
    dated = set(re.findall("<loc>([^<]*)</loc><lastmod>2026-11-18</lastmod>", text))
    assert {url for url in locations(text.encode()) if url.startswith(f"{BASE}servers/npm/")} <= dated
    assert dated
    assert BASE not in dated
