"""The page of one server."""

from collections.abc import Iterator, Sequence
from typing import ClassVar

from classifier.report import ServerReport, server_report
from mcp_catalogue.model import ServerId, Severity, Status
from mcp_catalogue.pages.change_pages import change_text
from mcp_catalogue.pages.charts import Bar, bar
from mcp_catalogue.pages.control import Panel, server_panels
from mcp_catalogue.pages.environment import Page
from mcp_catalogue.pages.lists import PAGE_SIZE, Pager, page_count, pager
from mcp_catalogue.pages.server_view import ServerView, ToolRow
from mcp_catalogue.pages.shell import Head, Shell, Site, json_ld
from mcp_catalogue.pages.text import plural, shorten
from mcp_catalogue.store import Change

MAX_CHANGES = 20
_STATUS = {
    Status.COMPLETE: "Every tool that this server registers was read.",
    Status.PARTIAL: "Some of what this server registers could not be read. It may offer more tools than are listed.",
    Status.UNREADABLE: "The tools of this server could not be read. That says nothing about what they can do.",
}


class ServerPage(Page, frozen=True, kw_only=True):
    """What the server's template may name."""

    template: ClassVar[str] = "server.html"
    shell: Shell
    head: Head
    server: ServerView
    status_text: str
    worst: Severity | None
    chart: Bar
    severities: tuple[tuple[Severity, int, str | None], ...]
    rows: tuple[ToolRow, ...]
    pager: Pager
    panels: tuple[Panel, ...]
    complete: bool
    report: ServerReport
    hrefs: dict[str, str]
    changes: tuple[tuple[str, str | None, str], ...]  # day, tool, what changed
    copies: tuple[tuple[ServerId, str], ...]  # other servers with the same code, and their addresses


class ServerToolsPage(Page, frozen=True, kw_only=True):
    """One of the later pages of a long list of tools."""

    template: ClassVar[str] = "server_tools.html"
    shell: Shell
    head: Head
    server: ServerView
    rows: tuple[ToolRow, ...]
    pager: Pager


def server_page(
    site: Site, server: ServerView, changes: Sequence[Change], copies: Sequence[tuple[ServerId, str]]
) -> ServerPage:
    """Gather the page of a server."""
    facts = server.facts
    path = f"{server.folder}/index.html"
    complete = facts.completeness.status is Status.COMPLETE
    worst = next((s for s, count in server.counts if count), None)
    risk = f", the worst {worst}" if worst else ""
    summary = f"{plural(len(server.rows), 'tool')}{risk}. {shorten(facts.description, 120)}".strip()
    data = {"@type": "SoftwareApplication", "name": server.title, "identifier": facts.id, "description": summary,
            "applicationCategory": "MCP server"}  # fmt: skip
    if facts.version:
        data["softwareVersion"] = facts.version
    place = server.folder.removeprefix("servers/")
    total = len(server.rows)
    return ServerPage(
        shell=server.shell,
        head=Head(
            title=f"{shorten(server.title, 80)} \u2013 what its tools can do",
            summary=summary,
            canonical=site.absolute(path),
            twin="index.json",
            data=json_ld(data),
        ),
        server=server,
        status_text=_STATUS[facts.completeness.status],
        worst=worst,
        chart=bar(server.title, server.counts, most=total, whole=total),
        severities=tuple((s, n, f"{server.shell.root}risk/{s}/{place}.html" if n else None) for s, n in server.counts),
        rows=server.riskiest[:PAGE_SIZE],
        pager=_pager(1, server),
        panels=server_panels(server.rows, server.policy_name, complete=complete),
        complete=complete,
        report=server_report(facts, server.record.classifications),
        hrefs={row.tool.name: row.href for row in reversed(server.rows)},
        changes=tuple((c.at[:10], c.tool, change_text(c)) for c in reversed(changes))[:MAX_CHANGES],
        copies=tuple(copies),
    )


def server_tools_pages(site: Site, server: ServerView) -> Iterator[tuple[str, ServerToolsPage]]:
    """Yield the pages after the first of the server's tools, by their names in its folder."""
    for number in range(2, page_count(len(server.riskiest)) + 1):
        name = f"page-{number}.html"
        yield (
            name,
            ServerToolsPage(
                shell=server.shell,
                head=Head(
                    title=f"Tools of {shorten(server.title, 80)}, page {number} \u2013 MCP Risk Catalogue",
                    summary=f"{plural(len(server.rows), 'tool')} of {shorten(server.title, 80)}, riskiest first.",
                    canonical=site.absolute(f"{server.folder}/{name}"),
                    twin=f"page-{number}.json",
                ),
                server=server,
                rows=server.riskiest[(number - 1) * PAGE_SIZE : number * PAGE_SIZE],
                pager=_pager(number, server),
            ),
        )


def _pager(number: int, server: ServerView) -> Pager:
    return pager(number, page_count(len(server.rows)), "index.html", "page-{}.html")
