"""Writing one server: which id it keeps, what of it changed, and the rows that say so."""

import hashlib
import sqlite3
from collections.abc import Mapping
from dataclasses import replace

import msgspec

from mcp_catalogue.model import Classification, ServerId, ServerRecord, Tool
from mcp_catalogue.store.events import Event

_DECLARED = "declared by the server's own package"
_Key = tuple[str, int]
_Row = tuple[int, str, bytes, bytes, str, str, str]  # position, digest, facts, label, and the three dates


def write_record(
    connection: sqlite3.Connection, record: ServerRecord, *, at: str, reasons: Mapping[str, str]
) -> ServerId:
    """Write `record` inside the caller's transaction; see `Store.put`."""
    server = _keep_id(connection, record, reasons)
    facts = replace(record.facts, id=server)
    bare = msgspec.json.encode(replace(facts, tools=()))
    tools = [msgspec.json.encode(tool) for tool in facts.tools]
    labels = [msgspec.json.encode(label) for label in record.classifications]
    digest = hashlib.sha256(b"\n".join([bare, *tools, *labels, record.rulebook.encode()])).hexdigest()
    old = connection.execute("SELECT digest, gone FROM servers WHERE id = ?", (server,)).fetchone()
    if old is not None and old == (digest, None):
        return server
    judge = msgspec.json.encode(record.judge).decode() if record.judge else None
    connection.execute(
        "INSERT INTO servers (id, name, language, version, status, enumerated, facts, digest, rulebook, judge,"
        " contents, first_seen, last_changed) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (id) DO UPDATE SET name = excluded.name, language = excluded.language,"
        " version = excluded.version, status = excluded.status, enumerated = excluded.enumerated,"
        " facts = excluded.facts, digest = excluded.digest, rulebook = excluded.rulebook, judge = excluded.judge,"
        " contents = excluded.contents, last_changed = excluded.last_changed, gone = NULL, gone_reason = NULL",
        (
            server, facts.name, facts.language, facts.version, facts.completeness.status, len(facts.tools),
            bare.decode(), digest, record.rulebook, judge, facts.contents, at, at,
        ),
    )  # fmt: skip
    if old is None:
        _note(connection, at, server, None, Event.SERVER_ADDED)
    elif old[1] is not None:
        _note(connection, at, server, None, Event.SERVER_BACK)
    rows = list(zip(facts.tools, record.classifications, tools, labels, strict=True))
    _write_tools(connection, server, rows, at, known=old is not None)
    return server


def _keep_id(connection: sqlite3.Connection, record: ServerRecord, reasons: Mapping[str, str]) -> ServerId:
    """Choose the id: the one first given to the record's own name; and note every name.

    A name that two servers claim, such as the repository of a monorepo's packages, belongs to neither.
    """
    names = (record.facts.id, *record.facts.aliases)
    marks = ",".join("?" * len(names))
    known = dict(
        connection.execute(f"SELECT alias, server FROM aliases WHERE alias IN ({marks})", names).fetchall()  # noqa: S608
    )
    server = ServerId(known.get(record.facts.id) or record.facts.id)
    claimed = [(name,) for name in names if name != server and known.get(name, server) not in {server, name}]
    connection.executemany(
        "UPDATE aliases SET server = '', reason = 'claimed by several servers' WHERE alias = ?", claimed
    )
    connection.executemany(
        "INSERT INTO aliases (alias, server, reason) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
        [(name, server, "id" if name == server else reasons.get(name, _DECLARED)) for name in names],
    )
    return server


def _write_tools(
    connection: sqlite3.Connection,
    server: ServerId,
    new: list[tuple[Tool, Classification, bytes, bytes]],
    at: str,
    *,
    known: bool,
) -> None:
    """Replace the server's tools; `known` is False for a new server, whose tools are no news each."""
    old: dict[_Key, _Row] = {
        (row[0], row[1]): row[2:]
        for row in connection.execute(
            "SELECT name, variant, position, digest, facts, label, first_seen, definition_changed, relabelled"
            " FROM tools WHERE server = ?",
            (server,),
        )
    }
    rows = []
    for position, (tool, label, facts, judged) in enumerate(new):
        key = (tool.name, tool.variant or 0)
        before = old.pop(key, None)
        first, changed, relabelled = (before[4], before[5], before[6]) if before else (at, at, at)
        if before is None:
            if known:
                _note(connection, at, server, key, Event.TOOL_ADDED)
        elif before[1] != tool.digest:
            changed = at
            _note(connection, at, server, key, Event.DEFINITION_CHANGED, _pair(before), (facts, judged))
        if before is not None and _outcome(before[3]) != _outcome(judged):
            relabelled = at
            if before[1] == tool.digest:
                _note(connection, at, server, key, Event.RELABELLED, _pair(before), (facts, judged))
        rows.append(
            (
                server, *key, position, tool.digest, label.primary, label.severity, label.confidence,
                facts.decode(), judged.decode(), first, changed, relabelled,
            )
        )  # fmt: skip
    for key, before in old.items():
        _note(connection, at, server, key, Event.TOOL_REMOVED, before=_pair(before))
    connection.execute("DELETE FROM tools WHERE server = ?", (server,))
    connection.executemany(f"INSERT INTO tools VALUES ({','.join('?' * 13)})", rows)  # noqa: S608


def _pair(row: _Row) -> tuple[bytes, bytes]:
    return (_bytes(row[2]), _bytes(row[3]))


def _bytes(text: bytes | str) -> bytes:
    return text.encode() if isinstance(text, str) else text


class _Outcome(msgspec.Struct):
    """The part of a label whose change is news: not its wording, not its evidence."""

    primary: str
    severity: str
    also: list[dict[str, str]]


_OUTCOME = msgspec.json.Decoder(_Outcome)


def _outcome(label: bytes | str) -> tuple[str, str, list[str]]:
    found = _OUTCOME.decode(label)
    return found.primary, found.severity, sorted(a["category"] for a in found.also)


def _note(  # noqa: PLR0913 — one argument a column
    connection: sqlite3.Connection,
    at: str,
    server: str,
    key: _Key | None,
    event: Event,
    before: tuple[bytes, bytes] | None = None,
    after: tuple[bytes, bytes] | None = None,
) -> None:
    name, variant = key or (None, None)
    connection.execute(
        "INSERT INTO history (at, server, tool, variant, event, before, after) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (at, server, name, variant, event, _both(before), _both(after)),
    )


def _both(pair: tuple[bytes, bytes] | None) -> str | None:
    return (b'{"tool":' + pair[0] + b',"label":' + pair[1] + b"}").decode() if pair else None
