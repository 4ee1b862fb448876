"""Read tool definitions in the protocol's own JSON form: a saved `tools/list` answer, a snapshot, a manifest.

Accepted are the protocol's answer (`{"tools": […]}`, with or without its JSON-RPC envelope), a bare array of
tools, and JSON Lines of `{"server": …, "tools": […]}`. See "Tools" in the Model Context Protocol specification.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from crawler.definition import MAX_TEXT
from crawler.finishing import finish_tools
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import (
    Annotations,
    Completeness,
    Location,
    Origin,
    ServerFacts,
    ServerId,
    Source,
    SourceKind,
    Status,
    Tool,
    Unresolved,
)

MAX_BYTES = 256 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class _Listed:
    server: str
    tools: list[Any]


def read_manifest(data: bytes, *, name: str) -> Iterator[ServerFacts]:
    """Yield one server per answer in `data`; `name` is the server's where the data gives none.

    Raises `DataError` where the data is none of the accepted forms.
    """
    if len(data) > MAX_BYTES:
        raise DataError(f"{name}: {len(data):,} bytes are more than the {MAX_BYTES:,} that a manifest may have")
    for listed in _listings(data, name):
        tools, unresolved = read_tools(listed.tools, file=f"{listed.server}.json", origin=Origin.PROTOCOL)
        done = finish_tools(replace(tool, location=None) for tool in tools)
        yield ServerFacts(
            id=ServerId(f"manifest:{listed.server}"),
            name=listed.server,
            source=Source(kind=SourceKind.MANIFEST),
            extractors=("manifest",),
            completeness=Completeness(
                status=Status.COMPLETE if done and not unresolved else Status.PARTIAL,
                enumerated=len(done),
                unresolved=tuple(unresolved),
            ),
            tools=done,
        )


def read_tools(items: list[Any], *, file: str, origin: Origin) -> tuple[list[Tool], list[Unresolved]]:
    """Read each of `items` as a tool of the protocol; what is none becomes unresolved with its reason."""
    tools, unresolved = [], []
    for index, item in enumerate(items):
        if not isinstance(item, dict) or not isinstance(item.get("name"), str) or not item["name"].strip():
            detail = f"entry {index} has no name"
            unresolved.append(Unresolved(file=file, line=1, reason="tool-without-name", detail=detail, covers=1))
            continue
        tool = read_tool(item, file=file, origin=origin)
        if len(_text(item.get("description")) or "") > MAX_TEXT:
            detail = f"the description of {tool.name[:100]} was cut at {MAX_TEXT:,} characters"
            unresolved.append(Unresolved(file=file, line=1, reason="text-cut", detail=detail, covers=0))
        tools.append(tool)
    return tools, unresolved


def read_tool(item: Mapping[str, Any], *, file: str, origin: Origin, line: int = 1) -> Tool:
    """Return the tool that `item` describes; it must have a name. Values of the wrong type count as absent."""
    hints = item.get("annotations")
    return Tool(
        name=item["name"],
        title=_text(item.get("title")),
        description=_text(item.get("description")),
        input_schema=_schema(item.get("inputSchema", item.get("input_schema"))),
        output_schema=_schema(item.get("outputSchema", item.get("output_schema"))),
        annotations=_annotations(hints if isinstance(hints, dict) else {}),
        origin=origin,
        location=Location(file=file, line=line),
    )


def _annotations(hints: Mapping[str, Any]) -> Annotations:
    def flag(key: str) -> bool | None:
        value = hints.get(key)
        return value if isinstance(value, bool) else None

    return Annotations(
        title=_text(hints.get("title")),
        readOnlyHint=flag("readOnlyHint"),
        destructiveHint=flag("destructiveHint"),
        idempotentHint=flag("idempotentHint"),
        openWorldHint=flag("openWorldHint"),
    )


def _text(value: object) -> str | None:
    return value if isinstance(value, str) else None


def _schema(value: object) -> dict[str, Any] | None:
    return value if isinstance(value, dict) else None


def _listings(data: bytes, name: str) -> Iterator[_Listed]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise DataError(f"{name}: not UTF-8 (byte {error.start}); save the answer as UTF-8 JSON") from error
    try:
        body = json.loads(text)
    except RecursionError as error:
        raise DataError(f"{name}: nested too deeply") from error
    except ValueError as error:
        lines = [line for line in text.splitlines() if line.strip()]
        if len(lines) < 2:
            raise DataError(f"{name}: not JSON ({error})") from error
        yield from _json_lines(lines, name)
        return
    yield _listed(body, name)


def _json_lines(lines: list[str], name: str) -> Iterator[_Listed]:
    for number, line in enumerate(lines, 1):
        try:
            body = json.loads(line)
        except (ValueError, RecursionError) as error:
            raise DataError(f"{name}: line {number} is not JSON ({error})") from error
        yield _listed(body, f"{name}-{number}")


def _listed(body: object, name: str) -> _Listed:
    if isinstance(body, dict) and isinstance(body.get("result"), dict):
        body = body["result"]
    server = name
    if isinstance(body, dict):
        server = _text(body.get("server")) or name
        body = body.get("tools")
    if not isinstance(body, list):
        raise DataError(f'{name}: holds no list of tools; expected {{"tools": […]}}, a bare array, or JSON Lines')
    return _Listed(server=server[:200], tools=body)
