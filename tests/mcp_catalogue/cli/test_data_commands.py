"""policy, export, lock, diff, changes and mismatches, as a user calls them."""

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import yaml
from typer.testing import CliRunner

from mcp_catalogue.cli.app import app
from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.lock import lock_text
from mcp_catalogue.model import ServerRecord, Severity
from mcp_catalogue.policy import FORMATS, decide
from mcp_catalogue.store import Store

Call = Callable[..., Any]
SERVER = '''
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("mine")


@mcp.tool()
def delete_thing(thing_id: str) -> str:
    """Delete a thing for good."""
'''


@pytest.fixture
def call(full_record: ServerRecord, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Call:
    """Call the command line with a store of one server whose label changed once."""
    milder = replace(full_record.classifications[1], severity=Severity.HIGH)
    before = replace(full_record, classifications=(full_record.classifications[0], milder))
    with Store.open(tmp_path / "catalogue.db", create=True) as store:
        store.put(before, at="2026-01-01T00:00:00Z")
        store.put(full_record, at="2026-02-01T00:00:00Z")
    monkeypatch.setenv("CATALOGUE_DB", str(tmp_path / "catalogue.db"))
    monkeypatch.chdir(tmp_path)
    return lambda *words: CliRunner().invoke(app, [str(w) for w in words])


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", ["pkg:pypi/shop-mcp", "pkg:github/shop/mcp", "shop-mcp"])
def test_policy_finds_a_server_by_id_alias_and_name(call: Call, form: str, name: str) -> None:
    done = call("policy", name, "--format", form, "--server-name", "shop")
    assert done.exit_code == 0, done.output
    assert "delete_items" in done.stdout
    assert "Tools read" in done.stderr
    assert "verified with:" in done.stderr


def test_policy_of_a_file_a_tool_and_a_profile(call: Call, tmp_path: Path) -> None:
    assert call("policy", "shop-mcp", "-f", "intercept", "--out", "p.yaml").stdout == ""
    assert yaml.safe_load((tmp_path / "p.yaml").read_text())["default"] == "deny"
    one = call("policy", "shop-mcp", "-f", "intercept", "--tool", "delete_items")
    assert yaml.safe_load(one.stdout) | {"description": ""} == {
        "version": "1", "description": "", "default": "allow", "hide": ["delete_items"], "tools": {},
    }  # fmt: skip
    mild = call("policy", "shop-mcp", "-f", "claude-code", "--tool", "delete_items", "--profile", "permissive")
    assert json.loads(mild.stdout) == {"permissions": {"ask": ["mcp__shop__delete_items"]}}


def test_policy_of_a_tool_that_is_not_there(call: Call) -> None:
    with pytest.raises(CatalogueError, match="no such tool"):
        raise call("policy", "shop-mcp", "-f", "codex", "--tool", "nope").exception or AssertionError


def test_policy_reads_a_target_that_is_not_in_the_store(call: Call, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "server.py").write_text(SERVER, encoding="utf-8")
    done = call("policy", "./mine", "-f", "codex")
    assert done.exit_code == 0, done.output
    assert 'disabled_tools = ["delete_thing"]' in done.stdout


def test_export_writes_and_lists_its_files(call: Call, tmp_path: Path) -> None:
    done = call("export", "--out", "data")
    assert done.exit_code == 0, done.output
    named = {Path(line).name for line in done.stdout.splitlines()}
    assert named == {p.name for p in (tmp_path / "data").iterdir()}
    assert {"catalogue.json", "servers.jsonl", "history.jsonl", "SHA256SUMS", "datapackage.json"} <= named
    history = [json.loads(line) for line in (tmp_path / "data" / "history.jsonl").read_text().splitlines()]
    assert [h["event"] for h in history][-1] == "relabelled"
    assert (history[-1]["severity_before"], history[-1]["severity_after"]) == ("high", "critical")


def test_export_of_every_form_and_of_none_that_exists(call: Call, tmp_path: Path) -> None:
    assert call("export", "--out", "all", "--format", "all", "--no-text").exit_code == 0
    assert {p.suffix for p in (tmp_path / "all").iterdir()} >= {".json", ".jsonl", ".csv", ".sqlite", ".parquet"}
    assert call("export", "--out", "x", "--format", "xml").exit_code == 2


def test_changes_lists_the_history_from_a_day_on(call: Call) -> None:
    every = call("changes")
    assert "server-added" in every.stdout
    late = call("changes", "--since", "2026-01-15", "--format", "json")
    assert [row["event"] for row in json.loads(late.stdout)] == ["relabelled"]
    assert "Destructive (high) became Destructive (critical)" in call("changes", "--server", "shop-mcp").stdout
    assert call("changes", "--since", "yesterday").exit_code == 2


def test_mismatches_show_both_quotes(call: Call) -> None:
    text = call("mismatches").stdout
    assert "annotation and code" in text
    assert "src/a b.py:12" in text
    (one,) = json.loads(call("mismatches", "shop-mcp", "--format", "json").stdout)
    assert [e["quote"] for e in one["evidence"]] == ["delete", "rm(path)"]


def locked(record: ServerRecord, path: Path) -> Path:
    path.write_text(lock_text([record], decide), encoding="utf-8")
    return path


def test_diff_of_lock_file_and_store(call: Call, full_record: ServerRecord, tmp_path: Path) -> None:
    less = replace(
        full_record,
        facts=replace(full_record.facts, tools=full_record.facts.tools[:1]),
        classifications=full_record.classifications[:1],
    )
    lock = locked(less, tmp_path / "mcp-lock.json")
    done = call("diff", lock, "catalogue.db", "--fail-on", "critical")
    assert done.exit_code == 1
    assert "+ pkg:pypi/shop-mcp delete_items: new, Destructive (critical)" in done.stdout
    assert call("diff", "catalogue.db", lock, "--fail-on", "low").exit_code == 0
    assert "| added |" in call("diff", lock, "catalogue.db", "-f", "markdown").stdout
    found: Any = json.loads(call("diff", lock, "catalogue.db", "-f", "json").stdout)
    assert found["tools"][0]["after"] == {"primary": "Destructive", "severity": "critical"}


def test_lock_diff_and_baseline_of_a_folder(call: Call, tmp_path: Path) -> None:
    (tmp_path / "mine").mkdir()
    source = tmp_path / "mine" / "server.py"
    source.write_text(SERVER, encoding="utf-8")
    assert call("lock", "./mine").exit_code == 0
    assert "no change" in call("diff", "mcp-lock.json", "./mine", "--fail-on", "low").stdout
    assert call("classify", "./mine", "--fail-on", "critical").exit_code == 1
    assert call("classify", "./mine", "--fail-on", "critical", "--baseline", "mcp-lock.json").exit_code == 0
    source.write_text(SERVER.replace("delete_thing", "delete_other"), encoding="utf-8")
    assert call("classify", "./mine", "--fail-on", "critical", "--baseline", "mcp-lock.json").exit_code == 1
    assert call("diff", "mcp-lock.json", "./mine", "--fail-on", "critical").exit_code == 1
