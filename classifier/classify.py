"""The classifier: from a tool's declaration to its label, with evidence, signals and a rationale."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Protocol

from classifier import combine, operations, rationale, signals
from classifier.claims import add_claims
from classifier.combine import Verdict
from classifier.context import Context, read_context
from classifier.effects import effect_claims
from classifier.mismatches import confidence_after_claims, mismatches
from classifier.reading import Reading, read
from classifier.rulebook import Rulebook, load
from classifier.words import lexicon
from mcp_catalogue.model import Classification, DecidedBy, ServerFacts, Tool


class Overrides(Protocol):
    """People's decisions about single tools, put in force last (`classifier.overrides`)."""

    def apply(self, facts: ServerFacts, labels: Iterable[Classification]) -> tuple[Classification, ...]:
        """Return the labels of one server, in tool order, as people fixed them."""
        ...


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
        reading = read(tool, context, self.rulebook, self.lexicon)
        add_claims(reading, self.rulebook)
        found = operations.find(reading, self.rulebook, self.lexicon)
        if tool.effects:
            effect_claims(reading, self.rulebook)
        verdict = combine.decide(reading.claims)
        disagreeing = mismatches(reading, verdict)
        raised = signals.find(reading, verdict, self.rulebook, disagreeing)
        label = Classification(
            primary=verdict.primary,
            also=verdict.also,
            severity=combine.severity(verdict.primary, verdict.also, raised),
            confidence=confidence_after_claims(verdict, reading),
            decided_by=DecidedBy(rules=tuple(dict.fromkeys([c.rule.id for c in verdict.deciding]))),
            rationale=rationale.compose(reading, verdict, found, raised),
            operations=found,
            signals=raised,
            evidence=tuple(reading.evidence),
            mismatches=disagreeing,
        )
        return reading, label, verdict


def _read_steps(reading: Reading) -> list[str]:
    steps = []
    if reading.context.told_by:
        steps.append("the server is about " + ", ".join(f"{s} ({w})" for s, w in reading.context.told_by))
    steps += [f"name: {p.action} ({p.base}) of {p.noun or 'something'}" for p in reading.name.phrases]
    if not reading.name.phrases:
        steps.append("name: no verb")
    steps += [
        f"description: {p.action} ({p.base}) of {p.noun or 'something'}: {reading.clause.quote!r}"
        for p in reading.clause.phrases
    ]
    found = [(claim, reading.at(claim.evidence)) for claim in reading.claims]
    return steps + [
        f"{claim.source}: {claim.rule.id} claims {claim.category} ({evidence.strength}) from {evidence.quote!r}"
        for claim, evidence in found
    ]


def _last_steps(label: Classification) -> list[str]:
    steps = [f"signal {s.id}" + (f" (at least {s.floor})" if s.floor else "") for s in label.signals]
    steps += [f"also {a.category} ({a.confidence})" for a in label.also]
    return [*steps, f"{label.primary}, {label.severity}, confidence {label.confidence}"]
