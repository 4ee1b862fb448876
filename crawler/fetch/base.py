"""The values and the protocol of fetching.

    target ──locate──▶ Located ──download──▶ Fetched ──load_tree──▶ SourceTree

`Located` says which version a target means now and the digest of its bytes, at the price of one small
conditional request; where the digest is one that was read before, nothing more need be done. `Fetched` names
bytes on this disk; it is small and picklable, so that a worker process can load the tree by itself.
"""

from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Protocol

from crawler.clientconfig import ClientConfig
from crawler.fetch.cache import Cache
from crawler.http import Guard, Http
from crawler.targets import Target
from crawler.tree import Origin


class Form(StrEnum):
    """How the bytes of a source lie on disk."""

    TAR = "tar"
    ZIP = "zip"
    FOLDER = "folder"  # files as they are
    WORKTREE = "worktree"  # a folder under git: what git tracks, or would
    BARE = "bare"  # a git directory, read at `Fetched.commit`


@dataclass(frozen=True, slots=True, kw_only=True)
class Located:
    """One version of a target and where its bytes are.

    `digest` identifies the bytes (`sha256:…`, `sha512:…`, `commit:…`); it is None where only reading tells, as
    for a folder. `origin` is what is known before the bytes are: its id is final, but for a folder or a bare
    archive, which say their names themselves. `place` is an address without credentials or a path.
    """

    target: Target
    origin: Origin
    form: Form
    place: str
    digest: str | None = None
    subpath: str | None = None
    note: str | None = None  # for the user: deprecated, yanked


@dataclass(frozen=True, slots=True, kw_only=True)
class Fetched:
    """Bytes on this disk, enough for `load_tree`. `subpath` is the one server that was asked for, if any."""

    origin: Origin
    form: Form
    path: str
    digest: str | None = None
    subpath: str | None = None
    strip_always: bool = False  # npm's rule: the first folder of each path goes, whatever it is called


@dataclass(frozen=True, slots=True, kw_only=True)
class FetchContext:
    """What every fetcher works with.

    `sources_dir` holds unpacked trees or bare repositories `owner+name`; `guard` judges the addresses that git is
    sent to (`http` has its own).
    """

    http: Http
    cache: Cache
    clients: ClientConfig
    sources_dir: Path | None = None
    github: "GithubHosts"
    guard: Guard = field(default_factory=Guard)


@dataclass(frozen=True, slots=True, kw_only=True)
class GithubHosts:
    """Base addresses without a slash at the end, and a token, which is sent to `api` only.

    `archives` is empty where a server has no host of its own for tarballs.
    """

    archives: str = "https://codeload.github.com"
    api: str = "https://api.github.com"
    token: str | None = None

    def __repr__(self) -> str:
        """Leave the token out."""
        return f"GithubHosts({self.archives!r}, {self.api!r})"


class Fetcher(Protocol):
    """One kind of target."""

    def locate(self, target: Any, context: FetchContext) -> Located:  # noqa: ANN401 - each takes its own kind
        """Find the version meant and its digest. Raises `TargetError` or `FetchError`."""
        ...

    def download(self, located: Located, context: FetchContext) -> Fetched:
        """Bring the bytes onto this disk, verified. Raises `FetchError`."""
        ...
