import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mcp_catalogue.errors import DataError
from mcp_catalogue.evaluate.cost import quantile
from mcp_catalogue.evaluate.extraction import capped_recall, failed, grouped, not_measured, score
from mcp_catalogue.evaluate.recordings import Recording, read_recordings
from mcp_catalogue.model import (
    Annotations,
    Completeness,
    Condition,
    Handler,
    Location,
    MayHaveMore,
    ServerFacts,
    ServerId,
    Source,
    SourceKind,
    Status,
    Tool,
    Unresolved,
)

GUARD = Condition(kind="env", expression="X", default_on=False, file="s.py", line=1)
FILE = {"s.py": b"import x\n\n@mcp.tool()\ndef list_things(kind: str):\n    return kind\n"}


def recorded(*names: str, kind: str = "tools/list") -> Recording:
    tools: dict[str, dict[str, Any]] = {
        name: {
            "name": name,
            "description": f"Does\n  {name}.",
            "inputSchema": {"properties": {"kind": {}}, "required": ["kind"]},
            "annotations": {"readOnlyHint": True},
        }
        for name in names
    }
    return Recording(
        id="one",
        ecosystem="pypi",
        package="one",
        version="1",
        commit=None,
        language="python",
        sdk="x",
        kind=kind,
        literal_names=1,
        in_dependency=False,
        tools=tools,
    )


def read(name: str, **changes: Any) -> Tool:
    tool = Tool(
        name=name,
        description=f"Does {name}.",
        input_schema={"properties": {"kind": {}}, "required": ["kind"]},
        annotations=Annotations(readOnlyHint=True),
        location=Location(file="s.py", line=3),
        handler=Handler(file="s.py", start=4, end=5),
    )
    return replace(tool, **changes)


def facts(*tools: Tool, **completeness: Any) -> ServerFacts:
    given: dict[str, Any] = {"status": Status.COMPLETE, "enumerated": len(tools)} | completeness
    return ServerFacts(
        id=ServerId("pkg:pypi/one"),
        name="one",
        source=Source(kind=SourceKind.SDIST),
        completeness=Completeness(**given),
        tools=tools,
    )


def test_a_perfect_reading_scores_everything() -> None:
    scored = score(recorded("list_things"), [facts(read("list_things"))], FILE, cpu_ms=1.0)
    t = scored.tally
    assert (t.found, t.wrong, t.silent, t.description, t.parameters, t.required, t.annotations, t.located) == (
        1, 0, 0, 1, 1, 1, 1, 1,
    )  # fmt: skip
    assert scored.differing == {}


@pytest.mark.parametrize(
    ("change", "what"),
    [
        ({"description": "Other."}, "description"),
        ({"input_schema": {"properties": {}, "required": ["kind"]}}, "parameters"),
        ({"input_schema": {"properties": {"kind": {}}}}, "required"),
        ({"annotations": Annotations()}, "annotations"),
    ],
)
def test_each_difference_is_counted_and_named(change: dict[str, Any], what: str) -> None:
    scored = score(recorded("list_things"), [facts(read("list_things", **change))], FILE, cpu_ms=1.0)
    assert scored.differing == {"list_things": (what,)}
    assert getattr(scored.tally, what) == 0


def test_a_location_whose_line_does_not_give_the_name_is_wrong() -> None:
    elsewhere = read("list_things", location=Location(file="s.py", line=1), handler=None)
    missing = read("list_things", location=Location(file="t.py", line=3))
    mounted = read("prefix_list_things")
    for tool, right in ((elsewhere, 0), (missing, 0), (mounted, 1)):
        scored = score(recorded("list_things", "prefix_list_things"), [facts(tool)], FILE, cpu_ms=1.0)
        assert scored.tally.located == right, tool


def test_an_extra_tool_is_wrong_unless_a_located_guard_excuses_it() -> None:
    scored = score(
        recorded("list_things"),
        [facts(read("list_things"), read("invented"), read("guarded", condition=GUARD))],
        FILE,
        cpu_ms=1.0,
    )
    assert (scored.tally.wrong, scored.tally.conditional, scored.extra) == (1, 1, ("invented",))


