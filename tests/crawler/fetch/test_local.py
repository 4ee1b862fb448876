import os
from pathlib import Path
from typing import Any

import pytest

from crawler.fetch import FetchContext, fetch, locate, tree_digest
from crawler.targets import ArchiveFile, ArchiveUrl, FolderTarget
from mcp_catalogue.errors import ArchiveError, FetchError
from mcp_catalogue.model import SourceKind


def test_a_plain_folder_is_named_after_its_project(tmp_path: Path, context: FetchContext) -> None:
    folder = tmp_path / "folder"
    (folder / "node_modules" / "x").mkdir(parents=True)
    (folder / "node_modules" / "x" / "index.js").write_text("x")
    (folder / "package.json").write_text('{"name": "@scope/notes", "version": "2.0.0"}')
    tree = fetch(FolderTarget(path=folder), context)
    assert tree.origin.id == "local:@scope/notes"
    assert tree.origin.source.kind is SourceKind.FOLDER
    assert tree.paths == ("package.json",)
    assert str(tmp_path) not in repr(tree)


def test_a_folder_without_a_manifest_is_named_after_itself(tmp_path: Path, context: FetchContext) -> None:
    folder = tmp_path / "my-server"
    folder.mkdir()
    (folder / "server.py").write_text("x")
    assert fetch(FolderTarget(path=folder), context).origin.id == "local:my-server"


def test_links_out_of_a_folder_are_not_followed(tmp_path: Path, context: FetchContext) -> None:
    (tmp_path / "private").mkdir()
    (tmp_path / "private" / "key.py").write_text("secret")
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.py").write_text("x")
    (folder / "key.py").symlink_to("../private/key.py")
    (folder / "dir").symlink_to(tmp_path / "private")
    tree = fetch(FolderTarget(path=folder), context)
    assert tree.paths == ("a.py",)
    assert ("key.py", "link") in [(s.file, s.reason) for s in tree.skipped]


def test_a_pipe_in_a_folder_does_not_block(tmp_path: Path, context: FetchContext) -> None:
    (tmp_path / "a.py").write_text("x")
    os.mkfifo(tmp_path / "pipe")
    tree = fetch(FolderTarget(path=tmp_path), context)
    assert [(s.file, s.reason) for s in tree.skipped] == [("pipe", "special-file")]


def test_an_empty_folder_says_so(tmp_path: Path, context: FetchContext) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArchiveError, match="empty: holds no files"):
        fetch(FolderTarget(path=tmp_path / "empty"), context)


def test_an_archive_on_disk_is_named_after_its_project(tmp_path: Path, pack: Any, context: FetchContext) -> None:
    path = tmp_path / "bundle.mcpb"
    manifest = (
        b'{"manifest_version": "0.3", "name": "notes", "version": "1.1.0", "license": "MIT", "description": "Keeps"}'
    )
    path.write_bytes(pack.zip({"manifest.json": manifest, "server/index.js": b"x"}))
    located = locate(ArchiveFile(path=path), context)
    tree = fetch(ArchiveFile(path=path), context)
    assert tree.origin.id == "local:notes"
    assert (tree.origin.version, tree.origin.licence, tree.origin.description) == ("1.1.0", "MIT", "Keeps")
    assert tree.origin.source.kind is SourceKind.ARCHIVE
    assert located.digest == f"sha256:{tree.origin.source.sha256}"


def test_an_archive_at_an_address_is_downloaded_once(registry: Any, pack: Any, context: FetchContext) -> None:
    data = pack.tar({"top/server.py": b"x"})
    registry.put("/files/thing-1.0.tgz", data)
    file = registry.file("unused.tgz", data)
    target = ArchiveUrl(url=f"{pack.host}/files/thing-1.0.tgz?signature=secret", sha256=file["hashes"]["sha256"])
    registry.pages["/files/thing-1.0.tgz?signature=secret"] = registry.pages["/files/thing-1.0.tgz"]
    tree = fetch(target, context)
    assert tree.origin.id == "local:thing-1.0"
    assert "secret" not in repr(tree.origin)
    fetch(target, context)
    assert len(registry.requests) == 1


def test_a_listed_digest_that_does_not_hold_is_refused(registry: Any, pack: Any, context: FetchContext) -> None:
    registry.put("/files/thing.tgz", pack.tar({"top/server.py": b"x"}))
    with pytest.raises(FetchError, match="not the bytes"):
        fetch(ArchiveUrl(url=f"{pack.host}/files/thing.tgz", sha256="0" * 64), context)


def test_the_digest_of_a_tree_depends_on_paths_and_bytes(tmp_path: Path, context: FetchContext) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / "a.py").write_text("x")
    first = tree_digest(fetch(FolderTarget(path=folder), context))
    (folder / "a.py").write_text("y")
    second = tree_digest(fetch(FolderTarget(path=folder), context))
    (folder / "a.py").rename(folder / "b.py")
    third = tree_digest(fetch(FolderTarget(path=folder), context))
    assert len({first, second, third}) == 3
