"""What a whole server amounts to: a grade from a published formula, and tools that are dangerous together.

Pure functions of facts and labels. The score is 100 less the points of each term, never below 0; every term is
returned with what it counted, so that a page can print the sum. Shares enter as square roots, on top of a fixed
part: one critical tool among twenty already counts, the twentieth adds little. The weights are a judgement and no
measurement; they are set so that a server that only reads gets an A, one with a critical tool B at best, and one
that combines money, free execution and outside text D or below. An unreadable server has no grade.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import sqrt
from typing import NamedTuple

from mcp_catalogue.model import Category, Classification, Confidence, ServerFacts, Severity, Status

GRADES = (("A", 90), ("B", 75), ("C", 60), ("D", 45), ("E", 30), ("F", 0))
"""Letter and the least score that earns it."""
_EACH = 5  # points for each disagreement and each combination


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """One subtraction: `count` of `of` tools (or places) cost `points` by `formula`."""

    id: str
    title: str
    count: int
    of: int
    points: float
    formula: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """One side of a combination: what it contributes, and the tools that do."""

    role: str
    tools: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Combination:
    """Tools of one server that are dangerous together."""

    id: str
    title: str
    why: str
    parts: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerReport:
    """Grade and score (None where nothing could be read), every term with its points, and the combinations."""

    grade: str | None
    score: int | None
    terms: tuple[Term, ...]
    combinations: tuple[Combination, ...]


def server_report(facts: ServerFacts, labels: Sequence[Classification]) -> ServerReport:
    """Grade one server. `labels[i]` belongs to `facts.tools[i]`."""
    combinations = dangerous_combinations(facts, labels)
    if not labels:
        return ServerReport(grade=None, score=None, terms=(), combinations=())
    terms = tuple(_terms(facts, labels, len(combinations)))
    score = max(0, round(100 - sum(term.points for term in terms)))
    grade = next(letter for letter, least in GRADES if score >= least)
    return ServerReport(grade=grade, score=score, terms=terms, combinations=combinations)


def dangerous_combinations(facts: ServerFacts, labels: Sequence[Classification]) -> tuple[Combination, ...]:
    """Return the combinations that the server's tools make, each side with its tools in the order of `facts`."""
    playing: dict[Role, dict[str, None]] = {role: {} for role in _ROLE_TITLES}
    for tool, label in zip(facts.tools, labels, strict=True):
        for role in _roles(_traits(label)):
            playing[role][tool.name] = None
    found = []
    for id_, title, why, roles in _COMBINATIONS:
        if not all(playing[role] for role in roles):
            continue
        parts = [Part(role=_ROLE_TITLES[role], tools=tuple(playing[role])) for role in roles]
        involved = {name for part in parts for name in part.tools}
        if len(involved) > 1:
            found.append(Combination(id=id_, title=title, why=why, parts=tuple(parts)))
    return tuple(found)


def _terms(facts: ServerFacts, labels: Sequence[Classification], combinations: int) -> Iterable[Term]:
    of = len(labels)
    severities = [label.severity for label in labels]
    traits = [_traits(label) for label in labels]
    unread = facts.completeness.status is not Status.COMPLETE or facts.completeness.may_have_more is not None
    yield _share("critical-tools", "Tools of critical severity", severities.count(Severity.CRITICAL), of, (12, 24))
    yield _share("high-tools", "Tools of high severity", severities.count(Severity.HIGH), of, (3, 12))
    free = sum(map(_free_execution, traits))
    yield _once("free-execution", "Tools that run code or free queries", free, of, 12)
    addressing = sum("hidden-instructions" in t.signals for t in traits)
    yield _once("hidden-instructions", "Definitions that address the model", addressing, of, 40)
    disagreeing = sum(
        bool(label.mismatches) or "contradiction" in t.signals for label, t in zip(labels, traits, strict=True)
    )
    yield _each("contradictions", "Tools whose words and code disagree", disagreeing, of, 15)
    yield _each("combinations", "Dangerous combinations", combinations, len(_COMBINATIONS), 20)
    unsure = sum(label.confidence is Confidence.LOW for label in labels)
    yield _share("unsure-labels", "Labels of low confidence", unsure, of, (0, 8))
    yield _once("not-fully-read", "Parts that could not be read", int(unread), of, 8)


def _share(id_: str, title: str, count: int, of: int, weights: tuple[int, int]) -> Term:
    fixed, weight = weights
    points = round(fixed + weight * sqrt(count / of), 1) if count else 0.0
    formula = f"{weight} · √({count}/{of})"
    return Term(
        id=id_, title=title, count=count, of=of, points=points, formula=f"{fixed} + {formula}" if fixed else formula
    )


def _once(id_: str, title: str, count: int, of: int, weight: int) -> Term:
    points = float(weight if count else 0)
    return Term(id=id_, title=title, count=count, of=of, points=points, formula=f"{weight} where there is one")


