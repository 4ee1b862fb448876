"""Codex itself reads our config.toml, starts a small MCP server under it, and offers the tools that are left."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mcp_catalogue.model import Category, Severity
from mcp_catalogue.policy import FORMATS
from tests.mcp_catalogue.policy import engines

pytestmark = pytest.mark.network

SERVER = str(Path(__file__).parent / "fixtures" / "shop_server.py")


@pytest.fixture(scope="module")
def codex() -> str:
    try:
        return engines.codex()
    except engines.NotAvailableError as error:
        pytest.skip(str(error))


def test_the_format_names_the_version_that_is_asked(codex: str) -> None:
    told = subprocess.run([codex, "--version"], check=True, capture_output=True, text=True, timeout=60)
    assert f"Codex {told.stdout.split()[-1]}" == FORMATS["codex"].verified_with


@pytest.mark.parametrize("which", ["shop", "hostile", "empty"])
def test_codex_reads_what_we_wrote(codex: str, shop: Any, tool: Any, tmp_path: Path, which: str) -> None:
    names = ["a: b", "yes", "a.b.c", "取消订单", 'quo"te', "tab\t", "new\nline", "]", "\x7f", "\\", "[mcp_servers.x]"]
    hostile = [tool(name, Category.READ, Severity.LOW) for name in names]
    decided = {"shop": shop, "hostile": hostile, "empty": ()}[which]
    text = FORMATS["codex"].server(decided, server_name="shop", complete=True).text
    done = engines.codex_reads(codex, engines.codex_home(tmp_path, text, [sys.executable, SERVER]))
    assert done.returncode == 0, done.stderr
    read = json.loads(done.stdout)
    if which == "shop":
        assert read["disabled_tools"] == ["debug_peek", "drop_table"]
    assert set(read["enabled_tools"]) | set(read["disabled_tools"] or ()) == {d.tool.name for d in decided}


def test_codex_refuses_an_approval_mode_that_does_not_exist(codex: str, shop: Any, tmp_path: Path) -> None:
    text = FORMATS["codex"].server(shop, server_name="shop", complete=True).text
    wrong = text.replace('"approve"', '"yes"')
    done = engines.codex_reads(codex, engines.codex_home(tmp_path, wrong, [sys.executable, SERVER]))
    assert done.returncode != 0


def answers(process: subprocess.Popen[str]) -> Iterator[dict[str, Any]]:
    assert process.stdout is not None
    for line in process.stdout:
        yield json.loads(line)


def test_codex_offers_the_tools_that_are_left(codex: str, shop: Any, tmp_path: Path) -> None:
    tools = [d.tool.name for d in shop] + ["never_seen"]
    text = FORMATS["codex"].server(shop, server_name="shop", complete=True).text
    environment = engines.codex_home(tmp_path, text, [sys.executable, SERVER, *tools])
    with subprocess.Popen(
        [codex, "app-server"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        env=environment,
    ) as process:
        assert process.stdin is not None
        say = process.stdin
        asked = [
            {"id": 0, "method": "initialize", "params": {"clientInfo": {"name": "t", "title": "t", "version": "1"}}},
            {"method": "initialized"},
            {"id": 1, "method": "mcpServerStatus/list", "params": {}},
        ]
        say.write("".join(json.dumps(one) + "\n" for one in asked))
        say.flush()
        try:
            answer = next(a for a in answers(process) if a.get("id") == 1)
        finally:
            process.kill()
    (server,) = [s for s in answer["result"]["data"] if s["name"] == "shop"]
    assert set(server["tools"]) == set(tools) - {"drop_table", "debug_peek", "never_seen"}
