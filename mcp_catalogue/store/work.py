"""The crawl's own book: which target was read from which input, what failed and why, and what is due again."""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """What became of a target."""

    STORED = "stored"
    NO_SERVER = "no-server"
    FAILED = "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """One target that a source listed.

    `source_digest` identifies what was read, `code_digest` the extractors that read it: where both are as
    before, nothing need be read again. `sources` holds what each source says of it (popularity, status).
    Times are ISO 8601 in UTC; `attempts` counts failures in a row.
    """

    target: str
    state: State
    reason: str | None = None
    source_digest: str | None = None
    code_digest: str | None = None
    servers: tuple[str, ...] = ()
    sources: Mapping[str, Any] = field(default_factory=dict)
    attempts: int = 0
    checked: str
    next_try: str | None = None


_COLUMNS = "target, state, reason, source_digest, code_digest, servers, sources, attempts, checked, next_try"


class WorkBook:
    """Reads and writes the tables `work`, `crawls` and `skipped` of an open store."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def get(self, target: str) -> Work | None:
        """Return what is known of `target`."""
        row = self._connection.execute(f"SELECT {_COLUMNS} FROM work WHERE target = ?", (target,)).fetchone()  # noqa: S608
        return _work(row) if row else None

    def all(self, state: State | None = None) -> Iterator[Work]:
        """Stream the targets, ordered by name."""
        rows = self._connection.execute(
            f"SELECT {_COLUMNS} FROM work WHERE ?1 IS NULL OR state = ?1 ORDER BY target",  # noqa: S608
            (state,),
        )
        return map(_work, rows)

    def put(self, work: Work) -> None:
        """Write one row whole."""
        self._connection.execute(
            f"INSERT OR REPLACE INTO work ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",  # noqa: S608
            (
                work.target, work.state, work.reason, work.source_digest, work.code_digest,
                json.dumps(work.servers), json.dumps(dict(work.sources)), work.attempts, work.checked, work.next_try,
            ),
        )  # fmt: skip

    def counts(self) -> Mapping[str, int]:
        """Targets by state."""
        rows = self._connection.execute("SELECT state, count(*) FROM work GROUP BY state ORDER BY state")
        return {str(state): int(count) for state, count in rows}

    def skip(self, source: str, items: Iterable[tuple[str, str]], *, at: str) -> None:
        """Note what `source` lists and nobody can use, as pairs of (what, reason)."""
        self._connection.executemany(
            "INSERT OR REPLACE INTO skipped (source, what, reason, at) VALUES (?, ?, ?, ?)",
            [(source, what, reason, at) for what, reason in items],
        )

    def skipped(self) -> Iterator[tuple[str, str, str]]:
        """Stream (source, what, reason)."""
        return iter(self._connection.execute("SELECT source, what, reason FROM skipped ORDER BY source, what"))

    def start(self, *, at: str, sources: Sequence[str]) -> int:
        """Open a crawl and return its number."""
        cursor = self._connection.execute(
            "INSERT INTO crawls (started, sources) VALUES (?, ?)", (at, json.dumps(list(sources)))
        )
        return int(cursor.lastrowid or 0)

    def finish(self, crawl: int, *, at: str, counts: Mapping[str, int]) -> None:
        """Close a crawl with its counts."""
        self._connection.execute(
            "UPDATE crawls SET finished = ?, counts = ? WHERE id = ?", (at, json.dumps(dict(counts)), crawl)
        )

    def last_crawl(self) -> Mapping[str, Any] | None:
        """Return `started`, `finished`, `sources` and `counts` of the newest crawl."""
        row = self._connection.execute(
            "SELECT started, finished, sources, counts FROM crawls ORDER BY id DESC LIMIT 1"
        ).fetchone()
        if row is None:
            return None
        started, finished, sources, counts = row
        return {
            "started": started,
            "finished": finished,
            "sources": json.loads(sources or "[]"),
            "counts": json.loads(counts or "{}"),
        }


def _work(row: Sequence[Any]) -> Work:
    target, state, reason, source, code, servers, sources, attempts, checked, next_try = row
    return Work(
        target=target,
        state=State(state),
        reason=reason,
        source_digest=source,
        code_digest=code,
        servers=tuple(json.loads(servers or "[]")),
        sources=json.loads(sources) if sources else {},
        attempts=attempts or 0,
        checked=checked,
        next_try=next_try,
    )
