import os
import pickle
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from crawler.fetch import FetchContext, GithubHosts, download, load_tree, locate
from crawler.fetch.context import github_hosts
from crawler.targets import HostedRepository
from mcp_catalogue.errors import FetchError
from mcp_catalogue.model import SourceKind

TARGET = HostedRepository(host="github", owner="Owner", name="Repo")
COMMIT = "0123456789abcdef0123456789abcdef01234567"
HEAD = "/codeload/Owner/Repo/tar.gz/HEAD"


def test_one_request_gives_tree_and_commit(registry: Any, pack: Any, context: FetchContext) -> None:
    registry.put(HEAD, pack.tar({"Repo-abc/server.py": b"x"}, commit=COMMIT), ETag='"v1"')
    located = locate(replace(TARGET, subpath="packages/a"), context)
    fetched = download(located, context)
    tree = load_tree(pickle.loads(pickle.dumps(fetched)))
    assert tree.paths == ("server.py",)
    assert tree.origin.id == "pkg:github/owner/repo"
    assert tree.origin.commit == COMMIT
    assert tree.origin.repository == "https://github.com/owner/repo"
    assert tree.origin.source.kind is SourceKind.GIT
    assert fetched.subpath == "packages/a"
    assert registry.asked == [HEAD]


def test_an_unchanged_repository_costs_one_conditional_request(registry: Any, pack: Any, context: FetchContext) -> None:
    registry.put(HEAD, pack.tar({"Repo-abc/server.py": b"x"}), ETag='"v1"')
    first = locate(TARGET, context)
    second = locate(TARGET, context)
    assert second.digest == first.digest
    assert registry.requests[1].headers["if-none-match"] == '"v1"'
    assert load_tree(download(second, context)).paths == ("server.py",)


def test_a_lost_cache_is_filled_again(registry: Any, pack: Any, context: FetchContext) -> None:
    registry.put(HEAD, pack.tar({"Repo-abc/server.py": b"x"}), ETag='"v1"')
    located = locate(TARGET, context)
    for path in (context.cache.root / "archives").rglob("*"):
        if path.is_file():
            path.unlink()
    assert load_tree(download(located, context)).paths == ("server.py",)
    assert "if-none-match" not in registry.requests[1].headers


def test_a_token_goes_to_the_api_only_and_is_not_shown(registry: Any, pack: Any, make_context: Any) -> None:
    registry.put("/api/repos/Owner/Repo/tarball/HEAD", pack.tar({"Repo-abc/server.py": b"x"}))
    context = make_context(token="very-secret")
    locate(TARGET, context)
    assert registry.requests[0].headers["authorization"] == "Bearer very-secret"
    assert "very-secret" not in repr(context)
    assert "very-secret" not in repr(GithubHosts(token="very-secret"))


def test_a_missing_repository_is_one_clear_line(context: FetchContext) -> None:
    with pytest.raises(FetchError, match="no public repository at v9"):
        locate(replace(TARGET, ref="v9"), context)


def bare(folder: Path, content: str) -> str:
    work = folder.parent / f"{folder.name}-work"
    work.mkdir(parents=True)
    (work / "server.py").write_text(content)
    identity = ["-c", "user.name=a", "-c", "user.email=a@registry.example"]
    for arguments in (["init", "-q"], ["add", "."], [*identity, "commit", "-q", "-m", "x"]):
        subprocess.run(["git", *arguments], cwd=work, check=True, env=os.environ | {"GIT_CONFIG_GLOBAL": os.devnull})
    subprocess.run(["git", "clone", "-q", "--bare", str(work), str(folder)], check=True)
    head = subprocess.run(["git", "rev-parse", "HEAD"], cwd=work, check=True, capture_output=True, text=True)
    return head.stdout.strip()


@pytest.mark.parametrize("place", ["owner+repo", "OWNER+Repo", "owner+repo.git", "owner+repo/repo"])
def test_a_bare_copy_is_used_before_the_network(tmp_path: Path, registry: Any, make_context: Any, place: str) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    commit = bare(sources / place, "copied")
    context = make_context(sources_dir=sources)
    tree = load_tree(download(locate(TARGET, context), context))
    assert tree.files["server.py"] == b"copied"
    assert tree.origin.commit == commit
    assert tree.origin.id == "pkg:github/owner/repo"
    assert registry.requests == []


def test_an_unpacked_copy_is_used_too(tmp_path: Path, registry: Any, make_context: Any) -> None:
    folder = tmp_path / "sources" / "owner+repo"
    folder.mkdir(parents=True)
    (folder / "server.py").write_text("unpacked")
    context = make_context(sources_dir=tmp_path / "sources")
    tree = load_tree(download(locate(TARGET, context), context))
    assert tree.files["server.py"] == b"unpacked"
    assert tree.origin.id == "pkg:github/owner/repo"
    assert registry.requests == []


def test_a_copy_without_the_commit_asked_for_says_so(tmp_path: Path, make_context: Any) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    bare(sources / "owner+repo", "copied")
    with pytest.raises(FetchError, match="no branch, tag or commit v9"):
        locate(replace(TARGET, ref="v9"), make_context(sources_dir=sources))


def test_what_is_not_in_the_folder_is_asked_of_the_host(
    tmp_path: Path, registry: Any, pack: Any, make_context: Any
) -> None:
    (tmp_path / "other+thing").mkdir()
    registry.put(HEAD, pack.tar({"Repo-abc/server.py": b"x"}))
    locate(TARGET, make_context(sources_dir=tmp_path))
    assert registry.asked == [HEAD]


def test_a_sources_folder_that_is_missing_says_so(tmp_path: Path, make_context: Any) -> None:
    with pytest.raises(FetchError, match="sources folder"):
        locate(TARGET, make_context(sources_dir=tmp_path / "missing"))


def test_a_companys_github_is_asked_through_its_api() -> None:
    hosts = github_hosts({"GITHUB_API_URL": "https://git.registry.example/api/v3/", "GH_TOKEN": "very-secret"})
    assert (hosts.api, hosts.archives, hosts.token) == ("https://git.registry.example/api/v3", "", "very-secret")
    assert github_hosts({"GITHUB_API_URL": "https://api.github.com"}) == GithubHosts()
