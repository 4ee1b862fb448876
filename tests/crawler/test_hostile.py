"""The reader as a whole against hostile trees: no crash, no hang, nothing outside the tree, nothing executed."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.extract import extract
from mcp_catalogue.model import ServerFacts, Status
from tests.crawler.extractors.corpus import EXPECTED, FIXTURES, tree

# ruff: noqa: E501 - hostile sources are written on one line each
MAX_FIXTURE_BYTES = 20_000
HOSTILE_PATHS = (
    "../../etc/passwd.py",
    "/etc/passwd.go",
    "C:\\x.ts",
    "a\x00b.rs",
    "a/" * 200 + "b.py",
    "con.js",
    "-rf.go",
    "\u202egnp.ts",
    "",
)


def corpus() -> list[dict[str, bytes]]:
    """Return every fixture server of every language as files in memory."""
    roots = sorted({p.parent for p in FIXTURES.parent.rglob(f"fixtures/**/{EXPECTED}")})
    trees = []
    for root in roots:
        paths = [
            p for p in root.rglob("*") if p.is_file() and p.name != EXPECTED and p.stat().st_size < MAX_FIXTURE_BYTES
        ]
        trees.append({p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(paths)})
    return [t for t in trees if t]


CORPUS = corpus()


def check(files: dict[str, bytes]) -> list[ServerFacts]:
    found = [one.facts for one in extract(tree(files))]
    for one in found:
        assert one.tools or one.completeness.status is not Status.COMPLETE
        assert not [u for u in one.completeness.unreadable if u.reason == "extractor-failed"], (
            one.completeness.unreadable
        )
        for tool in one.tools:
            assert tool.name
            assert tool.location is None or tool.location.file in files
            json.dumps([tool.name, tool.description, tool.input_schema]).encode("utf-8")
    return found


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, bytes]:
    """Draw a fixture server with some of its bytes cut, doubled, replaced, or taken from another one."""
    files = dict(draw(st.sampled_from(CORPUS)))
    for _ in range(draw(st.integers(1, 4))):
        path = draw(st.sampled_from(sorted(files)))
        data = files[path]
        start = draw(st.integers(0, len(data)))
        end = draw(st.integers(start, min(len(data), start + 400)))
        other = draw(st.sampled_from(sorted(draw(st.sampled_from(CORPUS)).items())))[1]
        cut = draw(st.integers(0, len(other)))
        piece = draw(
            st.sampled_from(
                [
                    b"",
                    data[start:end] * 2,
                    other[cut : cut + 200],
                    b"(" * 300,
                    b"\xff\xfe",
                    b"\x00",
                    b'"',
                    b"}}}}",
                    b"/*",
                    b"`${",
                ]
            )
        )
        files[path] = data[:start] + piece + data[end:]
        if draw(st.booleans()) and draw(st.booleans()):
            files[draw(st.sampled_from(HOSTILE_PATHS)) or path] = files[path]
    return files


@settings(
    max_examples=150,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(mutated())
def test_mutated_servers_end_without_a_crash(files: dict[str, bytes]) -> None:
    check(files)


GO = 'package main\nimport (\n\t"github.com/mark3labs/mcp-go/mcp"\n\t"github.com/mark3labs/mcp-go/server"\n)\nfunc main() {\n\ts := server.NewMCPServer("x", "1")\n\ts.AddTool(mcp.NewTool(%s), nil)\n}\n%s'
RUST = "use rmcp::{tool, tool_router, ServerHandler};\n#[tool_router]\nimpl A {\n    #[tool(description = %s)]\n    fn a(&self) {}\n}\nimpl ServerHandler for A {}\n%s"
SHARP = "using ModelContextProtocol.Server;\n[McpServerToolType]\npublic class A {\n    %s\n    [McpServerTool(Name = %s)]\n    public static void B() {}\n}\n"
JAVA = "import org.springframework.ai.tool.annotation.Tool;\nimport io.modelcontextprotocol.server.McpServer;\nclass A {\n    %s\n    @Tool(name = %s)\n    void b() {}\n}\n"
DOUBLING = "\n".join(f"var v{i + 1} = append(v{i}, v{i}...)" for i in range(60))


HOSTILE: dict[str, dict[str, bytes]] = {
    "go-cyclic-constants": {"main.go": (GO % ("a", "const a = b\nconst b = a\n")).encode()},
    "go-recursion": {
        "main.go": (
            GO % ("f(1)", "func f(n int) string { return g(n) }\nfunc g(n int) string { return f(n) }\n")
        ).encode()
    },
    "go-doubling": {"main.go": (GO % ('"a", v60...', "var v0 = []mcp.ToolOption{nil, nil}\n" + DOUBLING)).encode()},
    "go-deep": {"main.go": (GO % ("(" * 5000 + '"a"' + ")" * 5000, "")).encode()},
    "go-long": {"main.go": (GO % ("+".join(['"a"'] * 20_000), "")).encode()},
    "go-repeat": {"main.go": (GO % ('strings.Repeat("a", 1<<40)', "")).encode()},
    "go-endless-loops": {
        "main.go": (
            GO % ('"a"', "func init() { for i := 0; i >= 0; i++ { for j := 0; j >= 0; j++ { mcp.NewTool(x) } } }\n")
        ).encode()
    },
    "go-cyclic-imports": {
        "a/a.go": b'package a\nimport "registry.example/x/b"\nconst A = b.B\n',
        "go.mod": b"module registry.example/x\n",
        "b/b.go": b'package b\nimport "registry.example/x/a"\nconst B = a.A\n',
        "main.go": (GO % ("a.A", "")).replace("import (", 'import (\n\t"registry.example/x/a"').encode(),
    },
    "rust-cyclic-constants": {
        "src/main.rs": (RUST % ("A", "const A: &str = B;\nconst B: &str = concat!(A);\n")).encode()
    },
    "rust-recursion": {
        "src/main.rs": (RUST % ("a()", "fn a() -> String { b() }\nfn b() -> String { a() }\n")).encode()
    },
    "rust-nested-macros": {"src/main.rs": (RUST % ("concat!(" * 3000 + ")" * 3000, "")).encode()},
    "rust-include": {"src/main.rs": (RUST % ('include_str!("../../../../etc/passwd")', "")).encode()},
    "csharp-cyclic-constants": {"A.cs": (SHARP % ("const string X = Y; const string Y = X;", "X")).encode()},
    "csharp-deep": {"A.cs": (SHARP % ("", "(" * 5000 + '"a"' + ")" * 5000)).encode()},
    "csharp-interpolations": {"A.cs": (SHARP % ("", '$"{' * 2000 + "}" * 2000)).encode()},
    "java-cyclic-constants": {
        "A.java": (JAVA % ("static final String X = Y; static final String Y = X;", "X")).encode()
    },
    "java-recursion": {
        "A.java": (JAVA % ("static String f() { return g(); } static String g() { return f(); }", "f()")).encode()
    },
    "java-deep": {"A.java": (JAVA % ("", "(" * 5000 + '"a"' + ")" * 5000)).encode()},
    "json-deep": {
        "package.json": b'{"name": "mcp-x"}',
        "tools.json": b'{"tools": ' + b"[" * 100_000 + b"]" * 100_000 + b', "inputSchema": {}}',
    },
    "yaml-anchors": {
        "package.json": b'{"name": "mcp-x"}',
        "tools.yaml": b"inputSchema: {}\na: &a [x, x]\nb: &b [*a, *a]\nc: [*b, *b]\n",
    },
    "openapi-cyclic": {
        "a.py": b"FastMCP.from_openapi(",
        "a.json": b'{"openapi": "3.0", "paths": {"/": {"get": {"parameters": [{"$ref": "#/a"}]}}}, "a": {"$ref": "#/a"}}',
    },
}


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_deep_cyclic_and_exploding_sources_end(name: str) -> None:
    check(HOSTILE[name])


def test_file_outside_the_tree_is_not_included() -> None:
    found = check({"src/main.rs": (RUST % ('include_str!("/etc/hostname")', "")).encode()})

    assert [t.description for one in found for t in one.tools] == [None]


WATCH = """
import json, sys
from crawler.extract import extract
from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import ServerId, Source, SourceKind

