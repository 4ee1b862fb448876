import tomllib
from pathlib import Path

import pytest

import crawler.effects
from mcp_catalogue.model import Effect, EffectId, Mark
from mcp_catalogue.pages.deeds import EFFECTS, deeds

TABLES = sorted(Path(crawler.effects.__file__).parent.glob("*.toml"))


def seen(id_: str, target: str | None = None, *via: str) -> Effect:
    return Effect(id=EffectId(id_), target=target, file="server.py", line=1, via=via)


@pytest.mark.parametrize("path", TABLES, ids=lambda p: p.stem)
def test_every_effect_of_a_table_has_words(path: Path) -> None:
    given = {id_ for library in tomllib.loads(path.read_text())["library"] for id_ in library["cases"].values()}

    assert given
    assert given - set(EFFECTS) - {"none"} == set()


def test_changes_come_before_reads_and_each_id_once() -> None:
    found = deeds([seen("file.read", "a"), seen("file.delete"), seen("file.delete", "b"), seen("file.read", "c")])

    assert [(d.effect, d.target) for d in found] == [("file.delete", "b"), ("file.read", "a")]


def test_what_every_tool_does_is_left_out_where_the_tool_does_more() -> None:
    shared = seen("sql.select", "SELECT 1", Mark.EVERY_TOOL, "connect")

    assert [d.effect for d in deeds([shared, seen("sql.raw")])] == ["sql.raw"]
    assert [d.effect for d in deeds([shared])] == ["sql.select"]


def test_an_effect_without_words_is_shown_by_its_id() -> None:
    assert [(d.words, d.effect) for d in deeds([seen("new.kind")])] == [("", "new.kind")]
