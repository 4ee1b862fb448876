"""What an answer may change of a label. A pure function; the model's endpoint is nowhere near.

- A graver primary is taken over. A category besides the primary, and a signal, are added.
- A milder primary (or the other of Destructive and Financial) is taken over only where nothing of medium or
  strong evidence in name, parameters or code stands against it, the whole definition was shown, no hidden
  instructions were found, and a second call, which sees only the core of the tool under another prompt, gave the
  same primary with verified quotes.
- Otherwise the label stays, and the opinion is kept beside it as dissent.
- The rationale is taken over with the label, except where hidden instructions were found.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from classifier.combine import floor, severity
from classifier.judge.answer import Answer, Failure, Quote
from classifier.signals import FLOORS
from mcp_catalogue.model import (
    Also,
    Category,
    Classification,
    Confidence,
    DecidedBy,
    Decider,
    Effect,
    Evidence,
    EvidenceKind,
    Opinion,
    Severity,
    Signal,
    SignalId,
    Strength,
)

HIDDEN = SignalId("hidden-instructions")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """How far down a tool's label may go: not below `floor`, and not at all unless `may_lower`."""

    floor: Category
    may_lower: bool

    def allow(self, label: Classification, answer: Answer) -> bool:
        """Tell whether `answer` may replace a primary that is not lower than its own, given a second that agrees."""
        milder = self.floor.rank < label.primary.rank and self.floor.rank <= answer.primary.rank
        return milder and self.may_lower and HIDDEN not in answer.signals


def bounds_of(label: Classification, *, cut: bool) -> Bounds:
    """Return the bounds of a label as the rules made it; `cut` where the judge was not shown everything."""
    hidden = any(signal.id == HIDDEN for signal in label.signals)
    worst = [operation.primary for operation in label.operations]
    lowest = max([floor(label.evidence), *worst], key=lambda category: category.rank)
    return Bounds(floor=lowest, may_lower=not hidden and not cut)


def needs_second(label: Classification, answer: Answer, bounds: Bounds) -> bool:
    """Tell whether a second call could make `answer` count."""
    differs = answer.primary is not label.primary and answer.primary.rank <= label.primary.rank
    return differs and bounds.allow(label, answer)


def settle(
    label: Classification,
    bounds: Bounds,
    effects: tuple[Effect, ...],
    answer: Answer,
    second: Answer | Failure | None,
) -> tuple[Classification, str]:
    """Return the label after `answer`, and what became of it: agreed, raised, lowered or dissent."""
    raised = answer.primary.rank > label.primary.rank
    agreed = answer.primary is label.primary
    confirmed = isinstance(second, Answer) and second.primary is answer.primary and HIDDEN not in second.signals
    lowered = needs_second(label, answer, bounds) and confirmed
    followed = raised or agreed or lowered
    opinion = Opinion(
        primary=answer.primary,
        also=answer.also,
        rationale=answer.rationale,
        verified=True,
        dissent=not followed,
    )
    if not followed:
        return replace(label, judge=opinion), "dissent"
    evidence = (*label.evidence, *_new_evidence(label.evidence, answer, effects))
    signals = (*label.signals, *_new_signals(label, answer, evidence))
    also = _also(label, answer, bounds)
    done = replace(
        label,
        primary=answer.primary,
        also=also,
        severity=_severity(label, answer.primary, also, signals),
        confidence=max(label.confidence, Confidence.MEDIUM, key=lambda c: c.rank) if agreed else Confidence.MEDIUM,
        decided_by=label.decided_by if agreed else DecidedBy(by=Decider.JUDGE),
        rationale=_rationale(label, answer),
        signals=signals,
        evidence=evidence,
        judge=opinion,
    )
    return done, "agreed" if agreed else "raised" if raised else "lowered"


def _also(label: Classification, answer: Answer, bounds: Bounds) -> tuple[Also, ...]:
    """Join both lists; what the rules held stays with its confidence, and nothing is graver than the primary."""
    held = {also.category: also.confidence for also in label.also}
    if label.primary is not answer.primary and label.primary is bounds.floor:
        held.setdefault(label.primary, label.confidence)
    for category in answer.also:
        held.setdefault(category, Confidence.MEDIUM)
    kept = (c for c in held if c is not answer.primary and Category.READ.rank < c.rank <= answer.primary.rank)
    return tuple(Also(category=c, confidence=held[c]) for c in sorted(kept, key=lambda c: (-c.rank, c)))


def _new_evidence(held: Iterable[Evidence], answer: Answer, effects: tuple[Effect, ...]) -> list[Evidence]:
    known = {(evidence.pointer, evidence.quote) for evidence in held}
    return [
        _evidence(quote, answer.primary, effects)
        for quote in answer.quotes
        if (quote.pointer, quote.quote) not in known
    ]


def _evidence(quote: Quote, category: Category, effects: tuple[Effect, ...]) -> Evidence:
    _, first, *rest = quote.pointer.split("/")
    kind, strength = EvidenceKind.JUDGE, Strength.MEDIUM
    if first == "code" and rest:  # `/code/<n>/…` counts the tool's effects
        effect = effects[int(rest[0])]
        return Evidence(
            kind=kind,
            rule=None,
            category=category,
            strength=strength,
            quote=quote.quote,
            file=effect.file,
            line=effect.line,
            via=effect.via,
        )
    return Evidence(
        kind=kind, rule=None, category=category, strength=strength, quote=quote.quote, pointer=quote.pointer
    )


def _new_signals(label: Classification, answer: Answer, evidence: tuple[Evidence, ...]) -> list[Signal]:
    known = {signal.id for signal in label.signals}
    places = tuple(i for i, e in enumerate(evidence) if e.kind is EvidenceKind.JUDGE)
    new = [SignalId(s) for s in answer.signals if s not in known]
    return [Signal(id=s, floor=FLOORS.get(s), evidence=places) for s in new]


def _severity(
    label: Classification, primary: Category, also: tuple[Also, ...], signals: tuple[Signal, ...]
) -> Severity:
    """Compute the severity anew; where the primary did not become milder it does not sink."""
    computed = severity(primary, also, signals)
    milder = primary.rank < label.primary.rank
    return computed if milder else max(computed, label.severity, key=lambda s: s.rank)


def _rationale(label: Classification, answer: Answer) -> str:
    if any(signal.id == HIDDEN for signal in label.signals):
        return label.rationale
    return answer.rationale
