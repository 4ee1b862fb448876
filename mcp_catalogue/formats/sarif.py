"""SARIF 2.1.0 (OASIS): the same labels for code scanners, one result per tool and per mismatch.

A fingerprint is made of server, tool and label, never of a line, so that an alert stays the same alert when the
code around it moves.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from mcp_catalogue import __version__
from mcp_catalogue.formats.order import LabelledTool, riskiest_first
from mcp_catalogue.model import Category, Evidence, Mismatch, ServerRecord, Severity, Unreadable, Unresolved
from mcp_catalogue.policy.words import shown

_LEVEL = {Severity.LOW: "note", Severity.MEDIUM: "warning", Severity.HIGH: "error", Severity.CRITICAL: "error"}
# The scale of CVSS scores, as code scanners read `security-severity`.
_SCORE = {Severity.LOW: "2.0", Severity.MEDIUM: "5.0", Severity.HIGH: "8.0", Severity.CRITICAL: "9.5"}
_MEANING = {
    Category.READ: "reads and changes nothing",
    Category.WRITE: "adds or changes things",
    Category.EXECUTE: "does what its arguments say",
    Category.DESTRUCTIVE: "removes or cancels for good",
    Category.FINANCIAL: "moves money or binds its user",
}
_MISMATCH = "claims-disagree"


def sarif(records: Iterable[ServerRecord]) -> dict[str, Any]:
    """Return one SARIF log with one run."""
    listed = list(records)
    results = [result for record in listed for result in _results(record)]
    used = sorted({result["ruleId"] for result in results})
    index = {rule: number for number, rule in enumerate(used)}
    for result in results:
        result["ruleIndex"] = index[result["ruleId"]]
    notes = [note for record in listed for note in _notifications(record)]
    return {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {
                    "driver": {"name": "mcp-catalogue", "version": __version__, "rules": [_rule(r) for r in used]}
                },
                "invocations": [{"executionSuccessful": True, "toolExecutionNotifications": notes}],
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }


def _rule(rule: str) -> dict[str, Any]:
    if rule == _MISMATCH:
        text = "Annotation, description and code of a tool disagree"
        return {"id": rule, "shortDescription": {"text": text}, "defaultConfiguration": {"level": "warning"}}
    category, severity = next((c, s) for c in Category for s in Severity if rule == _rule_id(c, s))
    return {
        "id": rule,
        "shortDescription": {"text": f"A tool that {_MEANING[category]} ({category}, {severity})"},
        "defaultConfiguration": {"level": _LEVEL[severity]},
        "properties": {"security-severity": _SCORE[severity], "tags": ["security", "mcp"]},
    }


def _rule_id(category: Category, severity: Severity) -> str:
    return f"{category.lower()}-{severity}"


def _results(record: ServerRecord) -> Iterator[dict[str, Any]]:
    for item in riskiest_first(record):
        label = item.label
        where = item.tool.location
        message = f"{shown(item.tool.name)} is {item.categories} ({label.severity}, confidence {label.confidence})."
        why = shown(" ".join(label.rationale.split()), limit=1000)
        rule = _rule_id(label.primary, label.severity)
        yield {
            "ruleId": rule,
            "level": _LEVEL[label.severity],
            "message": {"text": f"{message} {why}".strip()},
            "locations": [_location(record, item, where.file if where else None, where.line if where else None)],
            "partialFingerprints": {"toolLabel/v1": _fingerprint(record, item, rule)},
        }
        for mismatch in label.mismatches:
            yield _mismatch(record, item, mismatch)


def _mismatch(record: ServerRecord, item: LabelledTool, mismatch: Mismatch) -> dict[str, Any]:
    sides = [item.label.evidence[i] for i in mismatch.evidence if i < len(item.label.evidence)]
    seen: Evidence | None = next((e for e in sides if e.file is not None), None)
    where = item.tool.location
    file, line = (seen.file, seen.line) if seen else (where.file, where.line) if where else (None, None)
    quotes = " / ".join(shown(" ".join(e.quote.split()), limit=200) for e in sides)
    text = f"{shown(item.tool.name)}: {' and '.join(mismatch.between)} disagree: {quotes}"
    return {
        "ruleId": _MISMATCH,
        "level": "warning",
        "message": {"text": text},
        "locations": [_location(record, item, file, line)],
        "partialFingerprints": {"toolMismatch/v1": _fingerprint(record, item, *mismatch.between)},
    }


def _location(record: ServerRecord, item: LabelledTool, file: str | None, line: int | None) -> dict[str, Any]:
    name = f"{record.facts.id}/{item.tool.name}"
    found: dict[str, Any] = {"logicalLocations": [{"fullyQualifiedName": shown(name, limit=300), "kind": "function"}]}
    if file:
        found["physicalLocation"] = _physical(file, line)
    return found


def _physical(file: str, line: int | None) -> dict[str, Any]:
    place: dict[str, Any] = {"artifactLocation": {"uri": quote(file), "uriBaseId": "%SRCROOT%"}}
    if line is not None and line > 0:
        place["region"] = {"startLine": line}
    return place


def _fingerprint(record: ServerRecord, item: LabelledTool, *parts: str) -> str:
    key = [record.facts.id, item.tool.name, item.tool.variant, *parts]
    return hashlib.sha256(json.dumps(key).encode()).hexdigest()


def _notifications(record: ServerRecord) -> Iterator[dict[str, Any]]:
    done = record.facts.completeness
    gaps: tuple[Unresolved | Unreadable, ...] = (*done.unresolved, *done.unreadable)
    for gap in gaps:
        words = shown(f"{gap.reason} {gap.detail}".strip(), limit=400)
        entry: dict[str, Any] = {"level": "warning", "message": {"text": f"not read: {words}"}}
        if gap.file:
            place = _physical(gap.file, gap.line if isinstance(gap, Unresolved) else None)
            entry["locations"] = [{"physicalLocation": place}]
        yield entry
