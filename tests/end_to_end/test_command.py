"""The command in a process of its own: exit codes, standard output and error, and bad input."""

import json
import shutil
from pathlib import Path

import pytest

from mcp_catalogue.cli.exits import EXIT_CODES
from tests.conftest import Run

SERVER = '''
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("files")


@mcp.tool()
def read_note(path: str) -> str:
    """Read a note."""


@mcp.tool()
def wipe_notes() -> str:
    """Delete every note for good. <script>alert(1)</script>"""
'''


@pytest.fixture
def server(tmp_path: Path) -> Path:
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "server.py").write_text(SERVER, encoding="utf-8")
    return folder


def test_a_folder_is_listed_riskiest_first(catalogue: Run, server: Path) -> None:
    done = catalogue("classify", server)
    assert done.returncode == 0, done.stderr
    assert done.stdout.index("wipe_notes") < done.stdout.index("read_note")
    assert "server.py:" in done.stdout


@pytest.mark.parametrize(("threshold", "code"), [("critical", 1), ("CRITICAL", 1), ("low", 1)])
def test_a_threshold_that_is_crossed_gives_exit_code_1(catalogue: Run, server: Path, threshold: str, code: int) -> None:
    assert catalogue("classify", server, "--fail-on", threshold).returncode == code


def test_a_threshold_that_is_not_crossed_gives_exit_code_0(catalogue: Run, server: Path) -> None:
    text = (server / "server.py").read_text(encoding="utf-8")
    (server / "server.py").write_text(text[: text.index("@mcp.tool()\ndef wipe")], encoding="utf-8")
    assert catalogue("classify", server, "--fail-on", "critical").returncode == 0


def test_json_lines_give_an_entry_a_line(catalogue: Run, server: Path, tmp_path: Path) -> None:
    shutil.copytree(server, tmp_path / "second")
    done = catalogue("classify", server, tmp_path / "second", "--format", "jsonl")
    assert len([json.loads(line)["id"] for line in done.stdout.splitlines()]) == 2


def test_a_folder_without_a_server_says_what_was_looked_for(catalogue: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / "main.py").write_text("print(1)\n", encoding="utf-8")
    done = catalogue("classify", tmp_path / "empty")
    assert (done.returncode, done.stdout) == (3, "")
    assert "no MCP server found; looked for" in done.stderr


def test_one_bad_target_does_not_hide_the_others(catalogue: Run, server: Path, tmp_path: Path) -> None:
    done = catalogue("classify", tmp_path / "nothing.zip", server)
    assert done.returncode == 3
    assert "wipe_notes" in done.stdout
    assert "nothing.zip" in done.stderr


def test_a_syntax_error_in_one_file_loses_nothing_else(catalogue: Run, server: Path) -> None:
    (server / "broken.py").write_text(
        "from mcp.server.fastmcp import FastMCP\n@mcp.tool(\ndef x(: pass\n", encoding="utf-8"
    )
    (server / "latin.py").write_bytes(b"# caf\xe9\nfrom mcp.server.fastmcp import FastMCP\nmcp = FastMCP('x')\n")
    done = catalogue("classify", server, "--format", "json")
    assert done.returncode == 0, done.stderr
    (entry,) = json.loads(done.stdout)["servers"]
    assert {tool["name"] for tool in entry["tools"]} == {"read_note", "wipe_notes"}
    assert "broken.py" in {item["file"] for item in entry["completeness"]["unreadable"]}
    assert entry["completeness"]["status"] == "partial"


def test_a_truncated_archive_is_one_line(catalogue: Run, server: Path, tmp_path: Path) -> None:
    whole = Path(shutil.make_archive(str(tmp_path / "whole"), "gztar", server))
    (tmp_path / "half.tar.gz").write_bytes(whole.read_bytes()[: whole.stat().st_size // 2])
    assert catalogue("classify", whole).returncode == 0
    done = catalogue("classify", tmp_path / "half.tar.gz")
    assert done.returncode == 3
    assert len(done.stderr.strip().splitlines()) == 1


def test_a_manifest_from_standard_input(catalogue: Run) -> None:
    answer = {
        "result": {"tools": [{"name": "drop_database", "description": "Drops a database."}, {"description": "?"}]}
    }
    done = catalogue("classify", "--manifest", "-", "--format", "json", given=json.dumps(answer))
    (entry,) = json.loads(done.stdout)["servers"]
    assert [tool["severity"] for tool in entry["tools"]] == ["critical"]
    assert [item["reason"] for item in entry["completeness"]["unresolved"]] == ["tool-without-name"]


def test_without_a_key_the_judge_is_left_out_with_a_line(catalogue: Run, server: Path) -> None:
    done = catalogue("classify", server, "--judge", "all")
    assert done.returncode == 0
    assert "rules only" in done.stderr


def test_explain_tells_the_steps(catalogue: Run, server: Path) -> None:
    done = catalogue("explain", server, "wipe_notes")
    assert done.returncode == 0, done.stderr
    assert "Destructive" in done.stdout
    missing = catalogue("explain", server, "wipe_everything")
    assert missing.returncode == 3
    assert "it has: read_note, wipe_notes" in missing.stderr


def test_a_store_that_is_not_there_is_named_with_what_makes_one(catalogue: Run, tmp_path: Path) -> None:
    done = catalogue("build", "--db", tmp_path / "none.db", "--out", tmp_path / "site")
    assert done.returncode == 3
    assert "catalogue crawl" in done.stderr


def test_wrong_usage_is_exit_code_2(catalogue: Run) -> None:
    assert catalogue("classify").returncode == 2
    assert catalogue("classify", "--format", "yaml", "x").returncode == 2


def test_the_help_lists_every_exit_code(catalogue: Run) -> None:
    text = " ".join(catalogue("--help", COLUMNS="200").stdout.split())
    for code, meaning in EXIT_CODES.items():
        assert f"{code} {meaning}" in text
