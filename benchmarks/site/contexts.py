"""What every tool's page shows, as data: one JSON object a page, for generators that start from records.

It is what our own page classes gather for the template. Where a page is handed finished HTML (policies, links to
other tools), the record holds what that was made of. Text is as it stands in the store, never escaped.
"""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import msgspec

from benchmarks.site.alone import overview_of
from mcp_catalogue.attacks import attacks_for
from mcp_catalogue.model import Action
from mcp_catalogue.pages import related
from mcp_catalogue.pages.control import Panel, example, tool_panels
from mcp_catalogue.pages.overview import Overview, ToolLink
from mcp_catalogue.pages.rule_pages import known_rules
from mcp_catalogue.pages.server_files import NEIGHBOURS
from mcp_catalogue.pages.server_view import SECTION, ServerView, ToolRow, server_view
from mcp_catalogue.pages.shell import SECTIONS, TITLE, assets, make_site
from mcp_catalogue.pages.text import direction, rounded, shorten, ticked
from mcp_catalogue.pages.tool import Related, ToolPage, tool_page
from mcp_catalogue.pages.words import CATEGORIES, CONFIDENCES, SEVERITIES, SIGNALS
from mcp_catalogue.policy.base import Rendered
from mcp_catalogue.store import Change, Store

Record = dict[str, Any]
_NO_LINKS = Related(same_server=b"", same_name=b"", name_page=None, same_rule=b"")


def vocabulary(base_url: str) -> Record:
    """Return what all pages share: names, assets and the sentences of the taxonomy."""
    site = make_site(base_url, assets())
    return {
        "title": TITLE,
        "sections": [{"href": href, "name": name, "current": id_ == SECTION} for id_, href, name in SECTIONS],
        "stylesheet": site.stylesheet,
        "script": site.script,
        "categories": {c: {"verb": text.verb, "call": text.call} for c, text in CATEGORIES.items()},
        "severities": dict(SEVERITIES),
        "confidences": dict(CONFIDENCES),
        "signals": {id_: {"title": title, "text": text} for id_, (title, text) in SIGNALS.items()},
        "rules": dict.fromkeys(sorted(known_rules()), True),
    }


def servers(db: Path, base_url: str) -> Iterator[list[Record]]:
    """Yield the records of the tool pages of one server after the other."""
    site = make_site(base_url, assets())
    with Store.open(db) as store:
        overview = overview_of(store)
        for server, totals in overview.servers.items():
            line = totals.line
            record, dates = store.dated_record(server)
            view = server_view(
                site, record, totals.folder, first_seen=line.first_seen, last_changed=line.last_changed,
                gone=line.gone,
            )  # fmt: skip
            changes = list(store.changes(server=server))
            pages = []
            for row, days in zip(view.rows, dates, strict=True):
                key = (row.tool.name, row.tool.variant)
                mine: Sequence[Change] = [c for c in changes if (c.tool, c.variant) == key]
                page = tool_page(
                    site, view, row, dates=days, related=_NO_LINKS, changes=mine,
                    attacks=attacks_for(row.tool, row.label),
                    index=(rounded(overview.tools), rounded(len(overview.servers))),
                )  # fmt: skip
                pages.append({**_record(page, row), **_related(overview, view, row)})
            yield pages


