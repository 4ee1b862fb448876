"""A page with links to packages and repositories, picked by CSS selector."""

from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urljoin

import httpx
from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from crawler.http import origin_of, redact
from crawler.sources.base import Listing, Skipped, SourceContext
from crawler.sources.options import option
from crawler.sources.robots import Robots
from crawler.targets import HostedRepository, Package, parse_reference
from mcp_catalogue.errors import DataError, FetchError, TargetError

_MOST_PAGES = 1000


class HtmlSource:
    """Links of one page.

    Options: `url`, or `file` relative to the sources file; `selector` (default every link); `base`, the address
    that relative links of a file are meant from; `next`, the selector of the link to the following page, which has
    to be on the same host. `robots.txt` is honoured.
    """

    kind = "html"

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    def listings(self, options: Mapping[str, Any]) -> Iterator[Listing | Skipped]:
        """Yield each repository or package linked once, in the pages' order; other links are skipped with a reason."""
        selector = option(options, "selector", str, "a[href]")
        seen: set[str] = set()
        for base, body in self._pages(options):
            links = _links(body, selector)
            if not links:
                yield Skipped(what=redact(base), reason=f"the selector {selector!r} finds no link")
            for link in links:
                address = _joined(base, link)
                if address not in seen:
                    seen.add(address)
                    reason = _unusable(address)
                    yield Skipped(what=address, reason=reason) if reason else Listing(target=address)

    def _pages(self, options: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
        if "file" in options:
            path = self._context.folder / option(options, "file", str)
            try:
                yield option(options, "base", str, ""), path.read_text("utf-8", "replace")
            except OSError as error:
                raise DataError(f"{path}: cannot be opened ({error.strerror})") from error
            return
        url: str | None = option(options, "url", str)
        following = option(options, "next", str, "")
        robots, visited = Robots(self._context.http), set[str]()
        while url and url not in visited and len(visited) < _MOST_PAGES:
            visited.add(url)
            robots.check(url)
            reply = self._context.http.get(url)
            if reply.status != httpx.codes.OK:
                raise FetchError(f"{redact(url)}: status {reply.status}")
            body = reply.body.decode("utf-8", "replace")
            yield reply.url, body
            after = _links(body, following) if following else []
            joined = _joined(reply.url, after[0]) if after else ""
            url = joined if origin_of(joined) == origin_of(reply.url) else None


def _links(body: str, selector: str) -> list[str]:
    try:
        nodes = LexborHTMLParser(body).css(selector)
    except (SelectolaxError, ValueError) as error:
        raise DataError(f"the selector {selector!r} cannot be read") from error
    return [href for node in nodes if (href := (node.attributes.get("href") or "").strip())]


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def _unusable(address: str) -> str | None:
    try:
        target = parse_reference(address)
    except TargetError as error:
        return str(error)
    if isinstance(target, HostedRepository | Package):
        return None
    return "neither a repository on a known host nor a package"
