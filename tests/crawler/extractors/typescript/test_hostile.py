"""Hostile and broken sources end, as results with reasons; nothing is executed, nothing outside the tree is read."""

import sys

import pytest

from crawler.extractors.base import Extraction
from crawler.extractors.typescript import TypeScriptExtractor
from crawler.projects import find_projects
from tests.crawler.extractors.corpus import tree

PACKAGE = b'{"name": "x", "bin": "index.js", "dependencies": {"@modelcontextprotocol/sdk": "1", "zod": "3"}}'
HEAD = b"""import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { z } from "zod";
const server = new McpServer({ name: "x", version: "1" });
server.registerTool("fine", { description: "Fine." }, async () => ({}));
"""
HOSTILE = {
    "deep-parentheses": b"const x = " + b"(" * 5000 + b"1" + b")" * 5000 + b";",
    "deep-arrays": b"const x = " + b"[" * 5000 + b"]" * 5000 + b";",
    "deep-calls": b"const x = " + b"f(" * 3000 + b"1" + b")" * 3000 + b";",
    "deep-blocks": b"{" * 3000 + b"}" * 3000,
    "deep-ternaries": b"const x = " + b"u ? 1 : " * 3000 + b"2;",
    "long-chain": b"const x = a" + b".b()" * 20_000 + b";",
    "long-sum": b"const x = 'a'" + b" + 'a'" * 5000 + b";",
    "doubling-arrays": b"const a0 = ['x'];\n"
    + b"".join(b"const a%d = [...a%d, ...a%d];\n" % (i + 1, i, i) for i in range(60))
    + b"for (const n of a60) server.registerTool(n, {}, f);",
    "doubling-objects": b"const o0 = {k0: 1};\n"
    + b"".join(b"const o%d = {a%d: o%d, b%d: o%d};\n" % (i + 1, i, i, i, i) for i in range(60))
    + b"server.registerTool('big', { inputSchema: { type: 'object', properties: o60 } }, f);",
    "doubling-text": b"let t = 'x';\nfor (let i = 0; i < 1e6; i++) t += t;\nserver.registerTool(t, {}, f);",
    "repeat": b"server.registerTool('x'.repeat(1e12).padEnd(1e12), {}, f);",
    "cyclic-constants": b"const a = b + 1, b = a + 1;\nserver.registerTool(a, {}, f);",
    "cyclic-objects": b"const o = {};\no.self = o;\n"
    b"server.registerTool('loop', { inputSchema: { type: 'object', o } }, f);",
    "cyclic-classes": b"class A extends B {}\nclass B extends A {}\nnew A().run();",
    "cyclic-schema": b"const n = z.object({ get child() { return n; }, next: z.lazy(() => n) });\n"
    b"server.registerTool('tree', { inputSchema: n.shape }, f);",
    "recursion": b"function f(n) { server.registerTool(f(n + 1), {}, f); return f(n); }\nf(0);",
    "fan-out": b"const f0 = (n) => server.registerTool(n, {}, n);\n"
    + b"".join(b"const f%d = (n) => { f%d(n); f%d(n); };\n" % (i, i - 1, i - 1) for i in range(1, 40))
    + b"f39('x');",
    "nested-loops": b"for (let a = 0; a < 1e9; a++) for (let b = 0; b < 50; b++) server.registerTool('n' + b, {}, f);",
    "endless-loop": b"for (;;) {}\nwhile (true) {}\ndo {} while (1);",
    "branches": b"let v = 0;\n"
    + b"".join(b"if (u%d) v = v + %d; else v = v * 2;\n" % (i, i) for i in range(400))
    + b"server.registerTool(v, {}, f);",
    "choices": b"let v = p, w = q;\n"
    + b"".join(b"[v, w] = [u%d ? v : w, u%d ? w : v];\n" % (i, i) for i in range(60))
    + b"server.registerTool(`${v}${w}${v}${w}`, {}, f);",
    "regex": b"const x = 'a'.repeat(30000).replace(/(a+)+$/g, 'b').match(/(a|aa)+$/);",
    "prototype": b"const o = { __proto__: null, constructor: 1 };\no.__proto__.polluted = 1;\nObject.assign(o, o);",
    "self-import": b"import * as self from './index.js';\nserver.registerTool(self.nothing.at.all, {}, f);",
    "exit": b"process.exit(1);\nthrow new Error();",
    "escapes": rb"const s = '\u{110000}\u{zz}\xg\u12'; const t = `\u{1F600}${'\ud83d'}`;",
}


def extract(files: dict[str, bytes]) -> Extraction | None:
    (project,) = find_projects(tree({"package.json": PACKAGE, **files}))
    return TypeScriptExtractor().extract(project)


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_hostile_code_leaves_the_sound_tool(name: str) -> None:
    found = extract({"index.js": HEAD + HOSTILE[name]})

    assert found is not None
    assert "fine" in {tool.name for tool in found.tools}


def test_work_that_is_cut_is_reported() -> None:
    found = extract({"index.js": HEAD + HOSTILE["nested-loops"]})

    assert found is not None
    assert len(found.tools) <= 5_001


@pytest.mark.parametrize("data", [b"\x00", b"\xff\xfe\x00", b"function (", b"class { } } }", b"<<<<<<< HEAD\n"])
def test_damaged_file_is_named(data: bytes) -> None:
    found = extract({"index.js": HEAD + b"import './broken.js';", "broken.js": b"f(;\n" + data + b"registerTool"})

    assert found is not None
    assert [u.file for u in found.unreadable] == ["broken.js"]


def test_cyclic_imports_and_stars() -> None:
    found = extract(
        {
            "index.js": HEAD
            + b"export * from './a.js';\nimport { NAME } from './a.js';\nserver.registerTool(NAME, {}, f);",
            "a.js": b"export * from './b.js';\nexport * from './a.js';\n",
            "b.js": b"export * from './a.js';\nexport const NAME = 'cyclic';\n",
        }
    )

    assert found is not None
    assert {tool.name for tool in found.tools} == {"fine", "cyclic"}


@pytest.mark.parametrize(
    "spec", ["../../../../etc/passwd", "/etc/passwd", "file:///etc/passwd", "/@/../../etc/hosts", "C:\\\\windows"]
)
def test_nothing_outside_the_tree_is_read(spec: str) -> None:
    code = f"import x from {spec!r};\nimport fs from 'fs';\nconst name = fs.readFileSync({spec!r}, 'utf8');"
    code += "\nserver.registerTool(name, {}, x);"
    found = extract({"index.js": HEAD + code.encode()})

    assert found is not None
    assert {tool.name for tool in found.tools} == {"fine"}
    assert [u.reason for u in found.unresolved] == ["name-not-constant"]


def test_nothing_is_imported_and_limits_are_put_back() -> None:
    before, limit = set(sys.modules), sys.getrecursionlimit()
    found = extract({"index.js": HEAD + b"import antigravity from 'antigravity';\nantigravity();"})

    assert found is not None
    assert "antigravity" not in set(sys.modules) - before
    assert sys.getrecursionlimit() == limit
