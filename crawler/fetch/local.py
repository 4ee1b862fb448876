"""Targets on this machine: folders, work trees, bare repositories, archive files."""

import hashlib
from dataclasses import replace
from pathlib import Path

from crawler.fetch.base import FetchContext, Fetched, Form, Located
from crawler.fetch.git import Git, find_work_tree, web_address
from crawler.targets import ArchiveFile, BareRepository, FolderTarget, HostedRepository, parse_reference, target_id
from crawler.tree import Origin
from mcp_catalogue.errors import FetchError, TargetError
from mcp_catalogue.model import ServerId, Source, SourceKind

UNNAMED = ServerId("local:")
"""The id of a tree that says its name itself: `load_tree` completes it."""


class FolderFetcher:
    """A folder is read as git sees it where git knows it, else file by file."""

    def locate(self, target: FolderTarget, context: FetchContext) -> Located:
        """Name the folder after its git remote. There is no digest before the files are read."""
        del context
        folder = target.path.resolve()
        git = find_work_tree(folder)
        if git is None or git.work_tree is None or git.ignores(folder):
            origin = Origin(id=UNNAMED, source=Source(kind=SourceKind.FOLDER), name=folder.name)
            return Located(target=target, origin=origin, form=Form.FOLDER, place=str(folder))
        subpath = folder.relative_to(git.work_tree).as_posix()
        origin = _from_remote(git, "" if subpath == "." else subpath)
        origin = replace(origin, name=origin.name or folder.name, commit=git.commit(None))
        return Located(target=target, origin=origin, form=Form.WORKTREE, place=str(folder))

    def download(self, located: Located, context: FetchContext) -> Fetched:
        """Return the folder: its bytes are here already."""
        del context
        return as_is(located)


class BareFetcher:
    """A bare repository at a commit."""

    def locate(self, target: BareRepository, context: FetchContext) -> Located:
        """Resolve the commit. Raises `FetchError` where the repository does not have it."""
        del context
        git = Git(target.path.resolve())
        commit = git.commit(target.ref)
        if commit is None:
            raise FetchError(f"{target.path.name}: the repository has no commit {target.ref or 'HEAD'}")
        name = target.path.resolve().name.removesuffix(".git")
        origin = replace(_from_remote(git, ""), commit=commit)
        return located_bare(target, replace(origin, name=origin.name or name), git.git_dir)

    def download(self, located: Located, context: FetchContext) -> Fetched:
        """Return the repository: its bytes are here already."""
        del context
        return as_is(located)


class ArchiveFileFetcher:
    """An archive on disk."""

    def locate(self, target: ArchiveFile, context: FetchContext) -> Located:
        """Digest the file."""
        del context
        try:
            with target.path.open("rb") as file:
                sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise TargetError(f"{target.path.name}: cannot be opened ({error.strerror})") from error
        source = Source(kind=SourceKind.ARCHIVE, sha256=sha256)
        return Located(
            target=target,
            origin=Origin(id=UNNAMED, source=source, name=archive_stem(target.path.name)),
            form=archive_form(target.path.name),
            place=str(target.path.resolve()),
            digest=f"sha256:{sha256}",
        )

    def download(self, located: Located, context: FetchContext) -> Fetched:
        """Return the file: its bytes are here already."""
        del context
        return as_is(located)


def as_is(located: Located) -> Fetched:
    """Return what lies on this disk at `located.place`."""
    return Fetched(
        origin=located.origin,
        form=located.form,
        path=located.place,
        digest=located.digest,
        subpath=located.subpath,
    )


def located_bare(
    target: BareRepository | HostedRepository, origin: Origin, git_dir: Path, subpath: str | None = None
) -> Located:
    """Return a bare repository at `origin.commit`."""
    return Located(
        target=target,
        origin=origin,
        form=Form.BARE,
        place=str(git_dir),
        digest=f"commit:{origin.commit}",
        subpath=subpath,
    )


def archive_form(name: str) -> Form:
    """Tell a zip (wheels and bundles are zips) from a tar archive by its name."""
    return Form.ZIP if name.lower().endswith((".zip", ".whl", ".mcpb", ".dxt")) else Form.TAR


def archive_stem(name: str) -> str:
    """Return the archive's name without what says how it is packed."""
    for suffix in (".tar.gz", ".tar.bz2", ".tar.xz", ".tgz", ".tar", ".zip", ".whl", ".mcpb", ".dxt"):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)] or name
    return name


def _from_remote(git: Git, subpath: str) -> Origin:
    source = Source(kind=SourceKind.GIT)
    address = web_address(git.remote() or "")
    if address is None:
        return Origin(id=UNNAMED, source=source)
    try:
        hosted = parse_reference(address)
    except TargetError:
        hosted = None
    if not isinstance(hosted, HostedRepository):
        return Origin(id=UNNAMED, source=replace(source, url=address), repository=address)
    server = target_id(replace(hosted, ref=None, subpath=subpath or None)) or UNNAMED
    return Origin(id=server, source=replace(source, url=address), name=hosted.name, repository=address)
