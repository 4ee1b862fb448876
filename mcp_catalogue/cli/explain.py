"""`catalogue explain`: how one tool's label came about, step by step."""

from typing import Annotated, Any

import msgspec
import typer

from mcp_catalogue.cli.options import DEFAULT_DATABASE, Database, SourcesDir, TextOrJson
from mcp_catalogue.cli.reading import find_record
from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.model import Classification, Decision, Evidence, ServerRecord, Tool
from mcp_catalogue.pipeline.labelling import overridden, shipped_overrides
from mcp_catalogue.pipeline.reading import classifier
from mcp_catalogue.policy import decide


def explain(
    target: Annotated[str, typer.Argument(help="A server in the store (id, alias or name), else a target to read.")],
    tool: Annotated[str, typer.Argument(help="The tool's name.")],
    output: TextOrJson = "text",
    db: Database = DEFAULT_DATABASE,
    sources_dir: SourcesDir = None,
) -> None:
    """Show every step from the tool's definition and code to its label: evidence, combination, signals, policy.

    Example: catalogue explain pypi:mcp-okx cancel_order
    """
    record = overridden(find_record(target, db=db, sources_dir=sources_dir), shipped_overrides())
    chosen = [(t, c) for t, c in zip(record.facts.tools, record.classifications, strict=True) if t.name == tool]
    if not chosen:
        names = ", ".join(t.name for t in record.facts.tools[:30])
        raise CatalogueError(f"{tool}: {record.facts.id} has no such tool; it has: {names or 'none that was read'}")
    steps = [_explained(record, t, c) for t, c in chosen]
    if output == "json":
        typer.echo(msgspec.json.format(msgspec.json.encode(steps), indent=2).decode())
        return
    for one in steps:
        typer.echo("\n".join(_lines(one)))


def _explained(record: ServerRecord, tool: Tool, label: Classification) -> dict[str, Any]:
    rules = classifier()
    trace = rules.explain(tool, rules.context(record.facts))
    return {
        "server": record.facts.id,
        "tool": tool.name,
        "variant": tool.variant,
        "place": f"{tool.location.file}:{tool.location.line}" if tool.location else None,
        "followed": _followed(tool),
        "steps": list(trace.steps),
        "by_rules": _label(trace.label),
        "label": _label(label),
        "decided_by": label.decided_by.by,
        "evidence": [_evidence(e) for e in label.evidence],
        "policy": _policy(decide(record.facts, tool, label)),
    }


def _followed(tool: Tool) -> list[str] | None:
    """Return where the handler could not be followed: nothing where it was followed whole, None where nobody tried."""
    if tool.cuts is None:
        return None
    return [f"{c.reason} {c.detail}".rstrip() + (f" at {c.file}:{c.line}" if c.file else "") for c in tool.cuts]


def _label(label: Classification) -> str:
    also = "".join(f", also {a.category} ({a.confidence})" for a in label.also)
    return f"{label.primary}{also}; severity {label.severity}; confidence {label.confidence}"


def _evidence(item: Evidence) -> str:
    place = item.pointer or (f"{item.file}:{item.line}" if item.file else "")
    rule = f" by {item.rule}" if item.rule else ""
    return f"{item.kind} {place}: {item.quote!r} ({item.strength}{rule})"


def _policy(decision: Decision) -> str:
    return f"{decision.action}: {decision.reason}"


def _lines(one: dict[str, Any]) -> list[str]:
    head = f"{one['tool']} of {one['server']}" + (f" ({one['place']})" if one["place"] else "")
    lines = [head, "", *(f"  {number}. {step}" for number, step in enumerate(one["steps"], 1)), ""]
    if one["followed"] is not None:
        cuts = [f"not followed: {cut}" for cut in one["followed"]] or ["followed whole"]
        lines += ["  code", *(f"    {line}" for line in cuts), ""]
    lines += ["  evidence", *(f"    {line}" for line in one["evidence"]), ""]
    if one["decided_by"] != "rules":
        lines.append(f"  by the rules alone: {one['by_rules']}")
    return [*lines, f"  label:  {one['label']} (decided by {one['decided_by']})", f"  policy: {one['policy']}", ""]
