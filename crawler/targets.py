"""What a user or a listing names: parsed into one of a few frozen forms, without touching the network."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import unquote, urlsplit

from packageurl import PackageURL
from packageurl.contrib import url2purl

from mcp_catalogue.errors import TargetError
from mcp_catalogue.model import ServerId

Ecosystem = Literal["pypi", "npm"]
ARCHIVE_SUFFIXES = (".tgz", ".tar.gz", ".tar.bz2", ".tar.xz", ".tar", ".zip", ".whl", ".mcpb", ".dxt")
_HOSTS = {"github.com": "github", "gitlab.com": "gitlab", "bitbucket.org": "bitbucket"}
# First path segments of github.com that are pages of the site, not owners.
_NOT_OWNERS = frozenset(
    name
    for group in (
        "about apps collections contact enterprise events explore features issues login marketplace new notifications",
        "orgs organizations pricing pulls search security sessions settings signup site sponsors stars topics trending",
        "user-attachments",
    )
    for name in group.split()
)
_SHORT = re.compile(r"(?P<ecosystem>pypi|npm):(?P<rest>.+)", re.IGNORECASE)
_OWNER_REPO = re.compile(
    r"(?P<owner>[A-Za-z0-9][A-Za-z0-9-]*)/(?P<name>[A-Za-z0-9._-]+?)(?:\.git)?(?:@(?P<ref>[^#]+))?(?:#(?P<sub>.+))?"
)
_SCP = re.compile(r"(?:[\w.-]+@)(?P<host>[\w.-]+):(?P<path>[^\\]+)")
_NPM_NAME = re.compile(r"(?:@[a-z0-9~*_.-]+/)?[a-z0-9~()'!*_.-]+", re.IGNORECASE)
_PYPI_NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?")
_REF = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._/+@-]*")
_LONGEST = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class FolderTarget:
    """A folder on disk; where it is (in) a git work tree, the files that git tracks or would."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class BareRepository:
    """A bare git repository on disk, at `ref` (a branch, tag or commit) or its HEAD."""

    path: Path
    ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveFile:
    """An archive on disk."""

    path: Path


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveUrl:
    """An archive at an address, with the SHA-256 that a listing gives for it."""

    url: str
    sha256: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    """A package of PyPI or npm: the newest version, exactly `version`, or the newest that meets `requirement`."""

    ecosystem: Ecosystem
    name: str
    version: str | None = None
    requirement: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HostedRepository:
    """A repository on a known host (`github`, `gitlab`, `bitbucket`), at `ref` or the default branch.

    `subpath` picks one server of a monorepo: the tree is still the whole repository's.
    """

    host: str
    owner: str
    name: str
    ref: str | None = None
    subpath: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GitUrl:
    """A git repository at another address."""

    url: str
    ref: str | None = None
    subpath: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """A server that runs elsewhere: known by its address, read only by `catalogue probe`."""

    url: str


Target = (
    FolderTarget | BareRepository | ArchiveFile | ArchiveUrl | Package | HostedRepository | GitUrl | Remote
)  # fmt: skip


def parse_target(text: str, *, cwd: Path) -> Target:
    """Read what a user typed. What exists on disk wins over every other reading. Raises `TargetError`."""
    text = text.strip()
    local = _local(text, cwd)
    if local is not None:
        return local
    target = parse_reference(text)
    typed_short = isinstance(target, HostedRepository) and "://" not in text and not text.startswith("pkg:")
    if typed_short and text.lower().endswith(ARCHIVE_SUFFIXES):
        raise TargetError(f"{text}: no such file or folder")
    return target


def parse_reference(text: str) -> Target:
    """Read what a listing names: never a path on this machine. Raises `TargetError`."""
    if not text or len(text) > _LONGEST or not text.isprintable():
        raise TargetError("an empty, overlong or unprintable target")
    if text.startswith("pkg:"):
        return _from_purl(text)
    if short := _SHORT.fullmatch(text):
        return _from_short(short["ecosystem"].lower(), short["rest"])
    if "://" in text:
        return _from_url(text)
    if scp := _SCP.fullmatch(text):
        return _from_url(f"ssh://{scp['host']}/{scp['path']}")
    if (repo := _OWNER_REPO.fullmatch(text)) and repo["name"] not in {".", ".."}:
        return HostedRepository(
            host="github", owner=repo["owner"], name=repo["name"], ref=_ref(repo["ref"]), subpath=_sub(repo["sub"])
        )
    raise TargetError(
        f"{text}: not a file, folder, repository or package (a package is pypi:NAME, npm:NAME or a package URL)"
    )


def target_id(target: Target) -> ServerId | None:
    """Return the id that the contract gives `target`, or None where only reading it can tell."""
    match target:
        case Package(ecosystem="npm", name=name):
            scope, _, bare = name.rpartition("/")
            return ServerId(str(PackageURL("npm", scope or None, bare)))
        case Package(name=name):
            return ServerId(str(PackageURL("pypi", None, name)))
        case HostedRepository(host=host, owner=owner, name=name, subpath=subpath):
            return ServerId(str(PackageURL(host, owner, name, subpath=subpath)))
        case Remote(url=url):
            return ServerId(url)
        case _:
            return None


