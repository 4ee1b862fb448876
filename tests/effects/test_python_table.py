"""Every entry of `python.toml` against its cases, each followed through a tool's handler."""

import pytest

from crawler.effects.table import Library, read_table, table
from crawler.extractors.python import PythonExtractor
from crawler.projects import find_projects
from crawler.tree import Origin, SourceTree
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import ServerId, Source, SourceKind, Tool

LIBRARIES = table("python").libraries
CASES = [(source, id_) for library in LIBRARIES for source, id_ in library.cases.items()]


def tools_of(files: dict[str, str]) -> dict[str, Tool]:
    tree = SourceTree(
        origin=Origin(id=ServerId("local:x"), source=Source(kind=SourceKind.FOLDER)),
        files={path: text.encode() for path, text in files.items()},
    )
    (project,) = find_projects(tree)
    found = PythonExtractor().extract(project)
    assert found is not None
    return {tool.name: tool for tool in found.tools}


@pytest.mark.parametrize(("source", "id_"), CASES)
def test_case(source: str, id_: str) -> None:
    modules = sorted({m for library in LIBRARIES for m in library.modules if m not in ("*", "builtins")})
    used = [m for m in modules if source.startswith((f"{m}.", f"({m}."))]
    imports = "".join(f"import {m}\n" for m in used)
    head = f"from fastmcp import FastMCP\n{imports}mcp = FastMCP('x')\n"
    code = f"{head}@mcp.tool\ndef act(anything, path, url, method, a, b, c):\n    {source}\n"
    assert id_ in {e.id for e in tools_of({"server.py": code})["act"].effects}


@pytest.mark.parametrize("library", LIBRARIES, ids=[f"{i}-{x.modules[0]}" for i, x in enumerate(LIBRARIES)])
def test_every_id_has_a_case(library: Library) -> None:
    shown = {id_.partition(".")[0] for id_ in library.cases.values()} if set(library.calls) & {"http", "sql"} else set()
    for id_ in library.calls:
        assert id_ in library.cases.values() or id_ in shown, f"{library.modules[0]}: no case for {id_}"


@pytest.mark.parametrize(
    "text", ["[[library]]\nmodules = 3", "no table", "[[library]]\nmodules=['a']\ncalls={}\ncases={}\nmore=1"]
)
def test_a_wrong_table_is_refused(text: str) -> None:
    with pytest.raises(DataError):
        read_table(text)
