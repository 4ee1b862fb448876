from pathlib import Path

import pytest

from crawler.targets import (
    ArchiveFile,
    ArchiveUrl,
    BareRepository,
    FolderTarget,
    GitUrl,
    HostedRepository,
    Package,
    Remote,
    Target,
    parse_reference,
    parse_target,
    target_id,
)
from mcp_catalogue.errors import TargetError

REPO = HostedRepository(host="github", owner="owner", name="repo")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pkg:pypi/Some_Server", Package(ecosystem="pypi", name="some-server")),
        ("pkg:pypi/x@1.0", Package(ecosystem="pypi", name="x", version="1.0")),
        ("pkg:npm/%40scope/name@1.2.3", Package(ecosystem="npm", name="@scope/name", version="1.2.3")),
        ("pypi:some_server==1.0", Package(ecosystem="pypi", name="some-server", version="1.0")),
        ("pypi:x@2", Package(ecosystem="pypi", name="x", version="2")),
        ("npm:@scope/name", Package(ecosystem="npm", name="@scope/name")),
        ("npm:@scope/name@1.2.3", Package(ecosystem="npm", name="@scope/name", version="1.2.3")),
        ("owner/repo", REPO),
        (
            "owner/repo@v1#sub/path",
            HostedRepository(host="github", owner="owner", name="repo", ref="v1", subpath="sub/path"),
        ),
        ("https://github.com/owner/repo", REPO),
        ("https://www.github.com/owner/repo.git", REPO),
        ("git@github.com:owner/repo.git", REPO),
        ("git+https://github.com/owner/repo.git", REPO),
        (
            "https://github.com/owner/repo/tree/main/src/git",
            HostedRepository(host="github", owner="owner", name="repo", ref="main", subpath="src/git"),
        ),
        (
            "pkg:github/owner/repo@abc#sub",
            HostedRepository(host="github", owner="owner", name="repo", ref="abc", subpath="sub"),
        ),
        (
            "https://gitlab.com/owner/repo/-/tree/main/x",
            HostedRepository(host="gitlab", owner="owner", name="repo", ref="main", subpath="x"),
        ),
        ("https://registry.example/git/x.git", GitUrl(url="https://registry.example/git/x.git")),
        (
            "git+https://registry.example/git/x@v2#sub",
            GitUrl(url="https://registry.example/git/x", ref="v2", subpath="sub"),
        ),
        ("https://registry.example/x.mcpb", ArchiveUrl(url="https://registry.example/x.mcpb")),
        ("https://registry.example/mcp", Remote(url="https://registry.example/mcp")),
        ("https://user:word@REGISTRY.example/mcp", Remote(url="https://registry.example/mcp")),
    ],
)
def test_every_form_is_read(text: str, expected: Target, tmp_path: Path) -> None:
    assert parse_target(text, cwd=tmp_path) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "a/b/c",
        "../x",
        "pkg:cargo/x",
        "pkg:pypi/../x",
        "pypi:bad name",
        "npm:@scope/",
        "npm:.hidden",
        "https://github.com/topics/mcp",
        "https://github.com/owner",
        "ftp://registry.example/x",
        "https://[::1",
        "http://registry.example/mcp",
        "file:///etc/passwd",
        "owner/repo@--upload-pack=x",
        "owner/repo@a..b",
        "x" * 3000,
        "missing/thing.tgz",
        "bad\nline",
    ],
)
def test_what_names_nothing_is_refused_in_one_line(text: str, tmp_path: Path) -> None:
    with pytest.raises(TargetError) as caught:
        parse_target(text, cwd=tmp_path)
    assert "\n" not in str(caught.value)


def test_what_exists_on_disk_wins(tmp_path: Path) -> None:
    (tmp_path / "owner" / "repo").mkdir(parents=True)
    (tmp_path / "x.tgz").write_bytes(b"")
    bare = tmp_path / "bare.git"
    for folder in ("objects", "refs"):
        (bare / folder).mkdir(parents=True)
    (bare / "HEAD").write_text("ref: refs/heads/main\n")
    assert parse_target("owner/repo", cwd=tmp_path) == FolderTarget(path=tmp_path / "owner" / "repo")
    assert parse_target("x.tgz", cwd=tmp_path) == ArchiveFile(path=tmp_path / "x.tgz")
    assert parse_target("bare.git", cwd=tmp_path) == BareRepository(path=bare)


def test_a_listing_never_names_a_path_here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "owner" / "repo").mkdir(parents=True)
    monkeypatch.chdir(tmp_path)
    assert parse_reference("owner/repo") == REPO
    with pytest.raises(TargetError):
        parse_reference(str(tmp_path))


def test_a_file_that_is_no_archive_says_so(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("x")
    with pytest.raises(TargetError, match="not an archive"):
        parse_target("notes.txt", cwd=tmp_path)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("pypi:Some_Server@1", "pkg:pypi/some-server"),
        ("pkg:pypi/owner.Some_server@1", "pkg:pypi/owner.some-server"),
        ("npm:@scope/name@1", "pkg:npm/%40scope/name"),
        ("Owner/Repo@v1#sub/path", "pkg:github/owner/repo#sub/path"),
        ("https://registry.example/mcp", "https://registry.example/mcp"),
        ("https://registry.example/x.zip", None),
    ],
)
def test_ids_follow_the_contract(text: str, expected: str | None) -> None:
    assert target_id(parse_reference(text)) == expected
