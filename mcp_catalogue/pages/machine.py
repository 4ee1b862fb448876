"""Files for machines: sitemaps, robots.txt, llms.txt, OpenSearch."""

from collections.abc import Iterable, Iterator
from typing import ClassVar

from mcp_catalogue.model import Severity
from mcp_catalogue.pages.environment import Page, render
from mcp_catalogue.pages.overview import Overview
from mcp_catalogue.pages.shell import TITLE, Head, Shell, Site, public, shell_at
from mcp_catalogue.pages.text import escape_text

URLS = 40_000
"""Addresses in one sitemap; the protocol's limit is 50,000."""


Listed = tuple[str, list[str], str | None]
"""Pages of one folder: its path with a slash at the end, or nothing, the rest of their paths, and the day (ISO 8601)
of their last change where that is known."""


class Sitemap(Page, frozen=True, kw_only=True):
    """What the template of one shard may name: the entries of some folders, as they are."""

    template: ClassVar[str] = "sitemap.xml"
    urls: tuple[bytes, ...]


class SitemapIndex(Page, frozen=True, kw_only=True):
    """What the template of the index may name."""

    template: ClassVar[str] = "sitemap_index.xml"
    shards: tuple[str, ...]


class OpenSearch(Page, frozen=True, kw_only=True):
    """What the template of the search description may name."""

    template: ClassVar[str] = "opensearch.xml"
    title: str
    base_url: str


class Robots(Page, frozen=True, kw_only=True):
    """What the template of `robots.txt` may name."""

    template: ClassVar[str] = "robots.txt"
    sitemap: str | None


class Llms(Page, frozen=True, kw_only=True):
    """What the template of `llms.txt` may name."""

    template: ClassVar[str] = "llms.txt"
    title: str
    base: str
    tools: int
    servers: int
    severities: tuple[tuple[Severity, int], ...]


class NotFoundPage(Page, frozen=True, kw_only=True):
    """What the template of `404.html` may name; its links are absolute, for its depth is not known."""

    template: ClassVar[str] = "404.html"
    shell: Shell
    head: Head
    base_url: str


def machine_files(site: Site, overview: Overview) -> Iterator[tuple[str, bytes]]:
    """Yield the files that do not list pages."""
    yield "robots.txt", render(Robots(sitemap=site.absolute("sitemap.xml")))
    severities = tuple((s, overview.severity(s)) for s in reversed(Severity))
    llms = Llms(
        title=TITLE, base=site.base_url or "", tools=overview.tools, servers=len(overview.servers),
        severities=severities,
    )  # fmt: skip
    yield "llms.txt", render(llms)
    if site.base_url:
        yield "opensearch.xml", render(OpenSearch(title=TITLE, base_url=site.base_url))
        head = Head(title=f"Not found \u2013 {TITLE}", summary="No page here.")
        yield "404.html", render(NotFoundPage(shell=shell_at(site, site.base_url), head=head, base_url=site.base_url))


def sitemaps(base_url: str, pages: Iterable[Listed]) -> Iterator[tuple[str, bytes]]:
    """Yield `sitemap.xml` and its shards for the given pages."""
    shards = []
    for number, chunk in enumerate(_shards(pages), 1):
        shards.append(f"sitemap-{number}.xml")
        yield shards[-1], render(Sitemap(urls=tuple(_urls(base_url, *listed) for listed in chunk)))
    yield "sitemap.xml", render(SitemapIndex(shards=tuple(base_url + shard for shard in shards)))


def _shards(pages: Iterable[Listed]) -> Iterator[list[Listed]]:
    """Fill one shard after the other; what is listed together stays together where it fits into a shard."""
    chunk: list[Listed] = []
    room = URLS
    for folder, names, day in pages:
        for start in range(0, len(names), URLS):
            part = names[start : start + URLS]
            if len(part) > room:
                yield chunk
                chunk, room = [], URLS
            chunk.append((folder, part, day))
            room -= len(part)
    if chunk:
        yield chunk


def _urls(base_url: str, folder: str, names: list[str], day: str | None) -> bytes:
    """Return the entries of one folder: joined here, for a loop in the template takes several times as long."""
    before = b"<url><loc>" + escape_text(base_url + folder)
    after = b"</loc>" + (f"<lastmod>{day}</lastmod>".encode() if day else b"") + b"</url>\n"
    return before + escape_text("\n".join(map(public, names))).replace(b"\n", after + before) + after
