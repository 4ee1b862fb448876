"""Names with the same meaning and different labels, with the evidence that separates them.

Two names mean the same when they read as the same action on the same object: `cancel_order`, `cancelOrder` and
`exchange.order-cancel`. Where their labels differ, the definitions must differ; what decided is shown for each.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from classifier.context import read_context
from classifier.names import read_name
from classifier.words import lexicon
from mcp_catalogue.model import Category, Classification, RuleId, ServerId, ServerRecord

_EMPTY_MEANING = ("", "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """One tool of that meaning, with its label and the quote that decided."""

    server: ServerId
    tool: str
    primary: Category
    rules: tuple[RuleId, ...]
    quote: str
    operations: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Split:
    """A meaning (action and object) whose tools do not all have the same primary."""

    action: str
    noun: str
    uses: tuple[Use, ...]

    @property
    def labels(self) -> tuple[Category, ...]:
        """The different primaries, most frequent first."""
        counts = {c: sum(u.primary is c for u in self.uses) for c in Category}
        return tuple(sorted((c for c in Category if counts[c]), key=lambda c: -counts[c]))


def splits(records: Iterable[ServerRecord]) -> Iterator[Split]:
    """Yield the meanings with more than one label, the most used first."""
    words = lexicon()
    found: dict[tuple[str, str], list[Use]] = {}
    for record in records:
        prefix = read_context(record.facts, words).prefix
        for tool, label in zip(record.facts.tools, record.classifications, strict=True):
            phrases = read_name(tool.name, prefix, words).phrases
            meaning = (phrases[0].base, _singular(phrases[0].words)) if len(phrases) == 1 else _EMPTY_MEANING
            if meaning[1]:
                found.setdefault(meaning, []).append(_use(record.facts.id, tool.name, label))
    for (action, noun), uses in sorted(found.items(), key=lambda item: (-len(item[1]), item[0])):
        if len({u.primary for u in uses}) > 1:
            yield Split(action=action, noun=noun, uses=tuple(sorted(uses, key=lambda u: (u.primary, u.server, u.tool))))


def _singular(words: tuple[str, ...]) -> str:
    return " ".join(w[:-1] if len(w) > 3 and w.endswith("s") and not w.endswith("ss") else w for w in words)


def _use(server: ServerId, tool: str, label: Classification) -> Use:
    rules = label.decided_by.rules
    deciding = next((e for e in label.evidence if rules and e.rule == rules[0]), None)
    return Use(
        server=server,
        tool=tool,
        primary=label.primary,
        rules=rules,
        quote=deciding.quote if deciding is not None else "",
        operations=len(label.operations),
    )
