import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from mcp_catalogue.cli.judge import judge
from mcp_catalogue.entries import document, to_entry
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import Action, Decision, Digest, ServerRecord
from tests.classifier.judge.cases import label, server, tool
from tests.classifier.judge.loopback import answer, completion

TOOLS = (tool("alpha", "Does things."), tool("beta", "Does other things."))


@pytest.fixture
def printed(tmp_path: Path) -> Path:
    record = ServerRecord(
        facts=server(*TOOLS), classifications=(label(), label()), rulebook=Digest("sha256:" + "0" * 64)
    )
    entry = to_entry(record, lambda *_: Decision(action=Action.ALLOW))
    path = tmp_path / "entries.json"
    path.write_text(json.dumps(document([entry])), encoding="utf-8")
    (tmp_path / "entries.jsonl").write_text(json.dumps(entry) + "\n\n", encoding="utf-8")
    return path


def run(*arguments: str | Path) -> str:
    result = CliRunner().invoke(judge, [str(each) for each in arguments], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return result.output


def plan(printed: Path, cache: Path, *more: str) -> dict[str, Any]:
    asked = ("plan", "--model", "m", "--judge", "all", "--from", printed, "--cache", cache, "--format", "json")
    found: dict[str, Any] = json.loads(run(*asked, *more))
    return found


@pytest.mark.parametrize("name", ["entries.json", "entries.jsonl"])
def test_a_plan_counts_questions_tokens_and_cost(printed: Path, tmp_path: Path, name: str) -> None:
    found = plan(printed.with_name(name), tmp_path / "cache", "--price-in", "1", "--price-out", "1")
    assert (found["tools"], found["questions"]) == (2, 2)
    assert found["cost"] == pytest.approx((found["tokens_in"] + found["tokens_out"]) / 1e6)


def test_questions_go_out_and_answers_come_in(printed: Path, tmp_path: Path) -> None:
    cache, out = tmp_path / "cache", tmp_path / "batch"
    asked = ("export", "--model", "m", "--judge", "all", "--from", printed, "--cache", cache, "--out", out)
    assert "2 questions" in run(*asked, "--temperature", "-1")
    lines = [json.loads(line) for line in (out / "batch-1.jsonl").read_text(encoding="utf-8").splitlines()]
    assert len(lines) == 2
    assert all("temperature" not in line["body"] for line in lines)
    output = tmp_path / "output.jsonl"
    output.write_text("".join(_answered(line["custom_id"]) for line in lines) + "rubbish\n", encoding="utf-8")
    said = run("import", output, "--cache", cache)
    assert "2 answers kept" in said
    assert "1 lines left out: not a line of a batch" in said
    assert plan(printed, cache)["questions"] == 0
    assert "no question is open" in run(*asked)


def _answered(key: str) -> str:
    body = json.loads(completion(answer(quotes=[{"pointer": "/description", "quote": "things"}])))
    return json.dumps({"custom_id": key, "response": {"status_code": 200, "body": body}, "error": None}) + "\n"


def test_a_file_that_holds_no_entries_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "odd.json"
    path.write_text("[1, 2]\n", encoding="utf-8")
    with pytest.raises(DataError, match=r"odd\.json"):
        run("plan", "--model", "m", "--from", path, "--cache", tmp_path / "cache")
