import pytest

from classifier.judge.answer import Answer, Failure, Quote
from classifier.judge.bounds import bounds_of, needs_second, settle
from mcp_catalogue.model import (
    Also,
    Category,
    Classification,
    Confidence,
    Decider,
    Effect,
    EffectId,
    EvidenceKind,
    Operation,
    Severity,
    Strength,
)
from tests.classifier.judge.cases import evidence, label

FIRM = [(kind, strength) for kind in ("name", "parameter", "effect") for strength in ("medium", "strong")]
QUOTE = Quote("/description", "Files the note away")


def said(primary: Category, *also: Category, signals: tuple[str, ...] = (), quote: Quote = QUOTE) -> Answer:
    return Answer(primary=primary, also=also, signals=signals, rationale="The judge's words.", quotes=(quote,))


def after(
    before: Classification, answer: Answer, second: Answer | Failure | None = None, *, cut: bool = False
) -> tuple[Classification, str]:
    return settle(before, bounds_of(before, cut=cut), (), answer, second)


@pytest.mark.parametrize("primary", list(Category))
@pytest.mark.parametrize("opinion", list(Category))
@pytest.mark.parametrize(("kind", "strength"), FIRM)
def test_no_answer_goes_below_the_floor(primary: Category, opinion: Category, kind: str, strength: str) -> None:
    before = label(primary, evidence(primary, EvidenceKind(kind), Strength(strength)))
    done, _ = after(before, said(opinion), said(opinion))
    assert done.primary.rank >= primary.rank
    assert done.severity.rank >= before.severity.rank


@pytest.mark.parametrize("opinion", [Category.WRITE, Category.READ])
def test_a_milder_answer_counts_with_a_second_that_agrees(opinion: Category) -> None:
    before = label(Category.DESTRUCTIVE, evidence(Category.DESTRUCTIVE))
    assert needs_second(before, said(opinion), bounds_of(before, cut=False))
    done, outcome = after(before, said(opinion), said(opinion))
    assert (done.primary, outcome, done.decided_by.by) == (opinion, "lowered", Decider.JUDGE)
    assert done.severity is (Severity.MEDIUM if opinion is Category.WRITE else Severity.LOW)
    assert done.confidence is Confidence.MEDIUM


@pytest.mark.parametrize(
    "second",
    [None, Failure.UNVERIFIED, said(Category.WRITE), said(Category.READ, signals=("hidden-instructions",))],
)
def test_without_an_agreeing_second_the_milder_answer_is_dissent(second: Answer | Failure | None) -> None:
    before = label(Category.DESTRUCTIVE, evidence(Category.DESTRUCTIVE))
    done, outcome = after(before, said(Category.READ), second)
    assert outcome == "dissent"
    assert done.judge is not None
    assert (done.judge.dissent, done.judge.primary, done.judge.rationale) == (True, Category.READ, "The judge's words.")
    assert (done.primary, done.severity, done.rationale) == (before.primary, before.severity, before.rationale)
    assert done.evidence == before.evidence


def test_hidden_instructions_forbid_any_milder_label() -> None:
    by_rules = label(Category.WRITE, evidence(Category.WRITE), signals=("hidden-instructions",))
    by_judge = label(Category.WRITE, evidence(Category.WRITE))
    for before, answer in (
        (by_rules, said(Category.READ)),
        (by_judge, said(Category.READ, signals=("hidden-instructions",))),
    ):
        assert not needs_second(before, answer, bounds_of(before, cut=False))
        done, outcome = after(before, answer, said(Category.READ))
        assert (done.primary, outcome) == (Category.WRITE, "dissent")


def test_a_specimen_that_was_cut_forbids_any_milder_label() -> None:
    before = label(Category.WRITE)
    assert after(before, said(Category.READ), said(Category.READ), cut=True)[1] == "dissent"


def test_a_milder_answer_stops_at_the_floor() -> None:
    before = label(
        Category.DESTRUCTIVE,
        evidence(Category.DESTRUCTIVE),
        evidence(Category.WRITE, EvidenceKind.NAME, Strength.STRONG),
    )
    assert after(before, said(Category.READ), said(Category.READ))[1] == "dissent"
    assert after(before, said(Category.WRITE), said(Category.WRITE))[0].primary is Category.WRITE


