"""Where servers are listed: one module per kind of place, and the literal dict of them."""

from collections.abc import Callable, Mapping

from crawler.sources.base import EnumerationSource, Listing, Skipped, SourceContext
from crawler.sources.config import SourceConfig, enumerate_all, read_host_limits, read_sources, trusted_addresses
from crawler.sources.folder import FolderSource
from crawler.sources.github import GithubSource
from crawler.sources.glama import GlamaSource
from crawler.sources.html import HtmlSource
from crawler.sources.list_file import ListSource
from crawler.sources.npm_search import NpmSearchSource
from crawler.sources.pypi_names import PypiNamesSource
from crawler.sources.registry import RegistryMcpSource
from crawler.sources.repository_files import DockerSource, ToolhiveSource

SOURCES: Mapping[str, Callable[[SourceContext], EnumerationSource]] = {
    "list": ListSource,
    "html": HtmlSource,
    "folder": FolderSource,
    "mcp-registry": RegistryMcpSource,
    "npm": NpmSearchSource,
    "pypi": PypiNamesSource,
    "github": GithubSource,
    "docker": DockerSource,
    "toolhive": ToolhiveSource,
    "glama": GlamaSource,
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
    "read_host_limits",
    "read_sources",
    "trusted_addresses",
]
