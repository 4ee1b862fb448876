"""From a target to a source tree in memory.

context = open_context()
located = locate(parse_target("pypi:some-server", cwd=Path.cwd()), context)
tree = load_tree(download(located, context))
"""

from collections.abc import Mapping

from crawler.fetch.base import FetchContext, Fetched, Fetcher, Form, GithubHosts, Located
from crawler.fetch.cache import Cache, default_cache_dir
from crawler.fetch.context import open_context
from crawler.fetch.dependencies import dependency_target
from crawler.fetch.giturl import GitUrlFetcher
from crawler.fetch.hosted import HostedFetcher
from crawler.fetch.load import load_tree, tree_digest
from crawler.fetch.local import ArchiveFileFetcher, BareFetcher, FolderFetcher
from crawler.fetch.npm import NpmFetcher
from crawler.fetch.pypi import PypiFetcher
from crawler.fetch.weburl import ArchiveUrlFetcher
from crawler.targets import (
    ArchiveFile,
    ArchiveUrl,
    BareRepository,
    FolderTarget,
    GitUrl,
    HostedRepository,
    Package,
    Target,
)
from crawler.tree import SourceTree
from mcp_catalogue.errors import TargetError

PACKAGE_FETCHERS: Mapping[str, Fetcher] = {"pypi": PypiFetcher(), "npm": NpmFetcher()}
FETCHERS: Mapping[type, Fetcher] = {
    FolderTarget: FolderFetcher(),
    BareRepository: BareFetcher(),
    ArchiveFile: ArchiveFileFetcher(),
    ArchiveUrl: ArchiveUrlFetcher(),
    HostedRepository: HostedFetcher(),
    GitUrl: GitUrlFetcher(),
}


def locate(target: Target, context: FetchContext) -> Located:
    """Find the version meant and the digest of its bytes. Raises `TargetError` (`FetchError` among them)."""
    return _fetcher(target).locate(target, context)


def download(located: Located, context: FetchContext) -> Fetched:
    """Bring the bytes onto this disk, verified against what the registry announced. Raises `FetchError`."""
    return _fetcher(located.target).download(located, context)


def fetch(target: Target, context: FetchContext) -> SourceTree:
    """Locate, download and load at once. Raises `TargetError` (`FetchError`, `ArchiveError` among them)."""
    return load_tree(download(locate(target, context), context))


def _fetcher(target: Target) -> Fetcher:
    if isinstance(target, Package):
        return PACKAGE_FETCHERS[target.ecosystem]
    fetcher = FETCHERS.get(type(target))
    if fetcher is None:
        address = getattr(target, "url", "")
        raise TargetError(f"{address}: a remote server has no source to read; catalogue probe asks it for its tools")
    return fetcher


__all__ = [
    "Cache",
    "FetchContext",
    "Fetched",
    "Fetcher",
    "Form",
    "GithubHosts",
    "Located",
    "default_cache_dir",
    "dependency_target",
    "download",
    "fetch",
    "load_tree",
    "locate",
    "open_context",
    "tree_digest",
]
