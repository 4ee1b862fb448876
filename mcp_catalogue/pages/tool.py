"""The page of one tool."""

from collections.abc import Sequence
from typing import ClassVar

import msgspec

from mcp_catalogue.attacks import AttackPattern
from mcp_catalogue.model import Classification, Decision, SignalId, Tool
from mcp_catalogue.pages.change_pages import change_text
from mcp_catalogue.pages.control import Control, control
from mcp_catalogue.pages.deeds import Deed, deeds
from mcp_catalogue.pages.environment import Page
from mcp_catalogue.pages.links import web_address
from mcp_catalogue.pages.parameters import Parameters, parameters
from mcp_catalogue.pages.quotes import Place, Quote, evidence
from mcp_catalogue.pages.rule_pages import known_rules
from mcp_catalogue.pages.server_view import ServerView, ToolRow
from mcp_catalogue.pages.shell import Head, Shell, Site, json_ld
from mcp_catalogue.pages.text import shorten
from mcp_catalogue.pages.words import ACTIONS, CUTS
from mcp_catalogue.store import Change, ToolDates

MAX_DESCRIPTION = 12_000
MAX_ATTACKS = 6
MAX_CHANGES = 8
AttackLine = tuple[tuple[AttackPattern, str], ...]
_HINTS = (
    ("readOnlyHint", "changes nothing"),
    ("destructiveHint", "may remove or overwrite"),
    ("idempotentHint", "calling twice equals calling once"),
    ("openWorldHint", "reaches outside its own data"),
)


class Hint(msgspec.Struct, frozen=True, gc=False):
    """One annotation as its author set it, and whether the evidence agrees."""

    name: str
    value: str
    meaning: str
    verdict: str


class CutView(msgspec.Struct, frozen=True, gc=False):
    """A place where the handler could not be followed, in words."""

    meaning: str
    call: str
    place: str
    link: str | None


class Clash(msgspec.Struct, frozen=True, gc=False):
    """Two sources that disagree, with what each says."""

    one: str
    one_quote: str
    other: str
    other_quote: str


class ToolPage(Page, frozen=True, kw_only=True):
    """What the tool's template may name."""

    template: ClassVar[str] = "tool.html"

    shell: Shell
    head: Head
    server: ServerView
    tool: Tool
    label: Classification
    decision: Decision
    description: str
    description_cut: int
    first_line: str
    deeds: tuple[Deed, ...]
    location_link: str | None
    quotes: tuple[Quote, ...]
    places: tuple[Place, ...]
    cuts: tuple[CutView, ...] | None
    signals: tuple[tuple[SignalId, str | None], ...]  # id, floor
    clashes: tuple[Clash, ...]
    parameters: Parameters
    hints: tuple[Hint, ...]
    control: Control
    action: tuple[str, str]
    alternative: tuple[str, str] | None
    dates: tuple[str, str | None, str | None]  # day first seen, and of later changes of definition and label
    tools: int
    same_server: bytes
    same_name: bytes
    same_name_page: str | None
    same_rule: bytes
    changes: tuple[tuple[str, str], ...]  # day, what changed
    known_rules: frozenset[str]
    attacks: AttackLine
    index: tuple[str, str]


