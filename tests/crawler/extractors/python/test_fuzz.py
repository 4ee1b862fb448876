"""Mutated fixtures: whatever the bytes are, the reader answers and raises nothing."""

from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.extractors.python import PythonExtractor
from crawler.projects import find_projects
from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import ServerId, Source, SourceKind

SOURCES = [p.read_bytes() for p in sorted((Path(__file__).parent / "fixtures").rglob("*.py"))]
PIECES = [
    b"(",
    b")",
    b"[",
    b"*",
    b"**",
    b"lambda: ",
    b"yield ",
    b"await ",
    b"@",
    b" = ",
    b"None",
    b"self",
    b"\n    ",
    b"\n",
    b":",
    b",",
]


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_mutated_sources(data: st.DataObject) -> None:
    lines = data.draw(st.sampled_from(SOURCES)).splitlines(keepends=True)
    for _ in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, max(len(lines) - 1, 0)))
        what = data.draw(st.sampled_from(["drop", "repeat", "swap", "insert"]))
        if what == "drop" and lines:
            del lines[at]
        elif what == "repeat" and lines:
            lines.insert(at, lines[at])
        elif what == "swap" and lines:
            other = data.draw(st.integers(0, len(lines) - 1))
            lines[at], lines[other] = lines[other], lines[at]
        elif lines:
            cut = data.draw(st.integers(0, len(lines[at])))
            lines[at] = lines[at][:cut] + data.draw(st.sampled_from(PIECES)) + lines[at][cut:]
    files = {"server.py": b"".join(lines), "other.py": b"from server import *\nfrom fastmcp import FastMCP\n"}
    tree = SourceTree(origin=Origin(id=ServerId("local:x"), source=Source(kind=SourceKind.FOLDER)), files=files)
    for project in find_projects(tree):
        found = PythonExtractor().extract(project)
        assert found is None or found.language == "python"
