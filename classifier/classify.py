"""The classifier: from a tool's declaration to its label, with evidence, signals and a rationale."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

from classifier import combine, operations, rationale, signals
from classifier.clauses import Clause, read_clause
from classifier.combine import Claim, Verdict
from classifier.context import Context, read_context
from classifier.effects import effect_claims
from classifier.names import NameReading, read_name
from classifier.phrases import Phrase
from classifier.rulebook import Pattern, Rule, Rulebook, load
from classifier.schema import Parameter, parameters
from classifier.text import Folded, fold
from classifier.words import lexicon
from mcp_catalogue.model import (
    Category,
    Classification,
    DecidedBy,
    Evidence,
    EvidenceKind,
    ServerFacts,
    Strength,
    Tool,
)

_UNSURE = {Strength.STRONG: Strength.MEDIUM, Strength.MEDIUM: Strength.WEAK, Strength.WEAK: Strength.WEAK}


class Overrides(Protocol):
    """People's decisions about single tools, put in force last (`classifier.overrides`)."""

    def apply(self, facts: ServerFacts, labels: Iterable[Classification]) -> tuple[Classification, ...]:
        """Return the labels of one server, in tool order, as people fixed them."""
        ...


@dataclass(slots=True)
class Reading:
    """Everything read from one tool on the way to its label; kept only while it is classified or explained."""

    tool: Tool
    context: Context
    name: NameReading
    clause: Clause
    description: Folded
    parameters: tuple[Parameter, ...]
    hits: tuple[Pattern, ...]
    evidence: list[Evidence] = field(default_factory=list)
    claims: list[Claim] = field(default_factory=list)
    phrases: dict[int, Phrase] = field(default_factory=dict)

    def add(self, evidence: Evidence) -> int:
        """Keep one piece of evidence; return its index (the same for the same evidence)."""
        try:
            return self.evidence.index(evidence)
        except ValueError:
            self.evidence.append(evidence)
            return len(self.evidence) - 1

    def claim(self, source: str, rule: Rule, weight: int, phrase: Phrase | None, evidence: Evidence) -> None:
        """Keep a claim together with its evidence."""
        assert rule.category is not None  # noqa: S101  only category rules claim
        index = self.add(evidence)
        if phrase is not None:
            self.phrases.setdefault(index, phrase)
        sure = phrase.sure if phrase is not None else evidence.strength is not Strength.WEAK
        self.claims.append(Claim(source, rule.category, rule, weight, sure, index))


@dataclass(frozen=True, slots=True)
class Trace:
    """How a label came about, step by step, for `catalogue explain`."""

    label: Classification
    steps: tuple[str, ...]


