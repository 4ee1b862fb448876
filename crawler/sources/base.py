"""What a source of servers gives: listings, one per server, as an iterator."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from crawler.fetch import FetchContext
from crawler.http import Http
from mcp_catalogue.model import JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceContext:
    """What a source works with.

    Paths in its options are relative to `folder`, that of the sources file. `since` (RFC 3339) asks for what
    changed after that moment only, of a source that can tell.
    """

    fetching: FetchContext
    folder: Path
    since: str | None = None

    @property
    def http(self) -> Http:
        """The HTTP layer."""
        return self.fetching.http


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """One server as a source names it.

    `target` is what `crawler.targets` understands (a package URL, a repository, an `https` address of a
    remote); `aliases` are other identities that the source gives for the same server, with `reason` saying
    why they are one; `facts` are the source's own extras (popularity, status), kept as they came.
    """

    target: str
    aliases: tuple[str, ...] = ()
    reason: str | None = None
    facts: JsonObject = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Skipped:
    """Something a source lists that cannot be used, with the reason; stored and shown.

    `gone` says that the source took the server `what` (one of its names) out of its list.
    """

    what: str
    reason: str
    gone: bool = False


class EnumerationSource(Protocol):
    """One kind of place where servers are listed."""

    kind: str

    def listings(self, options: Mapping[str, Any]) -> Iterator[Listing | Skipped]:
        """Yield what the place described by `options` (its table in the sources file) lists, in its order."""
        ...
