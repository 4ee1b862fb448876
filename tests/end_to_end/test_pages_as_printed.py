"""The commands on the pages about policies and continuous integration, run as they are printed."""

import re
from pathlib import Path

import pytest

from tests.conftest import Run

pytestmark = pytest.mark.network
DOCS = Path(__file__).parents[2] / "docs"
SERVER = '''
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("mine")


@mcp.tool()
def list_things() -> str:
    """List things."""
'''
SOURCES = '[[server]]\ntarget = "pkg:pypi/mcp-okx"\n'


def printed(page: str) -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", (DOCS / page).read_text(encoding="utf-8"), re.DOTALL)
    lines = [line.split("#")[0].split(">")[0].strip() for block in blocks for line in block.splitlines()]
    # a package of no one's stands for the reader's own
    return [line for line in lines if line.startswith("catalogue ") and "@scope" not in line]


@pytest.mark.parametrize("page", ["policies.md", "ci.md", "dataset.md"])
def test_every_command_works(catalogue: Run, tmp_path: Path, page: str) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "server.py").write_text(SERVER, encoding="utf-8")
    (tmp_path / "list.toml").write_text(SOURCES, encoding="utf-8")
    database = str(tmp_path / "c.db")
    crawled = catalogue("crawl", "--sources", tmp_path / "list.toml", "--db", database)
    assert crawled.returncode == 0, crawled.stderr
    commands = printed(page)
    assert len(commands) >= 2
    for command in commands:
        done = catalogue(*command.split()[1:], CATALOGUE_DB=database)
        assert done.returncode == 0, f"{command}\n{done.stderr}"