class Related(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """Links to other pages, rendered once and shared; `name_page` is the address of the name's own page."""

    same_server: bytes
    same_name: bytes
    name_page: str | None
    same_rule: bytes


def tool_page(  # noqa: PLR0913 — what a page is made of
    site: Site,
    server: ServerView,
    row: ToolRow,
    *,
    dates: ToolDates,
    related: Related,
    changes: Sequence[Change],
    attacks: AttackLine,
    index: tuple[str, str],
) -> ToolPage:
    """Gather the page of the tool in `row`."""
    tool, label = row.tool, row.label
    quotes, places = evidence(server.lines, tool, label)
    text = tool.description or ""
    alternative = row.decision.alternative
    return ToolPage(
        shell=server.shell,
        head=_head(site, server, row),
        server=server,
        tool=tool,
        label=label,
        decision=row.decision,
        description=text[:MAX_DESCRIPTION],
        description_cut=max(0, len(text) - MAX_DESCRIPTION),
        first_line=shorten(text, 160),
        deeds=deeds(tool.effects),
        location_link=_location_link(server, row),
        quotes=quotes,
        places=places,
        cuts=_cuts(server, tool),
        signals=tuple((s.id, str(s.floor) if s.floor else None) for s in label.signals),
        clashes=_clashes(label),
        parameters=parameters(tool, label),
        hints=_hints(tool, label),
        control=control(row, server.policy_name),
        action=ACTIONS[row.decision.action],
        alternative=ACTIONS[alternative] if alternative else None,
        dates=_days(dates),
        tools=len(server.rows),
        same_server=related.same_server,
        same_name=related.same_name,
        same_name_page=related.name_page,
        same_rule=related.same_rule,
        changes=tuple((c.at[:10], change_text(c)) for c in reversed(changes[-MAX_CHANGES:])),
        known_rules=known_rules(),
        attacks=attacks[:MAX_ATTACKS],
        index=index,
    )


def _days(dates: ToolDates) -> tuple[str, str | None, str | None]:
    first, changed, relabelled = dates.first_seen, dates.definition_changed, dates.relabelled
    return first[:10], changed[:10] if changed != first else None, relabelled[:10] if relabelled != first else None


def _head(site: Site, server: ServerView, row: ToolRow) -> Head:
    name, label = row.tool.name, row.label
    address = site.absolute(f"{server.folder}/{row.href}")
    summary = f"{label.primary}, {label.severity}: {shorten(label.rationale, 150)}"
    data = {"@type": "TechArticle", "headline": f"{name} on {server.title}", "description": summary}
    if address:
        data["url"] = address
    return Head(
        title=f"{shorten(name, 80)} \u2013 {shorten(server.title, 60)} \u2013 {label.severity} risk",
        summary=summary,
        canonical=address,
        twin=row.href.removesuffix(".html") + ".json",
        data=json_ld(data),
    )


def _location_link(server: ServerView, row: ToolRow) -> str | None:
    where = row.tool.location
    if where is None:
        return None
    return web_address(where.url) or server.lines.address(where.file, where.line)


def _cuts(server: ServerView, tool: Tool) -> tuple[CutView, ...] | None:
    if tool.cuts is None:
        return None
    return tuple(
        CutView(
            CUTS[cut.reason], shorten(cut.detail, 80), f"{cut.file}:{cut.line}" if cut.file else "",
            server.lines.address(cut.file, cut.line) if cut.file and cut.line else None,
        )
        for cut in tool.cuts
    )  # fmt: skip


def _clashes(label: Classification) -> tuple[Clash, ...]:
    def quote(index: int) -> str:
        return shorten(label.evidence[index].quote, 200) if index < len(label.evidence) else ""

    return tuple(
        Clash(m.between[0], quote(m.evidence[0]), m.between[1], quote(m.evidence[1])) for m in label.mismatches
    )


def _hints(tool: Tool, label: Classification) -> tuple[Hint, ...]:
    found: list[Hint] = []
    if tool.annotations.title is not None:
        found.append(Hint("title", tool.annotations.title, "a name to show", "no claim about effects"))
    disputed = any("annotation" in m.between for m in label.mismatches)
    for name, meaning in _HINTS:
        value: bool | None = getattr(tool.annotations, name)
        if value is not None:
            found.append(Hint(name, str(value).lower(), meaning, _verdict(name, label, value=value, disputed=disputed)))
    return tuple(found)


def _verdict(name: str, label: Classification, *, value: bool, disputed: bool) -> str:
    rank = label.primary.rank
    if name == "readOnlyHint":
        agrees = value == (rank == 0)
    elif name == "destructiveHint":
        agrees = value == (label.primary == "Destructive" or any(a.category == "Destructive" for a in label.also))
    elif name == "openWorldHint":
        signals = {s.id for s in label.signals}
        return "the evidence agrees" if value and "open-world" in signals else "not contradicted by what was read"
    else:
        return "not judged"
    if agrees:
        return "the evidence agrees"
    return "the evidence disagrees; see below" if disputed else "the label says otherwise"
