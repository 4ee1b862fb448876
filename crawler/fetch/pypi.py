"""Python packages: the Simple API (PEP 503, 691, 700), sdist first, wheel otherwise."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

import httpx
import msgspec
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import (
    InvalidSdistFilename,
    InvalidWheelFilename,
    NormalizedName,
    canonicalize_name,
    parse_sdist_filename,
    parse_wheel_filename,
)
from packaging.version import InvalidVersion, Version
from selectolax.lexbor import LexborHTMLParser

from crawler.clientconfig import Index
from crawler.fetch.base import FetchContext, Fetched, Form, Located
from crawler.fetch.revalidate import revalidated
from crawler.fetch.transfer import transfer
from crawler.http import Reply, redact, web_join
from crawler.targets import Package, target_id
from crawler.tree import Origin
from mcp_catalogue.errors import FetchError, NotThereError
from mcp_catalogue.model import ServerId, Source, SourceKind

_ACCEPT = "application/vnd.pypi.simple.v1+json, application/vnd.pypi.simple.v1+html;q=0.2, text/html;q=0.01"
_SHA256 = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class _File:
    """One file as the JSON form of the Simple API gives it (PEP 691)."""

    filename: str
    url: str
    hashes: dict[str, str]
    yanked: bool | str = False


@dataclass(frozen=True, slots=True)
class _Project:
    files: list[_File]


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One archive of one version."""

    version: Version
    kind: SourceKind
    file: _File
    place: str

    @property
    def preference(self) -> tuple[int, str]:
        """Sdists first, gzip before other packings; then wheels, those for every platform first."""
        name = self.file.filename
        rank = (0 if name.endswith(".tar.gz") else 1) if self.kind is SourceKind.SDIST else 3
        return (2 if name.endswith("-none-any.whl") else rank), name


class PypiFetcher:
    """Asks the configured indexes in order; the first that has the package at the version asked for gives it."""

    def locate(self, target: Package, context: FetchContext) -> Located:
        """Return the newest version that is asked for. Raises `FetchError` where no index has it."""
        known, name = False, canonicalize_name(target.name)
        for index in context.clients.pypi:
            candidates = list(_candidates(name, index, context))
            known = known or bool(candidates)
            chosen = choose(candidates, target)
            if chosen is not None:
                return _located(target, chosen)
        asked = target.version or target.requirement
        if known and asked:
            raise FetchError(f"PyPI package {target.name!r} has no version {asked} that can be read")
        if known:
            raise FetchError(f"PyPI package {target.name!r} has no sdist and no wheel")
        raise NotThereError(f"PyPI has no package {target.name!r}: check the name")

    def download(self, located: Located, context: FetchContext) -> Fetched:
        """Download the archive, or use the cached one of the same digest."""
        return transfer(located, context)


def choose(candidates: list[Candidate], target: Package) -> Candidate | None:
    """Return the best archive of the newest version asked for: no yanked one and no pre-release unless named."""
    if target.version:
        wanted = [c for c in candidates if _same(c.version, target.version)]
    else:
        try:
            specifier = SpecifierSet(target.requirement or "")
        except InvalidSpecifier:
            specifier = SpecifierSet()
        usable = [c for c in candidates if c.file.yanked is False] or candidates
        allowed = set(specifier.filter({c.version for c in usable}))
        wanted = [c for c in usable if c.version in allowed]
        if not target.requirement:
            wanted = wanted or usable
    if not wanted:
        return None
    newest = max(c.version for c in wanted)
    return min((c for c in wanted if c.version == newest), key=lambda c: c.preference)


def _same(version: Version, text: str) -> bool:
    try:
        return version == Version(text)
    except InvalidVersion:
        return str(version) == text


