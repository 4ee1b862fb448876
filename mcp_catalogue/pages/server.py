"""The page of one server."""

from collections.abc import Sequence
from typing import ClassVar

from classifier.report import ServerReport, server_report
from mcp_catalogue.model import ServerId, Severity, Status
from mcp_catalogue.pages.change_pages import change_text
from mcp_catalogue.pages.charts import Bar, bar
from mcp_catalogue.pages.control import Panel, server_panels
from mcp_catalogue.pages.environment import Page
from mcp_catalogue.pages.server_view import ServerView
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
    panels: tuple[Panel, ...]
    complete: bool
    report: ServerReport
    hrefs: dict[str, str]
    changes: tuple[tuple[str, str | None, str], ...]  # day, tool, what changed
    copies: tuple[tuple[ServerId, str], ...]  # other servers with the same code, and their addresses


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
        panels=server_panels(server.rows, server.policy_name, complete=complete),
        complete=complete,
        report=server_report(facts, server.record.classifications),
        hrefs={row.tool.name: row.href for row in reversed(server.rows)},
        changes=tuple((c.at[:10], c.tool, change_text(c)) for c in reversed(changes))[:MAX_CHANGES],
        copies=tuple(copies),
    )
