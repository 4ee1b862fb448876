import os
import subprocess
from pathlib import Path

import pytest

from crawler.fetch import FetchContext, download, load_tree, locate
from crawler.fetch.git import Git, web_address
from crawler.targets import BareRepository, FolderTarget
from crawler.tree import SourceTree
from mcp_catalogue.errors import FetchError

IDENTITY = {
    "GIT_AUTHOR_NAME": "a",
    "GIT_AUTHOR_EMAIL": "a@registry.example",
    "GIT_COMMITTER_NAME": "a",
    "GIT_COMMITTER_EMAIL": "a@registry.example",
    "GIT_CONFIG_GLOBAL": os.devnull,
}


def git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        ["git", *arguments], cwd=folder, env=os.environ | IDENTITY, check=True, capture_output=True, text=True
    )
    return done.stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "work"
    (folder / "src").mkdir(parents=True)
    (folder / "src" / "server.py").write_text("x = 1\n")
    (folder / ".gitignore").write_text("secret.env\n")
    git(folder, "init", "-q", "-b", "main")
    git(folder, "remote", "add", "origin", "https://user:word@github.com/Owner/Repo.git")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "first")
    return folder


def load(target: FolderTarget | BareRepository, context: FetchContext) -> SourceTree:
    return load_tree(download(locate(target, context), context))


def test_a_work_tree_gives_what_git_tracks_or_would(repository: Path, context: FetchContext) -> None:
    (repository / "src" / "server.py").write_text("changed\n")
    (repository / "new.py").write_text("y\n")
    (repository / "secret.env").write_text("KEY=1\n")
    tree = load(FolderTarget(path=repository), context)
    assert tree.paths == (".gitignore", "new.py", "src/server.py")
    assert tree.files["src/server.py"] == b"changed\n"
    assert tree.origin.id == "pkg:github/owner/repo"
    assert tree.origin.repository == "https://github.com/Owner/Repo"
    assert tree.origin.commit == git(repository, "rev-parse", "HEAD")
    assert "word" not in repr(tree.origin)


def test_a_folder_inside_a_work_tree_is_a_server_of_the_repository(repository: Path, context: FetchContext) -> None:
    tree = load(FolderTarget(path=repository / "src"), context)
    assert tree.paths == ("server.py",)
    assert tree.origin.id == "pkg:github/owner/repo#src"


def test_a_bare_repository_is_read_at_the_commit_asked_for(
    repository: Path, tmp_path: Path, context: FetchContext
) -> None:
    git(repository, "tag", "v1")
    (repository / "src" / "server.py").write_text("second\n")
    git(repository, "commit", "-q", "-a", "-m", "second")
    bare = tmp_path / "bare.git"
    git(tmp_path, "clone", "-q", "--bare", str(repository), str(bare))
    assert load(BareRepository(path=bare), context).files["src/server.py"] == b"second\n"
    old = load(BareRepository(path=bare, ref="v1"), context)
    assert old.files["src/server.py"] == b"x = 1\n"
    assert old.origin.commit == git(repository, "rev-parse", "v1")
    with pytest.raises(FetchError, match="no commit missing"):
        locate(BareRepository(path=bare, ref="missing"), context)


@pytest.mark.parametrize("tag", ["Some.Server-1.2.3", "server/v1.2.3", "@scope/server@1.2.3", "server_1.2.3"])
def test_a_version_means_the_one_tag_that_ends_in_it(repository: Path, tag: str) -> None:
    git(repository, "tag", tag)
    git(repository, "tag", "other-11.2.3")
    assert Git(repository / ".git").commit("1.2.3") == git(repository, "rev-parse", "HEAD")
    git(repository, "tag", "another-1.2.3")
    assert Git(repository / ".git").commit("1.2.3") is None
    assert Git(repository / ".git").commit("2.3") is None


