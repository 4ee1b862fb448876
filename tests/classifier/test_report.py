import re
from dataclasses import replace
from pathlib import Path

import pytest

from classifier.report import _COMBINATIONS, _ROLE_TITLES, GRADES, ServerReport, server_report
from mcp_catalogue.model import (
    BASE_SEVERITY,
    Category,
    Classification,
    Completeness,
    Confidence,
    DecidedBy,
    Mismatch,
    ServerFacts,
    ServerId,
    Severity,
    Signal,
    SignalId,
    Source,
    SourceKind,
    Status,
    Tool,
)

Spec = tuple[str, Category, tuple[str, ...]]
READER: Spec = ("get_note", Category.READ, ())
LETHAL = {"private-data-outside-text-way-out"}


def label(primary: Category, signals: tuple[str, ...] = ()) -> Classification:
    return Classification(
        primary=primary,
        also=(),
        severity=BASE_SEVERITY[primary],
        confidence=Confidence.HIGH,
        decided_by=DecidedBy(),
        rationale="",
        signals=tuple(Signal(id=SignalId(s), floor=None) for s in signals),
    )


def facts_of(*names: str, status: Status = Status.COMPLETE) -> ServerFacts:
    return ServerFacts(
        id=ServerId("pkg:pypi/notes"),
        name="notes",
        source=Source(kind=SourceKind.MANIFEST),
        completeness=Completeness(status=status, enumerated=len(names)),
        tools=tuple(Tool(name=name) for name in names),
    )


def report(*specs: Spec, status: Status = Status.COMPLETE) -> ServerReport:
    facts = facts_of(*(name for name, _, _ in specs), status=status)
    return server_report(facts, [label(primary, signals) for _, primary, signals in specs])


def points(result: ServerReport) -> dict[str, float]:
    return {term.id: term.points for term in result.terms if term.points}


def test_a_server_that_only_reads_gets_an_a() -> None:
    result = report(READER, ("list_notes", Category.READ, ()))
    assert (result.grade, result.score, points(result), result.combinations) == ("A", 100, {}, ())


def test_the_score_is_a_hundred_less_the_printed_terms() -> None:
    result = report(
        READER,
        ("drop_notes", Category.DESTRUCTIVE, ("bulk",)),
        ("run", Category.EXECUTE, ("runs-code",)),
        ("pay", Category.FINANCIAL, ()),
        status=Status.PARTIAL,
    )
    assert result.score == max(0, round(100 - sum(term.points for term in result.terms)))
    assert points(result) == {
        "critical-tools": 29.0,
        "high-tools": 9.0,
        "free-execution": 12.0,
        "combinations": 5.0,
        "not-fully-read": 8.0,
    }
    assert next(t.formula for t in result.terms if t.id == "critical-tools") == "12 + 24 · √(2/4)"


def test_more_harm_never_improves_the_grade() -> None:
    specs = [READER] * 10
    scores = [report(*specs).score]
    for i, worse in enumerate((Category.WRITE, Category.EXECUTE, Category.DESTRUCTIVE, Category.FINANCIAL)):
        specs[i] = (f"t{i}", worse, ("open-world",) if i else ())
        scores.append(report(*specs).score)
    assert scores == sorted((s for s in scores if s is not None), reverse=True)
    assert scores[0] != scores[-1]


def test_hidden_instructions_cost_more_than_anything_else() -> None:
    result = report(READER, ("add", Category.READ, ("hidden-instructions",)))
    assert points(result) == {"hidden-instructions": 40.0}
    assert result.grade == "C"


def test_disagreement_and_doubt_cost() -> None:
    facts = facts_of("a", "b", "c", "d")
    labels = [label(Category.READ) for _ in range(4)]
    labels[0] = replace(labels[0], mismatches=(Mismatch(between=("annotation", "code"), evidence=(0, 0)),))
    labels[1] = replace(labels[1], confidence=Confidence.LOW)
    assert points(server_report(facts, labels)) == {"contradictions": 5.0, "unsure-labels": 4.0}