def tree(files):
    return SourceTree(origin=Origin(id=ServerId("local:x"), source=Source(kind=SourceKind.FOLDER)), files=files)

files = {k: v.encode() for k, v in json.load(sys.stdin).items()}
list(extract(tree(files)))  # grammars and modules are loaded before the watch begins
seen = []
FORBIDDEN = ("subprocess.", "os.exec", "os.fork", "os.posix_spawn", "os.spawn", "os.system", "os.remove", "os.rename",
             "os.mkdir", "socket.", "ctypes.", "shutil.", "urllib.", "webbrowser.", "marshal.", "pickle.")

def watch(event, args):
    if event.startswith(FORBIDDEN):
        seen.append(event)
    elif event == "exec" and not getattr(args[0], "co_filename", "<string>").startswith("/"):
        seen.append(f"exec {args[0]}")
    elif event == "import" and args[0].partition(".")[0] in ("victim", "server", "setup", "evil"):
        seen.append(f"import {args[0]}")
    elif event == "open" and (args[1] or "") and set(str(args[1])) & set("wax+"):
        seen.append(f"open {args[0]}")

sys.addaudithook(watch)
found = list(extract(tree(files)))
print(json.dumps({"seen": seen, "tools": sorted(t.name for one in found for t in one.facts.tools)}))
"""
VICTIM = {
    "pyproject.toml": '[project]\nname = "victim"\nversion = "1"\nscripts = {victim = "victim.server:main"}\n',
    "setup.py": "import os\nos.system('touch ran')\nfrom setuptools import setup\nsetup(name=open('name').read())\n",
    "conftest.py": "raise SystemExit('ran')\n",
    "victim/__init__.py": "import evil, subprocess\nsubprocess.run(['touch', 'ran'])\n",
    "victim/server.py": (
        "import os\nfrom mcp.server.fastmcp import FastMCP\nos.system('touch ran')\nmcp = FastMCP('victim')\n"
        "def name():\n    open('ran', 'w').write('x')\n    return 'named'\n"
        "@mcp.tool(name=eval(\"'a' + 'b'\"))\ndef one() -> str:\n    '''One'''\n"
        "@mcp.tool()\ndef two(x: int = __import__('os').system('touch ran')) -> str:\n    '''Two'''\n"
    ),
    "package.json": '{"name": "victim", "scripts": {"preinstall": "touch ran"}, "bin": "server.js"}',
    "server.js": "require('child_process').execSync('touch ran');\nserver.registerTool(eval('1'), {}, () => 1);\n",
    "go.mod": "module registry.example/victim\n",
    "main.go": 'package main\n\nimport (\n\t"os/exec"\n\n\t"github.com/mark3labs/mcp-go/mcp"\n\t"github.com/mark3labs/mcp-go/server"\n)\n\n'
    '//go:generate touch ran\nfunc main() {\n\texec.Command("touch", "ran").Run()\n\ts := server.NewMCPServer("x", "1")\n'
    '\ts.AddTool(mcp.NewTool("three"), nil)\n}\n',
    "build.rs": 'fn main() { std::process::Command::new("touch").arg("ran").status(); }\n',
    "A.csproj": '<Project><Target Name="Run" BeforeTargets="Build"><Exec Command="touch ran" /></Target></Project>',
}


def test_nothing_of_a_server_is_imported_or_run(tmp_path: Path) -> None:
    root = Path(__file__).parents[2]
    done = subprocess.run(
        [sys.executable, "-B", "-c", WATCH],
        input=json.dumps(VICTIM),
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env={"PYTHONPATH": str(root), "PYTHONDONTWRITEBYTECODE": "1"},
    )

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert answer["seen"] == []
    assert {"two", "three"} <= set(answer["tools"])
    assert list(tmp_path.iterdir()) == []
