"""Claude Code's own check (`claude doctor`) of the settings that we write: it lists the rules that it skips."""

import json
from pathlib import Path
from typing import Any

import pytest

from mcp_catalogue.model import Category, Severity
from mcp_catalogue.policy import FORMATS
from tests.mcp_catalogue.policy import engines

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def claude() -> str:
    try:
        return engines.claude_code()
    except engines.NotAvailableError as error:
        pytest.skip(str(error))


def test_the_format_names_the_version_that_is_asked() -> None:
    assert FORMATS["claude-code"].verified_with == f"Claude Code {engines.CLAUDE_CODE}"


@pytest.mark.parametrize("rule", ["mcp__shop__pay(x)", "mcp__*"])
def test_the_check_finds_rules_that_are_skipped(claude: str, tmp_path: Path, rule: str) -> None:
    told = engines.claude_code_skips(claude, tmp_path, json.dumps({"permissions": {"allow": [rule]}}))
    assert rule in told


@pytest.mark.parametrize("server_name", ["shop", "My Shop (2)", "取消", "*"])
def test_claude_code_skips_no_rule_of_ours(claude: str, shop: Any, tool: Any, tmp_path: Path, server_name: str) -> None:
    names = [
        "a: b",
        "a.b.c",
        "取消订单",
        'quo"te',
        "tab\t",
        "new\nline",
        "run(x)",
        "list_*",
        "**",
        "a,b",
        "(",
        ")",
        "a" * 200,
    ]
    hostile = [
        tool(name, *label)
        for name in names
        for label in (
            (Category.READ, Severity.LOW),
            (Category.WRITE, Severity.HIGH),
            (Category.DESTRUCTIVE, Severity.CRITICAL),
        )
    ]
    for decided in (shop, hostile[::3], hostile[1::3], hostile[2::3]):
        text = FORMATS["claude-code"].server(decided, server_name=server_name, complete=True).text
        assert json.loads(text)["permissions"]
        assert engines.claude_code_skips(claude, tmp_path, text) == ""