def test_the_worst_operation_is_part_of_the_floor() -> None:
    worst = Operation(parameter="action", value="purge", primary=Category.DESTRUCTIVE, severity=Severity.CRITICAL)
    before = label(Category.DESTRUCTIVE, operations=(worst,))
    assert after(before, said(Category.READ), said(Category.READ))[1] == "dissent"


def test_a_description_alone_makes_no_floor() -> None:
    before = label(Category.EXECUTE, evidence(Category.EXECUTE, EvidenceKind.DESCRIPTION, Strength.STRONG))
    assert bounds_of(before, cut=False).floor is Category.READ


def test_a_graver_answer_counts_at_once() -> None:
    before = label(Category.WRITE, evidence(Category.WRITE, EvidenceKind.NAME, Strength.STRONG))
    done, outcome = after(before, said(Category.DESTRUCTIVE))
    assert (done.primary, outcome, done.severity) == (Category.DESTRUCTIVE, "raised", Severity.CRITICAL)
    assert done.also == (Also(category=Category.WRITE, confidence=Confidence.LOW),)
    assert done.rationale == "The judge's words."
    assert done.decided_by.by is Decider.JUDGE
    assert [(e.kind, e.quote, e.pointer) for e in done.evidence[1:]] == [
        (EvidenceKind.JUDGE, "Files the note away", "/description")
    ]


def test_destructive_and_financial_are_exchanged_only_like_a_milder_label() -> None:
    firm = label(Category.DESTRUCTIVE, evidence(Category.DESTRUCTIVE, EvidenceKind.NAME, Strength.STRONG))
    assert after(firm, said(Category.FINANCIAL), said(Category.FINANCIAL))[0].primary is Category.DESTRUCTIVE
    weak = label(Category.DESTRUCTIVE, evidence(Category.DESTRUCTIVE))
    assert after(weak, said(Category.FINANCIAL))[0].primary is Category.DESTRUCTIVE
    assert after(weak, said(Category.FINANCIAL), said(Category.FINANCIAL))[0].primary is Category.FINANCIAL


def test_an_answer_that_agrees_adds_also_signals_and_words() -> None:
    before = label(Category.WRITE, evidence(Category.WRITE), confidence=Confidence.LOW)
    done, outcome = after(before, said(Category.WRITE, Category.DESTRUCTIVE, signals=("personal-data", "bulk")))
    assert outcome == "agreed"
    assert done.also == ()  # nothing graver than the primary
    assert {s.id: s.floor for s in done.signals} == {"personal-data": Severity.MEDIUM, "bulk": Severity.HIGH}
    assert done.severity is Severity.HIGH
    assert done.confidence is Confidence.MEDIUM
    assert done.decided_by == before.decided_by
    assert done.rationale == "The judge's words."


def test_an_answer_never_lowers_confidence_or_severity_where_it_agrees() -> None:
    before = label(Category.READ, confidence=Confidence.HIGH, severity=Severity.HIGH)
    done, _ = after(before, said(Category.READ))
    assert (done.confidence, done.severity) == (Confidence.HIGH, Severity.HIGH)


def test_what_the_rules_held_besides_stays() -> None:
    held = Also(category=Category.WRITE, confidence=Confidence.HIGH)
    before = label(Category.EXECUTE, also=(held,))
    assert after(before, said(Category.EXECUTE))[0].also == (held,)


def test_hidden_instructions_keep_the_rules_words() -> None:
    before = label(Category.WRITE, signals=("hidden-instructions",))
    done, outcome = after(before, said(Category.EXECUTE))
    assert (outcome, done.primary, done.rationale) == ("raised", Category.EXECUTE, before.rationale)


def test_a_quote_from_code_carries_its_place() -> None:
    effect = Effect(id=EffectId("fs.delete"), target="note", file="a.py", line=7, via=("drop",))
    before = label(Category.WRITE)
    answer = said(Category.DESTRUCTIVE, quote=Quote("/code/0/effect", "fs.delete"))
    done, _ = settle(before, bounds_of(before, cut=False), (effect,), answer, None)
    (found,) = done.evidence
    assert (found.pointer, found.file, found.line, found.via) == (None, "a.py", 7, ("drop",))
