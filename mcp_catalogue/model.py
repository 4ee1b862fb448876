"""The three layers as frozen values: what a server declares, what we judge of it, what to do about it.

Facts (`Tool`, `ServerFacts`) are produced by `crawler`, judgements (`Classification`) by `classifier`,
decisions (`Decision`) by `mcp_catalogue.policy`. No layer holds a value of a later one. Field names and
their order are those of the JSON output, so that an entry is the plain merge of the three.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Literal, NewType

ServerId = NewType("ServerId", str)
"""A package URL without version, a canonical `https` URL, `local:<name>` or `manifest:<name>`."""
RuleId = NewType("RuleId", str)
SignalId = NewType("SignalId", str)
EffectId = NewType("EffectId", str)
Digest = NewType("Digest", str)
"""`sha256:` and 64 hexadecimal digits."""
JsonObject = Mapping[str, Any]


class Category(StrEnum):
    """What one call of a tool can do, in rising order of harm."""

    READ = "Read"
    WRITE = "Write"
    EXECUTE = "Execute"
    DESTRUCTIVE = "Destructive"
    FINANCIAL = "Financial"

    @property
    def rank(self) -> int:
        """Place in the order of harm: 0 for Read; Destructive and Financial share 3."""
        return _CATEGORY_RANK[self]


class Severity(StrEnum):
    """How bad one call can be."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return _SEVERITY_RANK[self]


class Confidence(StrEnum):
    """How likely a label is to be right."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for low to 2 for high."""
        return _CONFIDENCE_RANK[self]


class Strength(StrEnum):
    """How much one piece of evidence says."""

    WEAK = "weak"
    MEDIUM = "medium"
    STRONG = "strong"

    @property
    def rank(self) -> int:
        """0 for weak to 2 for strong."""
        return _STRENGTH_RANK[self]


_CATEGORY_RANK = {
    Category.READ: 0,
    Category.WRITE: 1,
    Category.EXECUTE: 2,
    Category.DESTRUCTIVE: 3,
    Category.FINANCIAL: 3,
}
_SEVERITY_RANK = {s: i for i, s in enumerate(Severity)}
_CONFIDENCE_RANK = {c: i for i, c in enumerate(Confidence)}
_STRENGTH_RANK = {s: i for i, s in enumerate(Strength)}

BASE_SEVERITY: Mapping[Category, Severity] = {
    Category.READ: Severity.LOW,
    Category.WRITE: Severity.MEDIUM,
    Category.EXECUTE: Severity.HIGH,
    Category.DESTRUCTIVE: Severity.CRITICAL,
    Category.FINANCIAL: Severity.CRITICAL,
}


class Origin(StrEnum):
    """Where a tool's definition was read."""

    CODE = "code"
    FILE = "file"
    OPENAPI = "openapi"
    SNAPSHOT = "snapshot"
    PROTOCOL = "protocol"


class SourceKind(StrEnum):
    """What form a server was read in."""

    SDIST = "sdist"
    WHEEL = "wheel"
    NPM = "npm"
    GIT = "git"
    ARCHIVE = "archive"
    FOLDER = "folder"
    MANIFEST = "manifest"
    PROBE = "probe"


class Status(StrEnum):
    """How much of a server could be read."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNREADABLE = "unreadable"


class EvidenceKind(StrEnum):
    """Where a quote stands."""

    NAME = "name"
    TITLE = "title"
    DESCRIPTION = "description"
    PARAMETER = "parameter"
    ANNOTATION = "annotation"
    EFFECT = "effect"
    CONTEXT = "context"
    JUDGE = "judge"
    OVERRIDE = "override"


class Decider(StrEnum):
    """Who fixed a label."""

    RULES = "rules"
    JUDGE = "judge"
    OVERRIDE = "override"


class Action(StrEnum):
    """What a policy should do with calls of a tool, from mildest to strictest."""

    ALLOW = "allow"
    LIMIT = "limit"
    APPROVE = "approve"
    HIDE = "hide"


# --- facts: what a server declares, and what its source shows ---------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """What was read: its form, its address (without credentials) and its digest."""

    kind: SourceKind
    url: str | None = None
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Annotations:
    """The protocol's tool annotations, only what the author set explicitly."""

    title: str | None = None
    readOnlyHint: bool | None = None
    destructiveHint: bool | None = None
    idempotentHint: bool | None = None
    openWorldHint: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Condition:
    """A located guard in the code under which alone a tool is registered."""

    kind: Literal["flag", "env", "toolset", "mode", "platform", "auth"]
    expression: str
    default_on: bool | None
    file: str
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """The line (from 1) where the name, or the function that gives it, stands; a POSIX path inside the tree."""

    file: str
    line: int
    url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Handler:
    """Lines `start` to `end` (from 1, both included) of the code that a call runs."""

    file: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Effect:
    """One thing the handler's code does to the outside, with the chain of own functions that leads there."""

    id: EffectId
    target: str | None
    file: str
    line: int
    via: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One tool as declared. `variant` numbers different tools of one name; `digest` covers the definition.

    `effect_lines` are the source lines of `effects`, in their order: stored and shown, no part of an entry.
    """

    name: str
    variant: int | None = None
    title: str | None = None
    description: str | None = None
    description_language: str | None = None
    input_schema: JsonObject | None = None
    output_schema: JsonObject | None = None
    annotations: Annotations = Annotations()
    origin: Origin = Origin.CODE
    condition: Condition | None = None
    location: Location | None = None
    handler: Handler | None = None
    digest: Digest = Digest("")
    effects: tuple[Effect, ...] = ()
    effect_lines: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A registration that could not be evaluated; `covers` counts its tools, None when unknown."""

    file: str
    line: int
    reason: str
    detail: str = ""
    covers: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unreadable:
    """A file that could not be read at all, or only in part."""

    file: str
    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class MayHaveMore:
    """The place from which tools can appear at run time."""

    file: str
    line: int
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """How much of what the server would list was read."""

    status: Status
    enumerated: int
    unresolved: tuple[Unresolved, ...] = ()
    unreadable: tuple[Unreadable, ...] = ()
    may_have_more: MayHaveMore | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """Something the server asks its user for: `kind` is `env`, `argument`, `header` or `file`."""

    kind: str
    name: str
    secret: bool
    required: bool | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """One server as read from one source. The last four fields are stored and shown, not part of an entry."""

    id: ServerId
    name: str
    title: str | None = None
    description: str | None = None
    version: str | None = None
    language: str | None = None
    aliases: tuple[str, ...] = ()
    repository: str | None = None
    commit: str | None = None
    licence: str | None = None
    source: Source
    extractors: tuple[str, ...] = ()
    requirements: tuple[Requirement, ...] = ()
    completeness: Completeness
    tools: tuple[Tool, ...] = ()
    server_name: str | None = None  # serverInfo.name, as given to the SDK's constructor
    transports: tuple[str, ...] = ()  # stdio, sse, streamable-http
    prompts: int = 0
    resources: int = 0


# --- judgement: what we think of a tool, and why ----------------------------------------------------


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


# --- policy: what to do about it --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `max` calls per `window`."""

    max: int
    window: Literal["minute", "hour", "day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentCondition:
    """A call is permitted only where `path` (`args.amount`) stands in relation `op` to `value`."""

    path: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The recommended handling of one tool, computed from a classification and never stored in it."""

    action: Action
    limit: Limit | None = None
    conditions: tuple[ArgumentCondition, ...] = field(default=())
    alternative: Action | None = None
    reason: str = ""