@pytest.mark.parametrize(
    ("completeness", "silent"),
    [
        ({}, 3),
        ({"unresolved": (Unresolved(file="s.py", line=1, reason="x", covers=2),)}, 1),
        ({"unresolved": (Unresolved(file="s.py", line=1, reason="x"),)}, 2),
        ({"may_have_more": MayHaveMore(file="s.py", line=1, reason="x")}, 3),
    ],
)
def test_only_what_an_unresolved_entry_covers_is_not_a_silent_miss(completeness: dict[str, Any], silent: int) -> None:
    scored = score(recorded("list_things", "b", "c", "d"), [facts(read("list_things"), **completeness)], FILE, cpu_ms=0)
    assert (scored.tally.silent, scored.missing) == (silent, ("b", "c", "d"))


def test_may_have_more_excuses_a_fifth() -> None:
    names = [f"t{i}" for i in range(10)]
    more = MayHaveMore(file="s.py", line=1, reason="x")
    few = score(recorded(*names), [facts(*(read(n) for n in names[:8]), may_have_more=more)], FILE, cpu_ms=0)
    many = score(recorded(*names), [facts(*(read(n) for n in names[:7]), may_have_more=more)], FILE, cpu_ms=0)
    assert (few.tally.silent, many.tally.silent) == (0, 3)


def test_a_readme_is_relied_on_for_names_alone() -> None:
    scored = score(
        recorded("list_things", kind="readme"),
        [facts(read("list_things", description="?"), read("more"))],
        FILE,
        cpu_ms=0,
    )
    assert (scored.tally.found, scored.tally.judged, scored.tally.wrong, scored.tally.described) == (1, 0, 0, 0)


def test_a_failure_counts_as_all_missed_and_all_silent() -> None:
    scored = failed(recorded("a", "b"), "it broke")
    assert (scored.tally.recorded, scored.tally.silent, scored.missing) == (2, 2, ("a", "b"))


def test_a_source_that_is_not_at_hand_counts_for_nothing() -> None:
    assert grouped([not_measured(recorded("a"), "no source")])["all"].recorded == 0


def test_no_server_weighs_more_than_forty_tools() -> None:
    big = failed(recorded(*(f"t{i}" for i in range(400))), "x")
    small = score(recorded("list_things"), [facts(read("list_things"))], FILE, cpu_ms=0)
    assert capped_recall([big, small]) == pytest.approx(1 / 41)


def test_groups_tell_where_the_code_is() -> None:
    away = replace(recorded("a"), in_dependency=True)
    groups = grouped([failed(away, "x"), failed(recorded("a"), "x")])
    assert (groups["all"].recorded, groups["code in package"].recorded, groups["language python"].recorded) == (2, 1, 2)


def test_recordings_are_read_from_a_folder_and_a_wrong_one_is_named(tmp_path: Path) -> None:
    (tmp_path / "servers").mkdir()
    body = {"id": "a", "ecosystem": "npm", "package": "@x/a", "version": "1.0", "tools": [{"name": "t"}]}
    (tmp_path / "servers" / "a.json").write_text(json.dumps(body), encoding="utf-8")
    (one,) = read_recordings(tmp_path)
    assert (one.target, one.code_published) == ("npm:@x/a@1.0", True)
    (tmp_path / "servers" / "b.json").write_text("{}", encoding="utf-8")
    with pytest.raises(DataError, match=r"b\.json: not a recording"):
        list(read_recordings(tmp_path))
    with pytest.raises(DataError, match="no recordings"):
        list(read_recordings(tmp_path / "none"))


def test_following_handlers_is_told_apart_from_the_rest() -> None:
    one = score(recorded("list_things"), [facts(read("list_things"))], FILE, cpu_ms=50, effects_ms=20)
    total = grouped([one, one])["all"]
    assert (total.cpu_ms, total.effects_ms) == (60, 40)


@pytest.mark.parametrize(("share", "value"), [(0.5, 2.0), (0.9, 4.0), (0.0, 1.0), (1.0, 4.0)])
def test_a_quantile_is_one_of_the_values(share: float, value: float) -> None:
    assert quantile([4.0, 1.0, 3.0, 2.0], share) == value


def test_nothing_has_no_quantile() -> None:
    assert quantile([], 0.5) == 0