class Classifier:
    """Labels tools. Holds no state but compiled tables; can be pickled into worker processes."""

    def __init__(self, rulebook: Rulebook | None = None, overrides: Overrides | None = None) -> None:
        self.rulebook = rulebook if rulebook is not None else load()
        self.overrides = overrides
        self.lexicon = lexicon()

    def context(self, facts: ServerFacts) -> Context:
        """Read what a server is about; the same for all of its tools."""
        return read_context(facts, self.lexicon)

    def server(self, facts: ServerFacts) -> tuple[Classification, ...]:
        """Label every tool of a server, in tool order."""
        context = self.context(facts)
        labels = (self.tool(tool, context) for tool in facts.tools)
        if self.overrides is None:
            return tuple(labels)
        return self.overrides.apply(facts, labels)

    def tool(self, tool: Tool, context: Context | None = None) -> Classification:
        """Label one tool by the rules."""
        return self._judge(tool, context or Context())[1]

    def explain(self, tool: Tool, context: Context | None = None) -> Trace:
        """Label one tool and tell how."""
        reading, label, verdict = self._judge(tool, context or Context())
        return Trace(label, (*_read_steps(reading), *verdict.steps, *_last_steps(label)))

    def _judge(self, tool: Tool, context: Context) -> tuple[Reading, Classification, Verdict]:
        reading = self._read(tool, context)
        self._claims(reading)
        found = operations.find(reading, self.rulebook, self.lexicon)
        effect_claims(reading, self.rulebook)
        verdict = combine.decide(reading.claims)
        mismatches = signals.mismatches(reading, verdict)
        raised = signals.find(reading, verdict, self.rulebook, mismatches)
        level = combine.severity(verdict.primary, verdict.also, raised)
        label = Classification(
            primary=verdict.primary,
            also=verdict.also,
            severity=level,
            confidence=signals.confidence_after_claims(verdict, reading),
            decided_by=DecidedBy(rules=tuple(dict.fromkeys(c.rule.id for c in verdict.deciding))),
            rationale=rationale.compose(reading, verdict, found, raised),
            operations=found,
            signals=raised,
            evidence=tuple(reading.evidence),
            mismatches=mismatches,
        )
        return reading, label, verdict

    def _read(self, tool: Tool, context: Context) -> Reading:
        description = fold(tool.description or "")
        clause = read_clause(description, self.lexicon)
        hits = tuple(self.rulebook.patterns[i] for i in self.rulebook.text_hits(description.text))
        name = read_name(tool.name, context.prefix, self.lexicon)
        if not name.phrases and not tool.name.isascii():
            name = replace(name, phrases=read_clause(fold(tool.name), self.lexicon).phrases)
        return Reading(tool, context, name, clause, description, parameters(tool.input_schema), hits)

    def _claims(self, reading: Reading) -> None:
        book, subjects = self.rulebook, reading.context.subjects
        tool, clause = reading.tool, reading.clause
        for phrase in reading.name.phrases:
            refined = _refined(phrase, clause)
            self._phrase(reading, "name", refined or phrase, EvidenceKind.NAME, tool.name, "/name")
        for phrase in clause.phrases:
            self._phrase(reading, "clause", phrase, EvidenceKind.DESCRIPTION, clause.quote, "/description")
        for phrase in clause.asides:
            source = "heading" if clause.heading else "aside"
            self._phrase(reading, source, phrase, EvidenceKind.DESCRIPTION, clause.quote, "/description", weaken=True)
        for rule, when in book.loose:
            if when.information == "name" and reading.name.information:
                reading.claim(
                    "name", rule, 0, None, _evidence(rule, EvidenceKind.NAME, tool.name, "/name", Strength.WEAK)
                )
            elif when.information == "description" and clause.information and clause.quote:
                quote = _evidence(rule, EvidenceKind.DESCRIPTION, clause.quote, "/description", Strength.WEAK)
                reading.claim("heading", rule, 0, None, quote)
            elif when.information == "heading" and clause.heading and not clause.asides and reading.name.noun_only:
                quote = _evidence(rule, EvidenceKind.DESCRIPTION, clause.quote, "/description", Strength.WEAK)
                reading.claim("heading", rule, 0, None, quote)
            elif (
                rule.category is not None
                and when.name_words
                and signals.has_words(reading.name.tokens, when.name_words)
            ):
                reading.claim("text", rule, 0, None, _evidence(rule, EvidenceKind.NAME, tool.name, "/name"))
        for parameter, rule, when in signals.parameter_rules(reading, book):
            if rule.category is not None and when.holds_any((*reading.name.phrases, *clause.phrases), subjects):
                evidence = _evidence(rule, EvidenceKind.PARAMETER, parameter.name, parameter.pointer)
                reading.claim("parameter", rule, when.weight, None, evidence)
        for hit in reading.hits:
            if hit.rule.category is not None and self._text_applies(hit, reading, subjects):
                quote = _quote(hit, reading.description)
                if quote:
                    evidence = _evidence(hit.rule, EvidenceKind.DESCRIPTION, quote, "/description")
                    reading.claim("text", hit.rule, hit.when.weight, None, evidence)

    def _text_applies(self, hit: Pattern, reading: Reading, subjects: frozenset[str]) -> bool:
        if hit.when.about_action:
            return False  # it told which rule reads the action, in `_phrase`
        if not hit.when.about_action:
            return hit.when.context.isdisjoint(subjects) is False or not hit.when.context
        return any(hit.when.holds(p, subjects) for p in (*reading.name.phrases, *reading.clause.phrases))

    def _phrase(  # noqa: PLR0913
        self,
        reading: Reading,
        source: str,
        phrase: Phrase,
        kind: EvidenceKind,
        quote: str,
        pointer: str,
        *,
        weaken: bool = False,
    ) -> None:
        found = self.rulebook.rule_for(phrase, reading.context.subjects)
        if found is None:
            return
        rule, weight = found
        for hit in reading.hits:
            if hit.rule.category is not None and hit.when.about_action and hit.when.weight > weight:
                if hit.when.holds(phrase, reading.context.subjects):
                    rule, weight = hit.rule, hit.when.weight
        strength = rule.strength if phrase.sure and not weaken else _UNSURE[rule.strength]
        reading.claim(source, rule, weight, phrase, _evidence(rule, kind, quote, pointer, strength))


def _refined(phrase: Phrase, clause: Clause) -> Phrase | None:
    """Return the name's phrase with the description's object, where that says more of the same thing.

    `update_refund`, "Update refund notes": what is updated are notes.
    """
    last = phrase.words[-1].rstrip("s") if phrase.words else ""
    for other in clause.phrases:
        before = [w.rstrip("s") for w in other.words[:-1]]
        if last and other.action == phrase.action and last in before and last != other.words[-1].rstrip("s"):
            return replace(phrase, noun=other.noun, classes=other.classes, nearby=other.nearby, words=other.words)
    return None


def _evidence(rule: Rule, kind: EvidenceKind, quote: str, pointer: str, strength: Strength | None = None) -> Evidence:
    return Evidence(
        kind=kind,
        rule=rule.id,
        category=rule.category,
        strength=strength or rule.strength,
        quote=quote,
        pointer=pointer,
    )


def _quote(hit: Pattern, text: Folded) -> str:
    found: Any = hit.regexp.search(text.text)
    return text.cut(found.start(), found.end()).strip() if found else ""


def _read_steps(reading: Reading) -> list[str]:
    steps = []
    if reading.context.told_by:
        steps.append("the server is about " + ", ".join(f"{s} ({w})" for s, w in reading.context.told_by))
    for phrase in reading.name.phrases:
        steps.append(f"name: {phrase.action} ({phrase.base}) of {phrase.noun or 'something'}")
    if not reading.name.phrases:
        steps.append("name: no verb")
    for phrase in reading.clause.phrases:
        steps.append(
            f"description: {phrase.action} ({phrase.base}) of {phrase.noun or 'something'}: {reading.clause.quote!r}"
        )
    for claim in reading.claims:
        evidence = reading.evidence[claim.evidence]
        steps.append(
            f"{claim.source}: {claim.rule.id} claims {claim.category} ({evidence.strength}) from {evidence.quote!r}"
        )
    return steps


def _last_steps(label: Classification) -> list[str]:
    steps = [f"signal {s.id}" + (f" (at least {s.floor})" if s.floor else "") for s in label.signals]
    steps += [f"also {a.category} ({a.confidence})" for a in label.also]
    return [*steps, f"{label.primary}, {label.severity}, confidence {label.confidence}"]


__all__ = ["Classifier", "Overrides", "Reading", "Trace"]
