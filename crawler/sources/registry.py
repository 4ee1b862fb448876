"""The official MCP registry, and any registry that speaks its interface (`/v0.1/servers`, or the older `/v0`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

import msgspec
from packageurl import PackageURL

from crawler.sources.api import (
    Identities,
    MissingError,
    Query,
    get_json,
    image_name,
    package_target,
    pages,
    remote_target,
    repository_target,
)
from crawler.sources.base import Listing, Skipped, SourceContext
from crawler.sources.options import bearer, option
from mcp_catalogue.errors import FetchError

_OFFICIAL = "io.modelcontextprotocol.registry/official"
_DIRECT = frozenset({"npm", "pypi"})
_NAMED = {"nuget": "nuget", "cargo": "cargo"}


@dataclass(frozen=True, slots=True)
class _List:
    """`GET /servers`; entries are read one by one, so that a malformed one costs only itself."""

    servers: list[msgspec.Raw] | None
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def cursor(self) -> str | None:
        """The next page's cursor, in the present spelling or the older one."""
        value = self.metadata.get("nextCursor") or self.metadata.get("next_cursor")
        return value if isinstance(value, str) else None


class RegistryMcpSource:
    """A registry of servers.

    Options: `url`, the base address; `key_env`, the variable with a key, where it wants one; `limit`, entries per page
    (default 100); `versions`, true for the list of every server's versions, at the price of a request each.
    """

    kind = "mcp-registry"

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    def listings(self, options: Mapping[str, Any]) -> Iterator[Listing | Skipped]:
        """Yield the newest version of each server; deleted ones are skipped with that reason."""
        base = option(options, "url", str).rstrip("/")
        parameters = {"limit": str(option(options, "limit", int, 100)), "version": "latest"}
        if self._context.since:
            parameters["updated_since"] = self._context.since
        versions = option(options, "versions", bool, default=False)
        headers = bearer(option(options, "key_env", str, ""))
        query = Query(url=f"{base}/v0.1/servers", parameters=parameters, cursor="cursor", headers=headers)
        try:
            yield from self._listed(query, versions=versions)
        except MissingError:
            yield from self._listed(replace(query, url=f"{base}/v0/servers"), versions=False)

    def _listed(self, query: Query, *, versions: bool) -> Iterator[Listing | Skipped]:
        for item in _entries(pages(self._context.http, query, _List)):
            yield self._with_versions(query, item) if versions and isinstance(item, Listing) else item

    def _with_versions(self, query: Query, listing: Listing) -> Listing:
        name = quote(str(listing.facts["registry_name"]), safe="")
        try:
            found = get_json(self._context.http, f"{query.url}/{name}/versions", _List, query.headers)
        except FetchError as error:
            return replace(listing, facts={**listing.facts, "registry_versions_problem": str(error)})
        every = tuple(v for raw in found.servers or () if (v := _version_of(raw)))
        return replace(listing, facts={**listing.facts, "registry_versions": every})


def _entries(found: Iterator[_List | Skipped]) -> Iterator[Listing | Skipped]:
    seen: set[str] = set()
    for page in found:
        if isinstance(page, Skipped):
            yield page
            continue
        for raw in page.servers or ():
            item = _decoded(raw)
            key = item.what if isinstance(item, Skipped) else str(item.facts.get("registry_name"))
            if key not in seen:
                seen.add(key)
                yield item


def _decoded(raw: msgspec.Raw) -> Listing | Skipped:
    try:
        return read_entry(msgspec.json.decode(raw))
    except (msgspec.MsgspecError, RecursionError) as error:
        return Skipped(what="an entry", reason=f"cannot be read ({error})")


def read_entry(body: Any) -> Listing | Skipped:  # noqa: ANN401 - a foreign document
    """Read one entry of either form: `{server, _meta}`, or the older server with `_meta` inside."""
    server = body.get("server") if isinstance(body, dict) and isinstance(body.get("server"), dict) else body
    if not isinstance(server, dict) or not isinstance(server.get("name"), str):
        return Skipped(what="an entry", reason="has no name")
    name = server["name"]
    official = _official(body, server)
    status = str(official.get("status") or server.get("status") or "active")
    if status == "deleted":
        return Skipped(what=f"registry:{name}", reason="deleted in the registry", gone=True)
    if official.get("isLatest", official.get("is_latest")) is False:
        return Skipped(what=f"{name} {server.get('version')}", reason="not the newest version")
    found = _identities(server, name)
    facts = {
        "registry_name": name,
        "registry_status": status,
        "registry_version": server.get("version") if isinstance(server.get("version"), str) else None,
        "published": official.get("publishedAt") or official.get("published_at"),
        "updated": official.get("updatedAt") or official.get("updated_at"),
    }
    listing = found.listing("one entry of the registry", {k: v for k, v in facts.items() if v})
    return listing or Skipped(what=name, reason="names no package, repository or remote that can be read")


def _official(body: dict[str, Any], server: dict[str, Any]) -> dict[str, Any]:
    for holder in (body, server):
        meta = holder.get("_meta")
        found = meta.get(_OFFICIAL) if isinstance(meta, dict) else None
        if isinstance(found, dict):
            return found
    return {}


def _identities(server: dict[str, Any], name: str) -> Identities:
    targets: list[str] = []
    names: list[str] = []
    for package in _dicts(server.get("packages")):
        kind = str(package.get("registryType") or package.get("registry_type") or package.get("registry_name") or "")
        identifier = package.get("identifier") or package.get("name")
        if not isinstance(identifier, str):
            continue
        if kind in _DIRECT and (target := package_target(kind, identifier)):
            targets.append(target)
        elif kind == "mcpb" and identifier.startswith("https://"):
            targets.append(identifier)
        elif kind in {"oci", "docker"} and (image := image_name(identifier)):
            names.append(image)
        elif kind in _NAMED:
            names.append(str(PackageURL(_NAMED[kind], None, identifier)))
    repository = server.get("repository")
    if isinstance(repository, dict) and isinstance(repository.get("url"), str):
        subfolder = repository.get("subfolder")
        target = repository_target(repository["url"], subfolder if isinstance(subfolder, str) else None)
        targets += [target] if target else []
    for remote in _dicts(server.get("remotes")):
        address = remote.get("url")
        target = remote_target(address) if isinstance(address, str) else None
        targets += [target] if target else []
    return Identities(targets=tuple(dict.fromkeys(targets)), names=(*names, f"registry:{name}"))


def _version_of(raw: msgspec.Raw) -> str | None:
    try:
        body = msgspec.json.decode(raw)
    except (msgspec.MsgspecError, RecursionError):
        return None
    server = body.get("server", body) if isinstance(body, dict) else None
    version = server.get("version") if isinstance(server, dict) else None
    return version if isinstance(version, str) else None


def _dicts(value: object) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
