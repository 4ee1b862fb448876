"""A folder of repositories named `owner+name`, as `--sources-dir` reads them."""

from collections.abc import Iterator, Mapping
from typing import Any

from crawler.sources.api import repository_target
from crawler.sources.base import Listing, Skipped, SourceContext
from crawler.sources.options import option
from mcp_catalogue.errors import DataError


class FolderSource:
    """Options: `folder`, relative to the sources file. Give the same folder as `--sources-dir` to read from it."""

    kind = "folder"

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    def listings(self, options: Mapping[str, Any]) -> Iterator[Listing | Skipped]:
        """Yield one repository per folder, by name."""
        folder = self._context.folder / option(options, "folder", str)
        try:
            names = sorted(p.name for p in folder.iterdir() if p.is_dir() and not p.name.startswith("."))
        except OSError as error:
            raise DataError(f"{folder}: cannot be read ({error.strerror})") from error
        for name in names:
            owner, plus, rest = name.removesuffix(".git").partition("+")
            target = repository_target(f"{owner}/{rest}") if plus else None
            yield Listing(target=target) if target else Skipped(what=name, reason="not named owner+name")