def test_nothing_of_the_repository_runs(repository: Path, tmp_path: Path, context: FetchContext) -> None:
    trap, witness = tmp_path / "trap.sh", tmp_path / "witness"
    trap.write_text(f"#!/bin/sh\ntouch {witness}\ncat\n")
    trap.chmod(0o755)
    (repository / ".gitattributes").write_text("*.py filter=trap diff=trap\nsrc/server.py export-ignore\n")
    git(repository, "add", ".")
    git(repository, "commit", "-q", "-m", "traps")
    for key in (
        "core.fsmonitor",
        "filter.trap.smudge",
        "filter.trap.clean",
        "diff.trap.textconv",
        "diff.external",
        "core.pager",
        "core.sshCommand",
        "core.editor",
    ):
        git(repository, "config", key, str(trap))
    for hook in ("post-checkout", "post-index-change", "reference-transaction"):
        (repository / ".git" / "hooks").mkdir(exist_ok=True)
        (repository / ".git" / "hooks" / hook).write_text(trap.read_text())
        (repository / ".git" / "hooks" / hook).chmod(0o755)
    witness.unlink(missing_ok=True)
    tree = load(FolderTarget(path=repository), context)
    bare = load(BareRepository(path=repository / ".git"), context)
    assert not witness.exists()
    assert tree.files["src/server.py"] == bare.files["src/server.py"] == b"x = 1\n"


def test_a_work_tree_setting_cannot_lead_elsewhere(repository: Path, tmp_path: Path, context: FetchContext) -> None:
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "private.py").write_text("private")
    git(repository, "config", "core.worktree", str(tmp_path / "other"))
    assert load(FolderTarget(path=repository), context).paths == (".gitignore", "src/server.py")


def test_links_and_submodules_are_not_followed(repository: Path, tmp_path: Path, context: FetchContext) -> None:
    (tmp_path / "private.py").write_text("private")
    (repository / "out.py").symlink_to(tmp_path / "private.py")
    (repository / "in.py").symlink_to("src/server.py")
    git(repository, "add", ".")
    git(repository, "update-index", "--add", "--cacheinfo", f"160000,{git(repository, 'rev-parse', 'HEAD')},vendor/sub")
    git(repository, "commit", "-q", "-m", "links")
    tree = load(FolderTarget(path=repository), context)
    assert [(s.file, s.reason) for s in tree.skipped] == [("out.py", "link")]
    bare = load(BareRepository(path=repository / ".git"), context)
    assert [(s.file, s.reason) for s in bare.skipped] == [("out.py", "link"), ("vendor/sub", "submodule")]
    assert not any("private" in d.decode() for t in (tree, bare) for d in t.files.values())


def test_an_empty_repository_says_that_it_has_no_commit(tmp_path: Path, context: FetchContext) -> None:
    git(tmp_path, "init", "-q", "--bare", str(tmp_path / "empty.git"))
    with pytest.raises(FetchError, match="no commit HEAD"):
        locate(BareRepository(path=tmp_path / "empty.git"), context)


def test_names_that_are_not_utf8_are_read(repository: Path, context: FetchContext) -> None:
    (repository / os.fsdecode(b"caf\xe9.py")).write_bytes(b"x")
    assert "caf\ufffd.py" in load(FolderTarget(path=repository), context).paths


def test_a_missing_object_is_noted_and_the_rest_read(repository: Path, context: FetchContext) -> None:
    oid = git(repository, "rev-parse", "HEAD:src/server.py")
    (repository / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    tree = load(BareRepository(path=repository / ".git"), context)
    assert tree.paths == (".gitignore",)
    assert [(s.file, s.reason) for s in tree.skipped] == [("src/server.py", "missing")]


def test_git_that_is_not_installed_is_one_clear_line(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(FetchError, match="git is not installed"):
        Git(repository / ".git").commit(None)


@pytest.mark.parametrize(
    ("remote", "expected"),
    [
        ("https://user:word@github.com/o/r.git", "https://github.com/o/r"),
        ("git@github.com:o/r.git", "https://github.com/o/r"),
        ("ssh://git@registry.example:22/o/r.git", "https://registry.example/o/r"),
        ("/srv/git/r.git", None),
        ("../r", None),
        ("", None),
    ],
)
def test_remotes_are_read_without_credentials(remote: str, expected: str | None) -> None:
    assert web_address(remote) == expected


def test_a_folder_that_git_leaves_out_is_a_plain_folder(repository: Path, context: FetchContext) -> None:
    (repository / ".gitignore").write_text("/other/\n")
    (repository / "other").mkdir()
    (repository / "other" / "server.py").write_text("x\n")
    tree = load(FolderTarget(path=repository / "other"), context)
    assert tree.paths == ("server.py",)
    assert tree.origin.id == "local:other"
