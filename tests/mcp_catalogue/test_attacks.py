from pathlib import Path

import pytest

from mcp_catalogue.attacks import attack_patterns, attacks_for, load_attacks
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import (
    BASE_SEVERITY,
    Also,
    Category,
    Classification,
    Confidence,
    DecidedBy,
    Effect,
    EffectId,
    Evidence,
    EvidenceKind,
    Origin,
    Signal,
    SignalId,
    Strength,
    Tool,
)

ASKED_FOR = {
    "destructive-own-judgement",
    "runaway-loops",
    "confused-deputy",
    "tool-poisoning",
    "definition-changed-after-approval",
    "token-replay",
    "injection-through-results",
    "document-injection",
    "exfiltration-by-chaining",
    "secrets-in-errors",
    "look-alike-packages",
    "hijacked-packages",
    "command-injection",
    "server-side-request-forgery",
    "over-broad-grants",
}
PATTERN = """
id = "sample"
title = "Sample"
severity = "high"
summary = "s"
mechanism = "m"
policy = "p"
owasp = ["MCP05"]
atlas = ["AML.T0053"]
[case]
title = "t"
publisher = "p"
year = 2025
url = "https://example.org/case"
summary = "s"
[[applies]]
"""


def make_tool(name: str, *parameters: str, effects: tuple[str, ...] = (), origin: Origin = Origin.CODE) -> Tool:
    schema = {"type": "object", "properties": {p: {"type": "string"} for p in parameters}}
    found = tuple(Effect(id=EffectId(e), target=None, file="a.py", line=1) for e in effects)
    return Tool(name=name, input_schema=schema, effects=found, origin=origin)


def make_label(
    primary: Category,
    *signals: str,
    quote: str = "",
    also: Category | None = None,
    strength: Strength = Strength.STRONG,
) -> Classification:
    evidence = Evidence(kind=EvidenceKind.NAME, rule=None, category=primary, strength=strength, quote=quote)
    return Classification(
        primary=primary,
        also=(Also(category=also, confidence=Confidence.HIGH),) if also else (),
        severity=BASE_SEVERITY[primary],
        confidence=Confidence.HIGH,
        decided_by=DecidedBy(),
        rationale="",
        signals=tuple(Signal(id=SignalId(s), floor=None) for s in signals),
        evidence=(evidence,) if quote else (),
    )


def ids(tool: Tool, label: Classification) -> list[str]:
    return [pattern.id for pattern, _ in attacks_for(tool, label)]


def test_every_pattern_asked_for_ships_with_its_sources() -> None:
    patterns = attack_patterns()
    assert {p.id for p in patterns} == ASKED_FOR
    for pattern in patterns:
        assert len(pattern.mechanism.split()) >= 50
        assert pattern.case.year >= 2020
        assert pattern.owasp
        assert pattern.atlas


@pytest.mark.parametrize(
    ("tool", "label", "pattern"),
    [
        (make_tool("drop_index", "name"), make_label(Category.DESTRUCTIVE, quote="drop"), "destructive-own-judgement"),
        (make_tool("render", "prompt"), make_label(Category.EXECUTE, "incurs-cost"), "runaway-loops"),
        (make_tool("set_role", "role"), make_label(Category.WRITE, "access-control"), "confused-deputy"),
        (make_tool("add", "a"), make_label(Category.READ, "hidden-instructions"), "tool-poisoning"),
        (
            make_tool("add", origin=Origin.PROTOCOL),
            make_label(Category.READ),
            "definition-changed-after-approval",
        ),
        (make_tool("login", "api_key"), make_label(Category.WRITE, "secrets"), "token-replay"),
        (make_tool("list_comments", "issueId"), make_label(Category.READ), "injection-through-results"),
        (make_tool("open_report", "file_path"), make_label(Category.READ, "caller-path"), "document-injection"),
        (make_tool("mail", "to"), make_label(Category.WRITE, "external-communication"), "exfiltration-by-chaining"),
        (make_tool("login", "password"), make_label(Category.WRITE, "secrets"), "secrets-in-errors"),
        (make_tool("setup", "plugins"), make_label(Category.EXECUTE, quote="setup"), "look-alike-packages"),
        (make_tool("setup", "packages"), make_label(Category.EXECUTE, "runs-code"), "hijacked-packages"),
        (make_tool("sh", "command"), make_label(Category.EXECUTE, "runs-code"), "command-injection"),
        (make_tool("calc", effects=("process.spawn",)), make_label(Category.READ), "command-injection"),
        (make_tool("get", "url"), make_label(Category.READ, "open-world"), "server-side-request-forgery"),
        (make_tool("share", "role"), make_label(Category.WRITE, "access-control"), "over-broad-grants"),
    ],
)
def test_a_pattern_is_chosen_from_the_tools_own_traits(tool: Tool, label: Classification, pattern: str) -> None:
    assert pattern in ids(tool, label)


def test_a_category_alone_chooses_nothing() -> None:
    for category in Category:
        assert ids(make_tool("thing"), make_label(category)) == []


def test_tools_of_one_category_differ_where_their_traits_do() -> None:
    wire = make_tool("wire", "amount", "idempotency_key")
    label = make_label(Category.FINANCIAL, quote="wire")
    assert "runaway-loops" in ids(make_tool("wire", "amount"), label)
    assert "runaway-loops" not in ids(wire, label)


def test_the_reason_names_the_trait_and_stays_one_line() -> None:
    tool = make_tool("fetch_page", "page_url")
    reasons = {p.id: r for p, r in attacks_for(tool, make_label(Category.READ, "open-world"))}
    assert "`page_url`" in reasons["server-side-request-forgery"]
    hostile = make_label(Category.DESTRUCTIVE, quote="wipe {tool}\n" + "x" * 500)
    (_, reason), *_ = attacks_for(make_tool("wipe"), hostile)
    assert "\n" not in reason
    assert "wipe {tool}" in reason
    assert len(reason) < 300


def test_weak_evidence_is_not_quoted() -> None:
    label = make_label(Category.DESTRUCTIVE, quote="maybe deletes", strength=Strength.WEAK)
    assert "destructive-own-judgement" not in ids(make_tool("tidy", "id"), label)


def test_graver_patterns_come_first() -> None:
    found = attacks_for(make_tool("sh", "command", "url"), make_label(Category.EXECUTE, "runs-code", "open-world"))
    ranks = [pattern.severity.rank for pattern, _ in found]
    assert len(ranks) > 2
    assert ranks == sorted(ranks, reverse=True)


@pytest.mark.parametrize(
    ("clause", "problem"),
    [
        ('categories = ["Read"]\nreason = "r"', "a category alone"),
        ('signals = ["secrets"]\nreason = "see {parameter}"', "does not ask for"),
        ('signals = ["secrets"]\nreason = "r"\ncolour = "red"', "colour"),
        ('categories = ["Delete"]\nsignals = ["secrets"]\nreason = "r"', "Delete"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, clause: str, problem: str) -> None:
    (tmp_path / "sample.toml").write_text(PATTERN + clause, encoding="utf-8")
    with pytest.raises(DataError, match=f"sample.toml.*{problem}"):
        load_attacks(tmp_path)


def test_a_file_under_another_name_is_refused(tmp_path: Path) -> None:
    (tmp_path / "other.toml").write_text(PATTERN + 'signals = ["secrets"]\nreason = "r"', encoding="utf-8")
    with pytest.raises(DataError, match="not the file's name"):
        load_attacks(tmp_path)
