"""Circumstances that can raise a severity, mismatches between sources, and what annotations do to confidence."""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING

from classifier.combine import Verdict
from classifier.names import tokenize
from classifier.rulebook import Rule, Rulebook, When
from classifier.schema import Parameter
from classifier.text import hidden_characters
from mcp_catalogue.model import (
    Category,
    Confidence,
    Evidence,
    EvidenceKind,
    Mismatch,
    RuleId,
    Severity,
    Signal,
    SignalId,
    Strength,
)

if TYPE_CHECKING:
    from classifier.classify import Reading

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


def find(reading: "Reading", verdict: Verdict, book: Rulebook, mismatches: tuple[Mismatch, ...]) -> tuple[Signal, ...]:
    """Return the signals of one tool, in the order of `FLOORS`, and add their evidence to `reading`."""
    raised: dict[str, list[int]] = {}
    floors: dict[str, Severity] = {}

    def add(rule: Rule, evidence: Evidence) -> None:
        assert rule.signal is not None  # noqa: S101  called for signal rules
        raised.setdefault(rule.signal, []).append(reading.add(evidence))
        if rule.floor is not None:
            floors[rule.signal] = max(floors.get(rule.signal, Severity.LOW), rule.floor, key=lambda s: s.rank)

    for parameter, rule, when in parameter_rules(reading, book):
        if rule.signal is not None and _rest(when, reading, verdict):
            quote = Evidence(
                    kind=EvidenceKind.PARAMETER, rule=rule.id, category=None, strength=rule.strength,
                    quote=parameter.name, pointer=parameter.pointer,
                )  # fmt: skip
            add(rule, quote)
    for rule, when in book.signals_by_action:
        if (evidence := _by_action(rule, when, reading, verdict)) is not None:
            add(rule, evidence)
    for rule, when in book.loose:
        if rule.signal is not None and when.name_words and has_words(reading.name.tokens, when.name_words):
            add(rule, _name_evidence(rule, reading))
    for hit in reading.hits:
        if hit.rule.signal is None or not _rest(hit.when, reading, verdict):
            continue
        found = hit.regexp.search(reading.description.text)
        if found:
            quote = Evidence(
                kind=EvidenceKind.DESCRIPTION, rule=hit.rule.id, category=None, strength=hit.rule.strength,
                quote=reading.description.cut(found.start(), found.end()).strip(), pointer="/description",
            )  # fmt: skip
            if quote.quote:
                add(hit.rule, quote)
    _hidden(reading, raised)
    if against := [m for m in mismatches if m.between == ("annotation", "code")]:
        raised["contradiction"] = [i for m in against for i in m.evidence]
    return tuple(
        Signal(id=SignalId(s), floor=floors.get(s, FLOORS[s]), evidence=tuple(dict.fromkeys(raised[s])))
        for s in FLOORS
        if s in raised
    )


@lru_cache(maxsize=65536)
def _last(name: str) -> str:
    segments = tokenize(name)
    return segments[-1][-1] if segments else ""


@lru_cache(maxsize=65536)
def _by_parameter(name: str, book: Rulebook) -> tuple[tuple[Rule, When], ...]:
    tokens = [t for segment in tokenize(name) for t in segment]
    found: dict[tuple[RuleId, int], tuple[Rule, When]] = {}
    keys = [f"={'_'.join(tokens)}", *("_".join(tokens[i:]) for i in range(max(0, len(tokens) - 3), len(tokens)))]
    for key in keys:
        for rule, when in book.by_parameter.get(key, ()):
            found.setdefault((rule.id, id(when)), (rule, when))
    return tuple(found.values())


def parameter_rules(reading: "Reading", book: Rulebook) -> Iterator[tuple[Parameter, Rule, When]]:
    """Yield the parameters that a rule looks at, where their JSON type fits (an unknown type fits)."""
    for parameter in reading.parameters:
        for rule, when in _by_parameter(parameter.name, book):
            fits = not when.types or not parameter.type or parameter.type in when.types
            if fits and (not when.beside or any(_last(p.name) in when.beside for p in reading.parameters)):
                yield parameter, rule, when


def _rest(when: When, reading: "Reading", verdict: Verdict) -> bool:
    """Tell whether the keys about the whole tool hold."""
    if when.categories and verdict.primary not in when.categories:
        return False
    if when.rules and when.rules.isdisjoint(c.rule.id for c in verdict.deciding):
        return False
    if when.context and when.context.isdisjoint(reading.context.subjects):
        return False
    if not when.without_context.isdisjoint(reading.context.subjects):
        return False
    if when.many and not reading.name.many:
        return False
    if when.actions or when.verbs or when.objects or when.near or when.words:
        return any(when.holds(p, reading.context.subjects) for p in (*reading.name.phrases, *reading.clause.phrases))
    return True


