"""Every file of one server: its page, its tools' pages, their twins, its badge, its part of the risk pages."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec

from mcp_catalogue.attacks import attacks_for
from mcp_catalogue.entries import server_entry, tool_fields
from mcp_catalogue.model import ServerId, Severity
from mcp_catalogue.pages.environment import fragment, render
from mcp_catalogue.pages.lists import server_severity_pages
from mcp_catalogue.pages.manifest import AttackUse
from mcp_catalogue.pages.related import Elsewhere
from mcp_catalogue.pages.server import server_page, server_tools_pages
from mcp_catalogue.pages.server_view import ServerView, ToolRow, server_view
from mcp_catalogue.pages.shell import Site
from mcp_catalogue.pages.text import rounded
from mcp_catalogue.pages.tool import AttackLine, Related, tool_page
from mcp_catalogue.store import Change, Store, ToolDates

NEIGHBOURS = 8


@dataclass(frozen=True, slots=True)
class ServerFiles:
    """The files of one server: `inside` its folder by name, `outside` by path from the root."""

    folder: str
    inside: dict[str, bytes]
    outside: dict[str, bytes]
    attacks: tuple[AttackUse, ...] = field(default=())


def server_files(
    store: Store, site: Site, elsewhere: Elsewhere, server: ServerId, *, twins: bool = True
) -> ServerFiles:
    """Render everything that belongs to `server`; without `twins` the JSON beside the pages is left out."""
    view, dates, changes = _read(store, site, elsewhere, server)
    uses = {id(row): attacks_for(row.tool, row.label) for row in view.rows}
    inside = {
        "index.html": render(server_page(site, view, changes, _copies(elsewhere, view))),
        "badge.svg": _badge(view),
    }
    for name, more in server_tools_pages(site, view):
        inside[name] = render(more)
        if twins:
            inside[name.removesuffix(".html") + ".json"] = _list_twin(more.server, more.rows)
    inside.update(_tool_pages(site, elsewhere, view, dates, changes, uses))
    if twins:
        inside.update(_twins(view))
    outside: dict[str, bytes] = {}
    for path, page in server_severity_pages(site, view):
        outside[path] = render(page)
        if twins:
            outside[path.removesuffix(".html") + ".json"] = _list_twin(page.server, page.rows, page.severity)
    return ServerFiles(view.folder, inside, outside, _attack_uses(view, uses))


def tool_files(store: Store, site: Site, elsewhere: Elsewhere, server: ServerId) -> ServerFiles:
    """Render the pages of the tools of `server` alone."""
    view, dates, changes = _read(store, site, elsewhere, server)
    uses = {id(row): attacks_for(row.tool, row.label) for row in view.rows}
    return ServerFiles(view.folder, dict(_tool_pages(site, elsewhere, view, dates, changes, uses)), {})


def _read(
    store: Store, site: Site, elsewhere: Elsewhere, server: ServerId
) -> tuple[ServerView, list[ToolDates], list[Change]]:
    totals = elsewhere.overview.servers[server]
    line = totals.line
    record, dates = store.dated_record(server)
    view = server_view(
        site, record, totals.folder, first_seen=line.first_seen, last_changed=line.last_changed, gone=line.gone
    )
    return view, dates, list(store.changes(server=server))


def _copies(elsewhere: Elsewhere, view: ServerView) -> list[tuple[ServerId, str]]:
    """Return the other servers with the same code, with the addresses of their pages."""
    overview, mine = elsewhere.overview, view.facts.id
    others = (other for other in overview.copies.get(mine, ()) if other != mine)
    return [(other, f"{view.shell.root}servers/{overview.servers[other].folder}/index.html") for other in others]


def _tool_pages(  # noqa: PLR0913 — what the pages of one server have in common
    site: Site,
    elsewhere: Elsewhere,
    view: ServerView,
    dates: Sequence[ToolDates],
    history: Iterable[Change],
    uses: dict[int, AttackLine],
) -> Iterator[tuple[str, bytes]]:
    index = (rounded(elsewhere.overview.tools), rounded(len(elsewhere.overview.servers)))
    changes: dict[tuple[str | None, int | None], list[Change]] = {}
    for change in history:
        changes.setdefault((change.tool, change.variant), []).append(change)
    local = [(row, fragment("parts/local.html", {"row": row})) for row in view.riskiest[: NEIGHBOURS + 1]]
    first = b"".join(text for _, text in local[:NEIGHBOURS])
    others = {id(row): b"".join(text for other, text in local if other is not row) for row, _ in local}
    for row, days in zip(view.rows, dates, strict=True):
        page = tool_page(
            site,
            view,
            row,
            dates=days,
            changes=changes.get((row.tool.name, row.tool.variant), ()),
            related=_related(elsewhere, view, row, others.get(id(row), first)),
            attacks=uses[id(row)],
            index=index,
        )
        yield row.href, render(page)


def _related(elsewhere: Elsewhere, view: ServerView, row: ToolRow, local: bytes) -> Related:
    root, mine, name = view.shell.root, view.facts.id, row.tool.name
    page = elsewhere.overview.name_files.get(name)
    rule = next((r for r in row.label.decided_by.rules if r in elsewhere.overview.rules), None)
    return Related(
        same_server=local,
        same_name=elsewhere.same_name(root, name, mine),
        name_page=f"{root}names/{page}.html" if page is not None else None,
        same_rule=elsewhere.same_rule(root, rule, name, mine) if rule is not None else b"",
    )


def _badge(view: ServerView) -> bytes:
    worst = next(((s, n) for s, n in view.counts if n), None)
    return fragment("badge.svg", {"worst": worst})


def _twins(view: ServerView) -> Iterator[tuple[str, bytes]]:
    listed: list[msgspec.Raw] = []
    for row in view.rows:
        data = msgspec.json.encode(tool_fields(row.tool, row.label, row.decision))
        listed.append(msgspec.Raw(data))
        yield row.href.removesuffix(".html") + ".json", data
    yield "index.json", msgspec.json.encode({**server_entry(view.record), "tools": listed})


def _list_twin(server: ServerView, rows: Iterable[ToolRow], severity: Severity | None = None) -> bytes:
    tools = [
        {
            "name": row.tool.name,
            "path": f"{server.folder}/{row.href}",
            "primary": row.label.primary,
            "severity": row.label.severity,
            "confidence": row.label.confidence,
            "action": row.decision.action,
            "rationale": row.label.rationale,
        }
        for row in rows
    ]
    about = {"server": server.facts.id} if severity is None else {"server": server.facts.id, "severity": severity}
    return msgspec.json.encode({**about, "tools": tools})


def _attack_uses(view: ServerView, uses: dict[int, AttackLine]) -> tuple[AttackUse, ...]:
    counts: Counter[str] = Counter()
    worst: dict[str, ToolRow] = {}
    for row in view.riskiest:
        for pattern, _ in uses[id(row)]:
            counts[pattern.id] += 1
            worst.setdefault(pattern.id, row)
    return tuple(
        AttackUse(
            pattern, counts[pattern], row.tool.name, row.href.removesuffix(".html"),
            row.label.primary, row.label.severity, row.label.confidence,
        )
        for pattern, row in sorted(worst.items())
    )  # fmt: skip
