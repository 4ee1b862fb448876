import json
from dataclasses import replace
from typing import Any

import pytest

from crawler.extract import extract
from crawler.extractors.base import Extraction, Project
from crawler.finishing import finish_tools
from crawler.joining import FILES, join
from crawler.projects import find_projects
from mcp_catalogue.model import Location, Origin, Source, SourceKind, Status, Tool, Unreadable, Unresolved
from tests.crawler.extractors.corpus import facts, tree

GO = b"""package main

import (
\t"github.com/mark3labs/mcp-go/mcp"
\t"github.com/mark3labs/mcp-go/server"
)

func main() {
\ts := server.NewMCPServer("x", "1")
\ts.AddTool(mcp.NewTool("%s", mcp.WithDescription("Does it")), nil)
}
"""


def go_server(name: bytes = b"do_it") -> bytes:
    return GO.replace(b"%s", name)


def made(name: str, file: str = "a.go", line: int = 1, **more: Any) -> Tool:
    return Tool(name=name, location=Location(file=file, line=line), **more)


def joined(**found: Extraction) -> Any:
    project = next(iter(find_projects(tree({"a.go": b""}))))
    return join(project, found).facts


def test_monorepo_yields_one_entry_per_server_with_its_folder_in_the_id() -> None:
    files = {
        "one/go.mod": b"module registry.example/one\n",
        "one/main.go": go_server(b"first"),
        "two/go.mod": b"module registry.example/two\n",
        "two/main.go": go_server(b"second"),
    }

    assert {one.id: [t.name for t in one.tools] for one in facts(files)} == {
        "local:fixture#one": ["first"],
        "local:fixture#two": ["second"],
    }


def test_package_archive_is_one_server_whatever_else_its_repository_packed() -> None:
    files = {
        "go.mod": b"module registry.example/own\n",
        "main.go": go_server(b"own"),
        "integrations/agent/go.mod": b"module registry.example/agent\n",
        "integrations/agent/main.go": go_server(b"foreign"),
    }
    packed = tree(files)
    sdist = replace(packed, origin=replace(packed.origin, source=Source(kind=SourceKind.SDIST)))

    assert [[t.name for t in one.facts.tools] for one in extract(sdist)] == [["own"]]
    assert [[t.name for t in one.facts.tools] for one in extract(packed)] == [["own"], ["foreign"]]


def test_server_whose_tools_are_all_read_is_complete() -> None:
    found = facts({"go.mod": b"module registry.example/a\n", "main.go": go_server()})

    assert [(one.completeness.status, one.completeness.enumerated) for one in found] == [(Status.COMPLETE, 1)]


def test_server_without_tools_is_partial_or_unreadable_and_never_complete() -> None:
    hole = Unresolved(file="a.go", line=1, reason="name-not-constant")
    broken = Unreadable(file="a.go", reason="syntax-error")

    assert joined(go=Extraction(language="go")).completeness.status is Status.UNREADABLE
    assert joined(go=Extraction(language="go", unreadable=(broken,))).completeness.status is Status.UNREADABLE
    assert joined(go=Extraction(language="go", unresolved=(hole,))).completeness.status is Status.PARTIAL


def test_code_wins_over_files_and_the_difference_is_reported() -> None:
    code = Extraction(language="go", tools=(made("kept", description="From code"),))
    file = Extraction(language="unknown", tools=(made("kept", "tools.json"), made("stale", "tools.json")))
    found = joined(go=code, **{FILES: file})

    assert [(t.name, t.description) for t in found.tools] == [("kept", "From code")]
    assert [(u.reason, u.covers) for u in found.completeness.unresolved] == [("only-in-file", 0)]
    assert "stale" in found.completeness.unresolved[0].detail
    assert found.completeness.status is Status.COMPLETE


def test_files_fill_what_the_code_left_open() -> None:
    hole = Unresolved(file="a.go", line=1, reason="name-not-constant")
    code = Extraction(language="go", tools=(made("kept"),), unresolved=(hole,))
    file = Extraction(language="unknown", tools=(made("found", "tools.json", origin=Origin.FILE),))
    found = joined(go=code, **{FILES: file})

    assert {t.name: t.origin for t in found.tools} == {"kept": Origin.CODE, "found": Origin.FILE}
    assert found.completeness.status is Status.PARTIAL


