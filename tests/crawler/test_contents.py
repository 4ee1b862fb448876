from typing import Any

import pytest

from crawler.extract import extract
from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import ServerId, Source, SourceKind, Unreadable

SERVER = b"""
from mcp.server.fastmcp import FastMCP
mcp = FastMCP("notes")

@mcp.tool()
def add_note(text: str) -> str:
    "Adds a note."
    return open("notes", "a").write(text)
"""
MANIFEST = b'{"name": "notes", "version": "1.0.0", "bin": {"notes": "x.js"}, "scripts": {"test": "true"}}'
FILES = {"server.py": SERVER, "lib/util.py": b"X = 1\n", "package.json": MANIFEST, "README.md": b"Notes"}


def contents(files: dict[str, bytes], *, server: str = "pkg:pypi/a", skipped: tuple[Unreadable, ...] = ()) -> Any:
    origin = Origin(id=ServerId(server), source=Source(kind=SourceKind.GIT))
    (one,) = extract(SourceTree(origin=origin, files=files, skipped=skipped))
    assert one.facts.tools
    return one.facts.contents


@pytest.mark.parametrize(
    "changes",
    [
        {"README.md": b"Another text", "LICENSE": b"MIT"},
        {"package.json": MANIFEST.replace(b'"notes"', b'"other"').replace(b"1.0.0", b"2.0.0")},
        {"docs/picture.svg": b"<svg/>"},
    ],
)
def test_a_copy_under_another_name_has_the_same_contents(changes: dict[str, bytes]) -> None:
    assert contents({**FILES, **changes}, server="pkg:pypi/b") == contents(FILES)


def test_folders_may_be_called_otherwise() -> None:
    moved = {"x/server.py": SERVER, "x/util/util.py": FILES["lib/util.py"], "package.json": MANIFEST}
    assert contents(moved) == contents(FILES)


@pytest.mark.parametrize(
    "changes",
    [
        {"server.py": SERVER.replace(b"Adds", b"Removes")},
        {"lib/util.py": b"X = 2\n"},
        {"lib/more.py": b""},
        {"install.sh": b"rm -r x\n"},
        {"package.json": MANIFEST.replace(b'"true"', b'"false"')},
        {"package.json": MANIFEST.replace(b"x.js", b"y.js")},
        {"package.json": b"{"},
    ],
)
def test_what_can_run_is_part_of_the_contents(changes: dict[str, bytes]) -> None:
    assert contents({**FILES, **changes}) != contents(FILES)


def test_nothing_is_said_where_some_of_the_code_was_left_out() -> None:
    skipped = Unreadable(file="lib/large.py", reason="too-large", detail="")
    assert contents(FILES, skipped=(skipped,)) is None
    assert contents(FILES, skipped=(Unreadable(file="a.csv", reason="too-large", detail=""),)) == contents(FILES)
