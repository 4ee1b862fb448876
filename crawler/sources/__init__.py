"""Where servers are listed: one module per kind of place, and the literal dict of them."""

from collections.abc import Callable, Mapping

from crawler.sources.base import EnumerationSource, Listing, Skipped, SourceContext
from crawler.sources.config import SourceConfig, enumerate_all, read_sources
from crawler.sources.html import HtmlSource
from crawler.sources.list_file import ListSource

SOURCES: Mapping[str, Callable[[SourceContext], EnumerationSource]] = {
    "list": ListSource,
    "html": HtmlSource,
}

__all__ = [
    "SOURCES",
    "EnumerationSource",
    "HtmlSource",
    "ListSource",
    "Listing",
    "Skipped",
    "SourceConfig",
    "SourceContext",
    "enumerate_all",
    "read_sources",
]
