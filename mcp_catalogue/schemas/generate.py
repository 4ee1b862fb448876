"""Make the schemas from the model, so that no field can be missing from either.

`python -m mcp_catalogue.schemas.generate` writes the files anew; a test fails when they are stale.
"""

import json
from typing import Any

import msgspec

from mcp_catalogue.entries import (
    _CLASSIFICATION_KEYS,
    _FACTS_BEFORE,
    _TOOL_KEYS,
    SCHEMA_VERSION,
)
from mcp_catalogue.model import Classification, Decision, JudgeRun, ServerFacts, Tool
from mcp_catalogue.schemas import FOLDER
from mcp_catalogue.schemas.descriptions import DOCUMENT, FIELDS

Schema = dict[str, Any]

_DIGEST = {"type": "string", "pattern": "^sha256:[0-9a-f]{64}$"}
_SHA256 = {"anyOf": [{"type": "string", "pattern": "^[0-9a-f]{64}$"}, {"type": "null"}]}
_OPERATORS = ("eq", "neq", "in", "not_in", "lt", "lte", "gt", "gte", "regex", "contains", "exists")


def schemas() -> dict[str, Schema]:
    """Return every schema by file name."""
    defs = _definitions()
    document = {
        "type": "object",
        "properties": {
            "schema_version": {"const": SCHEMA_VERSION, "description": DOCUMENT["schema_version"]},
            "generator": {"type": "string", "description": DOCUMENT["generator"]},
            "servers": {
                "type": "array",
                "items": {"$ref": "#/$defs/Server"},
                "description": DOCUMENT["servers"],
            },
        },
        "required": ["schema_version", "generator", "servers"],
        "additionalProperties": False,
    }
    return {
        "catalogue.schema.json": {**_head("A catalogue of MCP servers and their tools, with labels"), **document}
        | {"$defs": defs},
        "server.schema.json": {**_head("One MCP server: a line of the JSON Lines form"), "$ref": "#/$defs/Server"}
        | {"$defs": defs},
    }


def texts() -> dict[str, str]:
    """Return every schema file's text by name."""
    return {name: json.dumps(schema, indent=2, ensure_ascii=False) + "\n" for name, schema in schemas().items()}


def write() -> None:
    """Write the schema files into the package."""
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8", newline="\n")


def _head(title: str) -> Schema:
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "title": title}


_NOT_SHOWN = frozenset({"Cut", "CutReason"})
"""Parts of facts that are no part of an entry."""


def _definitions() -> dict[str, Schema]:
    _, parts = msgspec.json.schema_components([Tool, Classification, Decision, ServerFacts, JudgeRun])
    parts = {name: dict(part) for name, part in parts.items() if name not in _NOT_SHOWN}
    facts, tool, label = (parts.pop(name)["properties"] for name in ("ServerFacts", "Tool", "Classification"))
    tool["digest"] = _DIGEST
    parts["Source"]["properties"]["sha256"] = _SHA256
    parts["Server"] = _object(
        "A server with its tools.",
        {key: facts[key] for key in _FACTS_BEFORE}
        | {"provenance": {"$ref": "#/$defs/Provenance"}}
        | {key: facts[key] for key in ("requirements", "completeness")}
        | {"tools": {"type": "array", "items": {"$ref": "#/$defs/Tool"}}},
    )
    parts["Provenance"] = _object(
        "How an entry came about.",
        {
            "version": facts["version"],
            "extractors": facts["extractors"],
            "rulebook": {"type": "string"},
            "judge": {"anyOf": [{"$ref": "#/$defs/JudgeRun"}, {"type": "null"}]},
        },
    )
    parts["Tool"] = _object(
        "A tool with its label and the recommended policy.",
        {key: tool[key] for key in _TOOL_KEYS}
        | {key: label[key] for key in _CLASSIFICATION_KEYS}
        | {"effects": tool["effects"], "mismatches": label["mismatches"], "judge": label["judge"]}
        | {"policy": {"$ref": "#/$defs/Decision"}},
    )
    strings = {"type": "string"}
    parts["Snippet"] = _object(
        "A policy for one tool in one client's own form.",
        dict.fromkeys(("format", "text", "sentence"), strings) | {"notes": {"type": "array", "items": strings}},
    )
    parts["Decision"]["properties"]["snippet"] = {"$ref": "#/$defs/Snippet"}
    parts["ArgumentCondition"]["properties"]["op"] = {"enum": list(_OPERATORS)}
    return {name: _close(name, parts[name]) for name in sorted(parts)}


def _object(description: str, properties: Schema) -> Schema:
    return {"type": "object", "description": description, "properties": properties}


def _close(name: str, part: Schema) -> Schema:
    """Demand every property, refuse others, and say what each means; enumerations stay as they are."""
    if "properties" not in part:
        return {key: value for key, value in part.items() if key != "title"}
    meanings = FIELDS[name]
    properties = {key: _described(value, meanings[key]) for key, value in part["properties"].items()}
    return {
        "type": "object",
        "description": part["description"],
        "properties": properties,
        "required": [key for key in properties if (name, key) != ("Decision", "snippet")],
        "additionalProperties": False,
    }


def _described(value: Schema, meaning: str) -> Schema:
    return {key: inner for key, inner in value.items() if key != "default"} | {"description": meaning}


if __name__ == "__main__":
    write()
