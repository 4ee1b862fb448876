"""Glama's public interface (`/api/mcp/v1/servers`), which wants a key."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec

from crawler.sources.api import Query, pages, repository_target
from crawler.sources.base import Listing, Skipped, SourceContext
from crawler.sources.options import bearer, option


@dataclass(frozen=True, slots=True)
class _Repository:
    url: str | None = None


@dataclass(frozen=True, slots=True)
class _Server:
    id: str
    name: str | None = None
    repository: _Repository | None = None
    attributes: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _PageInfo:
    endCursor: str | None = None  # noqa: N815 - the interface's own name
    hasNextPage: bool = False  # noqa: N815


@dataclass(frozen=True, slots=True)
class _Answer:
    servers: list[msgspec.Raw]
    pageInfo: _PageInfo = _PageInfo()  # noqa: N815

    @property
    def cursor(self) -> str | None:
        """The next page's cursor."""
        return self.pageInfo.endCursor if self.pageInfo.hasNextPage else None


class GlamaSource:
    """Options: `url`, the interface's base address; `key_env`, the variable with the key (`GLAMA_API_KEY`)."""

    kind = "glama"

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    def listings(self, options: Mapping[str, Any]) -> Iterator[Listing | Skipped]:
        """Yield each server's repository."""
        base = option(options, "url", str).rstrip("/")
        headers = bearer(option(options, "key_env", str, "GLAMA_API_KEY"))
        query = Query(url=f"{base}/v1/servers", parameters={"first": "100"}, cursor="after", headers=headers)
        for page in pages(self._context.http, query, _Answer):
            if isinstance(page, Skipped):
                yield page
            else:
                yield from map(_item, page.servers)


def _item(raw: msgspec.Raw) -> Listing | Skipped:
    try:
        server = msgspec.json.decode(raw, type=_Server)
    except msgspec.MsgspecError as error:
        return Skipped(what="an entry", reason=f"of another form than documented ({error})")
    target = repository_target((server.repository.url if server.repository else None) or "")
    if target is None:
        return Skipped(what=(server.name or server.id)[:200], reason="names no repository that can be read")
    facts: dict[str, object] = {"glama_id": server.id, "attributes": tuple(server.attributes)}
    return Listing(target=target, facts={k: v for k, v in facts.items() if v})