def _located(target: Package, chosen: Candidate) -> Located:
    sha256 = chosen.file.hashes.get("sha256", "").lower()
    url = chosen.place if "://" in chosen.place else None
    yanked = chosen.file.yanked is not False
    return Located(
        target=target,
        origin=Origin(
            id=target_id(target) or ServerId(""),
            source=Source(
                kind=chosen.kind, url=redact(url) if url else None, sha256=sha256 if _SHA256.fullmatch(sha256) else None
            ),
            name=target.name,
            version=str(chosen.version),
        ),
        form=Form.TAR if chosen.file.filename.endswith((".gz", ".tgz", ".bz2", ".xz")) else Form.ZIP,
        place=chosen.place,
        digest=f"sha256:{sha256}" if _SHA256.fullmatch(sha256) else None,
        note=f"{target.name} {chosen.version} was withdrawn by its author" if yanked else None,
    )


def _candidates(name: NormalizedName, index: Index, context: FetchContext) -> Iterator[Candidate]:
    if index.folder is not None:
        yield from _in_folder(name, index.folder)
    elif index.url:
        url = urljoin(index.url, f"{name}/")
        found = revalidated(context, url, {"Accept": _ACCEPT}, _Project, _read_project)
        if isinstance(found, Reply):
            if found.status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
                return
            hint = ": check the credentials in pip's settings" if found.status in {401, 403} else ""
            raise FetchError(f"{redact(url)}: status {found.status}{hint}")
        for file in found.files:
            candidate = _candidate(name, file, file.url)
            if candidate:
                yield candidate


def _candidate(name: NormalizedName, file: _File, place: str) -> Candidate | None:
    """Read name and version off the file's name; None for other kinds of files and other packages."""
    try:
        if file.filename.endswith(".whl"):
            owner, version, _, _ = parse_wheel_filename(file.filename)
            kind = SourceKind.WHEEL
        else:
            owner, version = parse_sdist_filename(_as_gzip(file.filename))
            kind = SourceKind.SDIST
    except (InvalidSdistFilename, InvalidWheelFilename, InvalidVersion):
        return None
    return Candidate(version=version, kind=kind, file=file, place=place) if owner == name else None


def _as_gzip(filename: str) -> str:
    """Give old sdist packings the suffix that `packaging` knows."""
    return re.sub(r"\.(tgz|tar\.bz2|tar\.xz)$", ".tar.gz", filename)


def _in_folder(name: NormalizedName, folder: Path) -> Iterator[Candidate]:
    """Read a folder of archives (pip's find-links), or a file index with a folder per package."""
    for place in (folder, folder / name):
        try:
            paths = sorted(p for p in place.iterdir() if p.is_file())
        except OSError:
            continue
        for path in paths:
            candidate = _candidate(name, _File(path.name, "", {}), str(path))
            if candidate:
                yield candidate


def _read_project(reply: Reply) -> _Project:
    base = reply.url
    if "json" in reply.headers.get("content-type", ""):
        try:
            project = msgspec.json.decode(reply.body, type=_Project)
        except msgspec.MsgspecError as error:
            raise FetchError(f"{redact(base)}: not an answer of the Simple API ({error})") from error
    else:
        project = _Project(list(_read_html(reply.body)))
    kept = []
    for file in project.files:
        url = web_join(base, file.url)
        if url:
            hashes = {k: v for k, v in file.hashes.items() if k == "sha256"}
            kept.append(_File(file.filename, url, hashes, file.yanked))
    return _Project(kept)


def _read_html(body: bytes) -> Iterator[_File]:
    """Read the links of a Simple page (PEP 503): the digest is the fragment, `data-yanked` marks withdrawal."""
    for link in LexborHTMLParser(body.decode("utf-8", "replace")).css("a[href]"):
        url, _, fragment = (link.attributes.get("href") or "").partition("#")
        algorithm, _, digest = fragment.partition("=")
        yanked = (link.attributes.get("data-yanked") or True) if "data-yanked" in link.attributes else False
        yield _File(link.text(strip=True), url, {algorithm: digest} if algorithm == "sha256" else {}, yanked)
