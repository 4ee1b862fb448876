"""From evidence to a label: the one function that decides, the same for every tool.

The order of authority is: a person's override, code, the definition's own words, annotations. Here the rules'
evidence is weighed; `floor` is what a judge is held to (`classifier.judge.bounds`).

1.  *Claims.* The name, the main clause of the description, its asides, the values of an operation parameter, text
    patterns, parameters and code each claim a category, with a strength and with certainty about the reading.
2.  *Operations.* Where the schema lists operations, the worst of them is the primary.
3.  *Name and clause.* Equal claims confirm each other (high confidence). Of two different ones the higher category
    wins where both are sure readings; a sure reading beats an unsure one.
4.  *Everything else* raises where it is stronger than what was decided so far, and otherwise is kept as evidence.
5.  *Nothing known* is Write with low confidence, never Read.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from classifier.rulebook import Rule
from mcp_catalogue.model import (
    BASE_SEVERITY,
    Also,
    Category,
    Confidence,
    Evidence,
    EvidenceKind,
    Severity,
    Signal,
    Strength,
)

_ORDER = {
    Category.READ: 0, Category.WRITE: 1, Category.EXECUTE: 2, Category.DESTRUCTIVE: 3, Category.FINANCIAL: 4,
}  # fmt: skip
_FLOOR_KINDS = frozenset({EvidenceKind.NAME, EvidenceKind.PARAMETER, EvidenceKind.EFFECT})
_SEVERITIES = tuple(Severity)
FITTING = 5
"""Weight of a condition from which verb and object of a name fit together so well that it is hardly a noun."""
_RAISING = frozenset({"aside", "text", "parameter"})


class Claim(msgspec.Struct, frozen=True, eq=False):
    """One category claimed by one source, with the rule that read it and the index of its evidence.

    `source` is name | clause | aside | operation | text | parameter | effect | heading; `sure` where the reading
    is; `weight` how specific the rule's condition is.
    """

    source: str
    category: Category
    rule: Rule
    weight: int
    sure: bool
    evidence: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was decided: the category, how sure, by which claims, and a line for each step taken."""

    primary: Category
    confidence: Confidence
    deciding: tuple[Claim, ...]
    also: tuple[Also, ...]
    steps: tuple[str, ...]


def order(category: Category) -> int:
    """Place of a category where one must be chosen: as harm, with Financial above Destructive."""
    return _ORDER[category]


def decide(claims: Sequence[Claim]) -> Verdict:
    """Weigh the claims of one tool. Pure and total; the order of claims does not matter between sources."""
    steps: list[str] = []
    deciding, confidence = _settle(claims, steps)
    primary = deciding[0].category if deciding else Category.WRITE
    for other in claims:
        if other.source in _RAISING and other.sure and order(other.category) > order(primary):
            deciding.insert(0, other)
            primary, confidence = other.category, Confidence.MEDIUM
            steps.append(f"the {other.source} adds {other.category}")
    effect = _best(claims, "effect")
    stands = effect is not None and (effect.sure or confidence is not Confidence.HIGH)
    if effect is not None and stands and order(effect.category) > order(primary):
        deciding.insert(0, effect)
        primary, confidence = effect.category, Confidence.MEDIUM
        steps.append(f"the code does more than the definition says: {effect.category}")
    elif effect is not None and effect.category is primary and confidence is Confidence.LOW:
        confidence = Confidence.MEDIUM
        steps.append("the code confirms it")
    if deciding and deciding[0].rule.confidence_cap.rank < confidence.rank:
        confidence = deciding[0].rule.confidence_cap
        steps.append(f"{deciding[0].rule.id} is never surer than {confidence}")
    return Verdict(primary, confidence, tuple(dict.fromkeys(deciding)), _also(primary, deciding, claims), tuple(steps))


def _settle(claims: Sequence[Claim], steps: list[str]) -> tuple[list[Claim], Confidence]:
    """Decide by the operations, else by name and clause, else by what is left."""
    operations = [c for c in claims if c.source == "operation"]
    name, clause = _best(claims, "name"), _best(claims, "clause")
    if operations:
        return _worst_operation(operations, (name, clause), steps)
    if name is not None and clause is not None:
        deciding, confidence = _two(name, clause, steps)
    elif (only := name or clause) is not None:
        clear = only.sure and only.rule.strength is Strength.STRONG and (only.source == "name" or only.weight > 0)
        deciding, confidence = [only], Confidence.HIGH if clear else Confidence.MEDIUM
        steps.append(f"only the {only.source} says what it does: {only.category}")
    else:
        return _left(claims, steps), Confidence.LOW
    if clause is not None and confidence is Confidence.HIGH and _mixed(claims):
        confidence = Confidence.MEDIUM
        steps.append("the clause joins reading with more than reading")
    return deciding, confidence


