"""Everything read from one tool on the way to its label."""

from dataclasses import dataclass, field
from itertools import islice

from msgspec.structs import replace

from classifier.clauses import read_clause
from classifier.combine import Claim
from classifier.context import Context
from classifier.names import NameReading, read_name
from classifier.phrases import Clause, Phrase
from classifier.rulebook import Pattern, Rule, Rulebook
from classifier.schema import Parameter, Schema, read_schema
from classifier.text import Folded, fold
from classifier.words import Lexicon
from mcp_catalogue.model import Category, Evidence, EvidenceKind, RuleId, Strength, Tool


@dataclass(slots=True, eq=False)
class Reading:
    """What was read, and the evidence and claims found so far; kept only while the tool is classified or explained."""

    tool: Tool
    context: Context
    name: NameReading
    clause: Clause
    description: Folded
    schema: Schema
    hits: tuple[Pattern, ...]
    evidence: dict[Evidence, int] = field(default_factory=dict)
    claims: list[Claim] = field(default_factory=list)
    phrases: dict[int, Phrase] = field(default_factory=dict)

    @property
    def parameters(self) -> list[Parameter]:
        """The parameters that a rule looks at."""
        return self.schema.parameters

    @property
    def spoken(self) -> tuple[Phrase, ...]:
        """The phrases of name and main clause."""
        return self.name.phrases + self.clause.phrases

    def add(self, evidence: Evidence) -> int:
        """Keep one piece of evidence; return its index (the same for the same evidence)."""
        return self.evidence.setdefault(evidence, len(self.evidence))

    def at(self, index: int) -> Evidence:
        """Return the evidence of that index."""
        return next(islice(self.evidence, index, None))

    def claim(self, source: str, rule: Rule, weight: int, phrase: Phrase | None, evidence: Evidence) -> None:
        """Keep a claim together with its evidence."""
        assert rule.category is not None  # noqa: S101  only category rules claim
        index = self.add(evidence)
        if phrase is not None:
            self.phrases.setdefault(index, phrase)
        if phrase is not None:
            sure = phrase.sure
        else:
            sure = evidence.strength.rank >= (Strength.STRONG if source == "effect" else Strength.MEDIUM).rank
        self.claims.append(Claim(source, rule.category, rule, weight, sure, index))


def read(tool: Tool, context: Context, book: Rulebook, lexicon: Lexicon) -> Reading:
    """Read name, description and schema of one tool."""
    description = fold(tool.description or "")
    name = read_name(tool.name, context.prefix, lexicon)
    if not name.phrases and not tool.name.isascii():
        name = replace(name, phrases=read_clause(fold(tool.name), lexicon).phrases)
    return Reading(
        tool,
        context,
        name,
        read_clause(description, lexicon),
        description,
        read_schema(tool.input_schema, book.wants),
        tuple([book.patterns[i] for i in book.text_hits(description.text)]),
    )


def evidence_of(
    rule: Rule,
    kind: EvidenceKind,
    quote: str,
    pointer: str,
    strength: Strength | None = None,
) -> Evidence:
    """Return evidence that `rule` reads from a quote of the definition."""
    return Evidence(
        kind=kind,
        rule=rule.id,
        category=rule.category,
        strength=strength or rule.strength,
        quote=quote,
        pointer=pointer,
    )


__all__ = ["Category", "Reading", "RuleId", "evidence_of", "read"]
