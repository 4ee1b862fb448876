"""The wheel, installed in a clean environment, works outside the checkout."""

import os
import subprocess
import sys
import venv
import zipfile
from pathlib import Path

import pytest

pytestmark = pytest.mark.network
ROOT = Path(__file__).parents[2]
SERVER = '''
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("one")


@mcp.tool()
def delete_account(account_id: str) -> str:
    """Delete an account for good."""
'''


def run(*words: str | Path, cwd: Path) -> str:
    clean = {k: v for k, v in os.environ.items() if k not in {"PYTHONPATH", "VIRTUAL_ENV"}}
    done = subprocess.run(
        [str(w) for w in words], cwd=cwd, env=clean, capture_output=True, text=True, timeout=600, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_the_wheel_classifies_and_builds_outside_the_checkout(tmp_path: Path) -> None:
    run(sys.executable, "-m", "build", "--wheel", "--outdir", tmp_path / "dist", ROOT, cwd=tmp_path)
    (wheel,) = (tmp_path / "dist").glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()
    assert any(n.startswith("mcp_catalogue/_site/templates/") for n in names)
    assert "mcp_catalogue/_data/starter.toml" in names
    assert any(n.startswith("classifier/rules/") for n in names)
    assert not [n for n in names if n.startswith(("tests/", "site/", "data/", "benchmarks/"))]

    venv.create(tmp_path / "env", with_pip=True)
    python = tmp_path / "env" / "bin" / "python"
    run(python, "-m", "pip", "install", "--quiet", "--constraint", ROOT / "constraints.txt", wheel, cwd=tmp_path)
    place = run(python, "-c", "import mcp_catalogue; print(mcp_catalogue.__file__)", cwd=tmp_path).strip()
    assert not Path(place).is_relative_to(ROOT)

    server = tmp_path / "sources" / "o+one"
    server.mkdir(parents=True)
    (server / "server.py").write_text(SERVER, encoding="utf-8")
    (tmp_path / "list.toml").write_text('[[server]]\ntarget = "pkg:github/o/one"\n', encoding="utf-8")
    catalogue = tmp_path / "env" / "bin" / "catalogue"
    assert "delete_account" in run(catalogue, "classify", server, cwd=tmp_path)
    crawl = ("crawl", "--sources", "list.toml", "--sources-dir", "sources", "--db", "c.db")
    assert "1 stored" in run(catalogue, *crawl, cwd=tmp_path)
    run(catalogue, "build", "--db", "c.db", "--out", "site", cwd=tmp_path)
    page = tmp_path / "site" / "servers" / "github" / "o" / "one" / "delete_account.html"
    assert "Delete an account for good." in page.read_text(encoding="utf-8")
