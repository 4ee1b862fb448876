"""The names of an index of Python packages, filtered; PyPI has no search that programs may use."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import httpx
import msgspec
from packaging.utils import canonicalize_name
from selectolax.lexbor import LexborHTMLParser

from crawler.http import Reply, redact
from crawler.sources.api import package_target
from crawler.sources.base import Listing, Skipped, SourceContext
from crawler.sources.options import strings
from mcp_catalogue.errors import FetchError

_LARGEST = 128 * 1024 * 1024  # the names of a whole index come in one document
_ACCEPT = "application/vnd.pypi.simple.v1+json, text/html;q=0.01"


@dataclass(frozen=True, slots=True)
class _Name:
    name: str


@dataclass(frozen=True, slots=True)
class _Root:
    projects: list[_Name]


class PypiNamesSource:
    """Options: `words` (default `mcp`): a name is taken where one of its parts between dashes is one of them."""

    kind = "pypi"

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    def listings(self, options: Mapping[str, Any]) -> Iterator[Listing | Skipped]:
        """Yield the fitting names of every configured index."""
        words = {word.lower() for word in strings(options, "words", ("mcp",))}
        seen: set[str] = set()
        for index in self._context.fetching.clients.pypi:
            if index.url is None:
                continue
            reply = self._context.http.get(index.url, headers={"Accept": _ACCEPT}, limit=_LARGEST)
            for name in _names(reply):
                target = package_target("pypi", name)
                if target and target not in seen and words & set(canonicalize_name(name).split("-")):
                    seen.add(target)
                    yield Listing(target=target)


def _names(reply: Reply) -> Iterator[str]:
    if reply.status != httpx.codes.OK:
        raise FetchError(f"{redact(reply.url)}: status {reply.status}")
    if "json" not in reply.headers.get("content-type", ""):
        for link in LexborHTMLParser(reply.body.decode("utf-8", "replace")).css("a[href]"):
            yield link.text(strip=True)
        return
    try:
        yield from (project.name for project in msgspec.json.decode(reply.body, type=_Root).projects)
    except msgspec.MsgspecError as error:
        raise FetchError(f"{redact(reply.url)}: not an answer of the Simple API ({error})") from error
