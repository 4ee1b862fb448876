"""From bytes on this disk to a tree in memory; pure, so that a worker process can do it."""

import hashlib
import os
import stat
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path, PurePosixPath

from crawler.fetch.archives import ArchiveLimits, Collector, read_tar, read_zip
from crawler.fetch.archives.read import leaves
from crawler.fetch.base import Fetched, Form
from crawler.fetch.describe import described
from crawler.fetch.git import Blob, Git, find_work_tree
from crawler.tree import SourceTree
from mcp_catalogue.errors import ArchiveError, FetchError
from mcp_catalogue.model import Digest

_NEVER_ENTERED = frozenset(
    {".git", ".hg", ".svn", "node_modules", ".venv", "venv", "__pycache__", ".tox", ".mypy_cache"}
)
_LIMITS = ArchiveLimits()


def load_tree(fetched: Fetched, limits: ArchiveLimits = _LIMITS) -> SourceTree:
    """Read the files of `fetched`. Raises `ArchiveError` or `FetchError`."""
    called = fetched.origin.name or str(fetched.origin.id)
    try:
        collector, commit = _READERS[fetched.form](fetched, limits)
    except ArchiveError as error:
        raise ArchiveError(f"{called}: {error}") from error
    origin = replace(fetched.origin, commit=commit) if commit and not fetched.origin.commit else fetched.origin
    archive = fetched.form in {Form.TAR, Form.ZIP}
    top = _top_folder(collector.files) if archive else ""
    files = {_without(path, top, always=fetched.strip_always): data for path, data in collector.files.items()}
    skipped = (replace(s, file=_without(s.file, top, always=fetched.strip_always)) for s in collector.skipped)
    if not files:
        raise ArchiveError(f"{called}: holds no files that could be read")
    tree = SourceTree(
        origin=origin,
        files=files,
        skipped=tuple(sorted(skipped, key=lambda s: (s.file, s.reason))),
        ignored=collector.ignored,
    )
    return replace(tree, origin=described(tree))


def tree_digest(tree: SourceTree) -> Digest:
    """Digest the paths and bytes of a tree, for sources that have no digest of their own."""
    total = hashlib.sha256()
    for path in tree.paths:
        total.update(f"{path}\0{hashlib.sha256(tree.files[path]).hexdigest()}\n".encode())
    return Digest(f"sha256:{total.hexdigest()}")


def _tar(fetched: Fetched, limits: ArchiveLimits) -> tuple[Collector, str | None]:
    collector, commit = read_tar(Path(fetched.path), limits)
    return collector, commit if commit and len(commit) in {40, 64} and commit.isalnum() else None


def _zip(fetched: Fetched, limits: ArchiveLimits) -> tuple[Collector, str | None]:
    return read_zip(Path(fetched.path), limits), None


def _bare(fetched: Fetched, limits: ArchiveLimits) -> tuple[Collector, str | None]:
    git, commit = Git(Path(fetched.path)), fetched.origin.commit or "HEAD"
    collector = Collector(limits, 0)
    wanted: list[tuple[str, Blob]] = []
    for blob in git.blobs(commit):
        collector.member()
        path = collector.path(blob.path)
        if path is None:
            continue
        if blob.kind == "module":
            collector.refuse(path, "submodule", "another repository, which is not read")
        elif (blob.kind == "link" and blob.size <= limits.path) or collector.wants(path, blob.size):
            collector.unpack(blob.size)
            wanted.append((path, blob))
    for (path, blob), data in zip(wanted, git.contents([blob.oid for _, blob in wanted]), strict=False):
        if data is None:
            collector.refuse(path, "missing", "not in this copy of the repository")
        elif blob.kind == "link":
            _link(path, data.decode("utf-8", "replace"), collector)
        else:
            collector.keep(path, data)
    return collector, None


def _link(path: str, target: str, collector: Collector) -> None:
    """Note a link that leads out; one that stays inside leads to a file that is read in its own place."""
    if leaves(PurePosixPath(path).parent, target):
        collector.refuse(path, "link", "a link that leads out of the tree")
    else:
        collector.ignored += 1


def _worktree(fetched: Fetched, limits: ArchiveLimits) -> tuple[Collector, str | None]:
    folder = Path(fetched.path)
    git = find_work_tree(folder)
    if git is None or git.work_tree is None:
        raise FetchError(f"{folder.name}: no longer a git work tree")
    prefix = folder.relative_to(git.work_tree).as_posix()
    start = "" if prefix == "." else f"{prefix}/"
    collector = Collector(limits, 0)
    for name in git.listed():
        if name.startswith(start):
            _file(folder, PurePosixPath(name.removeprefix(start)), collector)
    return collector, None


def _folder(fetched: Fetched, limits: ArchiveLimits) -> tuple[Collector, str | None]:
    folder = Path(fetched.path)
    collector = Collector(limits, 0)
    for where, folders, names in os.walk(folder, followlinks=False):
        folders[:] = sorted(f for f in folders if f not in _NEVER_ENTERED)
        for name in sorted(names):
            _file(folder, PurePosixPath((Path(where) / name).relative_to(folder).as_posix()), collector)
    return collector, None


def _file(root: Path, relative: PurePosixPath, collector: Collector) -> None:
    """Take one file of a folder; a link is read only at its target, and only if that is inside the folder."""
    collector.member()
    path = collector.path(str(relative))
    if path is None:
        return
    place = root / relative
    try:
        status = place.lstat()
        if stat.S_ISLNK(status.st_mode):
            _link(path, place.readlink().as_posix(), collector)
        elif not place.resolve().is_relative_to(root.resolve()):
            collector.refuse(path, "link", "lies behind a link that leads out of the folder")
        elif not stat.S_ISREG(status.st_mode):
            if not stat.S_ISDIR(status.st_mode):  # a directory here is a submodule
                collector.refuse(path, "special-file", "no regular file")
        elif collector.wants(path, status.st_size):
            collector.unpack(status.st_size)
            collector.keep(path, place.read_bytes())
    except FileNotFoundError:
        return  # deleted in the work tree, still in the index
    except OSError as error:
        collector.refuse(path, "unreadable", error.strerror or "cannot be read")


_Reader = Callable[[Fetched, ArchiveLimits], tuple[Collector, str | None]]
_READERS: Mapping[Form, _Reader] = {
    Form.TAR: _tar,
    Form.ZIP: _zip,
    Form.BARE: _bare,
    Form.WORKTREE: _worktree,
    Form.FOLDER: _folder,
}


def _top_folder(files: Mapping[str, bytes]) -> str:
    """Return the one folder that everything lies in, or the empty string."""
    tops = {path.partition("/")[0] if "/" in path else "" for path in files}
    return tops.pop() if len(tops) == 1 else ""


def _without(path: str, top: str, *, always: bool) -> str:
    if always:
        return path.partition("/")[2] or path
    return path.removeprefix(f"{top}/") if top else path
