"""Judgement: what we think of a tool, and why."""

from dataclasses import dataclass

from mcp_catalogue.model.facts import ServerFacts
from mcp_catalogue.model.kinds import (
    Category,
    Confidence,
    Decider,
    Digest,
    EvidenceKind,
    RuleId,
    Severity,
    SignalId,
    Strength,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One quote with its place: `pointer` into the definition (RFC 6901), or `file` and `line` in the source."""

    kind: EvidenceKind
    rule: RuleId | None
    category: Category | None
    strength: Strength
    quote: str
    pointer: str | None = None
    file: str | None = None
    line: int | None = None
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Also:
    """A category that holds besides the primary."""

    category: Category
    confidence: Confidence


@dataclass(frozen=True, slots=True, kw_only=True)
class DecidedBy:
    """Who fixed the label, and the rules that decided."""

    by: Decider = Decider.RULES
    rules: tuple[RuleId, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Operation:
    """The label of one value of an `action`-like parameter."""

    parameter: str
    value: str
    primary: Category
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """A circumstance that can raise the severity; `floor` None means context only."""

    id: SignalId
    floor: Severity | None
    evidence: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """Two sources that disagree (`annotation`, `description`, `code`), with an index into evidence for each."""

    between: tuple[str, str]
    evidence: tuple[int, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opinion:
    """What the judge said; `dissent` when its label was lower and was not followed."""

    primary: Category
    also: tuple[Category, ...]
    rationale: str
    verified: bool
    dissent: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """The label of one tool with its reasons."""

    primary: Category
    also: tuple[Also, ...]
    severity: Severity
    confidence: Confidence
    decided_by: DecidedBy
    rationale: str
    operations: tuple[Operation, ...] = ()
    signals: tuple[Signal, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    mismatches: tuple[Mismatch, ...] = ()
    judge: Opinion | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeRun:
    """The judge's part in a server's labels."""

    model: str
    prompt: str
    calls: int
    tokens: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerRecord:
    """Facts and judgement of one server, joined: `classifications[i]` belongs to `facts.tools[i]`."""

    facts: ServerFacts
    classifications: tuple[Classification, ...]
    rulebook: Digest
    judge: JudgeRun | None = None
