"""The search page; the script does the rest."""

from typing import ClassVar

from mcp_catalogue.model import Category, Severity
from mcp_catalogue.pages.environment import Page
from mcp_catalogue.pages.overview import Overview
from mcp_catalogue.pages.shell import TITLE, Head, Shell, Site, shell
from mcp_catalogue.pages.words import SIGNALS


class SearchPage(Page, frozen=True, kw_only=True):
    """What the search template may name."""

    template: ClassVar[str] = "search.html"
    shell: Shell
    head: Head
    tools: int
    servers: int
    categories: tuple[Category, ...]
    severities: tuple[Severity, ...]
    signals: tuple[tuple[str, str], ...]


def search_page(site: Site, overview: Overview) -> SearchPage:
    """Gather `/search/index.html`."""
    return SearchPage(
        shell=shell(site, 1, "search"),
        head=Head(
            title=f"Search \u2013 {TITLE}",
            summary="Search tools and servers by name, description and label.",
            canonical=site.absolute("search/index.html"),
        ),
        tools=overview.tools,
        servers=len(overview.servers),
        categories=tuple(Category),
        severities=tuple(reversed(Severity)),
        signals=tuple((str(id_), text[0]) for id_, text in SIGNALS.items()),
    )
