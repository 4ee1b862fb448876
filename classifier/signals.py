"""Circumstances that can raise a severity, each with its evidence."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any

from classifier.claims import quoted
from classifier.combine import Verdict
from classifier.reading import Reading, evidence_of
from classifier.rulebook import Rule, Rulebook, When
from classifier.schema import MAX_PARAMETERS
from classifier.text import fold, hidden_characters
from mcp_catalogue.model import Evidence, EvidenceKind, Mismatch, RuleId, Severity, Signal, SignalId, Strength

FLOORS: dict[str, Severity | None] = {
    "runs-code": Severity.HIGH,
    "free-form-query": Severity.MEDIUM,
    "caller-path": Severity.LOW,
    "open-world": Severity.MEDIUM,
    "incurs-cost": Severity.MEDIUM,
    "external-communication": Severity.MEDIUM,
    "bulk": Severity.HIGH,
    "secrets": Severity.HIGH,
    "access-control": Severity.HIGH,
    "physical-world": Severity.HIGH,
    "personal-data": Severity.MEDIUM,
    "local-only": None,
    "claimed-safe": None,
    "contradiction": None,
    "hidden-instructions": Severity.HIGH,
}
"""Every signal with the least severity it stands for; None is context (a contradiction raises by one level)."""
HIDDEN = "hidden-instructions"
SENTENCE = 16
"""Characters from which a listed value, a default or a title of a parameter may hold an order."""
MAX_VALUES = 100
_WORDED = frozenset({"title", "default", "enum", "examples", "const"})
_HIDES = RuleId("hides-characters")


def find(reading: Reading, verdict: Verdict, book: Rulebook, disagreeing: tuple[Mismatch, ...]) -> tuple[Signal, ...]:
    """Return the signals of one tool, in the order of `FLOORS`, and add their evidence to `reading`."""
    raised: dict[str, list[int]] = {}
    floors: dict[str, Severity] = {}
    for rule, evidence in _found(reading, verdict, book):
        assert rule.signal is not None  # noqa: S101  only signal rules are looked through
        raised.setdefault(rule.signal, []).append(reading.add(evidence))
        if rule.floor is not None:
            floors[rule.signal] = max(floors.get(rule.signal, Severity.LOW), rule.floor, key=lambda s: s.rank)
    for evidence in _hidden(reading, book):
        raised.setdefault(HIDDEN, []).append(reading.add(evidence))
    if against := [m for m in disagreeing if m.between == ("annotation", "code")]:
        raised["contradiction"] = [i for m in against for i in m.evidence]
    if not raised:
        return ()
    return tuple(
        [
            Signal(id=SignalId(s), floor=floors.get(s, FLOORS[s]), evidence=tuple(dict.fromkeys(raised[s])))
            for s in FLOORS
            if s in raised
        ]
    )


def _found(reading: Reading, verdict: Verdict, book: Rulebook) -> Iterator[tuple[Rule, Evidence]]:
    for parameter, rule, when in book.parameter_rules(reading.schema):
        if rule.signal is not None and _rest(when, reading, verdict):
            yield rule, evidence_of(rule, EvidenceKind.PARAMETER, parameter.name, parameter.pointer)
    for rule, when in book.signal_rules([c.rule.id for c in verdict.deciding], reading.spoken, many=reading.name.many):
        if _rest(when, reading, verdict):
            yield rule, _by_action(rule, when, reading, verdict)
    for rule in book.name_rules(reading.name.tokens):
        if rule.signal is not None:
            yield rule, evidence_of(rule, EvidenceKind.NAME, reading.tool.name, "/name")
    for hit in reading.hits:
        if hit.rule.signal is not None and _rest(hit.when, reading, verdict) and (quote := quoted(hit, reading)):
            yield hit.rule, evidence_of(hit.rule, EvidenceKind.DESCRIPTION, quote, "/description")


def _rest(when: When, reading: Reading, verdict: Verdict) -> bool:
    """Tell whether the keys about the whole tool hold."""
    subjects = reading.context.subjects
    if (
        (when.categories and verdict.primary not in when.categories)
        or (when.rules and when.rules.isdisjoint([c.rule.id for c in verdict.deciding]))
        or not when.fits(subjects)
        or (when.many and not reading.name.many)
    ):
        return False
    return not when.about_phrase or when.holds_any(reading.spoken, subjects)


def _by_action(rule: Rule, when: When, reading: Reading, verdict: Verdict) -> Evidence:
    """Return the evidence of what decided, of the name, or of the sentence that the condition speaks about."""
    if when.rules:
        claim = next(c for c in verdict.deciding if c.rule.id in when.rules)
        base = reading.at(claim.evidence)
        return Evidence(
            kind=base.kind,
            rule=rule.id,
            category=None,
            strength=rule.strength,
            quote=base.quote,
            pointer=base.pointer,
            file=base.file,
            line=base.line,
            via=base.via,
        )
    in_name = not when.about_phrase or when.holds_any(reading.name.phrases, reading.context.subjects)
    if in_name or not reading.clause.quote:
        return evidence_of(rule, EvidenceKind.NAME, reading.tool.name, "/name")
    return evidence_of(rule, EvidenceKind.DESCRIPTION, reading.clause.quote, "/description")


def _hidden(reading: Reading, book: Rulebook) -> Iterator[Evidence]:
    """Yield what is hidden in any text, and orders to the model in the title and the parameters' descriptions."""
    tool = reading.tool
    texts = [(text, f"{at}/description", EvidenceKind.PARAMETER) for text, at in reading.schema.texts]
    texts += [(text, at, EvidenceKind.PARAMETER) for text, at in _values(tool.input_schema)]
    if tool.title:
        texts.append((tool.title, "/title", EvidenceKind.TITLE))
    joined = "\n".join([text for text, _, _ in texts])
    if joined and (not joined.isascii() or book.hidden_hits(joined.lower())):
        yield from _orders(texts, book)
    texts += [
        (tool.name, "/name", EvidenceKind.NAME),
        (tool.description or "", "/description", EvidenceKind.DESCRIPTION),
    ]
    for text, pointer, kind in texts:
        if not text.isascii() and (quote := hidden_characters(text)):
            yield Evidence(
                kind=kind, rule=_HIDES, category=None, strength=Strength.STRONG, quote=quote, pointer=pointer
            )


