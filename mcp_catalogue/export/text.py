"""Leaving the authors' words out (`--no-text`): descriptions and quotes belong to those who wrote them.

Names, labels, places, digests and the shape of schemas stay; a digest finds the definition again.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from mcp_catalogue.model import Classification, ServerRecord, Tool

# Keywords of JSON Schema whose value is prose, and those whose value maps names to schemas.
_PROSE = frozenset({"description", "title", "examples", "example", "$comment", "default", "markdownDescription"})
_NAMED = frozenset({"properties", "patternProperties", "$defs", "definitions", "dependentSchemas"})
_LISTED = frozenset({"anyOf", "allOf", "oneOf", "prefixItems"})
_DEEPEST = 60


def without_text(record: ServerRecord) -> ServerRecord:
    """Return the record without descriptions, titles, quotes and the rationales that repeat them."""
    facts = replace(
        record.facts, title=None, description=None, tools=tuple(_tool_without_text(t) for t in record.facts.tools)
    )
    labels = tuple(_label_without_text(c) for c in record.classifications)
    return replace(record, facts=facts, classifications=labels)


def _tool_without_text(tool: Tool) -> Tool:
    return replace(
        tool,
        title=None,
        description=None,
        input_schema=None if tool.input_schema is None else schema_without_text(tool.input_schema),
        output_schema=None if tool.output_schema is None else schema_without_text(tool.output_schema),
        annotations=replace(tool.annotations, title=None),
    )


def _label_without_text(label: Classification) -> Classification:
    return replace(
        label,
        rationale="",
        evidence=tuple(replace(e, quote="") for e in label.evidence),
        judge=None if label.judge is None else replace(label.judge, rationale=""),
    )


def schema_without_text(schema: Mapping[str, Any], depth: int = 0) -> dict[str, Any]:
    """Return a JSON Schema without prose; a property that happens to be called `description` stays."""
    if depth > _DEEPEST:
        return {}
    kept: dict[str, Any] = {}
    for key, value in schema.items():
        if key in _PROSE:
            continue
        if key in _NAMED and isinstance(value, Mapping):
            kept[key] = {name: _inner(inner, depth) for name, inner in value.items()}
        elif key in _LISTED and isinstance(value, list | tuple):
            kept[key] = [_inner(inner, depth) for inner in value]
        else:
            kept[key] = _inner(value, depth)
    return kept


def _inner(value: object, depth: int) -> object:
    return schema_without_text(value, depth + 1) if isinstance(value, Mapping) else value
