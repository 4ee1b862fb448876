"""Labelled sets: which tool should have which label, and the definitions they were labelled from.

A set is JSON Lines of `{"server", "tool", "primary", "also", "acceptable", "sure"}`, with a `description` of its own
or with the full definition in a folder of recordings (`<server>.json` with `tools` in the protocol's form).
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from crawler.manifest import read_tool
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import (
    Category,
    Completeness,
    Digest,
    Origin,
    ServerFacts,
    ServerId,
    Source,
    SourceKind,
    Status,
    Tool,
)


class Row(msgspec.Struct, frozen=True):
    """One labelled tool. `acceptable` are the other primaries that a careful reader could defend."""

    server: str
    tool: str
    primary: Category
    description: str | None = None
    also: tuple[Category, ...] = ()
    acceptable: tuple[Category, ...] = ()
    sure: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class GoldSet:
    """A labelled set with the facts of its servers; `missing` are rows whose definition was not found."""

    name: str
    digest: Digest
    servers: Mapping[str, ServerFacts]
    rows: tuple[Row, ...]
    missing: tuple[Row, ...]


def read_gold(path: Path, definitions: Path | None = None) -> GoldSet:
    """Read a labelled set. Raises `DataError` where it is not one, naming the line."""
    raw = _bytes(path)
    rows = _rows(path, raw)
    by_server: dict[str, list[Row]] = {}
    for row in rows:
        by_server.setdefault(row.server, []).append(row)
    servers = {}
    missing: list[Row] = []
    for server, listed in by_server.items():
        found = _definitions(definitions, server) if definitions is not None else {}
        tools = dict(found)
        for row in listed:
            if row.tool not in tools and row.description is not None:
                tools[row.tool] = Tool(name=row.tool, description=row.description)
            elif row.tool not in tools:
                missing.append(row)
        servers[server] = _facts(server, tuple(tools.values()))
    kept = tuple(row for row in rows if row not in missing)
    if not kept:
        raise DataError(f"{path}: no row has a description or a definition; give --definitions DIR")
    digest = Digest(f"sha256:{hashlib.sha256(raw).hexdigest()}")
    return GoldSet(name=path.stem, digest=digest, servers=servers, rows=kept, missing=tuple(missing))


def _rows(path: Path, raw: bytes) -> list[Row]:
    rows = []
    for number, line in enumerate(raw.splitlines(), 1):
        if line.strip():
            try:
                rows.append(msgspec.json.decode(line, type=Row))
            except (msgspec.ValidationError, msgspec.DecodeError) as error:
                raise DataError(f"{path}, line {number}: not a labelled tool: {error}") from error
    if not rows:
        raise DataError(f"{path}: no labelled tools")
    return rows


def read_definitions(folder: Path) -> dict[str, ServerFacts]:
    """Read every recording in `folder` (or its `servers/`) as facts, by file name."""
    inner = folder / "servers"
    chosen = inner if inner.is_dir() else folder
    found = {
        p.stem: _facts(p.stem, tuple(_definitions(chosen, p.stem).values())) for p in sorted(chosen.glob("*.json"))
    }
    if not found:
        raise DataError(f"{folder}: no definitions (*.json) here or in servers/")
    return found


def _definitions(folder: Path, server: str) -> dict[str, Tool]:
    path = next((p for p in (folder / f"{server}.json", folder / "servers" / f"{server}.json") if p.is_file()), None)
    if path is None:
        return {}
    try:
        tools: list[Mapping[str, Any]] = json.loads(_bytes(path))["tools"]
        return {t["name"]: read_tool(t, file=path.name, origin=Origin.PROTOCOL) for t in tools}
    except (ValueError, KeyError, TypeError) as error:
        raise DataError(f"{path}: not a list of tools ({error!r})") from error


def _facts(server: str, tools: tuple[Tool, ...]) -> ServerFacts:
    return ServerFacts(
        id=ServerId(f"manifest:{server}"),
        name=server,
        source=Source(kind=SourceKind.MANIFEST),
        completeness=Completeness(status=Status.COMPLETE, enumerated=len(tools)),
        tools=tools,
    )


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be read ({error.strerror})") from error