def _values(schema: Mapping[str, Any] | None) -> Iterator[tuple[str, str]]:
    """Yield the titles, defaults and listed values that are long enough to be a sentence, with their pointers."""
    properties = schema.get("properties") if isinstance(schema, Mapping) else None
    if not isinstance(properties, dict):
        return
    for name, value in islice(properties.items(), MAX_PARAMETERS):
        if not isinstance(value, dict) or _WORDED.isdisjoint(value):
            continue
        at = f"/input_schema/properties/{name.replace('~', '~0').replace('/', '~1')}"
        for key in sorted(_WORDED & value.keys()):
            held = value[key]
            if isinstance(held, str):
                if len(held) >= SENTENCE:
                    yield held, f"{at}/{key}"
            elif isinstance(held, list):
                for index, item in enumerate(held[:MAX_VALUES]):
                    if isinstance(item, str) and len(item) >= SENTENCE:
                        yield item, f"{at}/{key}/{index}"


def _orders(texts: list[tuple[str, str, EvidenceKind]], book: Rulebook) -> Iterator[Evidence]:
    for text, pointer, kind in texts:
        folded = fold(text)
        for pattern in book.hidden_hits(folded.text):
            found = pattern.regexp.search(folded.text)
            if found and (quote := folded.cut(found.start(), found.end()).strip()):
                yield evidence_of(pattern.rule, kind, quote, pointer)
