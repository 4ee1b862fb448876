"""Keeping the cache within bounds: what was used longest ago goes first.

Only bytes that can be had again are removed: archives and bare repositories. The small answers of registries stay, so
that a server whose archive is gone is still not fetched again before it changes.
"""

import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from mcp_catalogue.errors import CatalogueError

GIB = 1 << 30
DEFAULT_LIMIT = 20 * GIB
_DAY = 86_400.0
_ROOM = 0.9  # what is left after pruning, as a part of the limit: so that it is not due again at once


def cache_limit(environ: Mapping[str, str]) -> int:
    """Return the bytes that archives and repositories may take: `CATALOGUE_CACHE_LIMIT` in GiB, else 20 GiB.

    Raises `CatalogueError` where the variable holds no number of at least 1.
    """
    text = environ.get("CATALOGUE_CACHE_LIMIT", "").strip()
    if not text:
        return DEFAULT_LIMIT
    if not text.isdecimal() or len(text) > 6 or int(text) < 1:
        raise CatalogueError(f"CATALOGUE_CACHE_LIMIT={text[:20]}: not a number of GiB; give 1 or more")
    return int(text) * GIB


@dataclass(frozen=True, slots=True, order=True)
class _Kept:
    used: float  # seconds since the epoch
    path: Path
    size: int  # bytes


def prune(root: Path, limit: int) -> int:
    """Remove what was used longest ago until at most `limit` bytes are kept, less a tenth; answer the bytes removed.

    Files of an interrupted download go after a day. What another process removes first, or holds open on a system
    that minds, is passed over.
    """
    kept = sorted((*_archives(root / "archives"), *_repositories(root / "git")))
    total, removed = sum(one.size for one in kept), 0
    if total <= limit:
        return 0
    for one in kept:
        if total - removed <= limit * _ROOM:
            break
        with suppress(OSError):
            if one.path.is_dir():
                shutil.rmtree(one.path)
            else:
                one.path.unlink()
            removed += one.size
    return removed


def _archives(folder: Path) -> Iterator[_Kept]:
    for path in folder.glob("*/*"):
        with suppress(OSError):
            status = path.stat()
            yield _Kept(status.st_mtime, path, status.st_size)
    for path in folder.glob(".incoming-*"):
        with suppress(OSError):
            if path.stat().st_mtime < time.time() - _DAY:
                path.unlink()


def _repositories(folder: Path) -> Iterator[_Kept]:
    for path in folder.glob("*"):
        with suppress(OSError):
            files = [file.stat() for file in path.rglob("*") if file.is_file()]
            yield _Kept(max((f.st_mtime for f in files), default=0.0), path, sum(f.st_size for f in files))
