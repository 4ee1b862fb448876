"""Writing into the site: only what differs, always whole.

A file that exists is exchanged for its successor in one step, a new server's folder appears at once, so that a
build may be killed at any moment. On Linux the exchange is `renameat2(RENAME_EXCHANGE)`: the old file's inode is
then written again for the next page. Measured on ext4 (12 KB pages): 92,000 exchanges a second, against
18,000 of temporary file and rename, which flushes, and frees an inode each time.
"""

import ctypes
import hashlib
import os
import shutil
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

WORK = ".build"
REMEMBERED = ("manifest", "manifest.before", "summaries", "words")
"""Files in the work folder that one build leaves to the next."""
_AT_FDCWD = -100
_EXCHANGE = 2
_FLAGS = os.O_WRONLY | os.O_CREAT | getattr(os, "O_BINARY", 0)
DIGEST = 8
"""Bytes of a file's digest in the manifest."""


def digest(data: bytes) -> bytes:
    """Return the short digest by which a file is compared with its predecessor."""
    # many processors have instructions for SHA-256: half of the time of BLAKE2
    return hashlib.sha256(data).digest()[:DIGEST]


class Output:
    """The folder of a site, as one process writes to it. `trusted` says that the old digests describe the disk."""

    def __init__(self, root: Path, *, trusted: bool) -> None:
        self.root = os.fspath(root)
        self.trusted = trusted
        self.written = 0
        self._spare = f"{self.root}/{WORK}/spare-{os.getpid()}"
        self._staged = f"{self.root}/{WORK}/new-{os.getpid()}"
        self._folders: set[str] = set()

    def put(self, path: str, data: bytes, known: bytes | None) -> bytes:
        """Write `data` to `path` unless its digest is `known`, that of the last build; answer the digest."""
        found = digest(data)
        if not (self.trusted and found == known):
            self.renew(path, data)
        return found

    def renew(self, path: str, data: bytes) -> None:
        """Write `data` to `path` unless it is there already."""
        target = f"{self.root}/{path}"
        if _same(target, data):
            return
        self.written += 1
        _write(self._spare, data)
        if not _exchange(self._spare, target):
            self._move(target)

    def add(self, path: str, data: bytes) -> None:
        """Write `data` to `path`, where nothing of use is."""
        self.written += 1
        _write(self._spare, data)
        self._move(f"{self.root}/{path}")

    def add_folder(self, path: str, files: Mapping[str, bytes]) -> None:
        """Write a folder that does not exist yet; it appears with all its files or not at all."""
        target = f"{self.root}/{path}"
        self._make(os.path.dirname(target))  # noqa: PTH120 — strings throughout: Path costs as much as the write
        os.mkdir(self._staged)  # noqa: PTH102
        for name, data in files.items():
            _write(f"{self._staged}/{name}", data, new=True)
        os.rename(self._staged, target)  # noqa: PTH104
        self.written += len(files)

    def _move(self, target: str) -> None:
        self._make(os.path.dirname(target))  # noqa: PTH120
        os.replace(self._spare, target)  # noqa: PTH105

    def has(self, path: str) -> bool:
        """Whether a file or folder stands at `path`."""
        return os.path.lexists(f"{self.root}/{path}")

    def close(self) -> None:
        """Remove what was only there for writing."""
        with suppress(FileNotFoundError):
            os.unlink(self._spare)  # noqa: PTH108

    def _make(self, folder: str) -> None:
        if folder not in self._folders:
            os.makedirs(folder, exist_ok=True)  # noqa: PTH103
            self._folders.add(folder)


def begin(root: Path) -> None:
    """Make the folder and clear what an interrupted build left in its work folder, apart from what it remembers."""
    work = root / WORK
    work.mkdir(parents=True, exist_ok=True)
    for left in work.iterdir():
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left)
        elif left.name not in REMEMBERED:
            left.unlink()


def remove(root: Path, path: str) -> None:
    """Remove a file that is no longer part of the site, and the folders that it leaves empty."""
    target = root / path
    target.unlink(missing_ok=True)
    for folder in target.parents:
        if folder == root:
            return
        try:
            folder.rmdir()
        except OSError:
            return


def _write(path: str, data: bytes, *, new: bool = False) -> None:
    """Write a file, over what a spare one held before."""
    handle = os.open(path, _FLAGS | (os.O_EXCL if new else 0), 0o644)
    try:
        done = os.write(handle, data)
        while done < len(data):
            done += os.write(handle, data[done:])
        if not new:
            os.ftruncate(handle, len(data))
    finally:
        os.close(handle)


def _same(path: str, data: bytes) -> bool:
    try:
        with open(path, "rb") as file:  # noqa: PTH123
            return file.read() == data
    except OSError:
        return False


def _renameat2() -> Callable[..., int] | None:
    """Return the C library's function; None outside Linux and with an old library."""
    try:
        found: Callable[..., int] = ctypes.CDLL(None).renameat2
    except (AttributeError, OSError, TypeError):
        return None
    return found


_RENAMEAT2 = _renameat2()


def _exchange(one: str, other: str) -> bool:
    """Let two existing files change places; False where one is missing or the system cannot."""
    if _RENAMEAT2 is None:
        return False
    return _RENAMEAT2(_AT_FDCWD, os.fsencode(one), _AT_FDCWD, os.fsencode(other), _EXCHANGE) == 0
