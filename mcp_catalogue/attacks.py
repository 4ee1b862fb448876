"""Attack patterns: how access of some kind is abused, and which of them a given tool serves.

One TOML file each under `data/attacks/`. A pattern names the traits it needs: clauses over a tool's signals,
effects, parameters, evidence and origin. A clause on the category alone is refused by the loader, so that two
tools of one category get different patterns where they differ. The first clause that holds gives the reason.
"""

import re
import tomllib
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

import msgspec

from mcp_catalogue.errors import DataError
from mcp_catalogue.model import Category, Classification, Origin, Severity, Tool
from mcp_catalogue.resources import resource_dir

_QUOTE_LENGTH = 80  # characters of a server's text inside a one-line reason
OWASP_MCP_2025 = {
    "MCP01": "Token Mismanagement & Secret Exposure",
    "MCP02": "Privilege Escalation via Scope Creep",
    "MCP03": "Tool Poisoning",
    "MCP04": "Software Supply Chain Attacks & Dependency Tampering",
    "MCP05": "Command Injection & Execution",
    "MCP06": "Intent Flow Subversion",
    "MCP07": "Insufficient Authentication & Authorization",
    "MCP08": "Lack of Audit and Telemetry",
    "MCP09": "Shadow MCP Servers",
    "MCP10": "Context Injection & Over-Sharing",
}
"""The ids and names of the OWASP MCP Top 10, 2025 beta, as of April 2026."""
_PLACEHOLDERS = ("{tool}", "{signal}", "{effect}", "{parameter}", "{quote}")


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """A documented case: what happened, who published it and where."""

    title: str
    publisher: str
    year: int
    url: str
    summary: str


