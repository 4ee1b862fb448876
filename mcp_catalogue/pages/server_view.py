"""One server made ready for its pages: addresses, decisions and everything its tool pages share, prepared once."""

from dataclasses import dataclass

from mcp_catalogue import addresses
from mcp_catalogue.model import ServerFacts, ServerRecord, Severity
from mcp_catalogue.pages.links import Lines, web_address
from mcp_catalogue.pages.shell import Shell, Site, shell
from mcp_catalogue.pages.text import escape_text
from mcp_catalogue.pages.words import ACTIONS
from mcp_catalogue.policy import decide
from mcp_catalogue.policy.base import Decided
from mcp_catalogue.policy.names import configured_name

SECTION = "servers"
"""The section of the site to which the pages of servers and tools belong."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolRow(Decided):
    """One tool in a list: its three layers, as a policy format wants them, and its address in the server's folder."""

    href: str

    @property
    def action(self) -> str:
        """Return the recommended action in words."""
        return ACTIONS[self.decision.action][0]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerView:
    """A server's record with its place in the site. `folder` is below the root, without a slash at its end."""

    facts: ServerFacts
    record: ServerRecord
    folder: str
    title: str
    shown_title: bytes
    policy_name: str
    rows: tuple[ToolRow, ...]
    riskiest: tuple[ToolRow, ...]
    counts: tuple[tuple[Severity, int], ...]
    repository: str | None
    lines: Lines
    shell: Shell
    first_seen: str
    last_changed: str
    gone: str | None


def server_view(  # noqa: PLR0913 — the dates of a row
    site: Site, record: ServerRecord, folder: str, *, first_seen: str, last_changed: str, gone: str | None
) -> ServerView:
    """Prepare a server; `folder` as `addresses.server_folders` gives it."""
    facts = record.facts
    files = addresses.tool_files(facts.id, addresses.keys(facts.tools))
    rows = tuple(
        ToolRow(tool=tool, label=label, decision=decide(facts, tool, label), href=f"{file}.html")
        for tool, label, file in zip(facts.tools, record.classifications, files, strict=True)
    )
    totals = dict.fromkeys(reversed(Severity), 0)
    for row in rows:
        totals[row.label.severity] += 1
    title = facts.title or facts.name
    return ServerView(
        facts=facts,
        record=record,
        folder=f"servers/{folder}",
        title=title,
        shown_title=escape_text(title),
        policy_name=configured_name(facts),
        rows=rows,
        riskiest=tuple(sorted(rows, key=_riskiest)),
        counts=tuple(totals.items()),
        repository=web_address(facts.repository),
        lines=Lines(facts),
        shell=shell(site, folder.count("/") + 2, SECTION),
        first_seen=first_seen[:10],
        last_changed=last_changed[:10],
        gone=gone[:10] if gone else None,
    )


def _riskiest(row: ToolRow) -> tuple[int, int, int, str, int]:
    label = row.label
    return (-label.severity.rank, -label.primary.rank, -label.confidence.rank, row.tool.name, row.tool.variant or 0)
