from pathlib import Path

import pytest

from classifier.overrides import Overrides, Stale, load_overrides
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import (
    BASE_SEVERITY,
    Category,
    Classification,
    Completeness,
    Confidence,
    DecidedBy,
    Decider,
    Digest,
    EvidenceKind,
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
from mcp_catalogue.resources import resource_dir

OLD, NEW = Digest("sha256:" + "a" * 64), Digest("sha256:" + "b" * 64)
GOOD = f"""
[[override]]
server = "pkg:pypi/notes"
tool = "tidy"
primary = "Write"
reason = "It only sorts the list."
who = "the author of notes"
link = "https://example.org/notes/issues/1"
digest = "{OLD}"
"""


def load(folder: Path, text: str = GOOD) -> Overrides:
    (folder / "notes.toml").write_text(text, encoding="utf-8")
    return load_overrides(folder)


def server(*tools: Tool, name: str = "pkg:pypi/notes", aliases: tuple[str, ...] = ()) -> ServerFacts:
    return ServerFacts(
        id=ServerId(name),
        name="notes",
        aliases=aliases,
        source=Source(kind=SourceKind.MANIFEST),
        completeness=Completeness(status=Status.COMPLETE, enumerated=len(tools)),
        tools=tools,
    )


def tidy(digest: Digest = OLD, variant: int | None = None) -> Tool:
    return Tool(name="tidy", digest=digest, variant=variant)


def label(primary: Category, *floors: Severity) -> Classification:
    return Classification(
        primary=primary,
        also=(),
        severity=max([BASE_SEVERITY[primary], *floors], key=lambda s: s.rank),
        confidence=Confidence.LOW,
        decided_by=DecidedBy(),
        rationale="By the rules.",
        signals=tuple(Signal(id=SignalId("bulk"), floor=floor) for floor in floors),
    )


def test_an_override_wins_and_is_shown_as_such(tmp_path: Path) -> None:
    (done,) = load(tmp_path).apply(server(tidy()), [label(Category.DESTRUCTIVE)])
    assert (done.primary, done.severity, done.confidence) == (Category.WRITE, Severity.MEDIUM, Confidence.HIGH)
    assert done.decided_by.by is Decider.OVERRIDE
    assert done.rationale == "It only sorts the list."
    (evidence,) = done.evidence
    assert evidence.kind is EvidenceKind.OVERRIDE
    assert "the author of notes, https://example.org/notes/issues/1" in evidence.quote


def test_a_signal_keeps_its_floor_unless_a_severity_is_given(tmp_path: Path) -> None:
    before = [label(Category.DESTRUCTIVE, Severity.HIGH)]
    assert load(tmp_path).apply(server(tidy()), before)[0].severity is Severity.HIGH
    given = load(tmp_path, GOOD + 'severity = "low"\n')
    assert given.apply(server(tidy()), before)[0].severity is Severity.LOW


def test_other_tools_and_servers_are_left_alone(tmp_path: Path) -> None:
    overrides, before = load(tmp_path), (label(Category.READ),)
    assert overrides.apply(server(Tool(name="tidy_up", digest=OLD)), before) == before
    assert overrides.apply(server(tidy(variant=2)), before) == before
    assert overrides.apply(server(tidy(), name="pkg:npm/notes"), before) == before


def test_an_alias_of_the_server_is_known(tmp_path: Path) -> None:
    facts = server(tidy(), name="pkg:github/a/notes", aliases=("pkg:pypi/notes",))
    assert load(tmp_path).apply(facts, [label(Category.READ)])[0].decided_by.by is Decider.OVERRIDE


def test_a_milder_override_of_a_changed_definition_is_reported_and_not_followed(tmp_path: Path) -> None:
    overrides, facts, before = load(tmp_path), server(tidy(NEW)), (label(Category.DESTRUCTIVE),)
    assert overrides.apply(facts, before) == before
    (stale,) = overrides.stale(facts, before)
    assert (stale.tool, stale.followed, stale.override.tool) == (facts.tools[0], False, "tidy")


def test_a_graver_override_of_a_changed_definition_is_reported_and_followed(tmp_path: Path) -> None:
    overrides, facts, before = load(tmp_path), server(tidy(NEW)), (label(Category.READ),)
    assert overrides.apply(facts, before)[0].primary is Category.WRITE
    assert [stale.followed for stale in overrides.stale(facts, before)] == [True]


def test_a_severity_below_the_present_one_counts_as_milder(tmp_path: Path) -> None:
    overrides = load(tmp_path, GOOD + 'severity = "low"\n')
    before = (label(Category.WRITE),)
    assert overrides.apply(server(tidy(NEW)), before) == before


def test_an_override_without_its_tool_is_reported(tmp_path: Path) -> None:
    overrides = load(tmp_path)
    (stale,) = overrides.stale(server(), ())
    assert stale == Stale(overrides.by_server["pkg:pypi/notes"]["tidy", None], None, followed=False)
    assert load(tmp_path).stale(server(tidy()), [label(Category.READ)]) == ()


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ('primary = "Write"', 'primary = "Harmless"', "Harmless"),
        ('who = "the author of notes"', 'who = " "', "who must name"),
        ("https://example.org", "http://example.org", "link must begin"),
        ("sha256:aaaa", "sha256:zzzz", "digest must be"),
        ('reason = "It only sorts the list."', 'reason = ""', "reason must be"),
        ('reason = "It only sorts the list."', f'reason = "{"x" * 700}"', "reason must be"),
        ('primary = "Write"', 'primary = "Write"\nalso = ["Destructive"]', "graver"),
        ('primary = "Write"', 'primary = "Write"\nalso = ["Write"]', "also holds"),
        ('tool = "tidy"', 'tool = "tidy"\nnote = "x"', "note"),
        ('server = "pkg:pypi/notes"', "", "server"),
        ("[[override]]", "[[override", "line 2"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, old: str, new: str, problem: str) -> None:
    with pytest.raises(DataError, match=rf"notes\.toml.*{problem}"):
        load(tmp_path, GOOD.replace(old, new, 1))


def test_a_tool_overridden_twice_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="overridden twice"):
        load(tmp_path, GOOD + GOOD)


def test_what_ships_can_be_read() -> None:
    assert isinstance(load_overrides(resource_dir("data") / "overrides"), Overrides)
