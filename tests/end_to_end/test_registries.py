"""Real packages from PyPI and npm, by name, through the user's own client configuration."""

import json
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

from mcp_catalogue.resources import resource_dir
from tests.conftest import Run

pytestmark = pytest.mark.network
SCHEMA = Path(__file__).parents[2] / "mcp_catalogue" / "schemas" / "catalogue.schema.json"
LIST = """
[[server]]
target = "pkg:pypi/mcp-okx"

[[server]]
target = "pkg:npm/%40modelcontextprotocol/server-filesystem"

[[server]]
target = "pkg:pypi/packaging"

[[server]]
target = "pkg:npm/%40modelcontextprotocol/there-is-no-such-server"
"""


def test_the_okx_server_is_read_and_labelled(catalogue: Run) -> None:
    done = catalogue("classify", "pkg:pypi/mcp-okx", "--format", "json")
    assert done.returncode == 0, done.stderr
    body = json.loads(done.stdout)
    Draft202012Validator(json.loads(SCHEMA.read_text(encoding="utf-8"))).validate(body)
    (server,) = body["servers"]
    tools = {tool["name"]: tool for tool in server["tools"]}
    assert len(tools) == 11
    cancel = tools["cancel_order"]
    assert (cancel["primary"], cancel["severity"]) == ("Destructive", "critical")
    assert [also["category"] for also in cancel["also"]] == ["Financial"]
    assert cancel["location"]["file"] == "mcp_okx/trading.py"
    definition = cancel["name"] + cancel["description"] + json.dumps(cancel["input_schema"])
    assert all(item["quote"] in definition for item in cancel["evidence"] if item["pointer"])
    in_code = [item for item in cancel["evidence"] if item["kind"] == "effect"]
    assert in_code
    assert all(item["file"] == "mcp_okx/trading.py" and "cancel_order" in item["quote"] for item in in_code)
    assert {tool["primary"] for name, tool in tools.items() if name.startswith("get_")} == {"Read"}


def test_a_list_is_crawled_built_and_exported_and_the_second_crawl_reads_nothing(
    catalogue: Run, tmp_path: Path
) -> None:
    sources = tmp_path / "list.toml"
    sources.write_text(LIST, encoding="utf-8")
    first = catalogue("crawl", "--sources", sources, "--db", tmp_path / "c.db")
    assert first.returncode == 0, first.stderr
    assert "1 failed, 1 no-server, 2 stored" in first.stdout
    assert "there-is-no-such-server" in first.stderr
    second = catalogue("crawl", "--sources", sources, "--db", tmp_path / "c.db")
    assert "2 unchanged" in second.stdout or "3 unchanged" in second.stdout
    built = catalogue("build", "--db", tmp_path / "c.db", "--out", tmp_path / "site")
    assert built.returncode == 0, built.stderr
    page = (tmp_path / "site/servers/pypi/mcp-okx/cancel_order.html").read_text(encoding="utf-8")
    assert "Cancel an incomplete order" in page
    assert (tmp_path / "site/servers/npm/@modelcontextprotocol/server-filesystem/index.html").is_file()
    exported = catalogue("export", "--db", tmp_path / "c.db", "--out", tmp_path / "data")
    assert exported.returncode == 0, exported.stderr
    lines = (tmp_path / "data" / "servers.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["id"] for line in lines] == [
        "pkg:npm/%40modelcontextprotocol/server-filesystem",
        "pkg:pypi/mcp-okx",
    ]


def test_a_package_that_does_not_exist_is_one_line_and_exit_code_3(catalogue: Run) -> None:
    done = catalogue("classify", "pypi:there-is-no-such-mcp-server-of-this-name")
    assert (done.returncode, done.stdout) == (3, "")
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_starter_list_names_thirty_servers_and_the_okx_one() -> None:
    text = (resource_dir("data") / "starter.toml").read_text(encoding="utf-8")
    assert text.count("[[server]]") >= 30
    assert "pkg:pypi/mcp-okx" in text
