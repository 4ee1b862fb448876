"""The dataset as tables: the same for CSV, SQLite and Parquet, and described in `datapackage.json`.

A tool's key is (`server`, `tool`, `variant`); `variant` is 0 where the name is the server's only one of that name.
Columns of type `json` hold JSON text.
"""

from collections.abc import Iterator
from typing import Literal

import msgspec

from mcp_catalogue.export.base import Change, Row
from mcp_catalogue.model import Classification, Decision, ServerRecord, Tool

Kind = Literal["string", "integer", "boolean", "json"]
Value = str | int | bool | None
Cells = tuple[Value, ...]

_S: Kind = "string"
_I: Kind = "integer"
_B: Kind = "boolean"
_J: Kind = "json"
_TOOL: dict[str, Kind] = {"server": _S, "tool": _S, "variant": _I}

COLUMNS: dict[str, dict[str, Kind]] = {
    "servers": {
        "id": _S, "name": _S, "title": _S, "description": _S, "version": _S, "language": _S, "repository": _S,
        "commit": _S, "licence": _S, "source_kind": _S, "source_url": _S, "source_sha256": _S, "extractors": _J,
        "rulebook": _S, "judge": _J, "status": _S, "enumerated": _I, "may_have_more": _J,
        "contents": _S,
    },
    "aliases": {"server": _S, "alias": _S},
    "requirements": {"server": _S, "kind": _S, "name": _S, "secret": _B, "required": _B},
    "gaps": {"server": _S, "kind": _S, "file": _S, "line": _I, "reason": _S, "detail": _S, "covers": _I},
    "tools": _TOOL | {
        "title": _S, "description": _S, "description_language": _S, "input_schema": _J, "output_schema": _J,
        "annotation_title": _S, "read_only_hint": _B, "destructive_hint": _B, "idempotent_hint": _B,
        "open_world_hint": _B, "origin": _S, "condition": _J, "file": _S, "line": _I, "url": _S, "handler_file": _S,
        "handler_start": _I, "handler_end": _I, "digest": _S, "primary": _S, "severity": _S, "confidence": _S,
        "decided_by": _S, "rules": _J, "rationale": _S, "judge": _J,
    },
    "also": _TOOL | {"category": _S, "confidence": _S},
    "operations": _TOOL | {"parameter": _S, "value": _S, "primary": _S, "severity": _S},
    "signals": _TOOL | {"signal": _S, "floor": _S, "evidence": _J},
    "evidence": _TOOL | {
        "number": _I, "kind": _S, "rule": _S, "category": _S, "strength": _S, "quote": _S, "pointer": _S, "file": _S,
        "line": _I, "via": _J,
    },
    "effects": _TOOL | {"number": _I, "effect": _S, "target": _S, "file": _S, "line": _I, "via": _J},
    "mismatches": _TOOL | {"one": _S, "other": _S, "evidence_one": _I, "evidence_other": _I},
    "policies": _TOOL | {
        "action": _S, "limit_max": _I, "limit_window": _S, "conditions": _J, "alternative": _S, "reason": _S,
    },
    "history": {
        "at": _S, "server": _S, "tool": _S, "variant": _I, "event": _S, "digest_before": _S, "digest_after": _S,
        "primary_before": _S, "primary_after": _S, "severity_before": _S, "severity_after": _S,
    },
}  # fmt: skip


def _json(value: object) -> str:
    return msgspec.json.encode(value).decode()


def _maybe(value: object) -> str | None:
    return None if value is None else _json(value)


def server_rows(record: ServerRecord) -> Iterator[tuple[str, Cells]]:
    """Yield the rows about the server itself: table name and cells in the order of its columns."""
    f = record.facts
    done = f.completeness
    yield "servers", (
        f.id, f.name, f.title, f.description, f.version, f.language, f.repository, f.commit, f.licence,
        f.source.kind.value, f.source.url, f.source.sha256, _json(f.extractors), record.rulebook, _maybe(record.judge),
        done.status.value, done.enumerated, _maybe(done.may_have_more), f.contents,
    )  # fmt: skip
    for alias in f.aliases:
        yield "aliases", (f.id, alias)
    for r in f.requirements:
        yield "requirements", (f.id, r.kind, r.name, r.secret, r.required)
    for u in done.unresolved:
        yield "gaps", (f.id, "unresolved", u.file, u.line, u.reason, u.detail, u.covers)
    for x in done.unreadable:
        yield "gaps", (f.id, "unreadable", x.file, None, x.reason, x.detail, None)


def tool_rows(server: str, tool: Tool, label: Classification, decision: Decision) -> Iterator[tuple[str, Cells]]:
    """Yield the rows about one tool."""
    key: tuple[str, str, int] = (server, tool.name, tool.variant or 0)
    a = tool.annotations
    yield "tools", (
        *key, tool.title, tool.description, tool.description_language, _maybe(tool.input_schema),
        _maybe(tool.output_schema), a.title, a.readOnlyHint, a.destructiveHint, a.idempotentHint, a.openWorldHint,
        tool.origin.value, _maybe(tool.condition), *_place(tool), tool.digest,
        label.primary.value, label.severity.value, label.confidence.value, label.decided_by.by.value,
        _json(label.decided_by.rules), label.rationale, _maybe(label.judge),
    )  # fmt: skip
    for also in label.also:
        yield "also", (*key, also.category.value, also.confidence.value)
    for o in label.operations:
        yield "operations", (*key, o.parameter, o.value, o.primary.value, o.severity.value)
    for s in label.signals:
        yield "signals", (*key, s.id, s.floor.value if s.floor else None, _json(s.evidence))
    for number, e in enumerate(label.evidence):
        category = e.category.value if e.category else None
        yield "evidence", (
            *key, number, e.kind.value, e.rule, category, e.strength.value, e.quote, e.pointer, e.file, e.line,
            _json(e.via),
        )  # fmt: skip
    for number, effect in enumerate(tool.effects):
        yield "effects", (*key, number, effect.id, effect.target, effect.file, effect.line, _json(effect.via))
    for m in label.mismatches:
        yield "mismatches", (*key, *m.between, *m.evidence)
    limit: tuple[Value, Value] = (decision.limit.max, decision.limit.window) if decision.limit else (None, None)
    alternative = decision.alternative.value if decision.alternative else None
    yield "policies", (
        *key, decision.action.value, *limit, _json(decision.conditions), alternative, decision.reason,
    )  # fmt: skip


def _place(tool: Tool) -> Cells:
    where = tool.location
    place: Cells = (where.file, where.line, where.url) if where else (None, None, None)
    handler = tool.handler
    return (*place, *((handler.file, handler.start, handler.end) if handler else (None, None, None)))


def rows(row: Row) -> Iterator[tuple[str, Cells]]:
    """Yield every row of one server."""
    record = row.record
    yield from server_rows(record)
    for tool, label, decision in zip(record.facts.tools, record.classifications, row.decisions, strict=True):
        yield from tool_rows(record.facts.id, tool, label, decision)


def change_cells(change: Change) -> Cells:
    """Return one row of the table `history`."""
    return tuple(change[column] for column in COLUMNS["history"])
