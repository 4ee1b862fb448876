"""Identifiers and the closed sets of values that the three layers are made of."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any, NewType

ServerId = NewType("ServerId", str)
"""A package URL without version, a canonical `https` URL, `local:<name>` or `manifest:<name>`."""
RuleId = NewType("RuleId", str)
SignalId = NewType("SignalId", str)
EffectId = NewType("EffectId", str)
Digest = NewType("Digest", str)
"""`sha256:` and 64 hexadecimal digits."""
NO_DIGEST = Digest("")
"""Of a definition that is not finished yet."""
JsonObject = Mapping[str, Any]


class Word(StrEnum):
    """A word of a closed set: hashes like the text that it equals, which also takes a fifth of the time."""

    __hash__ = str.__hash__


class Category(Word):
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


class Severity(Word):
    """How bad one call can be."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"

    @property
    def rank(self) -> int:
        """0 for low to 3 for critical."""
        return _SEVERITY_RANK[self]


class Confidence(Word):
    """How likely a label is to be right."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"

    @property
    def rank(self) -> int:
        """0 for low to 2 for high."""
        return _CONFIDENCE_RANK[self]


class Strength(Word):
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


class Origin(Word):
    """Where a tool's definition was read."""

    CODE = "code"
    FILE = "file"
    OPENAPI = "openapi"
    SNAPSHOT = "snapshot"
    PROTOCOL = "protocol"


class SourceKind(Word):
    """What form a server was read in."""

    SDIST = "sdist"
    WHEEL = "wheel"
    NPM = "npm"
    GIT = "git"
    ARCHIVE = "archive"
    FOLDER = "folder"
    MANIFEST = "manifest"
    PROBE = "probe"


class Mark(Word):
    """First link of an effect's chain where the effect is not what the tool is for."""

    EVERY_TOOL = "every tool"  # nearly all tools of the server do it in the same place: logs, telemetry, sign-in
    TEMPORARY = "temporary files"  # files that the same call made, or upkeep of scratch files
    OWN = "own files"  # settings, journals, caches and sign-in that the server keeps for itself


class CutReason(Word):
    """Why following a handler ended at a call."""

    DYNAMIC_CALL = "dynamic-call"  # what is called is computed
    UNKNOWN_RECEIVER = "unknown-receiver"  # a method of an object whose making is out of sight
    GENERATED_CLIENT = "generated-client"  # a client whose methods are made at run time
    REMOTE = "remote"  # handed on to another server, under a name or a message that the caller gives
    BUDGET = "budget"  # steps, depth or number of effects
    UNKNOWN_LIBRARY = "unknown-library"  # outside the tree, and no table says what it does
    NO_HANDLER = "no-handler"  # no function was found that a call runs


class Status(Word):
    """How much of a server could be read."""

    COMPLETE = "complete"
    PARTIAL = "partial"
    UNREADABLE = "unreadable"


class EvidenceKind(Word):
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


class Decider(Word):
    """Who fixed a label."""

    RULES = "rules"
    JUDGE = "judge"
    OVERRIDE = "override"


class Action(Word):
    """What a policy should do with calls of a tool, from mildest to strictest."""

    ALLOW = "allow"
    LIMIT = "limit"
    APPROVE = "approve"
    HIDE = "hide"
