"""The page of a tool name: every server that has a tool of this name, with its label side by side."""

from collections.abc import Iterator
from typing import ClassVar

from mcp_catalogue.model import Severity
from mcp_catalogue.pages.environment import Page
from mcp_catalogue.pages.lists import Pager, chunks, page_count, pager
from mcp_catalogue.pages.overview import Overview, ToolLink
from mcp_catalogue.pages.shell import Head, Shell, Site, shell
from mcp_catalogue.pages.text import plural, shorten

RANGES = ("", "c", "d", "g", "h", "m", "s", "u")
"""First letters at which the names are divided among jobs."""


class NamePage(Page, frozen=True, kw_only=True):
    """What the name's template may name."""

    template: ClassVar[str] = "name.html"
    shell: Shell
    head: Head
    name: str
    agreed: bool
    count: int
    servers: int
    severities: tuple[tuple[Severity, int], ...]
    rows: tuple[ToolLink, ...]
    pager: Pager


def name_pages(site: Site, overview: Overview, first: str, beyond: str | None) -> Iterator[tuple[str, NamePage]]:
    """Yield `/names/<name>.html` for each name, from `first` to before `beyond`, that several servers use."""
    for name, links in overview.links_by_name(first, beyond):
        yield from _pages(site, name, overview.name_files[name], links)


def _pages(site: Site, name: str, file: str, links: list[ToolLink]) -> Iterator[tuple[str, NamePage]]:
    total = page_count(len(links))
    servers = len({link.server for link in links})
    counts = tuple((s, n) for s in reversed(Severity) if (n := sum(link.severity is s for link in links)))
    for number, chunk in enumerate(chunks(links, total), 1):
        path = f"names/{file}.html" if number == 1 else f"names/{file}/page-{number}.html"
        yield (
            path,
            NamePage(
                shell=shell(site, path.count("/")),
                head=Head(
                    title=f"{shorten(name, 80)} on {plural(servers, 'server')} \u2013 MCP Risk Catalogue",
                    summary=f"Tools named {shorten(name, 80)} on {plural(servers, 'server')}, label by label.",
                    canonical=site.absolute(path),
                    twin=path.rsplit("/", 1)[-1].removesuffix(".html") + ".json",
                ),
                name=name,
                agreed=len({(link.primary, link.severity) for link in links}) == 1,
                count=len(links),
                servers=servers,
                severities=counts,
                rows=tuple(chunk),
                pager=pager(
                    number, total, f"{'' if number == 1 else '../'}{file}.html",
                    f"{file}/page-{{}}.html" if number == 1 else "page-{}.html",
                ),
            ),
        )  # fmt: skip