def _record(page: ToolPage, row: ToolRow) -> Record:
    server, tool, label, decision = page.server, page.tool, page.label, page.decision
    head, facts = page.head, page.server.facts
    panels = tool_panels(row, server.policy_name)
    return {
        "path": f"{server.folder}/{row.href}",
        "root": page.shell.root,
        "head": {
            "title": head.title, "summary": head.summary, "canonical": head.canonical, "twin": head.twin,
            "headline": f"{tool.name} on {server.title}",
        },
        "server": {
            "title": server.title, "repository": server.repository, "id": facts.id, "version": facts.version,
            "commit": facts.commit[:12] if facts.commit else None, "kind": facts.source.kind,
            "judge": server.record.judge,
        },
        "tool": {
            "name": tool.name, "title": tool.title, "location": tool.location, "handler": tool.handler,
            "condition": _condition(page),
        },
        "language": tool.description_language or "und",
        "description": page.description,
        "description_direction": direction(page.description),
        "description_cut": page.description_cut,
        "first_line": page.first_line,
        "first_line_direction": direction(page.first_line),
        "primary": label.primary,
        "severity": label.severity,
        "confidence": label.confidence,
        "also": label.also,
        "by": label.decided_by.by,
        "rules": label.decided_by.rules,
        "rationale": [{"text": text, "code": code} for text, code in ticked(label.rationale)],
        "operations": [
            {"parameter": o.parameter, "value": shorten(o.value, 60), "primary": o.primary, "severity": o.severity}
            for o in label.operations[:40]
        ],
        "dissent": label.judge if label.judge and label.judge.dissent else None,
        "action": {"id": decision.action, "name": page.action[0], "says": page.action[1], "reason": decision.reason},
        "alternative": page.alternative[1] if page.alternative else None,
        "deeds": page.deeds,
        "location_link": page.location_link,
        "quotes": [_quote(quote) for quote in msgspec.to_builtins(page.quotes)],
        "places": page.places,
        "followed": page.cuts is not None,
        "cuts": page.cuts or (),
        "signals": [{"id": id_, "floor": floor} for id_, floor in page.signals],
        "clashes": page.clashes,
        "parameters": page.parameters,
        "hints": [{**hint, "value": shorten(hint["value"], 80)} for hint in msgspec.to_builtins(page.hints)],
        "attacks": [{"id": pattern.id, "title": pattern.title, "reason": reason} for pattern, reason in page.attacks],
        "panels": [_panel(panel) for panel in panels],
        "rate": _rendered(example(row, Action.LIMIT, server.policy_name)),
        "block": _rendered(example(row, Action.HIDE, server.policy_name)),
        "changes": [{"day": day, "text": text} for day, text in page.changes],
        "dates": dict(zip(("first", "definition", "label"), page.dates, strict=True)) if page.dates else None,
        "tools": page.tools,
        "index": {"tools": page.index[0], "servers": page.index[1]},
    }  # fmt: skip


def _condition(page: ToolPage) -> Record | None:
    condition = page.tool.condition
    if condition is None:
        return None
    return {**msgspec.to_builtins(condition), "expression": shorten(condition.expression, 120)}


def _quote(quote: Record) -> Record:
    return {**quote, "pointer": shorten(quote["pointer"], 90)}


def _panel(panel: Panel) -> Record:
    return {
        "id": panel.id, "title": panel.title, "verified_with": panel.verified_with, "steps": panel.steps,
        **_rendered(panel.rendered),
    }  # fmt: skip


def _rendered(rendered: Rendered) -> Record:
    return {
        "sentence": rendered.sentence, "filename": rendered.filename, "text": rendered.text, "notes": rendered.notes
    }  # fmt: skip


def _related(overview: Overview, view: ServerView, row: ToolRow) -> Record:
    """Choose the links as `server_files` and `related` do."""
    name, mine = row.tool.name, view.facts.id
    rule = next((r for r in row.label.decided_by.rules if r in overview.rules), "")
    same_rule = [link for link in overview.rule_links(rule) if link.server != mine and link.name != name]
    same_name = [link for link in overview.names.get(name, ()) if link.server != mine]
    local = [other for other in view.riskiest[: NEIGHBOURS + 1] if other is not row]
    page = overview.name_files.get(name)
    return {
        "same_server": [
            {"href": r.href, "name": shorten(r.tool.name, 60), "primary": r.label.primary, "severity": r.label.severity}
            for r in local[:NEIGHBOURS]
        ],
        "same_name": [_link(view, link) for link in same_name[: related.SAME_NAME]],
        "same_name_page": f"{view.shell.root}names/{page}.html" if page is not None else None,
        "same_rule": [_link(view, link) for link in same_rule[: related.SAME_RULE]],
    }


def _link(view: ServerView, link: ToolLink) -> Record:
    return {
        "href": view.shell.root + link.path, "name": shorten(link.name, 60), "server": shorten(link.server_title, 50),
        "primary": link.primary, "severity": link.severity,
    }  # fmt: skip
