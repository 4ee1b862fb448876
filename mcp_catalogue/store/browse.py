"""Light reads over the whole store for lists and links: streams of short rows, no facts or labels decoded."""

import hashlib
from collections.abc import Iterator
from typing import NamedTuple

import msgspec

from mcp_catalogue.model import ServerId
from mcp_catalogue.store.events import Change, Event
from mcp_catalogue.store.store import Store


class ServerLine(NamedTuple):
    """One server; `digest` changes with anything in its record, the dates are ISO 8601 in UTC."""

    id: ServerId
    name: str
    title: str
    language: str | None
    version: str | None
    status: str
    enumerated: int
    digest: str
    first_seen: str
    last_changed: str
    gone: str | None


class ToolLine(NamedTuple):
    """One tool with the part of its label that crosses servers."""

    server: ServerId
    name: str
    variant: int
    primary: str
    severity: str
    confidence: str
    rest: "LabelDigest"


class LabelDigest(msgspec.Struct, frozen=True, gc=False):
    """The part of a stored label that crosses servers."""

    decided_by: "_DecidedBy"
    signals: tuple["_Signal", ...] = ()


class _DecidedBy(msgspec.Struct, frozen=True, gc=False):
    rules: tuple[str, ...] = ()


class _Signal(msgspec.Struct, frozen=True, gc=False):
    id: str


_LABEL = msgspec.json.Decoder(LabelDigest)


def server_lines(store: Store) -> Iterator[ServerLine]:
    """Stream every server, ordered by id."""
    for row in store.connection.execute(
        "SELECT id, name, coalesce(json_extract(facts, '$.title'), name), language, version, status, enumerated,"
        " digest, first_seen, last_changed, gone FROM servers ORDER BY id"
    ):
        yield ServerLine(*row)


def tool_lines(store: Store) -> Iterator[ToolLine]:
    """Stream every tool, ordered by server and position; `variant` is 0 where the name is unique."""
    decode = _LABEL.decode
    for server, name, variant, primary, severity, confidence, label in store.connection.execute(
        "SELECT server, name, variant, primary_category, severity, confidence, CAST(label AS BLOB) FROM tools"
        " ORDER BY server, position"
    ):
        yield ToolLine(server, name, variant, primary, severity, confidence, decode(label))


def state(store: Store) -> bytes:
    """Return a digest of everything that pages are made from: every server, its dates, and the history."""
    found = hashlib.blake2b(digest_size=16)
    for row in store.connection.execute("SELECT id, digest, first_seen, last_changed, gone FROM servers ORDER BY id"):
        found.update(repr(row).encode("utf-8", "replace"))
    found.update(repr(store.connection.execute("SELECT count(*), max(id), max(at) FROM history").fetchone()).encode())
    return found.digest()


class SearchText(msgspec.Struct, frozen=True, gc=False):
    """The words of a tool that can be searched for."""

    title: str | None = None
    description: str | None = None


_TEXT = msgspec.json.Decoder(SearchText)


def search_lines(store: Store) -> Iterator[tuple[ServerId, SearchText]]:
    """Stream the words of every tool, ordered by server and position."""
    decode = _TEXT.decode
    for server, facts in store.connection.execute(
        "SELECT server, CAST(facts AS BLOB) FROM tools ORDER BY server, position"
    ):
        yield server, decode(facts)


def newest_changes(store: Store, at_most: int) -> list[Change]:
    """Return the last changes, newest first."""
    rows = store.connection.execute(
        "SELECT at, server, tool, variant, event, before, after FROM history ORDER BY at DESC, id DESC LIMIT ?",
        (at_most,),
    )
    return [
        Change(
            at=at,
            server=server,
            tool=tool,
            variant=variant or None,
            event=Event(event),
            before=msgspec.json.decode(before) if before else None,
            after=msgspec.json.decode(after) if after else None,
        )
        for at, server, tool, variant, event, before, after in rows
    ]


def growth(store: Store) -> list[tuple[str, int, int]]:
    """Return servers and tools by the day on which they were first seen, summed up, oldest first."""
    days: dict[str, list[int]] = {}
    for place, table in enumerate(("servers", "tools")):
        for day, count in store.connection.execute(
            f"SELECT substr(first_seen, 1, 10), count(*) FROM {table} GROUP BY 1"  # noqa: S608
        ):
            days.setdefault(day, [0, 0])[place] += count
    servers = tools = 0
    out = []
    for day in sorted(days):
        servers, tools = servers + days[day][0], tools + days[day][1]
        out.append((day, servers, tools))
    return out
