"""npm's search, over the registry that the user's npm is configured for."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

import msgspec

from crawler.sources.api import Identities, get_json, package_target, repository_target
from crawler.sources.base import Listing, Skipped, SourceContext
from crawler.sources.options import strings

_PAGE = 250  # the most that one answer gives
_DEEPEST = 5000  # npm's search answers no further than this


@dataclass(frozen=True, slots=True)
class _Package:
    name: str
    version: str | None = None
    links: dict[str, str | None] = field(default_factory=dict)
    maintainers: list[dict[str, Any]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Hit:
    package: _Package
    downloads: dict[str, float] = field(default_factory=dict)
    dependents: int | str | None = None


@dataclass(frozen=True, slots=True)
class _Answer:
    objects: list[msgspec.Raw]
    total: int = 0


class NpmSearchSource:
    """Options: `queries`, search texts (default `keywords:mcp-server` and `keywords:modelcontextprotocol`)."""

    kind = "npm"

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    def listings(self, options: Mapping[str, Any]) -> Iterator[Listing | Skipped]:
        """Yield each package found once."""
        seen: set[str] = set()
        for query in strings(options, "queries", ("keywords:mcp-server", "keywords:modelcontextprotocol")):
            for item in self._search(query):
                key = item.what if isinstance(item, Skipped) else item.target
                if key not in seen:
                    seen.add(key)
                    yield item

    def _search(self, query: str) -> Iterator[Listing | Skipped]:
        base = self._context.fetching.clients.npm.default
        for start in range(0, _DEEPEST, _PAGE):
            parameters = urlencode({"text": query, "size": _PAGE, "from": start})
            answer = get_json(self._context.http, f"{base}-/v1/search?{parameters}", _Answer)
            for raw in answer.objects:
                yield _item(raw)
            if not answer.objects or start + _PAGE >= answer.total:
                return
        yield Skipped(what=query, reason=f"has more than the {_DEEPEST} packages that the search gives: narrow it")


def _item(raw: msgspec.Raw) -> Listing | Skipped:
    try:
        hit = msgspec.json.decode(raw, type=_Hit)
    except msgspec.MsgspecError as error:
        return Skipped(what="a search result", reason=f"of another form than documented ({error})")
    package = hit.package
    target = package_target("npm", package.name)
    if target is None:
        return Skipped(what=package.name[:200], reason="not a name that an npm package can have")
    repository = repository_target(package.links.get("repository") or "")
    names = tuple(str(m["username"]) for m in package.maintainers if "username" in m)
    facts = {"downloads_monthly": hit.downloads.get("monthly"), "dependents": hit.dependents, "maintainers": names}
    found = Identities(targets=(target,), names=(repository,) if repository else ())
    listing = found.listing("the package names the repository", {k: v for k, v in facts.items() if v})
    return listing or Skipped(what=package.name[:200], reason="not a package")
