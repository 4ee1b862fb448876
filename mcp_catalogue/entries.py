"""The JSON form of a server: facts, judgement and decision merged into one entry, and back.

`to_entry` gives plain dictionaries with every key present, in the contract's order; `from_entry` reads one
back into a `ServerRecord` (the decision is left out: it is computed from a classification). The exact form
is `mcp_catalogue/schemas/catalogue.schema.json`.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import msgspec

from mcp_catalogue import __version__
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import (
    Classification,
    Decision,
    Digest,
    JudgeRun,
    ServerFacts,
    ServerRecord,
    Tool,
)

SCHEMA_VERSION = "1.0"
GENERATOR = f"mcp-catalogue {__version__}"

_FACTS_BEFORE = (
    "id", "name", "title", "description", "version", "language", "aliases", "repository", "commit", "licence", "source",
)  # fmt: skip
_TOOL_KEYS = (
    "name", "variant", "title", "description", "description_language", "input_schema", "output_schema", "annotations",
    "origin", "condition", "location", "handler", "digest",
)  # fmt: skip
_CLASSIFICATION_KEYS = (
    "primary", "also", "severity", "confidence", "decided_by", "rationale", "operations", "signals", "evidence",
)  # fmt: skip

Decide = Callable[[ServerFacts, Tool, Classification], Decision]


def tool_fields(tool: Tool, label: Classification, decision: Decision) -> dict[str, Any]:
    """Return the entry of one tool with the model's own values, for an encoder that knows dataclasses."""
    fields = {key: getattr(tool, key) for key in _TOOL_KEYS}
    fields.update((key, getattr(label, key)) for key in _CLASSIFICATION_KEYS)
    fields["effects"] = tool.effects
    fields["mismatches"] = label.mismatches
    fields["judge"] = label.judge
    fields["policy"] = decision
    return fields


def server_fields(record: ServerRecord) -> dict[str, Any]:
    """Return the entry of one server with the model's own values and an empty list of tools."""
    facts = record.facts
    fields: dict[str, Any] = {key: getattr(facts, key) for key in _FACTS_BEFORE}
    fields["provenance"] = {
        "version": facts.version,
        "extractors": facts.extractors,
        "rulebook": record.rulebook,
        "judge": record.judge,
    }
    fields["requirements"] = facts.requirements
    fields["completeness"] = facts.completeness
    fields["tools"] = []
    return fields


def tool_entry(tool: Tool, label: Classification, decision: Decision) -> dict[str, Any]:
    """Return the entry of one tool."""
    entry: dict[str, Any] = msgspec.to_builtins(tool_fields(tool, label, decision))
    return entry


def server_entry(record: ServerRecord) -> dict[str, Any]:
    """Return the entry of one server with an empty list of tools."""
    entry: dict[str, Any] = msgspec.to_builtins(server_fields(record))
    return entry


def to_entry(record: ServerRecord, decide: Decide) -> dict[str, Any]:
    """Return the entry of one server with its tools in the order of `record.facts.tools`."""
    entry = server_entry(record)
    pairs = zip(record.facts.tools, record.classifications, strict=True)
    entry["tools"] = [tool_entry(t, c, decide(record.facts, t, c)) for t, c in pairs]
    return entry


def document(entries: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return the one document that `classify --format json` and the export print."""
    return {"schema_version": SCHEMA_VERSION, "generator": GENERATOR, "servers": list(entries)}


def from_entry(entry: Mapping[str, Any]) -> ServerRecord:
    """Read an entry back. Raises `DataError` where it does not have the contract's form."""
    try:
        tools = tuple(msgspec.convert(_pick(t, (*_TOOL_KEYS, "effects")), Tool) for t in entry["tools"])
        labels = tuple(
            msgspec.convert(_pick(t, (*_CLASSIFICATION_KEYS, "mismatches", "judge")), Classification)
            for t in entry["tools"]
        )
        provenance = entry["provenance"]
        facts = _pick(entry, (*_FACTS_BEFORE, "requirements", "completeness"))
        facts["extractors"] = provenance["extractors"]
        return ServerRecord(
            facts=msgspec.convert({**facts, "tools": tools}, ServerFacts),
            classifications=labels,
            rulebook=Digest(provenance["rulebook"]),
            judge=msgspec.convert(provenance["judge"], JudgeRun | None),
        )
    except (msgspec.ValidationError, KeyError, TypeError) as error:
        raise DataError(f"not an entry of the catalogue's form: {error}") from error


def _pick(mapping: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: mapping[key] for key in keys if key in mapping}
