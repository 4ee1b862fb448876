"""Load fixture servers, and put what was extracted into the form of their expected manifests."""

import json
from pathlib import Path
from typing import Any

from crawler.extract import extract
from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import ServerFacts, ServerId, Source, SourceKind, Tool

FIXTURES = Path(__file__).parent / "fixtures"
EXPECTED = "expected.json"
HINTS = ("title", "readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")


def servers(*languages: str) -> list[Path]:
    """Return the folders of all fixture servers of the given groups."""
    return sorted(p.parent for group in languages for p in (FIXTURES / group).glob(f"*/{EXPECTED}"))


def tree_of(folder: Path) -> SourceTree:
    """Return a fixture server as a source tree."""
    files = {
        str(p.relative_to(folder).as_posix()): p.read_bytes()
        for p in sorted(folder.rglob("*"))
        if p.is_file() and p.name != EXPECTED
    }
    return tree(files)


def tree(files: dict[str, bytes], **about: Any) -> SourceTree:
    """Return a source tree of files in memory."""
    origin = Origin(id=ServerId("local:fixture"), source=Source(kind=SourceKind.FOLDER), **about)
    return SourceTree(origin=origin, files=files)


def facts(files: dict[str, bytes]) -> list[ServerFacts]:
    """Extract files in memory."""
    return [one.facts for one in extract(tree(files))]


def manifest(found: list[ServerFacts]) -> dict[str, Any]:
    """Return what is compared: one entry per server, with what its tools declare and where."""
    return {"servers": [_server(one) for one in found]}


def _server(one: ServerFacts) -> dict[str, Any]:
    return {
        "name": one.name,
        "version": one.version,
        "language": one.language,
        "status": str(one.completeness.status),
        "server_name": one.server_name,
        "transports": list(one.transports),
        "requirements": [r.name for r in one.requirements],
        "unresolved": [f"{u.file}:{u.line} {u.reason}" for u in one.completeness.unresolved],
        "tools": [_tool(t) for t in one.tools],
    }


def _tool(tool: Tool) -> dict[str, Any]:
    schema = tool.input_schema or {}
    where, handler = tool.location, tool.handler
    return {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "properties": sorted(schema.get("properties", {})),
        "required": sorted(schema.get("required", [])),
        "annotations": {h: v for h in HINTS if (v := getattr(tool.annotations, h)) is not None},
        "origin": str(tool.origin),
        "condition": f"{tool.condition.kind}: {tool.condition.expression}" if tool.condition else None,
        "location": f"{where.file}:{where.line}" if where else None,
        "handler": f"{handler.file}:{handler.start}-{handler.end}" if handler else None,
    }


def write_expected(folder: Path) -> None:
    """Write a fixture's manifest as extracted now, to be read by a person before it is committed."""
    found = [one.facts for one in extract(tree_of(folder))]
    text = json.dumps(manifest(found), indent=2, ensure_ascii=False)
    (folder / EXPECTED).write_text(text + "\n", encoding="utf-8")
