"""The official MCP registry, and any registry that speaks its interface (`/v0.1/servers`, or the older `/v0`)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from packageurl import PackageURL

from crawler.sources.api import (
    Identities,
    MissingError,
    Query,
    image_name,
    package_target,
    pages,
    remote_target,
    repository_target,
)
from crawler.sources.base import Listing, Skipped, SourceContext
from crawler.sources.options import option

_OFFICIAL = "io.modelcontextprotocol.registry/official"
_DIRECT = frozenset({"npm", "pypi"})
_NAMED = {"nuget": "nuget", "cargo": "cargo"}


@dataclass(frozen=True, slots=True)
class _List:
    """`GET /servers`; entries are read one by one, so that a malformed one costs only itself."""

    servers: list[msgspec.Raw] | None = None
    metadata: dict[str, Any] = field(default_factory=dict)

    @property
    def cursor(self) -> str | None:
        """The next page's cursor, in the present spelling or the older one."""
        value = self.metadata.get("nextCursor") or self.metadata.get("next_cursor")
        return value if isinstance(value, str) else None


class RegistryMcpSource:
    """Options: `url`, the registry's base address; `limit`, entries per page (default 100)."""

    kind = "mcp-registry"

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    def listings(self, options: Mapping[str, Any]) -> Iterator[Listing | Skipped]:
        """Yield the newest version of each server; deleted ones are skipped with that reason."""
        base = option(options, "url", str).rstrip("/")
        parameters = {"limit": str(option(options, "limit", int, 100)), "version": "latest"}
        if self._context.since:
            parameters["updated_since"] = self._context.since
        http = self._context.http
        try:
            yield from _entries(pages(http, _query(f"{base}/v0.1/servers", parameters), _List))
        except MissingError:
            yield from _entries(pages(http, _query(f"{base}/v0/servers", parameters), _List))


def _query(url: str, parameters: Mapping[str, str]) -> Query:
    return Query(url=url, parameters=parameters, cursor="cursor")


def _entries(found: Iterator[_List | Skipped]) -> Iterator[Listing | Skipped]:
    seen: set[str] = set()
    for page in found:
        if isinstance(page, Skipped):
            yield page
            continue
        for raw in page.servers or ():
            item = read_entry(msgspec.json.decode(raw))
            key = item.what if isinstance(item, Skipped) else item.target
            if item is not None and key not in seen:
                seen.add(key)
                yield item


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


def _dicts(value: object) -> list[dict[str, Any]]:
    return [v for v in value if isinstance(v, dict)] if isinstance(value, list) else []
