"""`datapackage.json` (Frictionless Data Package): what each file holds, its size and its digest."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mcp_catalogue.entries import GENERATOR, SCHEMA_VERSION
from mcp_catalogue.export.tables import COLUMNS

NAME = "datapackage.json"
_MEDIA = {
    ".json": "application/json",
    ".jsonl": "application/jsonl",
    ".csv": "text/csv",
    ".sqlite": "application/vnd.sqlite3",
    ".parquet": "application/vnd.apache.parquet",
}
_TYPES = {"string": "string", "integer": "integer", "boolean": "boolean", "json": "string"}
_PRIMARY = {"servers": ["id"], "tools": ["server", "tool", "variant"], "policies": ["server", "tool", "variant"]}


def datapackage_text(files: Mapping[Path, str]) -> str:
    """Return the descriptor for `files`, each with its SHA-256."""
    package = {
        "$schema": "https://datapackage.org/profiles/1.0/datapackage.json",
        "name": "mcp-catalogue",
        "title": "Risk labels of the tools of MCP servers",
        "version": SCHEMA_VERSION,
        "description": f"Written by {GENERATOR}. Descriptions and quotes belong to the servers' authors.",
        "resources": [_resource(path, digest) for path, digest in sorted(files.items())],
    }
    return json.dumps(package, indent=2, ensure_ascii=False) + "\n"


def _resource(path: Path, digest: str) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "name": path.name.lower().replace(".", "-").replace("_", "-"),
        "path": path.name,
        "type": "table" if path.suffix == ".csv" else "file",
        "format": path.suffix.removeprefix("."),
        "mediatype": _MEDIA[path.suffix],
        "bytes": path.stat().st_size,
        "hash": f"sha256:{digest}",
    }
    if path.suffix == ".csv":
        resource |= {"profile": "tabular-data-resource", "encoding": "utf-8", "schema": _schema(path.stem)}
    return resource


def _schema(table: str) -> dict[str, Any]:
    fields = [{"name": name, "type": _TYPES[kind]} for name, kind in COLUMNS[table].items()]
    schema: dict[str, Any] = {"fields": fields, "missingValues": [""]}
    if table in _PRIMARY:
        schema["primaryKey"] = _PRIMARY[table]
    return schema
