"""Tar and zip archives as a mapping of paths to bytes."""

import bz2
import gzip
import lzma
import tarfile
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, cast

from crawler.fetch.archives.limits import ArchiveLimits, Collector
from mcp_catalogue.errors import ArchiveError

_DAMAGED = (tarfile.TarError, EOFError, OSError, zlib.error, lzma.LZMAError, ValueError, OverflowError, RecursionError)
_END_OF_ZIP, _END_SIZE, _LONGEST_COMMENT = b"PK\x05\x06", 22, 65_535  # APPNOTE 4.3.16
# The file that is passed in belongs to the caller, who closes it.
_PACKINGS: tuple[tuple[bytes, Callable[[IO[bytes]], IO[bytes]]], ...] = (
    (b"\x1f\x8b", lambda file: cast("IO[bytes]", gzip.GzipFile(fileobj=file))),
    (b"BZh", lambda file: cast("IO[bytes]", bz2.BZ2File(file))),
    (b"\xfd7zXZ\x00", lambda file: cast("IO[bytes]", lzma.LZMAFile(file))),  # noqa: SIM115
)


class _Counting:
    """Counts what is unpacked, headers and skipped members included, before it is handed on."""

    def __init__(self, file: IO[bytes], collector: Collector) -> None:
        self._file = file
        self._collector = collector

    def read(self, size: int = -1) -> bytes:
        data = self._file.read(size)
        self._collector.unpack(len(data))
        return data


class _Member(tarfile.TarInfo):
    """Bounds the headers that name other members: tarfile reads them into memory whole, and one within another."""

    _NAMING = frozenset(
        {tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE, tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK}
    )
    _LARGEST = 1024 * 1024

    def _proc_member(self, archive: tarfile.TarFile) -> tarfile.TarInfo:
        if self.type in self._NAMING and self.size > self._LARGEST:
            raise tarfile.ReadError("a header of more than 1 MiB")
        member: tarfile.TarInfo = super()._proc_member(archive)  # type: ignore[misc]
        return member


def read_tar(path: Path, limits: ArchiveLimits) -> tuple[Collector, str | None]:
    """Read a tar archive in any common packing; also return the commit that `git archive` writes into one.

    Raises `ArchiveError` where it is damaged or breaks a limit of the whole.
    """
    collector = Collector(limits, path.stat().st_size)
    commit = None
    try:
        with path.open("rb") as raw:
            head = raw.read(6)
            raw.seek(0)
            opener = next((o for magic, o in _PACKINGS if head.startswith(magic)), lambda file: file)
            stream = cast("IO[bytes]", _Counting(opener(raw), collector))
            with tarfile.open(fileobj=stream, mode="r|", tarinfo=_Member) as archive:
                for member in archive:
                    _tar_member(archive, member, collector)
                commit = archive.pax_headers.get("comment")
    except _DAMAGED as error:
        raise ArchiveError(f"a damaged or truncated archive ({_short(error)})") from error
    return collector, commit


def _tar_member(archive: tarfile.TarFile, member: tarfile.TarInfo, collector: Collector) -> None:
    collector.member()
    name = collector.path(member.name)
    if name is None or member.isdir():
        return
    if member.issym() or member.islnk():
        base = PurePosixPath(name).parent if member.issym() else PurePosixPath()
        if leaves(base, member.linkname):
            collector.refuse(name, "link", "a link that leads out of the archive")
        else:
            collector.ignored += 1
    elif not member.isfile():
        collector.refuse(name, "special-file", "a device, pipe or unknown entry")
    elif collector.wants(name, member.size):
        file = archive.extractfile(member)
        data = file.read() if file else b""
        if len(data) != member.size:
            raise ArchiveError(f"{name}: truncated")
        collector.keep(name, data)


def read_zip(path: Path, limits: ArchiveLimits) -> Collector:
    """Read a zip archive. Raises `ArchiveError` where it is damaged or breaks a limit of the whole."""
    collector = Collector(limits, path.stat().st_size)
    try:
        _check_directory(path, limits)
        with zipfile.ZipFile(path) as archive:
            for member in archive.infolist():
                _zip_member(archive, member, collector)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, *_DAMAGED) as error:
        raise ArchiveError(f"a damaged archive ({_short(error)})") from error
    return collector


def _check_directory(path: Path, limits: ArchiveLimits) -> None:
    """Refuse a directory that would not fit in memory: zipfile reads all of it before it gives the first entry."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - _END_SIZE - _LONGEST_COMMENT))
        tail = file.read()
    found = tail.rfind(_END_OF_ZIP)
    directory = int.from_bytes(tail[found + 12 : found + 16], "little") if found >= 0 else 0
    if directory > limits.directory:
        raise ArchiveError(f"its directory is larger than {limits.directory} bytes: refused")


def _zip_member(archive: zipfile.ZipFile, member: zipfile.ZipInfo, collector: Collector) -> None:
    collector.member()
    name = collector.path(member.filename)
    if name is None or member.is_dir():
        return
    mode = member.external_attr >> 16 & 0o170000
    if mode == 0o120000:
        collector.refuse(name, "link", "a symbolic link in a zip archive")
    elif mode not in {0, 0o100000}:
        collector.refuse(name, "special-file", "a device, pipe or unknown entry")
    elif member.flag_bits & 0x1:
        collector.refuse(name, "encrypted", "an encrypted entry")
    elif collector.wants(name, member.file_size):
        # The directory's size may lie: at most one byte more than it says is ever unpacked.
        with archive.open(member) as file:
            data = file.read(member.file_size + 1)
        collector.unpack(len(data))
        if len(data) > member.file_size:
            raise ArchiveError(f"{name}: larger than the archive's directory says")
        collector.keep(name, data)


def leaves(folder: PurePosixPath, link: str) -> bool:
    """Tell whether a link found in `folder` leads out of the tree."""
    if PurePosixPath(link).is_absolute() or not link:
        return True
    depth = len(folder.parts)
    for part in PurePosixPath(link).parts:
        depth += -1 if part == ".." else 1
        if depth < 0:
            return True
    return False


def _short(error: BaseException) -> str:
    return str(error)[:120] or type(error).__name__
