"""The hand-written pages say what the code does."""

import re
from pathlib import Path

import pytest
import yaml
from typer.main import get_command

from mcp_catalogue.cli.app import app
from mcp_catalogue.model import Action, Category, Severity
from mcp_catalogue.policy import BOUNDS, FORMATS
from mcp_catalogue.policy.profiles import CHOICES
from mcp_catalogue.policy.ruling import ABILITIES

ROOT = Path(__file__).parents[2]
POLICIES = (ROOT / "docs" / "policies.md").read_text(encoding="utf-8")
CI = (ROOT / "docs" / "ci.md").read_text(encoding="utf-8")


def rows(text: str) -> list[list[str]]:
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in text.splitlines() if line.startswith("|")]


def test_the_table_of_fallbacks_is_the_codes() -> None:
    table = {row[0]: row[1:] for row in rows(POLICIES)}
    assert table["action"] == list(FORMATS)
    for action in Action:
        assert table[action] == [str(ABILITIES[form].actions[action]) for form in FORMATS]


@pytest.mark.parametrize(
    ("row", "label"),
    [
        ("Read, low", (Category.READ, Severity.LOW)),
        ("Read, medium", (Category.READ, Severity.MEDIUM)),
        ("Read, high and up", (Category.READ, Severity.CRITICAL)),
        ("Write, up to medium", (Category.WRITE, Severity.MEDIUM)),
        ("Write, high and up", (Category.WRITE, Severity.HIGH)),
        ("Execute, up to high", (Category.EXECUTE, Severity.HIGH)),
        ("Execute, critical", (Category.EXECUTE, Severity.CRITICAL)),
        ("Destructive", (Category.DESTRUCTIVE, Severity.CRITICAL)),
        ("Financial", (Category.FINANCIAL, Severity.CRITICAL)),
    ],
)
def test_the_table_of_actions_is_the_codes(row: str, label: tuple[Category, Severity]) -> None:
    (cells,) = [r[1:] for r in rows(POLICIES) if r[0] == row]
    chosen = [str(CHOICES[p][label].action) for p in ("strict", "balanced", "permissive")]
    assert [cell.split(";")[0] for cell in cells] == chosen


def test_the_rates_and_amounts_are_the_codes() -> None:
    table = {row[0]: row[1:] for row in rows(POLICIES)}
    profiles = [BOUNDS[p] for p in ("strict", "balanced", "permissive")]
    assert table["writing calls per hour"] == [str(b.calls.max) for b in profiles]
    assert table["calls that send or work in bulk per hour"] == [str(b.sends.max) for b in profiles]
    assert table["calls that cost or pay per day"] == [str(b.costs.max) for b in profiles]
    assert table["reading calls per minute"] == [str(b.reads.max) for b in profiles]
    assert ", ".join(str(b.amount) for b in profiles) in POLICIES
    assert {b.daily_amount / b.amount for b in profiles} == {5}


def test_every_format_says_whether_an_engine_was_asked() -> None:
    verified = POLICIES[POLICIES.index("## What was verified") :]
    for form in FORMATS.values():
        (cells,) = [r for r in rows(verified) if r[0] == form.id]
        assert (form.verified_with or "not verified by the engine") in cells[1]


@pytest.mark.parametrize("page", [POLICIES, CI])
def test_commands_and_options_on_the_pages_exist(page: str) -> None:
    commands = get_command(app).commands  # type: ignore[attr-defined]
    blocks = re.findall(r"```sh\n(.*?)```", page, re.DOTALL)
    lines = [line for block in blocks for line in block.splitlines()]
    assert lines
    for line in lines:
        program, name, *rest = line.split()
        assert program == "catalogue"
        options = {option for parameter in commands[name].params for option in parameter.opts}
        assert {word for word in rest if word.startswith("--")} <= options, line


def test_the_action_and_the_hook_call_commands_that_exist() -> None:
    action = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
    script = action["runs"]["steps"][-1]["run"]
    assert set(re.findall(r'"\$catalogue" (\w+)', script)) <= set(get_command(app).commands)  # type: ignore[attr-defined]
    # inputs reach the shell as variables, never as text of the script
    assert not any("${{" in step.get("run", "") for step in action["runs"]["steps"])
    listed = {row[0].strip("`") for row in rows(CI)}
    assert set(action["inputs"]) <= listed
    (hook,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    assert hook["entry"].split()[:2] == ["catalogue", "classify"]
