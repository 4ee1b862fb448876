"""Tools and labels that the tests of the judge share."""

from typing import Any

from mcp_catalogue.model import (
    BASE_SEVERITY,
    Category,
    Classification,
    Completeness,
    Confidence,
    DecidedBy,
    Digest,
    Evidence,
    EvidenceKind,
    RuleId,
    ServerFacts,
    ServerId,
    Signal,
    SignalId,
    Source,
    SourceKind,
    Status,
    Strength,
    Tool,
)

RULEBOOK = Digest("sha256:" + "0" * 64)


def tool(name: str = "archive_note", description: str | None = "Files the note away for good.", **more: Any) -> Tool:
    schema = {"type": "object", "properties": {"note_id": {"type": "string", "description": "The note."}}}
    return Tool(**{"name": name, "description": description, "input_schema": schema, **more})


def server(*tools: Tool) -> ServerFacts:
    return ServerFacts(
        id=ServerId("pkg:pypi/notes"),
        name="notes",
        description="Notes of a team",
        source=Source(kind=SourceKind.MANIFEST),
        completeness=Completeness(status=Status.COMPLETE, enumerated=len(tools)),
        tools=tools,
    )


def evidence(
    category: Category,
    kind: EvidenceKind = EvidenceKind.DESCRIPTION,
    strength: Strength = Strength.WEAK,
    quote: str = "Files the note away",
) -> Evidence:
    return Evidence(kind=kind, rule=RuleId("r"), category=category, strength=strength, quote=quote, pointer="/x")


def label(
    primary: Category = Category.WRITE,
    *held: Evidence,
    confidence: Confidence = Confidence.LOW,
    signals: tuple[str, ...] = (),
    **more: Any,
) -> Classification:
    return Classification(
        **{
            "primary": primary,
            "also": (),
            "severity": BASE_SEVERITY[primary],
            "confidence": confidence,
            "decided_by": DecidedBy(rules=(RuleId("r"),)),
            "rationale": "The rules' own words.",
            "evidence": held,
            "signals": tuple(Signal(id=SignalId(s), floor=None) for s in signals),
            **more,
        }
    )
