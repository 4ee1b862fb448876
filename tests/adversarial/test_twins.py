"""The pairs of `tests/adversarial/twins`: how many are told apart, or kept together, as they must."""

from pathlib import Path

import pytest

from classifier import Classifier
from mcp_catalogue.errors import DataError
from mcp_catalogue.evaluate.twins import Told, read_twins, tell

TWINS = Path(__file__).parent / "twins"


@pytest.fixture(scope="module")
def told() -> list[Told]:
    return list(tell(read_twins(TWINS), Classifier()))


def test_there_are_enough_pairs_of_both_kinds(told: list[Told]) -> None:
    assert len(told) >= 150
    assert sum(t.twin.different for t in told) >= 75
    assert sum(not t.twin.different for t in told) >= 50


def test_pairs_come_out_as_they_must(told: list[Told]) -> None:
    wrong = [f"{t.twin.id}: {t.a.primary} {t.b.primary}" for t in told if not t.right]
    assert len(wrong) <= 0.03 * len(told), wrong


def test_no_harmful_twin_is_called_read(told: list[Told]) -> None:
    for one in told:
        for label, true in ((one.a, one.twin.a_is), (one.b, one.twin.b_is)):
            assert not (true in {"Destructive", "Financial"} and label.primary == "Read"), one.twin.id


def test_a_wrong_line_is_named(tmp_path: Path) -> None:
    file = tmp_path / "bad.jsonl"
    file.write_text('{"id": "x"}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"bad\.jsonl, line 1: not a pair"):
        list(read_twins(file))


def test_an_id_stands_once(tmp_path: Path) -> None:
    line = '{"id": "x", "why": "y", "a": {"name": "get_a"}, "b": {"name": "get_b"}, "a_is": "Read", "b_is": "Read"}\n'
    file = tmp_path / "twice.jsonl"
    file.write_text(line * 2, encoding="utf-8")
    with pytest.raises(DataError, match="stands there twice"):
        list(read_twins(file))