def _worst_operation(
    operations: Sequence[Claim], others: Iterable[Claim | None], steps: list[str]
) -> tuple[list[Claim], Confidence]:
    worst = max(operations, key=lambda c: order(c.category))
    deciding, confidence = [worst], Confidence.HIGH if worst.sure else Confidence.MEDIUM
    steps.append(f"the worst of {len(operations)} listed operations is {worst.category}")
    for other in others:
        if other is None or not other.sure or other.rule.confidence_cap is Confidence.LOW:
            continue
        if order(other.category) > order(deciding[0].category):
            deciding, confidence = [other, worst], Confidence.MEDIUM
            steps.append(f"the {other.source} says {other.category}, which is worse")
    return deciding, confidence


def _left(claims: Sequence[Claim], steps: list[str]) -> list[Claim]:
    """Return what decides where neither the name nor a main clause says anything."""
    rest = _best(claims, "operation", "parameter", "name", "clause", "aside", "heading")
    if rest is None:
        steps.append("nothing says what it does: Write until shown otherwise")
        return []
    steps.append(f"no verb in the name and no main clause; the {rest.source} suggests {rest.category}")
    return [rest]


def _mixed(claims: Sequence[Claim]) -> bool:
    """Tell whether one clause joins reading with more than reading ("analyse and fix")."""
    found = {c.category is Category.READ for c in claims if c.source == "clause"}
    return len(found) > 1


def _best(claims: Sequence[Claim], *sources: str) -> Claim | None:
    """Return the first of the worst claims of some sources, of equal ones the most specific."""
    best: Claim | None = None
    rank = (-1, 0)
    for claim in claims:
        if claim.source in sources and (found := (_ORDER[claim.category], claim.weight)) > rank:
            best, rank = claim, found
    return best


def _two(name: Claim, clause: Claim, steps: list[str]) -> tuple[list[Claim], Confidence]:
    if name.category is clause.category:
        steps.append(f"name and description agree: {name.category}")
        first, second = (clause, name) if clause.weight > name.weight else (name, clause)
        sure = name.sure or clause.sure
        return [first, second], Confidence.HIGH if sure else Confidence.MEDIUM
    if name.rule.confidence_cap is Confidence.LOW and order(clause.category) >= order(name.category):
        steps.append(f"the name says little ({name.rule.id}), the clause more: {clause.category}")
        return [clause, name], Confidence.MEDIUM
    if not name.sure and name.weight >= FITTING and order(name.category) > order(clause.category) > 0:
        steps.append(
            f"the name's words fit {name.rule.id} ({name.category}), worse than the description's {clause.category}"
        )
        return [name], Confidence.MEDIUM
    if name.sure != clause.sure:
        chosen, other = (name, clause) if name.sure else (clause, name)
        steps.append(f"the {chosen.source} is clear ({chosen.category}), the {other.source} is not ({other.category})")
        return [chosen], Confidence.MEDIUM
    chosen, other = (name, clause) if order(name.category) > order(clause.category) else (clause, name)
    steps.append(f"name says {name.category}, description {clause.category}: the worse")
    return [chosen], Confidence.MEDIUM if chosen.sure else Confidence.LOW


def _also(primary: Category, deciding: Sequence[Claim], claims: Sequence[Claim]) -> tuple[Also, ...]:
    found: dict[Category, Confidence] = {}
    for claim in deciding:
        for category in claim.rule.also:
            found.setdefault(category, min(claim.rule.confidence_cap, Confidence.HIGH, key=lambda c: c.rank))
    for claim in claims:
        if claim.source == "operation" and order(claim.category) > 0:
            found.setdefault(claim.category, Confidence.HIGH)
        elif claim.source in {"text", "parameter"}:
            for category in claim.rule.also:
                found.setdefault(category, Confidence.MEDIUM)
    found.pop(primary, None)
    found.pop(Category.READ, None)
    return tuple(Also(category=c, confidence=found[c]) for c in sorted(found, key=order, reverse=True))


def floor(evidence: Iterable[Evidence]) -> Category:
    """Return the highest category that name, parameters or code support with medium or strong evidence.

    Read where none of them supports anything: such a tool is known from its prose alone.
    """
    supported = (
        e.category
        for e in evidence
        if e.category is not None and e.kind in _FLOOR_KINDS and e.strength is not Strength.WEAK
    )
    return max(supported, key=order, default=Category.READ)


def severity(primary: Category, also: Iterable[Also], signals: Iterable[Signal]) -> Severity:
    """Return max(base of primary, min(high, base of any also held with high confidence), floor of every signal)."""
    rank = BASE_SEVERITY[primary].rank
    for other in also:
        if other.confidence is Confidence.HIGH:
            rank = max(rank, min(Severity.HIGH.rank, BASE_SEVERITY[other.category].rank))
    raised = 0
    for signal in signals:
        if signal.floor is not None:
            rank = max(rank, signal.floor.rank)
        elif signal.id == "contradiction":
            raised = 1
    return _SEVERITIES[min(rank + raised, Severity.CRITICAL.rank)]
