"""The cache on disk: archives by content, and answers of registries with what revalidates them.

    <root>/archives/ab/abcdef…      an archive, named by the SHA-256 of its bytes
    <root>/answers/ab/abcdef…json   what was read from a document, with its ETag
    <root>/git/<name>               bare repositories

Everything is written to a temporary file in the same folder and renamed, so that a reader never sees half of
it. Nothing here holds credentials. Losing the folder costs time and nothing else; archives and repositories are
removed again once they take more than a limit (`prune`).
"""

import base64
import hashlib
import os
import sys
import tempfile
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import msgspec

from crawler.fetch.prune import DEFAULT_LIMIT, prune
from mcp_catalogue.errors import FetchError


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What was read from a document, and the validators of that document (RFC 9110)."""

    value: msgspec.Raw
    etag: str | None = None
    last_modified: str | None = None

    @property
    def conditions(self) -> dict[str, str]:
        """Headers that ask for the document only if it changed."""
        headers = {"If-None-Match": self.etag, "If-Modified-Since": None if self.etag else self.last_modified}
        return {name: value for name, value in headers.items() if value}


def default_cache_dir(environ: Mapping[str, str] | None = None, home: Path | None = None) -> Path:
    """Return `CATALOGUE_CACHE`, else `mcp-catalogue` in the user's cache folder as the platform has it."""
    environ = os.environ if environ is None else environ
    home = home or Path.home()
    if chosen := environ.get("CATALOGUE_CACHE"):
        return Path(chosen)
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "mcp-catalogue" / "cache"
    if sys.platform == "darwin":
        return home / "Library" / "Caches" / "mcp-catalogue"
    return Path(environ.get("XDG_CACHE_HOME") or home / ".cache") / "mcp-catalogue"


class Cache:
    """A folder; safe for several threads and processes at once. `limit`: bytes of archives and repositories."""

    def __init__(self, root: Path, limit: int = DEFAULT_LIMIT) -> None:
        self.root = root
        self._limit = limit
        self._until_pruning = 0  # bytes that may still come before the folder is looked through
        self._lock = threading.Lock()

    def archive(self, sha256: str) -> Path | None:
        """Return the archive of that digest (hexadecimal), if it is here, and note that it is used."""
        path = self._archive_path(sha256)
        try:
            os.utime(path)
        except OSError:
            return path if path.is_file() else None
        return path

    @contextmanager
    def incoming(self) -> Iterator["Incoming"]:
        """Give a file to write an archive to; it stays only if `keep` is called on it."""
        folder = self._folder("archives")
        with _disk():
            handle, name = tempfile.mkstemp(prefix=".incoming-", dir=folder)
        path = Path(name)
        try:
            with _disk(), os.fdopen(handle, "w+b") as file:  # a disk that fills up is told, not a fault of the host
                yield Incoming(self, path, file)
        finally:
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def alias(self, digest: str) -> str | None:
        """Return the SHA-256 of the archive that was verified against `digest` (another algorithm's)."""
        kept = self.answer(f"alias {digest}")
        return None if kept is None else kept.etag

    def keep_alias(self, digest: str, sha256: str) -> None:
        """Remember that the archive of `digest` lies under `sha256`."""
        self.keep_answer(f"alias {digest}", Answer(value=msgspec.Raw(b"null"), etag=sha256))

    def answer(self, key: str) -> Answer | None:
        """Return what was kept under `key`; a damaged file counts as none."""
        try:
            return msgspec.json.decode(self._answer_path(key).read_bytes(), type=Answer)
        except (OSError, msgspec.MsgspecError):
            return None

    def keep_answer(self, key: str, answer: Answer) -> None:
        """Keep `answer` under `key`. A full disk is no error here: the answer is asked for again next time."""
        path = self._answer_path(key)
        with suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True)
            handle, name = tempfile.mkstemp(prefix=".answer-", dir=path.parent)
            with os.fdopen(handle, "wb") as file:
                file.write(msgspec.json.encode(answer))
            Path(name).replace(path)

    def git_dir(self, name: str) -> Path:
        """Return the place for a bare repository; its folder exists."""
        return self._folder("git") / _digest(name)

    def _kept(self, size: int) -> None:
        """Count what came, and prune where the limit may be passed: at first, and each twentieth of it."""
        with self._lock:
            self._until_pruning -= size
            if self._until_pruning > 0:
                return
            self._until_pruning = self._limit // 20
        prune(self.root, self._limit)

    def _folder(self, name: str) -> Path:
        folder = self.root / name
        with _disk():
            folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _archive_path(self, sha256: str) -> Path:
        return self.root / "archives" / sha256[:2] / sha256

    def _answer_path(self, key: str) -> Path:
        digest = _digest(key)
        return self.root / "answers" / digest[:2] / f"{digest}.json"


@dataclass(frozen=True, slots=True)
class Incoming:
    """An archive that is being written."""

    cache: Cache
    path: Path
    file: BinaryIO

    def digest(self, algorithm: str) -> str:
        """Return the digest of what was written, hexadecimal."""
        self.file.flush()
        with self.path.open("rb") as written:
            return hashlib.file_digest(written, algorithm).hexdigest()

    def keep(self) -> tuple[Path, str]:
        """Move the file to its place; return that and its SHA-256."""
        sha256 = self.digest("sha256")
        place = self.cache._archive_path(sha256)  # noqa: SLF001 - the cache's own other half
        with _disk():
            place.parent.mkdir(parents=True, exist_ok=True)
            self.file.close()
            size = self.path.stat().st_size
            self.path.replace(place)
        self.cache._kept(size)  # noqa: SLF001
        return place, sha256


def from_integrity(text: str) -> tuple[str, str] | None:
    """Read a Subresource Integrity value: the strongest (algorithm, hexadecimal digest) that is known, or None."""
    found: dict[str, str] = {}
    for part in text.split():
        algorithm, _, encoded = part.partition("?")[0].partition("-")
        with suppress(ValueError):
            found[algorithm] = base64.b64decode(encoded, validate=True).hex()
    return next(((a, found[a]) for a in ("sha512", "sha384", "sha256", "sha1") if a in found), None)


@contextmanager
def _disk() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FetchError(
            f"the cache folder cannot be written ({error.strerror}): set CATALOGUE_CACHE to another"
        ) from (error)


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
