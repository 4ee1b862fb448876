"""What exists is documented, and what is documented exists."""

import re
import tomllib
from pathlib import Path

import pytest
import typer

from mcp_catalogue.cli.app import app
from mcp_catalogue.cli.exits import EXIT_CODES
from mcp_catalogue.cli.generated import stale_pages
from tests.conftest import Run

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SERVER = '''
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("mine")


@mcp.tool()
def list_things() -> str:
    """List things."""
'''


def test_generated_pages_are_fresh() -> None:
    stale = stale_pages(ROOT, typer.main.get_command(app))
    assert not stale, f"`catalogue docs --write` (or `make docs`) writes anew: {', '.join(stale)}"


def test_every_exit_code_is_in_the_reference() -> None:
    text = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    for code, meaning in EXIT_CODES.items():
        assert f"| {code} | {meaning} |" in text


def test_every_dependency_has_its_reason() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8").lower()
    extras = [line for name, lines in project["optional-dependencies"].items() if name != "dev" for line in lines]
    for line in [*project["dependencies"], *extras]:
        name = re.split(r"[<>=~!\[; ]", line)[0].lower()
        shown = "tree-sitter-*" if name.startswith("tree-sitter-") else name
        assert shown in text, f"docs/dependencies.md does not say why {name} is there"


@pytest.mark.parametrize(
    "path", sorted(p.relative_to(ROOT).as_posix() for p in (*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")))
)
def test_links_between_pages_lead_somewhere(path: str) -> None:
    text = (ROOT / path).read_text(encoding="utf-8")
    for link in re.findall(r"\]\(([^)\s]+)\)", text):
        target = link.split("#")[0]
        if target and "://" not in target and not target.startswith("mailto:"):
            assert (ROOT / path).parent.joinpath(target).exists(), f"{path} links to {target}"


def readme_commands() -> list[str]:
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in blocks for line in block.splitlines() if line.startswith(".venv/bin/catalogue ")]


@pytest.mark.network
def test_the_readme_works_as_printed(catalogue: Run, tmp_path: Path) -> None:
    here = tmp_path / "here"
    here.mkdir()
    (here / "server.py").write_text(SERVER, encoding="utf-8")
    (here / "my-servers.toml").write_text('[[server]]\ntarget = "pkg:pypi/mcp-server-time"\n', encoding="utf-8")
    commands = readme_commands()
    assert len(commands) >= 7
    for command in commands:
        done = catalogue(*command.split("#")[0].split()[1:])
        assert done.returncode == 0, f"{command}\n{done.stderr}"
        assert done.stdout
