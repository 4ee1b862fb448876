"""Repositories on GitHub, GitLab and Bitbucket: a copy in the sources folder first, else one tarball."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import httpx
import msgspec
from packageurl.contrib import purl2url

from crawler.fetch.base import FetchContext, Fetched, Form, Located
from crawler.fetch.cache import Answer
from crawler.fetch.git import Git, find_work_tree
from crawler.fetch.local import as_is, located_bare
from crawler.http import redact
from crawler.targets import HostedRepository, is_bare_repository, target_id
from crawler.tree import Origin
from mcp_catalogue.errors import FetchError, NotThereError
from mcp_catalogue.model import ServerId, Source, SourceKind


class HostedFetcher:
    """One repository at a branch, tag or commit, or at its default branch."""

    def locate(self, target: HostedRepository, context: FetchContext) -> Located:
        """Find it in the sources folder, else ask the host for what changed.

        A host names no digest without giving the bytes, so a changed tarball is in the cache when this returns.
        """
        for folder in _copies(target, context.sources_dir):
            located = _from_copy(target, folder)
            if located is not None:
                return located
        return _from_host(target, context)

    def download(self, located: Located, context: FetchContext) -> Fetched:
        """Return what `locate` found or brought."""
        if located.form is not Form.TAR:
            return as_is(located)
        sha256 = (located.digest or "").removeprefix("sha256:")
        path = context.cache.archive(sha256)
        if path is None:
            if not isinstance(located.target, HostedRepository):
                raise FetchError(f"{located.origin.id}: not a hosted repository")
            located = _from_host(located.target, context, forget=True)
            sha256 = (located.digest or "").removeprefix("sha256:")
            path = context.cache.archive(sha256)
        if path is None:
            raise FetchError(f"{located.origin.id}: the cache lost the archive")
        return replace(as_is(located), path=str(path))


def _origin(target: HostedRepository, url: str, commit: str | None) -> Origin:
    whole = replace(target, ref=None, subpath=None)
    return Origin(
        id=target_id(whole) or ServerId(""),
        source=Source(kind=SourceKind.GIT, url=url),
        name=target.name,
        repository=url,
        commit=commit,
    )


def _web(target: HostedRepository) -> str:
    purl = target_id(replace(target, ref=None, subpath=None))
    return str(purl2url.get_repo_url(purl))  # type: ignore[no-untyped-call]


def _copies(target: HostedRepository, sources: Path | None) -> Iterator[Path]:
    """Yield the folders `owner+name` of the sources folder, whatever their case."""
    if sources is None:
        return
    wanted = {f"{target.owner}+{target.name}".lower(), f"{target.owner}+{target.name}.git".lower()}
    try:
        folders = sorted(p for p in sources.iterdir() if p.name.lower() in wanted and p.is_dir())
    except OSError as error:
        raise FetchError(f"the sources folder cannot be read ({error.strerror})") from error
    for folder in folders:
        yield folder
        yield from sorted(p for p in folder.iterdir() if p.is_dir() and is_bare_repository(p))


def _from_copy(target: HostedRepository, folder: Path) -> Located | None:
    url = _web(target)
    if is_bare_repository(folder):
        commit = Git(folder.resolve()).commit(target.ref)
        if commit is None:
            if target.ref is None:
                return None
            raise FetchError(f"{folder.name} in the sources folder has no branch, tag or commit {target.ref}")
        return located_bare(target, _origin(target, url, commit), folder.resolve(), target.subpath)
    if not any(p.is_file() for p in folder.iterdir()):
        return None  # a folder that only holds a repository one level down
    git = find_work_tree(folder.resolve())
    if git is not None and git.work_tree == folder.resolve():
        commit = git.commit(target.ref)
        if commit is None:
            raise FetchError(f"{folder.name} in the sources folder has no branch, tag or commit {target.ref or 'HEAD'}")
        return located_bare(target, _origin(target, url, commit), git.git_dir, target.subpath)
    return Located(
        target=target,
        origin=_origin(target, url, None),
        form=Form.FOLDER,
        place=str(folder.resolve()),
        subpath=target.subpath,
    )


def _from_host(target: HostedRepository, context: FetchContext, *, forget: bool = False) -> Located:
    address, headers = _tarball(target, context)
    key = f"tarball {address}"
    kept = None if forget else context.cache.answer(key)
    known = _known(kept)
    conditions = kept.conditions if kept and known else {}
    with context.cache.incoming() as incoming:
        reply = context.http.download(address, incoming.file, headers={**headers, **conditions})
        if reply.status == httpx.codes.NOT_MODIFIED and known:
            sha256 = known
        elif reply.status == httpx.codes.OK:
            _, sha256 = incoming.keep()
            value = msgspec.Raw(msgspec.json.encode(sha256))
            context.cache.keep_answer(key, Answer(value=value, etag=reply.headers.get("etag")))
        elif reply.status == httpx.codes.NOT_FOUND:
            at = f" at {target.ref}" if target.ref else ""
            raise NotThereError(f"{_web(target)}: no public repository{at}")
        else:
            raise FetchError(f"{redact(address)}: status {reply.status}")
    origin = _origin(target, _web(target), None)
    return Located(
        target=target,
        origin=replace(origin, source=replace(origin.source, sha256=sha256)),
        form=Form.TAR,
        place=redact(address),
        digest=f"sha256:{sha256}",
        subpath=target.subpath,
    )


def _known(kept: Answer | None) -> str | None:
    try:
        return msgspec.json.decode(kept.value, type=str) if kept else None
    except msgspec.MsgspecError:
        return None


def _tarball(target: HostedRepository, context: FetchContext) -> tuple[str, dict[str, str]]:
    """Return the address of the tarball and the headers for it: one request, whatever the ref is."""
    ref = target.ref or "HEAD"
    if target.host != "github":
        purl = f"{target_id(replace(target, ref=None, subpath=None))}@{ref}"
        return str(purl2url.get_download_url(purl)), {}  # type: ignore[no-untyped-call]
    if context.github.token or not context.github.archives:
        # Only the API accepts a token; it leads on to the archive host.
        token = {"Authorization": f"Bearer {context.github.token}"} if context.github.token else {}
        return f"{context.github.api}/repos/{target.owner}/{target.name}/tarball/{ref}", token
    return f"{context.github.archives}/{target.owner}/{target.name}/tar.gz/{ref}", {}
