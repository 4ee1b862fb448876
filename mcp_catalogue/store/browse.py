"""Light reads for lists and links: short rows, and of facts and labels only what crosses servers."""

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

    @property
    def stamp(self) -> str:
        """A text that changes with anything in the record of the server and its tools, and with their dates."""
        return f"{self.digest} {self.last_changed}"


class ToolLine(NamedTuple):
    """One tool with the part of its label that crosses servers; `variant` is 0 where the name is unique."""

    name: str
    variant: int
    primary: str
    severity: str
    confidence: str
    first_seen: str
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


def tool_lines(store: Store, server: ServerId) -> list[ToolLine]:
    """Return the tools of one server by position."""
    rows = store.connection.execute(
        "SELECT name, variant, primary_category, severity, confidence, first_seen, CAST(label AS BLOB) FROM tools"
        " WHERE server = ? ORDER BY position",
        (server,),
    )
    return [
        ToolLine(name, variant, primary, severity, confidence, first_seen, _LABEL.decode(label))
        for name, variant, primary, severity, confidence, first_seen, label in rows
    ]


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


def search_texts(store: Store, server: ServerId) -> list[SearchText]:
    """Return the words of each tool of one server by position."""
    rows = store.connection.execute(
        "SELECT CAST(facts AS BLOB) FROM tools WHERE server = ? ORDER BY position", (server,)
    )
    return [_TEXT.decode(facts) for (facts,) in rows]


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