class Clause(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """Conditions that must all hold; within one of them any entry will do.

    `effects` are prefixes of effect ids, `parameters` words of a parameter's name, `lacks` words that no
    parameter may have, `evidence` categories of which the tool has evidence of at least medium strength.
    `reason` is one line in which `{tool}`, `{signal}`, `{effect}`, `{parameter}` and `{quote}` are filled in.
    """

    reason: str
    categories: tuple[Category, ...] = ()
    signals: tuple[str, ...] = ()
    effects: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    lacks: tuple[str, ...] = ()
    evidence: tuple[Category, ...] = ()
    origins: tuple[Origin, ...] = ()


class AttackPattern(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One way in which tools are abused, with the policy that stops it.

    `owasp` are ids of the OWASP MCP Top 10 (2025, beta), `atlas` technique ids of MITRE ATLAS.
    """

    id: str
    title: str
    severity: Severity
    summary: str
    mechanism: str
    policy: str
    owasp: tuple[str, ...]
    atlas: tuple[str, ...]
    case: Case
    applies: tuple[Clause, ...]


def load_attacks(folder: Path) -> tuple[AttackPattern, ...]:
    """Read every pattern in `folder`, sorted by id. Raises `DataError` naming the file and what is wrong in it."""
    return tuple(_read(path) for path in sorted(folder.glob("*.toml")))


@cache
def attack_patterns() -> tuple[AttackPattern, ...]:
    """Return the patterns that ship with the program."""
    return load_attacks(resource_dir("data") / "attacks")


def attacks_for(
    tool: Tool, label: Classification, patterns: Iterable[AttackPattern] | None = None
) -> tuple[tuple[AttackPattern, str], ...]:
    """Return the patterns that `tool` serves, gravest first, each with the line that says why."""
    traits = _Traits(tool, label)
    given = (traits.categories, traits.signals, tool.origin, traits.effects)
    known = _shipped(*given) if patterns is None else _possible(patterns, *given)
    return tuple([(pattern, reason) for pattern, clauses in known if (reason := traits.reason(clauses)) is not None])


_Possible = tuple[tuple[AttackPattern, tuple[Clause, ...]], ...]


@lru_cache(maxsize=4096)
def _shipped(
    categories: frozenset[Category], signals: frozenset[str], origin: Origin, effects: tuple[str, ...]
) -> _Possible:
    return _possible(attack_patterns(), categories, signals, origin, effects)


def _possible(
    patterns: Iterable[AttackPattern],
    categories: frozenset[Category],
    signals: frozenset[str],
    origin: Origin,
    effects: tuple[str, ...],
) -> _Possible:
    """Return the clauses that tools with these traits may meet; many tools share them."""

    def may_hold(clause: Clause) -> bool:
        return not (
            (clause.signals and signals.isdisjoint(clause.signals))
            or (clause.categories and categories.isdisjoint(clause.categories))
            or (clause.origins and origin not in clause.origins)
            or (clause.effects and not any(effect.startswith(clause.effects) for effect in effects))
        )

    ordered = sorted(patterns, key=lambda pattern: (-pattern.severity.rank, pattern.id))
    kept = ((pattern, tuple(filter(may_hold, pattern.applies))) for pattern in ordered)
    return tuple((pattern, clauses) for pattern, clauses in kept if clauses)


class _Traits:
    """What the clauses ask of one tool, looked up once."""

    def __init__(self, tool: Tool, label: Classification) -> None:
        self.tool = tool
        self.categories = frozenset([label.primary, *[also.category for also in label.also]])
        self.signals = frozenset([signal.id for signal in label.signals])
        self.effects = tuple(dict.fromkeys([effect.id for effect in tool.effects]))
        self.evidence = label.evidence
        self.parameters, self.words = _all_words(_parameter_names(tool))

    def reason(self, clauses: Iterable[Clause]) -> str | None:
        for clause in clauses:
            if clause.parameters and self.words.isdisjoint(clause.parameters):
                continue
            if clause.lacks and not self.words.isdisjoint(clause.lacks):
                continue
            if (line := self._line(clause)) is not None:
                return line
        return None

    def _line(self, clause: Clause) -> str | None:
        signal = self._signal(clause.signals) if clause.signals else ""
        effect = self._effect(clause.effects) if clause.effects else ""
        parameter = self._parameter(clause.parameters) if clause.parameters else ""
        quote = self._quote(clause.evidence) if clause.evidence else ""
        if signal is None or effect is None or parameter is None or quote is None:
            return None
        return _fill(clause.reason, (self.tool.name, signal, effect, parameter, quote))

    def _signal(self, wanted: tuple[str, ...]) -> str | None:
        return next((signal for signal in wanted if signal in self.signals), None)

    def _effect(self, wanted: tuple[str, ...]) -> str | None:
        return next((effect for effect in self.effects if effect.startswith(wanted)), None)

    def _parameter(self, wanted: tuple[str, ...]) -> str | None:
        return next((name for name, words in self.parameters.items() if not words.isdisjoint(wanted)), None)

    def _quote(self, wanted: tuple[str, ...]) -> str | None:
        held = [e for e in self.evidence if e.category in wanted and e.strength.rank > 0 and e.quote.strip()]
        return max(held, key=lambda e: e.strength.rank).quote if held else None


def _parameter_names(tool: Tool) -> tuple[str, ...]:
    properties = (tool.input_schema or {}).get("properties")
    return tuple(properties) if isinstance(properties, dict) else ()


@lru_cache(maxsize=4096)
def _all_words(names: tuple[str, ...]) -> tuple[dict[str, frozenset[str]], frozenset[str]]:
    """Return the words of each parameter's name, and all of them."""
    words = {name: _words(name) for name in names}
    return words, frozenset[str]().union(*words.values())


@lru_cache(maxsize=4096)
def _words(name: str) -> frozenset[str]:
    """Split `fileIds` or `file_ids` into its words, each also without a plural s."""
    words = re.findall(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[^\W\d_a-zA-Z]+", name[:200])
    lower = {word.lower() for word in words}
    return frozenset(lower | {word.removesuffix("s") for word in lower} | {name.lower()})


def _fill(reason: str, values: tuple[str, ...]) -> str:
    """Fill in the placeholders in one pass, so that a server's text cannot bring in a placeholder of its own."""
    return "".join([part if isinstance(part, str) else _one_line(values[part]) for part in _parts(reason)])


@lru_cache(maxsize=1024)
def _parts(reason: str) -> tuple[str | int, ...]:
    """Cut a reason at its placeholders, each of which becomes its place among `_PLACEHOLDERS`."""
    known = {text: place for place, text in enumerate(_PLACEHOLDERS)}
    return tuple(known.get(part, part) for part in re.split(r"(\{[a-z]+\})", reason))


def _one_line(text: str) -> str:
    line = text if " " not in text and text.isprintable() else " ".join(text.split())
    return line if len(line) <= _QUOTE_LENGTH else f"{line[: _QUOTE_LENGTH - 1]}…"


def _read(path: Path) -> AttackPattern:
    try:
        pattern = msgspec.convert(tomllib.loads(path.read_text(encoding="utf-8")), AttackPattern)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError, UnicodeDecodeError) as error:
        raise DataError(f"attack pattern {path.name}: {error}") from error
    if problem := _problem(pattern, path):
        raise DataError(f"attack pattern {path.name}: {problem}")
    return pattern


def _problem(pattern: AttackPattern, path: Path) -> str | None:
    if pattern.id != path.stem:
        return f"id {pattern.id!r} is not the file's name"
    if not pattern.applies:
        return "names no tool trait: give at least one [[applies]]"
    if not pattern.case.url.startswith("https://"):
        return "the case's url must begin with https://"
    if unknown := set(pattern.owasp) - OWASP_MCP_2025.keys():
        return f"{', '.join(sorted(unknown))} is not in the OWASP MCP Top 10"
    if not all(re.fullmatch(r"AML\.T\d{4}(\.\d{3})?", technique) for technique in pattern.atlas):
        return "atlas holds technique ids of the form AML.T0051 or AML.T0051.001"
    for clause in pattern.applies:
        if not (clause.signals or clause.effects or clause.parameters or clause.evidence or clause.origins):
            return "a clause needs a signal, effect, parameter, evidence or origin: a category alone says too little"
        given = {"{tool}", *(key for key, held in zip(_PLACEHOLDERS[1:], _asked(clause), strict=True) if held)}
        if missing := set(re.findall(r"\{[^}]*\}", clause.reason)) - given:
            return f"the reason uses {', '.join(sorted(missing))}, which its clause does not ask for"
    return None


def _asked(clause: Clause) -> tuple[bool, bool, bool, bool]:
    return bool(clause.signals), bool(clause.effects), bool(clause.parameters), bool(clause.evidence)
