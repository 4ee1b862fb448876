"""npm packages: one version's document where the registry gives it, else the package's whole one."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

import msgspec

from crawler.fetch.base import FetchContext, Fetched, Form, Located
from crawler.fetch.cache import from_integrity
from crawler.fetch.revalidate import revalidated
from crawler.fetch.semver import best_match
from crawler.fetch.transfer import transfer
from crawler.http import Reply, redact, web_join
from crawler.targets import Package, target_id
from crawler.tree import Origin
from mcp_catalogue.errors import FetchError, NotThereError
from mcp_catalogue.model import ServerId, Source, SourceKind

# The short form of a package's document: what an installation needs (npm's registry documentation).
_SHORT = {"Accept": "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8"}
_MISSING = frozenset({400, 404, 405, 410, 422, 501})


@dataclass(frozen=True, slots=True)
class _Dist:
    tarball: str
    integrity: str | None = None
    shasum: str | None = None


@dataclass(frozen=True, slots=True)
class _Version:
    """One version's document, the fields that are used."""

    version: str
    dist: _Dist
    deprecated: Any = None  # a sentence, true, or empty: whatever an author has put there


@dataclass(frozen=True, slots=True)
class _Package:
    """A package's document; a version that does not have the form is left out when read."""

    versions: dict[str, _Version]
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _RawPackage:
    versions: dict[str, msgspec.Raw] = field(default_factory=dict)
    dist_tags: dict[str, str] = field(default_factory=dict)


class NpmFetcher:
    """Asks the registry that the user's npm would ask."""

    def locate(self, target: Package, context: FetchContext) -> Located:
        """Return the version tagged `latest`, the one named, or the newest in the range."""
        registry = context.clients.npm.for_package(target.name)
        address = registry + quote(target.name, safe="@")
        found: _Version | None = None
        if not target.requirement:
            found = _one(f"{address}/{quote(target.version or 'latest', safe='')}", context)
        if found is None:
            found = _among(address, target, context)
        return _located(target, found, registry)

    def download(self, located: Located, context: FetchContext) -> Fetched:
        """Download the tarball, or use the cached one of the same digest."""
        return transfer(located, context)


def _one(url: str, context: FetchContext) -> _Version | None:
    reply = revalidated(context, url, {"Accept": "application/json"}, _Version, lambda r: _read(r, _Version))
    if not isinstance(reply, Reply):
        return reply
    if reply.status not in _MISSING:
        raise _refused(url, reply.status)
    return None


def _among(url: str, target: Package, context: FetchContext) -> _Version:
    package = revalidated(context, url, _SHORT, _Package, _read_package)
    if isinstance(package, Reply):
        if package.status in _MISSING:
            raise NotThereError(f"npm has no package {target.name!r}: check the name")
        raise _refused(url, package.status)
    asked = target.requirement or target.version or "latest"
    name = package.tags.get(asked) or best_match(package.versions, asked)
    if name is None and asked == "latest":
        name = best_match(package.versions, "*")
    if name is None or name not in package.versions:
        raise FetchError(f"npm package {target.name!r} has no version {asked}")
    return package.versions[name]


def _refused(url: str, status: int) -> FetchError:
    hint = ": check the credentials in npm's settings" if status in {401, 403} else ""
    return FetchError(f"{redact(url)}: status {status}{hint}")


def _read(reply: Reply, form: type[_Version]) -> _Version:
    try:
        return msgspec.json.decode(reply.body, type=form)
    except msgspec.MsgspecError as error:
        raise FetchError(f"{redact(reply.url)}: not an npm registry's answer ({error})") from error


def _read_package(reply: Reply) -> _Package:
    try:
        raw = msgspec.json.decode(reply.body.replace(b'"dist-tags"', b'"dist_tags"', 1), type=_RawPackage)
    except msgspec.MsgspecError as error:
        raise FetchError(f"{redact(reply.url)}: not an npm registry's answer ({error})") from error
    versions = {}
    for name, body in raw.versions.items():
        try:
            versions[name] = msgspec.json.decode(body, type=_Version)
        except msgspec.MsgspecError:
            continue
    return _Package(versions, raw.dist_tags)


def _located(target: Package, found: _Version, registry: str) -> Located:
    place = web_join(registry, found.dist.tarball)
    if place is None:
        raise FetchError(f"npm package {target.name!r}: its tarball has no http address")
    known = from_integrity(found.dist.integrity or "")
    if known is None and found.dist.shasum:
        known = ("sha1", found.dist.shasum.lower())
    return Located(
        target=target,
        origin=Origin(
            id=target_id(target) or ServerId(""),
            source=Source(kind=SourceKind.NPM, url=redact(place)),
            name=target.name,
            version=found.version,
        ),
        form=Form.TAR,
        place=place,
        digest=":".join(known) if known else None,
        note=f"{target.name} {found.version} is deprecated by its author" if found.deprecated else None,
    )
