"""Hostile and broken sources end in time, as results with reasons; nothing is executed."""

import sys

import pytest

from crawler.extractors.base import Extraction
from crawler.extractors.python import PythonExtractor
from crawler.extractors.python.parse import parse
from crawler.projects import find_projects
from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import ServerId, Source, SourceKind

HEAD = b"from fastmcp import FastMCP\nmcp = FastMCP('x')\n"
TOOL = b"\n@mcp.tool\ndef fine() -> None:\n    'Fine.'\n"


def extract(files: dict[str, bytes]) -> Extraction | None:
    tree = SourceTree(origin=Origin(id=ServerId("local:x"), source=Source(kind=SourceKind.FOLDER)), files=files)
    (project,) = find_projects(tree)
    return PythonExtractor().extract(project)


HOSTILE = {
    "deep-parentheses": b"x = " + b"(" * 5000 + b"1" + b")" * 5000,
    "deep-attributes": b"x = a" + b".b" * 50_000,
    "deep-operators": b"x = " + b"-" * 50_000 + b"1",
    "long-sum": b"x = 'a'" + b" + 'a'" * 3000,
    "doubling": b"a0 = ['x'] * 1000\n"
    + b"".join(b"a%d = a%d + a%d\n" % (i + 1, i, i) for i in range(60))
    + b"mcp.tool(name=a60[0])(len)",
    "billion": b"x = 'a' * 10 ** 12\nmcp.tool(name=x)(print)",
    "power": b"x = 9 ** 9 ** 9 ** 9\nmcp.tool(name=str(x))(print)",
    "cyclic-constants": b"a = b\nb = a\nmcp.tool(name=a)(print)",
    "recursive-function": b"def f(n):\n    mcp.tool(name=f(n + 1))(f)\n    return f(n)\nf(0)",
    "fan-out": b"def f0(n):\n    return mcp.tool(name=n)\n"
    + b"".join(b"def f%d(n):\n    f%d(n)\n    f%d(n)\n    mcp.add_tool(n)\n" % (i, i - 1, i - 1) for i in range(1, 40))
    + b"f39('x')",
    "nested-loops": b"for a in range(10**6):\n for b in range(10**6):\n  for c in range(10**6):\n"
    b"   mcp.tool(name=str(c))(print)",
    "product": b"x = [(a, b, c) for a in range(2000) for b in range(2000) for c in range(2000)]\n"
    b"for y in x:\n    mcp.tool(name=str(y))(print)",
    "self-mount": b"mcp.mount(mcp, prefix='a')\nother = FastMCP('o')\n"
    b"other.mount(mcp, prefix='b')\nmcp.mount(other, prefix='c')",
    "self-inheritance": b"class A(A): pass\nclass B(A): pass\nclass A(B):\n    def f(self): pass\nmcp.tool(A().f)",
    "branches": b"".join(b"if unknown%d:\n    v = %d\nelse:\n    v = v + 1\n" % (i, i) for i in range(400))
    + b"mcp.tool(name=v)(print)",
    "format": b"x = '{:>999999999}'.format('a')\nmcp.tool(name=x, description=f\"{'a':>999999999}\")(print)",
    "choices": b"v = first\nw = second\n"
    + b"".join(b"v, w = (v if u%d else w), (w if u%d else v)\n" % (i, i) for i in range(60))
    + b"if v:\n    mcp.tool(name=w)(print)\n",
    "exit": b"import sys\nsys.exit(1)\nraise SystemExit",
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_module_beside_a_sound_one(name: str) -> None:
    found = extract({"server.py": HEAD + TOOL, "hostile.py": HEAD + HOSTILE[name]})
    assert found is not None
    assert "fine" in {tool.name for tool in found.tools}


def test_cyclic_imports_and_stars() -> None:
    found = extract(
        {
            "a.py": b"from b import *\nfrom b import NAME\n" + HEAD + b"mcp.tool(name=NAME)(lambda x: x)\n",
            "b.py": b"from a import *\nfrom a import mcp\nNAME = 'cyclic'\n",
        }
    )
    assert found is not None
    assert [tool.name for tool in found.tools] == ["cyclic"]


@pytest.mark.parametrize("data", [b"\x00", b"\xff\xfe\x00", b"def f(:\n", b"# coding: nonsense\n" + HEAD])
def test_unreadable_file_is_named(data: bytes) -> None:
    found = extract({"server.py": HEAD + TOOL, "broken.py": data + b"\nfrom fastmcp import FastMCP"})
    assert found is not None
    assert [u.file for u in found.unreadable] == ["broken.py"]


def test_nothing_is_imported_or_executed() -> None:
    before = set(sys.modules)
    found = extract({"server.py": HEAD + TOOL + b"\nimport antigravity\nopen('made-by-a-test', 'w')\n"})
    assert found is not None
    assert "antigravity" not in set(sys.modules) - before


def test_line_numbers_survive_the_rewrite() -> None:
    parsed = parse(b"type A[T] = (\n    list[T]\n)\ndef f[\n    T\n](x: T): ...\ndef g(): ...\n")
    assert parsed.tree is not None
    assert [getattr(node, "lineno", 0) for node in parsed.tree.body] == [1, 4, 7]
