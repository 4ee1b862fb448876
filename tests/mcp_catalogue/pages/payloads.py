"""Hostile texts of every kind that a page could trip over, and a store with each of them in every field.

A payload that runs sets `window.ran` or asks for an address at `leak.example`; neither must happen.
"""

import json
from collections.abc import Iterator
from pathlib import Path

from mcp_catalogue.model import (
    Also,
    Annotations,
    Category,
    Classification,
    Completeness,
    Condition,
    Confidence,
    DecidedBy,
    Digest,
    Effect,
    EffectId,
    Evidence,
    EvidenceKind,
    JudgeRun,
    Location,
    MayHaveMore,
    Mismatch,
    Operation,
    Opinion,
    Requirement,
    RuleId,
    ServerFacts,
    ServerId,
    ServerRecord,
    Severity,
    Signal,
    SignalId,
    Source,
    SourceKind,
    Status,
    Strength,
    Tool,
    Unreadable,
    Unresolved,
)

PAYLOADS: tuple[str, ...] = tuple(json.loads(Path(__file__).with_suffix(".json").read_text(encoding="ascii")))


def records() -> Iterator[ServerRecord]:
    """Yield one server a payload, with the payload in every field that a server's author can fill."""
    for number, payload in enumerate(PAYLOADS):
        yield _server(payload, number)


def _server(text: str, number: int) -> ServerRecord:
    kind = ("pkg:npm/", "local:", "https://", "pkg:github/a/b#", "manifest:", "pkg:pypi/")[number % 6]
    tools = (_tool(text, None), _tool(f"twin {text}", None), _tool("same", 1), _tool("same", 2))
    facts = ServerFacts(
        id=ServerId(f"{kind}{text}{number}" if number % 2 else f"{kind}{number}{text}"),
        name=text, title=text, description=text, version=text, language=text, aliases=(f"pkg:{number}{text}",),
        repository=text, commit=text, licence=text, source=Source(kind=SourceKind.GIT, url=text, sha256=text),
        extractors=(text,), requirements=(Requirement(kind=text, name=text, secret=True, required=None),),
        completeness=Completeness(
            status=Status.PARTIAL, enumerated=4,
            unresolved=(Unresolved(file=text, line=1, reason=text, detail=text, covers=2),),
            unreadable=(Unreadable(file=text, reason=text, detail=text),),
            may_have_more=MayHaveMore(file=text, line=1, reason=text),
        ),
        tools=tools, server_name=text, transports=(text,), prompts=1, resources=2,
    )  # fmt: skip
    return ServerRecord(
        facts=facts, classifications=tuple(_label(text) for _ in tools), rulebook=Digest(text),
        judge=JudgeRun(model=text, prompt=text, calls=1, tokens=1),
    )  # fmt: skip


def _tool(text: str, variant: int | None) -> Tool:
    name = text
    words = f"{text}{variant or ''}"
    return Tool(
        name=name, variant=variant, title=words, description=words, description_language=text,
        input_schema={
            "type": "object", "required": [text, 7, None],
            "properties": {
                text: {"type": text, "description": text, "enum": [text], "default": text, "format": text},
                f"o{text}": {"type": "object", "properties": {text: {"type": ["string", text], "const": {text: text}}}},
                f"a{text}": {"type": "array", "items": {"enum": [text]}},
                "odd": [text], "none": None,
            },
        },
        output_schema={text: text}, annotations=Annotations(title=text, readOnlyHint=True),
        condition=Condition(kind="env", expression=text, default_on=None, file=text, line=1),
        location=Location(file=text, line=1, url=text), digest=Digest(text),
        effects=(Effect(id=EffectId(text), target=text, file=text, line=2, via=(text, text)),),
    )  # fmt: skip


def _label(text: str) -> Classification:
    quote = Evidence(
        kind=EvidenceKind.DESCRIPTION, rule=RuleId(text), category=Category.DESTRUCTIVE, strength=Strength.STRONG,
        quote=text, pointer=f"/inputSchema/properties/{text}",
    )  # fmt: skip
    code = Evidence(
        kind=EvidenceKind.EFFECT, rule=RuleId(text), category=Category.READ, strength=Strength.WEAK, quote=text,
        file=text, line=1, via=(text,),
    )  # fmt: skip
    return Classification(
        primary=Category.DESTRUCTIVE, also=(Also(category=Category.FINANCIAL, confidence=Confidence.LOW),),
        severity=Severity.CRITICAL, confidence=Confidence.HIGH, decided_by=DecidedBy(rules=(RuleId(text),)),
        rationale=text,
        operations=(Operation(parameter=text, value=text, primary=Category.READ, severity=Severity.LOW),),
        signals=(Signal(id=SignalId(text), floor=Severity.HIGH, evidence=(0, 1, 99)),), evidence=(quote, code),
        mismatches=(Mismatch(between=(text, "annotation"), evidence=(0, 99)),),
        judge=Opinion(primary=Category.READ, also=(), rationale=text, verified=True, dissent=True),
    )  # fmt: skip