def test_an_unreadable_server_has_no_grade() -> None:
    assert report(status=Status.UNREADABLE) == ServerReport(grade=None, score=None, terms=(), combinations=())


def test_the_letters_cover_every_score() -> None:
    assert [least for _, least in GRADES] == sorted((least for _, least in GRADES), reverse=True)
    assert GRADES[-1][1] == 0


@pytest.mark.parametrize(
    ("specs", "expected"),
    [
        (
            (
                ("read_mail", Category.READ, ("personal-data",)),
                ("send_mail", Category.WRITE, ("external-communication",)),
            ),
            LETHAL,
        ),
        (
            (("read_file", Category.READ, ("caller-path",)), ("fetch", Category.READ, ("open-world",))),
            LETHAL,
        ),
        (
            (("pay", Category.FINANCIAL, ()), ("sql", Category.EXECUTE, ("free-form-query",))),
            {"money-and-free-execution"},
        ),
        ((("pay", Category.FINANCIAL, ()), ("fetch", Category.READ, ("open-world",))), {"money-and-outside-text"}),
        (
            (("sh", Category.EXECUTE, ("runs-code",)), ("fetch", Category.READ, ("open-world",))),
            {"outside-text-and-free-execution", *LETHAL},
        ),
        (
            (("drop", Category.DESTRUCTIVE, ()), ("update_all", Category.WRITE, ("bulk",))),
            {"destructive-and-bulk"},
        ),
        (
            (("get_key", Category.READ, ("secrets",)), ("post", Category.WRITE, ("external-communication",))),
            {"secrets-and-way-out"},
        ),
        (
            (("save", Category.WRITE, ("caller-path",)), ("sh", Category.EXECUTE, ("runs-code",))),
            {"write-and-run"},
        ),
        (
            (("share", Category.WRITE, ("access-control",)), ("fetch", Category.READ, ("open-world",))),
            {"grants-and-outside-text"},
        ),
        (
            (("unlock", Category.EXECUTE, ("physical-world",)), ("fetch", Category.READ, ("open-world",))),
            {"physical-world-and-outside-text"},
        ),
        ((("drop_many", Category.DESTRUCTIVE, ("bulk",)), READER), set()),
        ((("read_mail", Category.READ, ("personal-data",)), READER), set()),
        ((("pay", Category.FINANCIAL, ()), READER), set()),
    ],
)
def test_a_combination_needs_each_of_its_sides(specs: tuple[Spec, ...], expected: set[str]) -> None:
    assert {c.id for c in report(*specs).combinations} == expected


def test_a_combination_names_its_tools() -> None:
    result = report(
        ("read_mail", Category.READ, ("personal-data",)),
        ("send_mail", Category.WRITE, ("external-communication",)),
        READER,
    )
    (found,) = result.combinations
    assert [(part.role, part.tools) for part in found.parts] == [
        ("brings private data in", ("read_mail",)),
        ("brings text from outside in", ("read_mail",)),
        ("reaches outside", ("send_mail",)),
    ]


def test_severity_drives_the_terms_and_not_the_category() -> None:
    facts = facts_of("a")
    raised = replace(label(Category.READ), severity=Severity.HIGH)
    assert points(server_report(facts, [raised])) == {"high-tools": 15.0}


def test_every_term_and_combination_is_documented() -> None:
    text = (Path(__file__).parents[2] / "docs" / "grades.md").read_text(encoding="utf-8")
    documented = set(re.findall(r"^\| `([a-z-]+)` \|", text, re.MULTILINE))
    assert documented == {term.id for term in report(READER).terms} | {id_ for id_, *_ in _COMBINATIONS}
    for _, _, _, roles in _COMBINATIONS:
        assert "; ".join(_ROLE_TITLES[role] for role in roles) in text
