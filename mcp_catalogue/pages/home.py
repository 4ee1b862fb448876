"""The first page."""

from collections.abc import Sequence
from typing import ClassVar

from mcp_catalogue.model import Severity
from mcp_catalogue.pages.change_pages import ChangeLine, change_line
from mcp_catalogue.pages.charts import Bar, Growth, growth_chart, profile
from mcp_catalogue.pages.environment import Page
from mcp_catalogue.pages.overview import Overview, ServerTotals
from mcp_catalogue.pages.shell import TITLE, Head, Shell, Site, json_ld, shell
from mcp_catalogue.store import Change

LARGEST = 8
RECENT = 8


class HomePage(Page, frozen=True, kw_only=True):
    """What the home template may name."""

    template: ClassVar[str] = "home.html"
    shell: Shell
    head: Head
    tools: int
    servers: int
    severities: tuple[tuple[Severity, int], ...]
    chart: tuple[Bar, ...]
    largest: tuple[ServerTotals, ...]
    recent: tuple[ChangeLine, ...]
    growth: Growth | None


def home_page(
    site: Site, overview: Overview, changes: Sequence[Change], days: Sequence[tuple[str, int, int]]
) -> HomePage:
    """Gather the first page."""
    summary = "What the tools of MCP servers can do in one call: category, severity, evidence and a policy for each."
    data: dict[str, object] = {"@type": "WebSite", "name": TITLE, "description": summary}
    if site.base_url:
        data["url"] = site.base_url
        data["potentialAction"] = {
            "@type": "SearchAction",
            "target": f"{site.base_url}search/index.html?q={{search_term_string}}",
            "query-input": "required name=search_term_string",
        }
    largest = sorted(overview.servers.values(), key=lambda s: (*(-n for n in s.by_severity), s.line.id))[:LARGEST]
    return HomePage(
        shell=shell(site, 0, "home"),
        head=Head(title=TITLE, summary=summary, canonical=site.absolute("index.html"), data=json_ld(data)),
        tools=overview.tools,
        servers=len(overview.servers),
        severities=tuple((s, overview.severity(s)) for s in reversed(Severity)),
        chart=profile(overview),
        largest=tuple(s for s in largest if s.by_severity[0]),
        recent=tuple(change_line(overview, change) for change in changes),
        growth=growth_chart(days),
    )
