"""What the sources that ask a JSON interface have in common."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Protocol, TypeVar
from urllib.parse import urlencode

import httpx
import msgspec
from packageurl import PackageURL

from crawler.http import Http, redact
from crawler.sources.base import Listing, Skipped
from crawler.targets import HostedRepository, Package, Remote, Target, parse_reference, target_id
from mcp_catalogue.errors import FetchError, TargetError

T = TypeVar("T")
MOST_PAGES = 10_000


class Page(Protocol):
    """One page of an answer with the cursor of the next, None at the end."""

    @property
    def cursor(self) -> str | None:
        """The opaque cursor."""
        ...


P = TypeVar("P", bound=Page)


class MissingError(FetchError):
    """The interface has nothing at that address."""


def get_json(http: Http, url: str, form: type[T], headers: Mapping[str, str] | None = None) -> T:
    """Return the answer at `url` as `form`. Raises `FetchError` with what to do about it."""
    reply = http.get(url, headers={"Accept": "application/json", **(headers or {})})
    if reply.status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
        raise MissingError(f"{redact(url)}: status {reply.status}")
    if reply.status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
        raise FetchError(f"{redact(url)}: status {reply.status}, it wants a token (docs/sources.md)")
    if reply.status != httpx.codes.OK:
        raise FetchError(f"{redact(url)}: status {reply.status}")
    try:
        return msgspec.json.decode(reply.body, type=form)
    except (msgspec.MsgspecError, RecursionError) as error:
        raise FetchError(f"{redact(url)}: an answer of another form than documented ({error})") from error


@dataclass(frozen=True, slots=True, kw_only=True)
class Query:
    """A list that is asked page by page; `cursor` is the name of the cursor's parameter."""

    url: str
    parameters: Mapping[str, str]
    cursor: str
    headers: Mapping[str, str] = field(default_factory=dict)


def pages(http: Http, query: Query, form: type[P]) -> Iterator[P | Skipped]:
    """Follow cursors from the first page on. A cursor that repeats ends it, with a word."""
    seen: set[str] = set()
    cursor: str | None = None
    for _ in range(MOST_PAGES):
        parameters = urlencode({**query.parameters, **({query.cursor: cursor} if cursor else {})})
        page = get_json(http, f"{query.url}?{parameters}", form, query.headers)
        yield page
        cursor = page.cursor
        if not cursor:
            return
        if cursor in seen:
            break
        seen.add(cursor)
    yield Skipped(what=redact(query.url), reason="a cursor came a second time: the list may be cut short")


@dataclass(frozen=True, slots=True, kw_only=True)
class Identities:
    """Everything that one entry says the server is: fetchable things best first, and other names."""

    targets: tuple[str, ...] = ()
    names: tuple[str, ...] = ()

    def listing(self, reason: str, facts: Mapping[str, object]) -> Listing | None:
        """Return the listing: the first target, everything else as alias; None where nothing can be fetched."""
        if not self.targets:
            return None
        first, rest = self.targets[0], (*self.targets[1:], *self.names)
        aliases = tuple(dict.fromkeys(a for a in rest if a != first))
        return Listing(target=first, aliases=aliases, reason=reason if aliases else None, facts=facts)


def package_target(ecosystem: str, name: str) -> str | None:
    """Return the package URL of a package that can be fetched, or None where the name is no such one."""
    try:
        target = parse_reference(f"{ecosystem}:{name}")
    except TargetError:
        return None
    return target_id(target) if isinstance(target, Package) and not target.version else None


def repository_target(url: str, subfolder: str | None = None, ref: str | None = None) -> str | None:
    """Return the package URL of a repository on a known host, or None."""
    try:
        target = parse_reference(url.strip().removesuffix("/"))
    except TargetError:
        return None
    if not isinstance(target, HostedRepository):
        return None
    parts = [p for p in (subfolder or target.subpath or "").split("/") if p not in {"", "."}]
    subpath = None if ".." in parts else "/".join(parts) or None
    return str(PackageURL(target.host, target.owner, target.name, ref or target.ref, subpath=subpath))


def remote_target(url: str) -> str | None:
    """Return the canonical address of a remote server, or None for another kind of address."""
    try:
        target: Target = parse_reference(url)
    except TargetError:
        return None
    return target.url if isinstance(target, Remote) and "{" not in url else None


def image_name(reference: str) -> str | None:
    """Return `pkg:docker/…` of a container image reference, without tag and digest, or None."""
    plain = reference.removeprefix("docker://").partition("@")[0]
    head, _, last = plain.rpartition("/")
    name = last.partition(":")[0]
    if not name or any(c.isspace() for c in plain):
        return None
    host, _, rest = head.partition("/")
    registry = host if "." in host or ":" in host else None
    namespace = (rest if registry else head) or None
    qualifiers = {"repository_url": registry} if registry and registry != "docker.io" else None
    return str(PackageURL("docker", namespace, name, qualifiers=qualifiers))
