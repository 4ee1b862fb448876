"""The one function that decides, the floor, the severity, and what code and annotations do."""

from collections.abc import Callable, Sequence
from itertools import permutations

import pytest

from classifier.combine import Claim, decide, floor, severity
from classifier.rule import Case, Rule
from mcp_catalogue.model import (
    Also,
    Category,
    Classification,
    Confidence,
    Effect,
    EffectId,
    Evidence,
    EvidenceKind,
    RuleId,
    Severity,
    Signal,
    SignalId,
    Strength,
)

Label = Callable[..., Classification]


def rule(category: Category, *, cap: Confidence = Confidence.HIGH, also: Sequence[Category] = ()) -> Rule:
    return Rule(
        id=RuleId(f"rule-{category}"), title="", says="", rationale="", remediation="", references=(), languages=(),
        when=(), matching=(Case(name="a"),), other=(Case(name="b"),), category=category, confidence_cap=cap,
        also=tuple(also),
    )  # fmt: skip


def claim(source: str, category: Category, *, sure: bool = True, cap: Confidence = Confidence.HIGH) -> Claim:
    return Claim(source, category, rule(category, cap=cap), 0, sure, 0)


def test_agreement_is_sure() -> None:
    found = decide([claim("name", Category.WRITE), claim("clause", Category.WRITE)])
    assert (found.primary, found.confidence) == (Category.WRITE, Confidence.HIGH)


def test_the_worse_of_two_sure_readings() -> None:
    found = decide([claim("name", Category.READ), claim("clause", Category.DESTRUCTIVE)])
    assert (found.primary, found.confidence) == (Category.DESTRUCTIVE, Confidence.MEDIUM)


def test_a_sure_reading_beats_an_unsure_one() -> None:
    found = decide([claim("name", Category.EXECUTE, sure=False), claim("clause", Category.READ)])
    assert found.primary is Category.READ


def test_nothing_known_is_write_with_low_confidence() -> None:
    assert (decide([]).primary, decide([]).confidence) == (Category.WRITE, Confidence.LOW)


def test_operations_decide_and_financial_stands_above_destructive() -> None:
    found = decide([claim("operation", c) for c in (Category.READ, Category.DESTRUCTIVE, Category.FINANCIAL)])
    assert found.primary is Category.FINANCIAL
    assert {a.category for a in found.also} == {Category.DESTRUCTIVE}


def test_a_cap_holds() -> None:
    capped = [claim(s, Category.WRITE, cap=Confidence.LOW) for s in ("name", "clause")]
    assert decide(capped).confidence is Confidence.LOW


def test_code_raises_and_never_lowers() -> None:
    read = [claim("name", Category.READ), claim("clause", Category.READ)]
    assert decide([*read, claim("effect", Category.DESTRUCTIVE)]).primary is Category.DESTRUCTIVE
    deletes = [claim("name", Category.DESTRUCTIVE)]
    assert decide([*deletes, claim("effect", Category.WRITE)]).primary is Category.DESTRUCTIVE


def test_a_doubtful_effect_does_not_stand_against_agreement() -> None:
    read = [claim("name", Category.READ), claim("clause", Category.READ)]
    assert decide([*read, claim("effect", Category.WRITE, sure=False)]).primary is Category.READ


def test_the_order_of_claims_does_not_matter() -> None:
    claims = [
        claim("name", Category.READ), claim("clause", Category.WRITE), claim("aside", Category.EXECUTE),
        claim("text", Category.DESTRUCTIVE),
    ]  # fmt: skip
    assert {decide(p).primary for p in permutations(claims)} == {Category.DESTRUCTIVE}


@pytest.mark.parametrize(
    ("kind", "strength", "expected"),
    [
        (EvidenceKind.NAME, Strength.STRONG, Category.DESTRUCTIVE),
        (EvidenceKind.PARAMETER, Strength.MEDIUM, Category.DESTRUCTIVE),
        (EvidenceKind.EFFECT, Strength.MEDIUM, Category.DESTRUCTIVE),
        (EvidenceKind.NAME, Strength.WEAK, Category.READ),
        (EvidenceKind.DESCRIPTION, Strength.STRONG, Category.READ),
    ],
)
def test_floor(kind: EvidenceKind, strength: Strength, expected: Category) -> None:
    evidence = Evidence(kind=kind, rule=None, category=Category.DESTRUCTIVE, strength=strength, quote="x")
    assert floor([evidence]) is expected


@pytest.mark.parametrize(
    ("primary", "also", "floors", "expected"),
    [
        (Category.READ, [], [], Severity.LOW),
        (Category.WRITE, [], [], Severity.MEDIUM),
        (Category.EXECUTE, [], [], Severity.HIGH),
        (Category.DESTRUCTIVE, [], [], Severity.CRITICAL),
        (Category.FINANCIAL, [], [], Severity.CRITICAL),
        (Category.READ, [], [Severity.HIGH], Severity.HIGH),
        (Category.WRITE, [(Category.FINANCIAL, Confidence.HIGH)], [], Severity.HIGH),
        (Category.WRITE, [(Category.FINANCIAL, Confidence.MEDIUM)], [], Severity.MEDIUM),
        (Category.DESTRUCTIVE, [], [Severity.LOW], Severity.CRITICAL),
        (Category.READ, [], [None], Severity.LOW),
    ],
)
def test_severity(
    primary: Category,
    also: list[tuple[Category, Confidence]],
    floors: list[Severity | None],
    expected: Severity,
) -> None:
    signals = [Signal(id=SignalId("x"), floor=f) for f in floors]
    assert severity(primary, [Also(category=c, confidence=k) for c, k in also], signals) is expected


def test_a_contradiction_raises_by_one_level() -> None:
    signal = Signal(id=SignalId("contradiction"), floor=None)
    assert severity(Category.WRITE, (), [signal]) is Severity.HIGH
    assert severity(Category.FINANCIAL, (), [signal]) is Severity.CRITICAL


def test_code_against_words_is_a_mismatch(label: Label) -> None:
    effect = Effect(id=EffectId("http.delete"), target="api.example.com", file="s.py", line=3)
    found = label("get_thing", "Get a thing", effects=(effect,), annotations={"readOnlyHint": True})
    assert found.primary is Category.DESTRUCTIVE
    assert {m.between for m in found.mismatches} >= {("annotation", "code"), ("description", "code")}
    assert "contradiction" in {s.id for s in found.signals}
    for mismatch in found.mismatches:
        assert all(0 <= i < len(found.evidence) for i in mismatch.evidence)


def test_an_annotation_against_words_is_a_mismatch_without_a_signal(label: Label) -> None:
    found = label("delete_thing", "Delete a thing", annotations={"readOnlyHint": True})
    assert {m.between for m in found.mismatches} == {("annotation", "description")}
    assert "contradiction" not in {s.id for s in found.signals}
    assert found.confidence is Confidence.MEDIUM


def test_work_on_a_cache_is_not_the_purpose(label: Label) -> None:
    effect = Effect(id=EffectId("file.delete"), target="~/.cache/thing", file="s.py", line=3)
    assert label("get_thing", "Get a thing", effects=(effect,)).primary is Category.READ
