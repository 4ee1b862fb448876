"""Samples from this disk: a folder of sources, or a folder of archives of packages."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.extraction.trees import Sample
from crawler.fetch import download, load_tree, locate, open_context
from crawler.targets import parse_target
from mcp_catalogue.errors import CatalogueError


def folder(path: Path) -> Sample:
    """Return a folder as one sample. Raises `CatalogueError` where it cannot be read."""
    return _load(path)


def archives(path: Path) -> Iterator[Sample]:
    """Yield every archive (or folder) that `path` or its folders hold; what cannot be read is told and left out."""
    for found in sorted(p for p in path.rglob("*") if p.is_file() and p.suffix in {".tgz", ".gz", ".whl", ".zip"}):
        try:
            yield _load(found)
        except CatalogueError as error:
            print(f"left out: {error}")


def _load(path: Path) -> Sample:
    with open_context() as context:
        fetched = download(locate(parse_target(str(path.resolve()), cwd=Path.cwd()), context), context)
        return Sample(name=path.name, tree=load_tree(fetched))
