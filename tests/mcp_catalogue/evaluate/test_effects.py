import re
from pathlib import Path

import msgspec
import pytest

from mcp_catalogue.errors import DataError
from mcp_catalogue.evaluate.effects import Reviewed, by_language, check_effects, read_reviewed, sum_effects
from mcp_catalogue.model import (
    Completeness,
    Cut,
    CutReason,
    Effect,
    EffectId,
    Handler,
    Mark,
    ServerFacts,
    ServerId,
    Source,
    SourceKind,
    Status,
    Tool,
)

ROOT = Path(__file__).parents[3]
SAMPLE = ROOT / "tests" / "effects" / "reviewed.jsonl"


def effect(id_: str, *via: str) -> Effect:
    return Effect(id=EffectId(id_), target=None, file="s.py", line=1, via=via)


def tool(name: str, *effects: Effect, located: bool = True, cuts: tuple[Cut, ...] | None = None) -> Tool:
    handler = Handler(file="s.py", start=1, end=2) if located else None
    return Tool(name=name, effects=effects, handler=handler, cuts=cuts)


def server(*tools: Tool, language: str = "python") -> ServerFacts:
    return ServerFacts(
        id=ServerId("local:x"),
        name="x",
        language=language,
        source=Source(kind=SourceKind.FOLDER),
        completeness=Completeness(status=Status.COMPLETE, enumerated=len(tools)),
        tools=tools,
    )


def row(name: str, *effects: str, uncertain: tuple[str, ...] = (), target: str = "pypi:x@1") -> Reviewed:
    return Reviewed(target=target, tool=name, effects=list(effects), uncertain=list(uncertain))


def test_counts_what_is_right_missed_and_invented() -> None:
    read = server(
        tool("a", effect("http.get"), effect("file.write"), effect("sql.other")),
        tool("b", located=False),
        tool("c", cuts=()),
        tool("d", cuts=(Cut(reason=CutReason.DYNAMIC_CALL),)),
    )
    rows = [row("a", "http.get", "http.post", uncertain=("sql.other",)), row("b", "file.read"), row("c"), row("d")]
    checked = list(check_effects(rows, {"pypi:x@1": [read]}))
    assert checked[0].right == {"http.get"}
    assert checked[0].missed == {"http.post"}
    assert checked[0].invented == {"file.write"}
    found = sum_effects(checked)
    assert (found.precision.part, found.precision.whole) == (1, 2)
    assert (found.recall.part, found.recall.whole) == (1, 3)
    assert (found.located.part, found.located.whole) == (3, 4)
    assert found.followed.part == 1
    assert found.settled.part == 2  # `c` was followed whole; `b` not at all, `d` in part


@pytest.mark.parametrize("mark", Mark)
def test_a_marked_effect_is_no_invention_and_counts_where_it_is_named(mark: str) -> None:
    read = [server(tool("a", effect("file.write", mark, "save")))]
    (named,) = check_effects([row("a", "file.write")], {"pypi:x@1": read})
    (other,) = check_effects([row("a")], {"pypi:x@1": read})
    assert named.right == {"file.write"}
    assert not other.invented


def test_an_absent_tool_is_counted_apart() -> None:
    found = sum_effects(check_effects([row("gone", "http.get")], {"pypi:x@1": [server(tool("a"))]}))
    assert (found.tools, found.absent, found.recall.whole) == (0, 1, 0)


def test_a_target_that_was_not_read_is_left_out() -> None:
    assert not list(check_effects([row("a", target="npm:y@1")], {"pypi:x@1": [server(tool("a"))]}))


def test_groups_are_by_language() -> None:
    rows = [row("a", "http.get"), row("b", "http.get", target="npm:y@1")]
    servers = {"pypi:x@1": [server(tool("a", effect("http.get")))], "npm:y@1": [server(tool("b"), language="go")]}
    groups = by_language(check_effects(rows, servers))
    assert list(groups) == ["all", "go", "python"]
    assert groups["python"].recall.part == 1
    assert groups["go"].recall.part == 0


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("", "no reviewed tool"),
        ("{", ":1:"),
        ('{"target": "npm:x@1", "tool": "a"}', "effects"),
        ('{"target": "npm:x@1", "tool": "a", "effects": []}\n' * 2, "twice"),
    ],
)
def test_a_wrong_file_is_refused_with_its_line(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "reviewed.jsonl"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(DataError, match=why):
        read_reviewed(path)


def test_the_sample_is_large_enough_and_names_documented_effects() -> None:
    rows = read_reviewed(SAMPLE)
    assert len(rows) >= 150
    assert len({r.target for r in rows}) >= 30
    named = {id_ for r in rows for id_ in (*r.effects, *r.uncertain)}
    assert named <= documented_ids()


def test_every_id_of_the_tables_is_documented() -> None:
    used = {
        id_
        for path in (ROOT / "crawler" / "effects").glob("*.toml")
        for library in msgspec.toml.decode(path.read_bytes())["library"]
        for id_ in (*library["calls"], *library["cases"].values())
    }
    assert used - {"http", "sql"} <= documented_ids()  # a call's own method or verb takes the place of these two


def documented_ids() -> set[str]:
    """The ids in the first column of the table of `docs/effects.md`; `.x` continues the family before it."""
    ids: set[str] = set()
    text = (ROOT / "docs" / "effects.md").read_text(encoding="utf-8")
    for line in text.splitlines():
        if not line.startswith("| `"):
            continue
        family = ""
        for name in re.findall(r"`([a-z0-9.*]+)`", line.split("|")[1]):
            family = name.partition(".")[0] or family
            ids.add(family + name if name.startswith(".") else name)
    return ids | {
        f"{i.removesuffix('.*')}.{v}" for i in ids if i.endswith(".*") for v in ("read", "write", "run", "delete")
    }
