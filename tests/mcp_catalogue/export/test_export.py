import hashlib
import json
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest

from mcp_catalogue.entries import document, to_entry
from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.export import Wanted, export
from mcp_catalogue.export.text import schema_without_text
from mcp_catalogue.model import ServerId, ServerRecord
from mcp_catalogue.policy import decide

BOTH = Wanted(formats=("json", "jsonl"), decide=decide)


def two(record: ServerRecord) -> list[ServerRecord]:
    return [record, replace(record, facts=replace(record.facts, id=ServerId("pkg:pypi/two")))]


def contents(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_json_and_json_lines_hold_the_entries(full_record: ServerRecord, tmp_path: Path) -> None:
    records = two(full_record)
    done = export(records, tmp_path, BOTH)
    assert (done.servers, done.tools) == (2, 4)
    expected = json.loads(json.dumps(document(to_entry(r, decide) for r in records)))
    assert json.loads((tmp_path / "catalogue.json").read_bytes()) == expected
    lines = (tmp_path / "servers.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line) for line in lines] == expected["servers"]
    schema = json.loads((tmp_path / "server.schema.json").read_bytes())
    for line in lines:
        jsonschema.Draft202012Validator(schema).validate(json.loads(line))


def test_an_empty_store_is_an_empty_document(tmp_path: Path) -> None:
    export([], tmp_path, BOTH)
    assert json.loads((tmp_path / "catalogue.json").read_bytes()) == document([])
    assert (tmp_path / "servers.jsonl").read_bytes() == b""


def test_the_same_store_gives_the_same_bytes(full_record: ServerRecord, tmp_path: Path) -> None:
    for name in ("a", "b"):
        export(two(full_record), tmp_path / name, BOTH)
    assert contents(tmp_path / "a") == contents(tmp_path / "b")


def test_checksums_cover_every_file(full_record: ServerRecord, tmp_path: Path) -> None:
    done = export([full_record], tmp_path, BOTH)
    lines = (tmp_path / "SHA256SUMS").read_text().splitlines()
    listed = {name: digest for digest, _, name in (line.partition("  ") for line in lines)}
    assert set(listed) == set(done.files) - {"SHA256SUMS"}
    for name, digest in listed.items():
        assert hashlib.sha256((tmp_path / name).read_bytes()).hexdigest() == digest


def test_files_of_an_earlier_export_do_not_linger_and_others_stay(full_record: ServerRecord, tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")
    export([full_record], tmp_path, BOTH)
    export([full_record], tmp_path, replace(BOTH, formats=("jsonl",)))
    assert not (tmp_path / "catalogue.json").exists()
    assert (tmp_path / "mine.txt").exists()


def test_a_failing_source_leaves_the_earlier_export_whole(full_record: ServerRecord, tmp_path: Path) -> None:
    export([full_record], tmp_path, BOTH)
    before = contents(tmp_path)

    def failing() -> list[ServerRecord]:
        raise CatalogueError("the store is damaged")

    with pytest.raises(CatalogueError, match="damaged"):
        export((r for r in failing()), tmp_path, BOTH)
    assert contents(tmp_path) == before


def test_an_unwritable_folder_is_told_in_one_line(full_record: ServerRecord, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(CatalogueError, match="could not be written"):
        export([full_record], tmp_path / "file", BOTH)


def test_without_text_no_word_of_an_author_is_left(full_record: ServerRecord, tmp_path: Path) -> None:
    export([full_record], tmp_path, replace(BOTH, text=False))
    written = (tmp_path / "catalogue.json").read_text(encoding="utf-8")
    for words in ("Sells things", "Lists items", "Deletes items", "All of it", "Words.", "It says", "rm(path)"):
        assert words not in written
    entry = json.loads(written)["servers"][0]
    tool = entry["tools"][1]
    assert tool["name"] == "delete_items"
    assert tool["primary"] == "Destructive"
    assert "description" in tool["input_schema"]["properties"]
    assert tool["policy"]["action"] == "hide"
    schema = json.loads((tmp_path / "catalogue.schema.json").read_bytes())
    jsonschema.Draft202012Validator(schema).validate(json.loads(written))


def test_a_schema_without_text_keeps_its_shape() -> None:
    schema = {
        "title": "T",
        "properties": {"title": {"type": "string", "title": "x"}},
        "anyOf": [{"description": "x", "required": ["title"]}],
        "items": {"description": "x", "enum": ["a"]},
    }
    assert schema_without_text(schema) == {
        "properties": {"title": {"type": "string"}},
        "anyOf": [{"required": ["title"]}],
        "items": {"enum": ["a"]},
    }


def test_a_schema_that_goes_very_deep_is_cut() -> None:
    schema: dict[str, object] = {}
    for _ in range(5000):
        schema = {"items": schema}
    assert schema_without_text(schema)
