"""Overrides: labels that a person corrected, with the reason, a link and the digest of the definition.

They are applied last and win over rules and judge. An override made for another definition than the present one
is stale: it is reported, and followed only where it is not milder than the label the present definition gets,
so that a correction cannot cover what came later.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import msgspec

from mcp_catalogue.errors import DataError
from mcp_catalogue.model import (
    BASE_SEVERITY,
    Also,
    Category,
    Classification,
    Confidence,
    DecidedBy,
    Decider,
    Digest,
    Evidence,
    EvidenceKind,
    ServerFacts,
    ServerId,
    Severity,
    Strength,
    Tool,
)

REASON_LENGTH = 600  # characters; it becomes the rationale
_DIGEST = re.compile(r"sha256:[0-9a-f]{64}")


class Override(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One corrected label.

    `severity` is given only where a circumstance that a rule cannot see lowers or raises it; else it follows
    from the categories and the signals. `digest` is the tool's as shown on its page and in its entry.
    """

    server: ServerId
    tool: str
    variant: int | None = None
    primary: Category
    also: tuple[Category, ...] = ()
    severity: Severity | None = None
    reason: str
    who: str
    link: str
    digest: Digest


class _File(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    override: tuple[Override, ...] = ()


@dataclass(frozen=True, slots=True)
class Stale:
    """An override whose tool changed (`followed` tells whether it still counts) or is gone (`tool` None)."""

    override: Override
    tool: Tool | None
    followed: bool


@dataclass(frozen=True, slots=True)
class Overrides:
    """All overrides by server, then by tool name and variant."""

    by_server: Mapping[str, Mapping[tuple[str, int | None], Override]] = field(default_factory=dict)

    def __len__(self) -> int:
        return sum(len(tools) for tools in self.by_server.values())

    def apply(self, facts: ServerFacts, labels: Iterable[Classification]) -> tuple[Classification, ...]:
        """Return the labels of one server with its overrides put in force."""
        ours = self._of(facts)
        if not ours:
            return tuple(labels)
        return tuple(
            _put(tool, label, ours.get((tool.name, tool.variant)))
            for tool, label in zip(facts.tools, labels, strict=True)
        )

    def stale(self, facts: ServerFacts, labels: Iterable[Classification]) -> tuple[Stale, ...]:
        """Return the overrides of one server that no longer fit it; `labels` are those before `apply`."""
        pairs = {(tool.name, tool.variant): (tool, label) for tool, label in zip(facts.tools, labels, strict=True)}
        found = []
        for key, override in self._of(facts).items():
            if key not in pairs:
                found.append(Stale(override, None, followed=False))
            elif pairs[key][0].digest != override.digest:
                tool, label = pairs[key]
                found.append(Stale(override, tool, followed=_follows(override, tool, label)))
        return tuple(found)

    def _of(self, facts: ServerFacts) -> Mapping[tuple[str, int | None], Override]:
        known = (self.by_server[name] for name in (facts.id, *facts.aliases) if name in self.by_server)
        return next(known, {})


def load_overrides(folder: Path) -> Overrides:
    """Read every `*.toml` in `folder`. Raises `DataError` naming the file and what is wrong in it."""
    by_server: dict[str, dict[tuple[str, int | None], Override]] = {}
    for path in sorted(folder.glob("*.toml")):
        for override in _read(path):
            tools = by_server.setdefault(override.server, {})
            if (override.tool, override.variant) in tools:
                raise DataError(f"override file {path.name}: {override.server} {override.tool} is overridden twice")
            tools[override.tool, override.variant] = override
    return Overrides(by_server)


def _read(path: Path) -> tuple[Override, ...]:
    try:
        overrides = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), _File).override
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise DataError(f"override file {path.name}: {error}") from error
    for override in overrides:
        if problem := _problem(override):
            raise DataError(f"override file {path.name}: {override.tool}: {problem}")
    return overrides


def _problem(override: Override) -> str | None:
    if not _DIGEST.fullmatch(override.digest):
        return "digest must be sha256: and 64 hexadecimal digits"
    if not override.link.startswith("https://"):
        return "link must begin with https://"
    if not override.reason.strip() or len(override.reason) > REASON_LENGTH:
        return f"reason must be a sentence or three, at most {REASON_LENGTH} characters"
    if not override.who.strip():
        return "who must name the person or project that vouches for it"
    if override.primary in override.also or Category.READ in override.also:
        return "also holds the categories besides the primary, and never Read"
    if any(category.rank > override.primary.rank for category in override.also):
        return "the graver category is the primary"
    return None


def _put(tool: Tool, label: Classification, override: Override | None) -> Classification:
    if override is None or (tool.digest != override.digest and not _follows(override, tool, label)):
        return label
    evidence = Evidence(
        kind=EvidenceKind.OVERRIDE,
        rule=None,
        category=override.primary,
        strength=Strength.STRONG,
        quote=f"{override.reason} ({override.who}, {override.link})",
    )
    return replace(
        label,
        primary=override.primary,
        also=tuple(Also(category=category, confidence=Confidence.HIGH) for category in override.also),
        severity=_severity(override, label),
        confidence=Confidence.HIGH,
        decided_by=DecidedBy(by=Decider.OVERRIDE),
        rationale=override.reason,
        evidence=(*label.evidence, evidence),
    )


def _severity(override: Override, label: Classification) -> Severity:
    if override.severity is not None:
        return override.severity
    besides = [min(Severity.HIGH, BASE_SEVERITY[c], key=_rank) for c in override.also]
    floors = [signal.floor for signal in label.signals if signal.floor is not None]
    return max([BASE_SEVERITY[override.primary], *besides, *floors], key=_rank)


def _follows(override: Override, tool: Tool, label: Classification) -> bool:
    """Tell whether an override counts: made for this definition, or not milder than the present label."""
    if tool.digest == override.digest:
        return True
    not_milder = _severity(override, label).rank >= label.severity.rank
    return not_milder and override.primary.rank >= label.primary.rank


def _rank(severity: Severity) -> int:
    return severity.rank
