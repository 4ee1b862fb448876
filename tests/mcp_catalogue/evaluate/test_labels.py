"""Figures over a labelled set, and the file they are kept in."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from classifier import Classifier
from mcp_catalogue.cli.app import app
from mcp_catalogue.errors import DataError
from mcp_catalogue.evaluate.gold import read_gold
from mcp_catalogue.evaluate.labels import Figures, figures, judge_rows
from mcp_catalogue.evaluate.measurements import write_labels
from mcp_catalogue.model import Category, Confidence, Severity

ROWS = [
    {"server": "a", "tool": "get_note", "description": "Get a note", "primary": "Read"},
    {"server": "a", "tool": "delete_note", "description": "Delete a note", "primary": "Destructive"},
    {"server": "a", "tool": "remove_note", "description": "Remove a note", "primary": "Write",
     "acceptable": ["Destructive"]},
    {"server": "b", "tool": "list_notes", "description": "List notes", "primary": "Execute"},
    {"server": "b", "tool": "create_note", "primary": "Write", "also": ["Execute"], "sure": False},
]  # fmt: skip


@pytest.fixture
def gold(tmp_path: Path) -> Path:
    path = tmp_path / "labelled.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in ROWS), encoding="utf-8")
    return path


@pytest.fixture
def definitions(tmp_path: Path) -> Path:
    folder = tmp_path / "definitions"
    folder.mkdir()
    tools = [{"name": "create_note", "description": "Create a note"}, {"name": "get_more"}]
    (folder / "b.json").write_text(json.dumps({"tools": tools}), encoding="utf-8")
    return folder


def found(gold: Path, definitions: Path | None = None) -> Figures:
    read = read_gold(gold, definitions)
    classifier = Classifier()
    labels = {name: classifier.server(facts) for name, facts in read.servers.items()}
    return figures(read, list(judge_rows(read, labels)))


def test_figures(gold: Path, definitions: Path) -> None:
    result = found(gold, definitions)
    assert (result.tools, result.servers, result.missing) == (5, 2, 0)
    assert (result.strict.part, result.lenient.part) == (3, 4)
    assert (result.critical_recall.part, result.critical_recall.whole) == (1, 1)
    assert result.false_critical.part == 0
    assert result.confusion[Category.EXECUTE][Category.READ] == 1
    assert result.classes[Category.READ].precision == 0.5
    assert result.classes[Category.READ].recall == 1.0
    assert sum(share.whole for share in result.confidence.values()) == 5
    assert sum(share.whole for share in result.folds) == 5
    assert result.confidence[Confidence.HIGH].whole > 0
    assert sum(result.severity.values()) == 5


def test_rows_without_a_definition_are_counted_and_left_out(gold: Path) -> None:
    assert (found(gold).tools, found(gold).missing) == (4, 1)


def test_a_wrong_row_is_named(tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"server": "a", "tool": "b", "primary": "Harmless"}\n', encoding="utf-8")
    with pytest.raises(DataError, match=r"bad\.jsonl, line 1"):
        read_gold(path)


def test_figures_are_kept_beside_those_of_other_sets(gold: Path, definitions: Path, tmp_path: Path) -> None:
    kept = tmp_path / "measurements.json"
    kept.write_text('{"labels": {"other": {}}}', encoding="utf-8")
    read = read_gold(gold, definitions)
    counts = dict.fromkeys(Severity, 1)
    write_labels(kept, read, found(gold, definitions), Classifier().rulebook.digest, counts)
    body = json.loads(kept.read_text(encoding="utf-8"))
    assert set(body["labels"]) == {"labelled", "other"}
    assert body["labels"]["labelled"]["figures"]["strict"] == {"part": 3, "whole": 5, "share": 0.6}
    assert body["severity"]["tools"] == 4
    assert "note" not in kept.read_text(encoding="utf-8").replace("creates-records", "")


def test_the_command_prints_the_wrong_rows(gold: Path, definitions: Path) -> None:
    result = CliRunner().invoke(app, ["eval", "labels", str(gold), "--definitions", str(definitions)])
    assert result.exit_code == 0
    assert "wrong      b list_notes: Execute, got Read (high) by retrieves-data" in result.stdout
    assert "acceptable a remove_note" in result.stdout


def test_the_command_prints_json(gold: Path, definitions: Path) -> None:
    command = ["eval", "labels", str(gold), "--definitions", str(definitions), "--format", "json"]
    body = json.loads(CliRunner().invoke(app, command).stdout)
    assert body["figures"]["strict"]["part"] == 3
    assert body["rulebook"].startswith("sha256:")
    assert {w["tool"] for w in body["wrong"]} == {"list_notes", "remove_note"}