def test_two_definitions_of_one_name_become_variants_and_repeats_are_dropped() -> None:
    found = finish_tools(
        [made("a", line=9, description="B"), made("a", line=2, description="A"), made("a", line=5, description="A")]
    )

    assert [(t.variant, t.description, t.location.line if t.location else 0) for t in found] == [
        (1, "A", 2),
        (2, "B", 9),
    ]


def test_built_copy_gives_way_to_its_source() -> None:
    found = finish_tools([made("a", "dist/a.js", description="Old"), made("a", "src/a.ts", description="New")])

    assert [(t.description, t.variant) for t in found] == [("New", None)]


def test_workspace_library_is_no_second_server(monkeypatch: pytest.MonkeyPatch) -> None:
    class Both:
        name = "both"

        def extract(self, project: Project) -> Extraction | None:
            own = [made("shared", "packages/kit/a.js", 3)] if project.root else []
            more = [made("own", "packages/app/b.js", 1)] if project.name == "app" else []
            return Extraction(language="javascript", tools=(*own, *more)) if own else None

    monkeypatch.setattr("crawler.extract.EXTRACTORS", {"both": Both()})
    files = {
        "packages/app/package.json": b'{"name": "app", "dependencies": {"kit": "workspace:*", "some-mcp": "1"}}',
        "packages/kit/package.json": b'{"name": "kit", "dependencies": {"some-mcp": "1"}}',
    }

    assert [one.name for one in facts(files)] == ["app"]


def test_failing_extractor_becomes_an_unreadable_entry(monkeypatch: pytest.MonkeyPatch) -> None:
    class Failing:
        name = "failing"

        def extract(self, project: Project) -> Extraction | None:
            raise RecursionError(project.root)

    monkeypatch.setattr("crawler.extract.EXTRACTORS", {"failing": Failing()})
    found = facts({"a.py": b"import mcp"})

    assert [one.completeness.status for one in found] == [Status.UNREADABLE]
    assert found[0].completeness.unreadable[0].reason == "extractor-failed"
    assert facts({"a.py": b"print()"}) == []


def shim_files(**dependencies: str) -> dict[str, bytes]:
    package = {
        "name": "@acme/mcp",
        "version": "1.2.3",
        "bin": "run.js",
        "dependencies": dependencies,
        "repository": "https://github.com/acme/mcp.git",
    }
    return {"package.json": json.dumps(package).encode(), "run.js": b"require('./bin/' + process.platform)"}


def test_package_without_code_of_its_own_wants_the_dependency_that_names_mcp() -> None:
    found = list(
        extract(tree(shim_files(**{"@modelcontextprotocol/sdk": "^1", "acme-mcp-core": "1.2.3", "lodash": "4"})))
    )

    assert [one.wants for one in found] == [{"acme-mcp-core": "1.2.3"}]
    assert found[0].facts.completeness.status is Status.PARTIAL


def test_package_whose_binary_is_built_elsewhere_wants_its_repository_at_its_version() -> None:
    assert [one.wants for one in extract(tree(shim_files()))] == [{"pkg:github/acme/mcp": "1.2.3"}]


def test_followed_shim_keeps_its_own_identity_and_names_where_the_code_was() -> None:
    repository = tree({"go.mod": b"module registry.example/a\n", "main.go": go_server()}, commit="abc", aliases=())
    outer = tree(shim_files())
    found = list(
        extract(type(outer)(origin=outer.origin, files=outer.files, dependencies={"pkg:github/acme/mcp": repository}))
    )

    assert [(one.facts.name, one.facts.version, one.facts.commit) for one in found] == [("@acme/mcp", "1.2.3", "abc")]
    assert [t.name for t in found[0].facts.tools] == ["do_it"]
    assert found[0].wants == {}


def test_ordinary_package_is_no_server() -> None:
    assert facts({"package.json": b'{"name": "left-pad", "bin": "a.js"}', "a.js": b""}) == []