def _by_action(rule: Rule, when: When, reading: "Reading", verdict: Verdict) -> Evidence | None:
    if not _rest(when, reading, verdict):
        return None
    if when.rules:
        claim = next((c for c in verdict.deciding if c.rule.id in when.rules), None)
        if claim is not None:
            base = reading.evidence[claim.evidence]
            return Evidence(
                kind=base.kind, rule=rule.id, category=None, strength=rule.strength, quote=base.quote,
                pointer=base.pointer, file=base.file, line=base.line, via=base.via,
            )  # fmt: skip
    in_name = not when.about_action and not when.objects and not when.near
    in_name = in_name or any(when.holds(p, reading.context.subjects) for p in reading.name.phrases)
    if in_name or not reading.clause.quote:
        return _name_evidence(rule, reading)
    return Evidence(
        kind=EvidenceKind.DESCRIPTION, rule=rule.id, category=None, strength=rule.strength,
        quote=reading.clause.quote, pointer="/description",
    )  # fmt: skip


def _name_evidence(rule: Rule, reading: "Reading") -> Evidence:
    return Evidence(
        kind=EvidenceKind.NAME,
        rule=rule.id,
        category=None,
        strength=rule.strength,
        quote=reading.tool.name,
        pointer="/name",
    )


def has_words(tokens: Sequence[str], words: Sequence[str]) -> bool:
    """Tell whether `words` stand side by side among `tokens`."""
    size = len(words)
    return any(tuple(tokens[i : i + size]) == tuple(words) for i in range(len(tokens) - size + 1))


def _hidden(reading: "Reading", raised: dict[str, list[int]]) -> None:
    tool = reading.tool
    texts = [(tool.name, "/name", EvidenceKind.NAME), (tool.title or "", "/title", EvidenceKind.TITLE)]
    texts.append((tool.description or "", "/description", EvidenceKind.DESCRIPTION))
    texts += [(p.description, f"{p.pointer}/description", EvidenceKind.PARAMETER) for p in reading.parameters]
    for text, pointer, kind in texts:
        if not text.isascii() and (quote := hidden_characters(text)):
            evidence = Evidence(
                kind=kind, rule=RuleId("hides-characters"), category=None, strength=Strength.STRONG, quote=quote,
                pointer=pointer,
            )  # fmt: skip
            raised.setdefault("hidden-instructions", []).append(reading.add(evidence))


def mismatches(reading: "Reading", verdict: Verdict) -> tuple[Mismatch, ...]:
    """Return the pairs of sources that disagree; only explicitly set hints count."""
    found: list[Mismatch] = []
    hints = reading.tool.annotations
    claims = {s: [c for c in reading.claims if c.source == s] for s in ("clause", "effect", "name", "operation")}
    code = max((c for c in claims["effect"]), key=lambda c: c.category.rank, default=None)
    words = max(
        (c for c in (*claims["clause"], *claims["operation"]) if c.sure), key=lambda c: c.category.rank, default=None
    )
    checks: list[tuple[str, str, bool, bool]] = []
    if hints.readOnlyHint is True:
        wrong = lambda c: c.category.rank > 0  # noqa: E731
        checks = [("readOnlyHint", "true", bool(words and wrong(words)), bool(code and wrong(code)))]
    elif hints.destructiveHint is False:
        wrong = lambda c: c.category is Category.DESTRUCTIVE  # noqa: E731
        checks = [("destructiveHint", "false", bool(words and wrong(words)), bool(code and wrong(code)))]
    for hint, value, by_words, by_code in checks:
        annotation = Evidence(
            kind=EvidenceKind.ANNOTATION, rule=None, category=None, strength=Strength.WEAK, quote=hint,
            pointer=f"/annotations/{hint}",
        )  # fmt: skip
        del value
        if by_code and code is not None:
            found.append(Mismatch(between=("annotation", "code"), evidence=(reading.add(annotation), code.evidence)))
        if by_words and words is not None and verdict.primary.rank > 0:
            found.append(
                Mismatch(between=("annotation", "description"), evidence=(reading.add(annotation), words.evidence))
            )
    said = max(claims["clause"], key=lambda c: c.category.rank, default=None)
    if (
        code is not None
        and said is not None
        and said.sure
        and said.category is Category.READ
        and code.category.rank >= 2
    ):
        found.append(Mismatch(between=("description", "code"), evidence=(said.evidence, code.evidence)))
    return tuple(found)


def confidence_after_claims(verdict: Verdict, reading: "Reading") -> Confidence:
    """Let the annotations move the confidence by one step, never the label."""
    hints = reading.tool.annotations
    confidence = verdict.confidence
    agrees = (hints.readOnlyHint is True and verdict.primary is Category.READ) or (
        hints.readOnlyHint is False and verdict.primary is not Category.READ and confidence is Confidence.LOW
    )
    contradicts = (hints.readOnlyHint is True and verdict.primary is not Category.READ) or (
        hints.readOnlyHint is False and verdict.primary is Category.READ
    )
    if contradicts:
        return Confidence.MEDIUM if confidence is Confidence.HIGH else Confidence.LOW
    if agrees and confidence is Confidence.LOW:
        return Confidence.MEDIUM
    return confidence