def _each(id_: str, title: str, count: int, of: int, most: int) -> Term:
    points = float(min(most, _EACH * count))
    return Term(id=id_, title=title, count=count, of=of, points=points, formula=f"{_EACH} each, at most {most}")


class _Traits(NamedTuple):
    """What a tool's part in a combination rests on; many tools are alike in it."""

    primary: Category
    also: frozenset[Category]
    signals: frozenset[str]

    def has(self, *signals: str) -> bool:
        return not self.signals.isdisjoint(signals)

    def is_a(self, *categories: Category) -> bool:
        return self.primary in categories or not self.also.isdisjoint(categories)


def _traits(label: Classification) -> _Traits:
    return _Traits(
        label.primary, frozenset([a.category for a in label.also]), frozenset([signal.id for signal in label.signals])
    )


Role = Callable[[_Traits], bool]


@lru_cache(maxsize=2048)
def _roles(traits: _Traits) -> tuple[Role, ...]:
    return tuple(role for role in _ROLE_TITLES if role(traits))


def _private_in(tool: _Traits) -> bool:
    reads = tool.primary is Category.READ and tool.has("personal-data", "secrets", "caller-path")
    return reads or _free_execution(tool)


def _untrusted_in(tool: _Traits) -> bool:
    """Text from anywhere, or text that other people wrote to the user: what a read of personal data mostly returns."""
    if tool.primary is Category.READ:
        return tool.has("open-world", "personal-data")
    return tool.primary is Category.EXECUTE and tool.has("open-world")


def _way_out(tool: _Traits) -> bool:
    return tool.has("external-communication", "open-world")


def _money(tool: _Traits) -> bool:
    return tool.is_a(Category.FINANCIAL)


def _free_execution(tool: _Traits) -> bool:
    return tool.primary is Category.EXECUTE and tool.has("runs-code", "free-form-query")


def _destructive(tool: _Traits) -> bool:
    return tool.is_a(Category.DESTRUCTIVE)


def _many(tool: _Traits) -> bool:
    return tool.primary is not Category.READ and tool.has("bulk")


def _secrets(tool: _Traits) -> bool:
    return tool.has("secrets")


def _writes_files(tool: _Traits) -> bool:
    return tool.is_a(Category.WRITE, Category.DESTRUCTIVE) and tool.has("caller-path")


def _runs_code(tool: _Traits) -> bool:
    return tool.primary is Category.EXECUTE and tool.has("runs-code")


def _grants(tool: _Traits) -> bool:
    return tool.primary is not Category.READ and tool.has("access-control")


def _physical(tool: _Traits) -> bool:
    return tool.primary is not Category.READ and tool.has("physical-world")


_ROLE_TITLES: dict[Role, str] = {
    _private_in: "brings private data in",
    _untrusted_in: "brings text from outside in",
    _way_out: "reaches outside",
    _money: "moves money or assets",
    _free_execution: "runs code or free queries",
    _destructive: "destroys for good",
    _many: "acts on many at once",
    _secrets: "handles secrets",
    _writes_files: "writes files at a path of the caller's",
    _runs_code: "runs code",
    _grants: "grants access",
    _physical: "acts on the physical world",
}
_COMBINATIONS: tuple[tuple[str, str, str, tuple[Role, ...]], ...] = (
    (
        "private-data-outside-text-way-out",
        "Private data, outside text and a way out",
        "Text from outside can tell the agent to send out what another tool of this server has read.",
        (_private_in, _untrusted_in, _way_out),
    ),
    (
        "money-and-free-execution",
        "Money and free execution",
        "Code or a free query can change the amounts, recipients and records on which a payment rests.",
        (_money, _free_execution),
    ),
    (
        "money-and-outside-text",
        "Money and outside text",
        "Text from outside can ask for a payment while the agent holds a tool that makes it.",
        (_money, _untrusted_in),
    ),
    (
        "outside-text-and-free-execution",
        "Outside text and free execution",
        "Text from outside can contain the command that the other tool then runs.",
        (_untrusted_in, _free_execution),
    ),
    (
        "destructive-and-bulk",
        "Destruction and bulk",
        "A wrong selection is applied to many things at once, and what is deleted does not come back.",
        (_destructive, _many),
    ),
    (
        "secrets-and-way-out",
        "Secrets and a way out",
        "A secret that one tool returns can be sent on by another.",
        (_secrets, _way_out),
    ),
    (
        "write-and-run",
        "Writing files and running code",
        "A file that one tool writes can be run by another, past any check on the command itself.",
        (_writes_files, _runs_code),
    ),
    (
        "grants-and-outside-text",
        "Access and outside text",
        "Text from outside can ask for access, and a tool of the same server grants it.",
        (_grants, _untrusted_in),
    ),
    (
        "physical-world-and-outside-text",
        "Devices and outside text",
        "Text from outside can reach a tool that opens, starts or moves something.",
        (_physical, _untrusted_in),
    ),
)
