"""Repositories on GitHub by topic or search, sharded by date of creation under the limit of 1,000 results."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import msgspec

from crawler.sources.api import get_json, repository_target
from crawler.sources.base import Listing, Skipped, SourceContext
from crawler.sources.options import option, strings

_PAGE = 100
_MOST = 1000  # GitHub gives no search result beyond this
_PROTOCOL_PUBLISHED = date(2024, 11, 1)  # no MCP server is older


@dataclass(frozen=True, slots=True)
class _Repository:
    full_name: str
    html_url: str
    stargazers_count: int = 0
    forks_count: int = 0
    fork: bool = False
    archived: bool = False
    pushed_at: str | None = None


@dataclass(frozen=True, slots=True)
class _Found:
    total_count: int
    items: list[msgspec.Raw]
    incomplete_results: bool = False


class GithubSource:
    """Options: `queries` (default `topic:mcp-server`), `first` and `last` (dates of creation, default all)."""

    kind = "github"

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    def listings(self, options: Mapping[str, Any]) -> Iterator[Listing | Skipped]:
        """Yield each repository found once, with what GitHub says of its popularity."""
        first = option(options, "first", date, _PROTOCOL_PUBLISHED)
        last = option(options, "last", date, datetime.now(UTC).date())
        seen: set[str] = set()
        for query in strings(options, "queries", ("topic:mcp-server",)):
            if self._context.since:
                query += f" pushed:>={self._context.since}"  # noqa: PLW2901 - the same query, narrowed
            for item in self._shard(query, first, last):
                key = item.what if isinstance(item, Skipped) else item.target
                if key not in seen:
                    seen.add(key)
                    yield item

    def _shard(self, query: str, first: date, last: date) -> Iterator[Listing | Skipped]:
        """Search one span of days; one with too many results is halved."""
        begin = self._page(query, first, last, 1)
        if begin.total_count > _MOST and first < last:
            middle = first + (last - first) // 2
            yield from self._shard(query, first, middle)
            yield from self._shard(query, middle + timedelta(days=1), last)
            return
        span = f"{query} created:{first}..{last}"
        if begin.total_count > _MOST:
            yield Skipped(what=span, reason=f"{begin.total_count} results in one day, of which {_MOST} are given")
        page, number = begin, 1
        while page.items:
            if page.incomplete_results:
                yield Skipped(what=span, reason="GitHub's search timed out and gave a part")
            yield from map(_item, page.items)
            number += 1
            if (number - 1) * _PAGE >= min(begin.total_count, _MOST):
                return
            page = self._page(query, first, last, number)

    def _page(self, query: str, first: date, last: date, number: int) -> _Found:
        hosts = self._context.fetching.github
        headers = {"Accept": "application/vnd.github+json", "X-GitHub-Api-Version": "2022-11-28"}
        if hosts.token:
            headers["Authorization"] = f"Bearer {hosts.token}"
        parameters = {"q": f"{query} created:{first}..{last}", "sort": "updated", "per_page": _PAGE, "page": number}
        url = f"{hosts.api}/search/repositories?{urlencode(parameters)}"
        return get_json(self._context.http, url, _Found, headers)


def _item(raw: msgspec.Raw) -> Listing | Skipped:
    try:
        repository = msgspec.json.decode(raw, type=_Repository)
    except msgspec.MsgspecError as error:
        return Skipped(what="a search result", reason=f"of another form than documented ({error})")
    target = repository_target(f"https://github.com/{repository.full_name}")
    if target is None:
        return Skipped(what=repository.full_name[:200], reason="not a repository")
    facts = {
        "stars": repository.stargazers_count,
        "forks": repository.forks_count,
        "fork": repository.fork,
        "archived": repository.archived,
        "pushed": repository.pushed_at,
    }
    return Listing(target=target, facts={k: v for k, v in facts.items() if v})
