"""Servers, tools, labels and their history in one SQLite file."""

import json
import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from types import MappingProxyType, TracebackType
from typing import Any, Self

import msgspec
from sqlite_utils import Database

from mcp_catalogue.errors import StoreError
from mcp_catalogue.model import (
    Classification,
    Digest,
    JudgeRun,
    ServerFacts,
    ServerId,
    ServerRecord,
    Severity,
    Status,
    Tool,
)
from mcp_catalogue.store.events import Change, Event, ToolDates, Totals
from mcp_catalogue.store.migrations import MIGRATIONS, NUMBERED
from mcp_catalogue.store.writing import write_record

_FACTS = msgspec.json.Decoder(ServerFacts)
_TOOL = msgspec.json.Decoder(Tool)
_LABEL = msgspec.json.Decoder(Classification)
_JUDGE = msgspec.json.Decoder(JudgeRun)


class Store:
    """The catalogue's database. Open it with `Store.open`; usable as a context manager.

    Every method raises `StoreError` where the file is locked or damaged.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection
        self.db = Database(connection)

    @classmethod
    def open(cls, path: Path, *, create: bool = False) -> Self:
        """Open the store at `path`, bringing its tables up to date. Raises `StoreError` where there is none."""
        if not create and not path.is_file():
            raise StoreError(f"{path}: no such store; `catalogue crawl --db {path}` makes one")
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            connection = sqlite3.connect(path, isolation_level=None, timeout=30)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = NORMAL")
            store = cls(connection)
            ours = {m.__name__ for m in NUMBERED}
            if any(m.name not in ours for m in MIGRATIONS.applied(store.db)):
                raise StoreError(f"{path}: written by a newer version; upgrade, or start a new store with --db")
            MIGRATIONS.apply(store.db)
        except sqlite3.Error as error:
            raise StoreError(
                f"{path}: not a usable store ({error}); restore it, or start a new one with --db"
            ) from error
        return store

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file."""
        self.db.close()

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Everything inside happens whole or not at all; may be nested."""
        try:
            with self.db.atomic():
                yield
        except sqlite3.Error as error:
            raise StoreError(f"the store could not be written ({error}); nothing of this step was kept") from error

    def put(self, record: ServerRecord, *, at: str, reasons: Mapping[str, str] = MappingProxyType({})) -> ServerId:
        """Store `record` as of `at` (ISO 8601, UTC), noting what changed; answer the id it is kept under.

        A server whose id is known as an alias of another keeps the id it was first given. `reasons` says, by
        alias, why it is a name of this server.
        """
        with self.transaction():
            return write_record(self.connection, record, at=at, reasons=reasons)

    def mark_gone(self, server: ServerId, *, at: str, reason: str) -> None:
        """Note that a server disappeared upstream; its data stays."""
        with self.transaction():
            cursor = self.connection.execute(
                "UPDATE servers SET gone = ?, gone_reason = ? WHERE id = ? AND gone IS NULL", (at, reason, server)
            )
            if cursor.rowcount:
                self.connection.execute(
                    "INSERT INTO history (at, server, event) VALUES (?, ?, ?)", (at, server, Event.SERVER_GONE)
                )

    def server_ids(self) -> list[ServerId]:
        """All ids, sorted."""
        return [ServerId(row[0]) for row in self.connection.execute("SELECT id FROM servers ORDER BY id")]

    def resolve(self, text: str) -> ServerId:
        """Find a server by id, alias, or unambiguous name. Raises `StoreError` otherwise."""
        row = self.connection.execute("SELECT server FROM aliases WHERE alias = ?", (text,)).fetchone()
        if row and row[0]:
            return ServerId(row[0])
        rows = self.connection.execute(
            "SELECT id FROM servers WHERE name = ?1 OR id = ?1 OR id = 'pkg:pypi/' || ?1 OR id = 'pkg:npm/' || ?2"
            " ORDER BY id LIMIT 6",
            (text, text.replace("@", "%40")),
        ).fetchall()
        if len(rows) == 1:
            return ServerId(rows[0][0])
        if rows:
            raise StoreError(f"{text}: several servers have this name: {', '.join(r[0] for r in rows)}; give the id")
        raise StoreError(f"{text}: not in the store; `catalogue crawl` fills it")

    def record(self, server: ServerId) -> ServerRecord:
        """Return one server with its tools. Raises `StoreError` where it is unknown."""
        return self.dated_record(server)[0]

    def dated_record(self, server: ServerId) -> tuple[ServerRecord, list[ToolDates]]:
        """Return one server, and the dates of its tools in their order. Raises `StoreError` where it is unknown."""
        row = self.connection.execute(
            "SELECT CAST(facts AS BLOB), rulebook, judge FROM servers WHERE id = ?", (server,)
        ).fetchone()
        if row is None:
            raise StoreError(f"{server}: not in the store; `catalogue crawl` fills it")
        tools = self.connection.execute(
            "SELECT CAST(facts AS BLOB), CAST(label AS BLOB), first_seen, definition_changed, relabelled FROM tools"
            " WHERE server = ? ORDER BY position",
            (server,),
        ).fetchall()
        return _record(row, tools), [ToolDates(*tool[2:]) for tool in tools]

    def records(self) -> Iterator[ServerRecord]:
        """Stream every server with its tools, ordered by id."""
        rows = self.connection.execute(
            "SELECT s.id, s.facts, s.rulebook, s.judge, t.facts, t.label FROM servers s"
            " LEFT JOIN tools t ON t.server = s.id ORDER BY s.id, t.position"
        )
        for _, group in groupby(rows, key=itemgetter(0)):
            listed = list(group)
            yield _record(listed[0][1:4], [row[4:] for row in listed if row[4]])

    def note(self, key: str) -> str | None:
        """Return what `keep_note` kept under `key`."""
        row = self.connection.execute("SELECT value FROM notes WHERE key = ?", (key,)).fetchone()
        return None if row is None else str(row[0])

    def keep_note(self, key: str, value: str) -> None:
        """Keep one value of the store's own, such as which rules last labelled it."""
        with self.transaction():
            self.connection.execute("INSERT OR REPLACE INTO notes (key, value) VALUES (?, ?)", (key, value))

    def totals(self) -> Totals:
        """Count what is stored."""
        servers, incomplete = self.connection.execute(
            "SELECT count(*), count(*) FILTER (WHERE status <> ?) FROM servers", (Status.COMPLETE,)
        ).fetchone()
        counted = dict(self.connection.execute("SELECT severity, count(*) FROM tools GROUP BY severity").fetchall())
        severities = {severity: counted.get(severity, 0) for severity in reversed(Severity)}
        return Totals(servers=servers, tools=sum(severities.values()), incomplete=incomplete, severities=severities)

    def changes(self, *, since: str = "", server: ServerId | None = None) -> Iterator[Change]:
        """Stream the history from `since` (ISO 8601) on, oldest first."""
        # `+at` keeps the index on time out of the way of the one on servers
        where = "at >= ?" if server is None else "+at >= ? AND server = ?"
        rows = self.connection.execute(
            f"SELECT at, server, tool, variant, event, before, after FROM history WHERE {where} ORDER BY at, id",  # noqa: S608
            (since,) if server is None else (since, server),
        )
        for at, owner, tool, variant, event, before, after in rows:
            yield Change(
                at=at,
                server=owner,
                tool=tool,
                variant=variant or None,
                event=Event(event),
                before=json.loads(before) if before else None,
                after=json.loads(after) if after else None,
            )


def _record(server: Sequence[Any], tools: Sequence[Sequence[Any]]) -> ServerRecord:
    """Return the record of one server from facts, rulebook and judge; a row of `tools` begins with facts and label."""
    facts, rulebook, judge = server
    return ServerRecord(
        facts=replace(_FACTS.decode(facts), tools=tuple(_TOOL.decode(row[0]) for row in tools)),
        classifications=tuple(_LABEL.decode(row[1]) for row in tools),
        rulebook=Digest(rulebook),
        judge=_JUDGE.decode(judge) if judge else None,
    )