def _local(text: str, cwd: Path) -> FolderTarget | BareRepository | ArchiveFile | None:
    if not text or "\0" in text or "://" in text or text.startswith("pkg:"):
        return None
    try:
        path = cwd / Path(text).expanduser()
    except RuntimeError:  # a home that cannot be told: no path of this machine
        return None
    try:
        if path.is_dir():
            bare = is_bare_repository(path)
            return BareRepository(path=path) if bare else FolderTarget(path=path)
        if path.is_file():
            if path.name.lower().endswith(ARCHIVE_SUFFIXES):
                return ArchiveFile(path=path)
            raise TargetError(f"{text}: a file, but not an archive ({', '.join(ARCHIVE_SUFFIXES)})")
    except OSError as error:
        raise TargetError(f"{text}: cannot be opened ({error.strerror})") from error
    return None


def is_bare_repository(path: Path) -> bool:
    """Tell whether `path` is laid out as a git directory is (gitrepository-layout)."""
    return (path / "HEAD").is_file() and (path / "objects").is_dir() and (path / "refs").is_dir()


def _from_purl(text: str) -> Target:
    try:
        purl = PackageURL.from_string(text)
    except ValueError as error:
        raise TargetError(f"{text}: not a package URL ({error})") from error
    name = f"{purl.namespace}/{purl.name}" if purl.namespace else purl.name
    if purl.type in {"pypi", "npm"}:
        return _package(purl.type, name, purl.version)
    if purl.type in _HOSTS.values():
        if not purl.namespace:
            raise TargetError(f"{text}: a repository needs owner and name")
        return HostedRepository(
            host=purl.type, owner=purl.namespace, name=purl.name, ref=_ref(purl.version), subpath=_sub(purl.subpath)
        )
    raise TargetError(f"{text}: packages of the type {purl.type!r} cannot be fetched")


def _from_short(ecosystem: str, rest: str) -> Package:
    at = rest.find("@", 1)
    name, version = (rest, None) if at < 0 else (rest[:at], rest[at + 1 :])
    if version is None and "==" in rest:
        name, _, version = rest.partition("==")
    return _package(ecosystem, name.strip(), version.strip() if version else None)


def _package(ecosystem: str, name: str, version: str | None) -> Package:
    if ecosystem == "pypi":
        if not _PYPI_NAME.fullmatch(name):
            raise TargetError(f"pypi:{name}: not a name that a Python package can have")
        # As package URLs write it: dots stay, though an index takes them for dashes (PEP 503).
        return Package(ecosystem="pypi", name=PackageURL("pypi", None, name).name, version=version or None)
    if not _NPM_NAME.fullmatch(name) or name.startswith("."):
        raise TargetError(f"npm:{name}: not a name that an npm package can have")
    return Package(ecosystem="npm", name=name, version=version or None)


def _from_url(text: str) -> Target:
    try:
        parts = urlsplit(text.removeprefix("git+"))
        host = (parts.hostname or "").lower().removeprefix("www.")
        _ = parts.port
    except ValueError as error:
        raise TargetError(f"{text}: not an address ({error})") from error
    if parts.scheme not in {"http", "https", "git", "ssh"} or not host:
        raise TargetError(f"{text}: addresses of the scheme {parts.scheme!r} cannot be fetched")
    path, _, ref = parts.path.partition("@") if text.startswith("git+") else (parts.path, "", "")
    if host in _HOSTS:
        return _hosted(text, _HOSTS[host], [unquote(s) for s in path.split("/") if s], ref, parts.fragment)
    if parts.path.lower().endswith(ARCHIVE_SUFFIXES) and parts.scheme in {"http", "https"}:
        return ArchiveUrl(url=text)
    if parts.path.endswith(".git") or text.startswith("git+") or parts.scheme in {"git", "ssh"}:
        bare = parts._replace(path=path, fragment="").geturl()
        return GitUrl(url=bare, ref=_ref(ref), subpath=_sub(parts.fragment))
    package = url2purl.url2purl(text)  # type: ignore[no-untyped-call]
    if package is not None and package.type in {"pypi", "npm"}:
        return _from_purl(str(package))
    if parts.scheme != "https":
        raise TargetError(f"{text}: a remote server is named by an https address")
    return Remote(url=parts._replace(netloc=parts.netloc.rpartition("@")[2].lower(), fragment="").geturl())


def _hosted(text: str, host: str, segments: list[str], ref: str, fragment: str) -> Target:
    if len(segments) < 2 or segments[0].lower() in _NOT_OWNERS:
        raise TargetError(f"{text}: an address on {host} that names no repository")
    owner, name, rest = segments[0], segments[1].removesuffix(".git"), segments[2:]
    if rest[:2] in (["releases", "download"], ["-", "archive"]) and segments[-1].lower().endswith(ARCHIVE_SUFFIXES):
        return ArchiveUrl(url=text)
    if rest[:1] == ["-"]:  # GitLab puts it before its own pages
        rest = rest[1:]
    subpath = fragment if ref or text.startswith("git+") else ""
    if rest[:1] in (["tree"], ["blob"], ["src"]) and len(rest) > 1:
        ref, subpath = rest[1], "/".join(rest[2:])
    return HostedRepository(host=host, owner=owner, name=name, ref=_ref(ref), subpath=_sub(subpath))


def _ref(text: str | None) -> str | None:
    if not text or text == "HEAD":
        return None
    if not _REF.fullmatch(text) or ".." in text:
        raise TargetError(f"{text}: not a branch, tag or commit")
    return text


def _sub(text: str | None) -> str | None:
    parts = [p for p in (text or "").split("/") if p and p != "."]
    return None if _climbs(parts) else "/".join(parts) or None


def _climbs(parts: Iterable[str]) -> bool:
    return ".." in parts
