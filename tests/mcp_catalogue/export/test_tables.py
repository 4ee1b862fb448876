"""CSV, SQLite and Parquet hold the same rows, each readable by the libraries that people open them with."""

import csv
import json
import sqlite3
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mcp_catalogue.errors import DataError
from mcp_catalogue.export import Wanted, export
from mcp_catalogue.export.tables import COLUMNS
from mcp_catalogue.model import ServerId, ServerRecord
from mcp_catalogue.policy import decide

CHANGE: dict[str, Any] = dict.fromkeys(COLUMNS["history"]) | {
    "at": "2026-01-02T03:04:05Z",
    "server": "pkg:pypi/shop-mcp",
    "event": "server-added",
}


def written(record: ServerRecord, folder: Path, *formats: str) -> Path:
    second = replace(record, facts=replace(record.facts, id=ServerId("pkg:pypi/two")))
    export([record, second], folder, Wanted(formats=formats, decide=decide, history=(CHANGE,)))
    return folder


def table(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / f"{name}.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_csv_has_every_row_with_hostile_words_intact(full_record: ServerRecord, tmp_path: Path) -> None:
    folder = written(full_record, tmp_path, "csv")
    tools = table(folder, "tools")
    assert [(t["server"], t["tool"]) for t in tools][:2] == [
        ("pkg:pypi/shop-mcp", "list_items"),
        ("pkg:pypi/shop-mcp", "delete_items"),
    ]
    assert tools[1]["description"] == full_record.facts.tools[1].description
    assert tools[1]["read_only_hint"] == "true"
    assert tools[1]["destructive_hint"] == ""
    assert json.loads(tools[1]["input_schema"])["required"] == ["mode"]
    counts = {name: len(table(folder, name)) for name in COLUMNS}
    assert counts == {
        "servers": 2, "aliases": 2, "requirements": 2, "gaps": 4, "tools": 4, "also": 2, "operations": 2,
        "signals": 2, "evidence": 4, "effects": 2, "mismatches": 2, "policies": 4, "history": 1,
    }  # fmt: skip


def test_sqlite_holds_the_same_rows_with_sound_keys(full_record: ServerRecord, tmp_path: Path) -> None:
    folder = written(full_record, tmp_path, "csv", "sqlite")
    connection = sqlite3.connect(folder / "catalogue.sqlite")
    try:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("PRAGMA foreign_key_check").fetchall() == []
        for name, columns in COLUMNS.items():
            rows = connection.execute(f'SELECT * FROM "{name}"').fetchall()
            words = [["" if cell is None else str(cell) for cell in row] for row in rows]
            flags = [i for i, kind in enumerate(columns.values()) if kind == "boolean"]
            for row in words:
                for i in flags:
                    row[i] = {"1": "true", "0": "false", "": ""}[row[i]]
            assert sorted(words) == sorted(list(r.values()) for r in table(folder, name)), name
    finally:
        connection.close()


def test_parquet_holds_the_same_rows(full_record: ServerRecord, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet")
    folder = written(full_record, tmp_path, "csv", "parquet")
    for name in COLUMNS:
        read = parquet.read_table(folder / f"{name}.parquet")
        assert read.column_names == list(COLUMNS[name])
        assert read.num_rows == len(table(folder, name))
    tools = parquet.read_table(folder / "tools.parquet").to_pylist()
    assert tools[1]["description"] == full_record.facts.tools[1].description
    assert tools[1]["read_only_hint"] is True


def test_every_form_is_byte_identical_for_the_same_store(full_record: ServerRecord, tmp_path: Path) -> None:
    pytest.importorskip("pyarrow")
    one, other = (
        written(full_record, tmp_path / name, "json", "jsonl", "csv", "sqlite", "parquet") for name in ("a", "b")
    )
    files = sorted(p.name for p in one.iterdir())
    assert len(files) == 5 + 1 + 2 * len(COLUMNS) + 2
    for name in files:
        assert (one / name).read_bytes() == (other / name).read_bytes(), name


def test_parquet_without_its_library_says_what_to_install(
    full_record: ServerRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(DataError, match=r"mcp-catalogue\[parquet\]"):
        written(full_record, tmp_path, "parquet")
    assert list(tmp_path.iterdir()) == []


def test_the_data_package_describes_every_file(full_record: ServerRecord, tmp_path: Path) -> None:
    folder = written(full_record, tmp_path, "json", "jsonl", "csv", "sqlite")
    package = json.loads((folder / "datapackage.json").read_bytes())
    named = {r["path"] for r in package["resources"]}
    assert named == {p.name for p in folder.iterdir()} - {"datapackage.json", "SHA256SUMS"}
    assert len({r["name"] for r in package["resources"]}) == len(named)
    for resource in package["resources"]:
        assert resource["bytes"] == (folder / resource["path"]).stat().st_size
        if resource["path"].endswith(".csv"):
            fields = [f["name"] for f in resource["schema"]["fields"]]
            assert fields == list(COLUMNS[resource["path"].removesuffix(".csv")])


def test_frictionless_finds_the_data_package_valid(full_record: ServerRecord, tmp_path: Path) -> None:
    frictionless = pytest.importorskip("frictionless")
    folder = written(full_record, tmp_path, "json", "jsonl", "csv", "sqlite")
    report = frictionless.validate(str(folder / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])


def test_duckdb_opens_parquet_json_lines_and_csv(full_record: ServerRecord, tmp_path: Path) -> None:
    duckdb = pytest.importorskip("duckdb")
    folder = written(full_record, tmp_path, "jsonl", "csv", "parquet")
    for source in ("tools.parquet", "tools.csv"):
        found = duckdb.sql(f"SELECT count(*) FROM '{folder / source}' WHERE severity = 'critical'").fetchall()
        assert found == [(2,)]
    lines = folder / "servers.jsonl"
    assert duckdb.sql(f"SELECT sum(len(tools)) FROM read_json('{lines}')").fetchall() == [(4,)]


def test_pandas_opens_parquet_and_json_lines(full_record: ServerRecord, tmp_path: Path) -> None:
    pandas = pytest.importorskip("pandas")
    folder = written(full_record, tmp_path, "jsonl", "parquet")
    assert list(pandas.read_parquet(folder / "tools.parquet")["primary"].unique()) == ["Read", "Destructive"]
    assert len(pandas.read_json(folder / "servers.jsonl", lines=True)) == 2


def test_datasette_serves_the_sqlite_file(full_record: ServerRecord, tmp_path: Path) -> None:
    pytest.importorskip("datasette")
    import asyncio  # noqa: PLC0415

    from datasette.app import Datasette  # noqa: PLC0415

    folder = written(full_record, tmp_path, "sqlite")

    async def ask() -> Any:
        served = Datasette([str(folder / "catalogue.sqlite")])
        return await served.client.get("/catalogue/tools.json?severity=critical&_shape=array")

    answer = asyncio.run(ask())
    assert [row["tool"] for row in answer.json()] == ["delete_items", "delete_items"]
