import pytest

from crawler.extractors.base import Project
from crawler.noise import is_noise
from crawler.projects import find_projects
from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import ServerId, Source, SourceKind


def projects(files: dict[str, bytes], within: str | None = None) -> dict[str, Project]:
    origin = Origin(id=ServerId("local:x"), source=Source(kind=SourceKind.FOLDER))
    return {p.root: p for p in find_projects(SourceTree(origin=origin, files=files), within)}


@pytest.mark.parametrize(
    ("name", "data", "expected"),
    [
        ("package.json", b'{"name": "a", "version": "1", "bin": {"a": "x.js"}}', ("a", "1", "npm")),
        ("pyproject.toml", b'[project]\nname = "a"\nversion = "1"\n', ("a", "1", "pypi")),
        ("pyproject.toml", b'[tool.poetry]\nname = "a"\nversion = "1"\n', ("a", "1", "pypi")),
        ("setup.cfg", b"[metadata]\nname = a\nversion = 1\n", ("a", "1", "pypi")),
        (
            "setup.py",
            b'import setuptools\nsetuptools.setup(name="a", version="1", packages=find())',
            ("a", "1", "pypi"),
        ),
        ("go.mod", b"module registry.example/a\n", ("registry.example/a", None, "golang")),
        ("Cargo.toml", b'[package]\nname = "a"\nversion = "1"\n', ("a", "1", "cargo")),
        (
            "pom.xml",
            b"<project xmlns='m'><artifactId>a</artifactId><version>1</version></project>",
            ("a", "1", "maven"),
        ),
        ("build.gradle", b"version = '1'\n", (None, "1", "maven")),
        (
            "Own.csproj",
            b"<Project><PropertyGroup><Version>1</Version></PropertyGroup></Project>",
            ("Own", "1", "nuget"),
        ),
        ("composer.json", b'{"name": "v/a", "version": "1"}', ("v/a", "1", None)),
        ("pubspec.yaml", b"name: a\nversion: '1'\n", ("a", "1", None)),
    ],
)
def test_manifest_gives_name_version_and_ecosystem(name: str, data: bytes, expected: tuple[str | None, ...]) -> None:
    project = projects({name: data})[""]

    assert (project.name, project.version, project.ecosystem) == expected


def test_wheel_gives_metadata_and_console_scripts() -> None:
    files = {
        "a-1.dist-info/METADATA": b"Name: a\nVersion: 1\nRequires-Dist: b (>=2)\nRequires-Dist: c; extra == 'x'\n\n",
        "a-1.dist-info/entry_points.txt": b"[console_scripts]\na = a.server:main\n",
    }
    project = projects(files)[""]

    assert (project.name, project.version, dict(project.dependencies)) == ("a", "1", {"b": ">=2"})
    assert project.entry_points == ("a.server:main",)


def test_each_folder_with_a_manifest_owns_its_files_nearest_the_root_first() -> None:
    files = {
        "package.json": b"{}",
        "a.js": b"",
        "packages/b/package.json": b"{}",
        "packages/b/b.js": b"",
        "packages/c.js": b"",
    }
    found = projects(files)

    assert list(found) == ["", "packages/b"]
    assert found[""].own == ("a.js", "package.json", "packages/c.js")
    assert found["packages/b"].own == ("packages/b/b.js", "packages/b/package.json")


def test_folder_among_examples_is_read_when_it_is_the_target() -> None:
    files = {"package.json": b"{}", "examples/one/package.json": b'{"name": "one"}', "examples/one/server.js": b""}

    assert list(projects(files)) == [""]
    found = projects(files, "examples/one")
    assert {r: p.name for r, p in found.items()} == {"examples/one": "one"}
    assert "examples/one/server.js" in found["examples/one"].own


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("package.json", b"{"),
        ("package.json", b'["a"]'),
        ("pyproject.toml", b"[project"),
        ("pom.xml", b"<!DOCTYPE a [<!ENTITY b 'c'>]><project><artifactId>&b;</artifactId></project>"),
        ("setup.py", b"setup("),
        ("setup.py", b"setup(name=open('/etc/hostname').read())"),
        ("pubspec.yaml", b"a: &a [1]\nb: *a\n"),
        ("Own.csproj", b"<Project"),
    ],
)
def test_damaged_or_hostile_manifest_gives_no_name_and_no_error(name: str, data: bytes) -> None:
    assert projects({name: data})[""].name is None


@pytest.mark.parametrize(
    "path",
    [
        "tests/a.py",
        "a/__tests__/b.ts",
        "a_test.go",
        "Acme.Server.Tests/A.cs",
        "AcmeTest/A.cs",
        "examples/a.py",
        ".github/a.js",
        "src/a.d.ts",
    ],
)
def test_tests_examples_and_stubs_are_noise(path: str) -> None:
    assert is_noise(path)


@pytest.mark.parametrize(
    "path", ["src/contest/a.py", "src/main/java/com/example/A.java", "latest/a.js", "tools/attest.go"]
)
def test_code_whose_folders_only_look_like_noise_is_not(path: str) -> None:
    assert not is_noise(path)


def test_a_folder_holds_its_own_paths_and_no_neighbours() -> None:
    paths = ("a", "a-b/x", "a.b/x", "a/b/c", "a/x", "a0/x", "ab/x")
    tree = SourceTree(
        origin=Origin(id=ServerId("local:x"), source=Source(kind=SourceKind.FOLDER)), files=dict.fromkeys(paths, b"")
    )
    assert tuple(tree.under("a")) == ("a/b/c", "a/x")
    assert tuple(tree.under("a/b")) == ("a/b/c",)
    assert tuple(tree.under("")) == tuple(sorted(paths))


def test_package_files_of_a_build_are_no_projects_of_their_own() -> None:
    found = projects(
        {
            "package.json": b'{"name": "@s/a", "version": "1"}',
            "dist/esm/package.json": b'{"type": "module"}',
            "dist/esm/index.js": b"1",
            "dist/package.json": b'{"name": "@s/a", "version": "1"}',
            "packages/b/dist/package.json": b'{"name": "b"}',
            "packages/b/package.json": b'{"name": "b"}',
            "packages/c/package.json": b'{"bin": "x.js"}',
            "packages/d/package.json": b"{broken",
        }
    )
    assert set(found) == {"", "packages/b", "packages/c", "packages/d"}
    assert "dist/esm/index.js" in found[""].own
