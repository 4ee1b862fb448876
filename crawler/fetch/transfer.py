"""Bring one located archive onto this disk and check its digest."""

import hashlib
from dataclasses import replace
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from crawler.fetch.base import FetchContext, Fetched, Located
from crawler.http import redact
from crawler.tree import Origin
from mcp_catalogue.errors import FetchError
from mcp_catalogue.model import Source, SourceKind


def transfer(located: Located, context: FetchContext) -> Fetched:
    """Download `located.place` into the cache, or use the copy there; a file on disk is used where it lies.

    Raises `FetchError` where it cannot be had or is not what the registry said it is.
    """
    algorithm, _, digest = (located.digest or "").partition(":")
    if urlsplit(located.place).scheme not in {"http", "https"}:
        path, sha256 = Path(located.place), _file_sha256(Path(located.place))
    elif algorithm == "sha256" and (kept := context.cache.archive(digest)):
        path, sha256 = kept, digest
    elif located.digest and (known := context.cache.alias(located.digest)) and (kept := context.cache.archive(known)):
        path, sha256 = kept, known
    else:
        with context.cache.incoming() as incoming:
            reply = context.http.download(located.place, incoming.file)
            if reply.status != httpx.codes.OK:
                raise FetchError(f"{redact(located.place)}: status {reply.status}")
            if digest and incoming.digest(algorithm) != digest:
                raise FetchError(f"{redact(located.place)}: not the bytes that the registry announced ({algorithm})")
            path, sha256 = incoming.keep()
        if located.digest and algorithm != "sha256":
            context.cache.keep_alias(located.digest, sha256)
    return Fetched(
        origin=with_sha256(located.origin, sha256),
        form=located.form,
        path=str(path),
        digest=f"sha256:{sha256}",
        subpath=located.subpath,
        strip_always=located.origin.source.kind is SourceKind.NPM,
    )


def with_sha256(origin: Origin, sha256: str) -> Origin:
    """Return `origin` with the digest of its archive."""
    source = Source(kind=origin.source.kind, url=origin.source.url, sha256=sha256)
    return replace(origin, source=source)


def _file_sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise FetchError(f"{path.name}: cannot be read ({error.strerror})") from error
