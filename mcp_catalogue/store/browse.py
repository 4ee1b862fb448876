"""Light reads over the whole store for lists and links: streams of short rows, no facts or labels decoded."""

import hashlib
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import msgspec

from mcp_catalogue.model import Category, Confidence, ServerId, ServerRecord, Severity
from mcp_catalogue.store.events import ToolDates
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
    """One tool with the part of its label that lists show; `rules` decided it."""

    server: ServerId
    name: str
    variant: int | None
    primary: Category
    severity: Severity
    confidence: Confidence


class LabelDigest(msgspec.Struct, frozen=True, gc=False):
    """The part of a stored label that crosses servers."""

    decided_by: "_DecidedBy"
    signals: tuple["_Signal", ...] = ()


class _DecidedBy(msgspec.Struct, frozen=True, gc=False):
    rules: tuple[str, ...] = ()


class _Signal(msgspec.Struct, frozen=True, gc=False):
    id: str


_LABEL = msgspec.json.Decoder(LabelDigest)
_CATEGORY = {c.value: c for c in Category}
_SEVERITY = {s.value: s for s in Severity}
_CONFIDENCE = {c.value: c for c in Confidence}
_COLUMNS = "server, name, variant, primary_category, severity, confidence"


def server_lines(store: Store) -> Iterator[ServerLine]:
    """Stream every server, ordered by id."""
    for row in store.connection.execute(
        "SELECT id, name, coalesce(json_extract(facts, '$.title'), name), language, version, status, enumerated,"
        " digest, first_seen, last_changed, gone FROM servers ORDER BY id"
    ):
        yield ServerLine(*row)


def tool_lines(store: Store) -> Iterator[tuple[ToolLine, LabelDigest]]:
    """Stream every tool, ordered by server and position, with its deciding rules and signals."""
    for *columns, label in store.connection.execute(f"SELECT {_COLUMNS}, label FROM tools ORDER BY server, position"):  # noqa: S608
        yield _line(columns), _LABEL.decode(label)


def tools_by(store: Store, *, severity: Severity | None = None, category: Category | None = None) -> Iterator[ToolLine]:
    """Stream the tools of one severity or category, ordered by server and position."""
    column, value = ("severity", severity) if severity else ("primary_category", category)
    rows = store.connection.execute(
        f"SELECT {_COLUMNS} FROM tools WHERE {column} = ? ORDER BY server, position",  # noqa: S608
        (value,),
    )
    return map(_line, rows)


def tools_by_name(store: Store) -> Iterator[ToolLine]:
    """Stream every tool, ordered by name, server and variant."""
    return map(_line, store.connection.execute(f"SELECT {_COLUMNS} FROM tools ORDER BY name, server, variant"))  # noqa: S608


def records_of(store: Store, servers: Sequence[ServerId]) -> Iterator[ServerRecord]:
    """Stream the records of the given servers, in their order."""
    return map(store.record, servers)


def all_dates(store: Store, server: ServerId) -> dict[tuple[str, int | None], ToolDates]:
    """When each tool of a server was first seen and last changed, by (name, variant)."""
    return store.dates(server)


def _line(row: Sequence[str | int | None]) -> ToolLine:
    server, name, variant, primary, severity, confidence = row
    return ToolLine(
        ServerId(str(server)),
        str(name),
        int(variant) if variant else None,
        _CATEGORY[str(primary)],
        _SEVERITY[str(severity)],
        _CONFIDENCE[str(confidence)],
    )


def state(store: Store) -> bytes:
    """Return a digest of everything that pages are made from: every server, its dates, and the history."""
    found = hashlib.blake2b(digest_size=16)
    for row in store.connection.execute("SELECT id, digest, first_seen, last_changed, gone FROM servers ORDER BY id"):
        found.update(repr(row).encode("utf-8", "replace"))
    found.update(repr(store.connection.execute("SELECT count(*), max(id), max(at) FROM history").fetchone()).encode())
    return found.digest()
