"""What is kept of an untrusted tree, and what is refused, whatever it is packed in."""

from dataclasses import dataclass, field
from pathlib import PurePosixPath

from mcp_catalogue.errors import ArchiveError
from mcp_catalogue.model import Unreadable

MIB = 1024 * 1024
# Never source and never a manifest: read by no extractor. Their number is kept.
_IRRELEVANT = frozenset(
    f".{suffix}"
    for group in (
        "7z bz2 gz jar lockb tar tgz whl xz zip zst",
        "a bin class dex dll dylib exe lib node o obj pyc pyd so wasm",
        "dat db onnx parquet pickle pkl sqlite sqlite3",
        "ai avif bmp eot gif heic icns ico jpeg jpg otf png psd svg svgz tif tiff ttf webp woff woff2",
        "aac avi flac m4a mkv mov mp3 mp4 mpeg ogg swf wav webm",
        "pdf ppt pptx xls xlsx",
    )
    for suffix in group.split()
)


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchiveLimits:
    """Bounds of one tree.

    `unpacked`: bytes of all members; `kept`: bytes held in memory; `file`: bytes of one file; `count`: members;
    `directory`: bytes of a zip archive's directory;
    `ratio`: unpacked by packed, for what unpacks to more than `ratio_from`; `depth` and `path`: folders above a
    file and characters of its path. The largest package of the public ecosystem that is no bundle of binaries
    unpacks to about a fifth of `unpacked`.
    """

    unpacked: int = 1024 * MIB
    kept: int = 256 * MIB
    file: int = 16 * MIB
    count: int = 100_000
    directory: int = 16 * MIB
    ratio: int = 200
    ratio_from: int = 32 * MIB
    depth: int = 40
    path: int = 1000


@dataclass(slots=True)
class Collector:
    """Gathers the files of one tree member by member; raises `ArchiveError` where a limit of the whole breaks."""

    limits: ArchiveLimits
    packed: int
    """Bytes of the archive as it came, or 0 where there is none."""
    files: dict[str, bytes] = field(default_factory=dict)
    skipped: list[Unreadable] = field(default_factory=list)
    ignored: int = 0
    _members: int = 0
    _unpacked: int = 0
    _kept: int = 0

    def member(self) -> None:
        """Count one member of any kind."""
        self._members += 1
        if self._members > self.limits.count:
            raise ArchiveError(f"more than {self.limits.count} entries: refused")

    def unpack(self, size: int) -> None:
        """Count `size` unpacked bytes."""
        self._unpacked += size
        if self._unpacked > self.limits.unpacked:
            raise ArchiveError(f"unpacks to more than {self.limits.unpacked // MIB} MiB: refused")
        if self.packed and self._unpacked > max(self.limits.ratio_from, self.packed * self.limits.ratio):
            raise ArchiveError(f"unpacks to more than {self.limits.ratio} times its size: refused as a bomb")

    def path(self, name: str) -> str | None:
        """Return `name` as a clean relative POSIX path, or None after noting why it is refused."""
        text = name.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
        plain = PurePosixPath(text.replace("\\", "/"))
        shown = str(plain)[:200]
        if plain.is_absolute() or ".." in plain.parts or (plain.parts and plain.parts[0].endswith(":")):
            self.refuse(shown, "unsafe-path", "leads out of the archive")
        elif len(str(plain)) > self.limits.path or len(plain.parts) > self.limits.depth or "\0" in text:
            self.refuse(shown, "path-limit", "too long or too deep")
        elif plain.parts:
            return str(plain)
        return None

    def wants(self, path: str, size: int) -> bool:
        """Tell whether the file's bytes are to be read; note or count it where not."""
        if PurePosixPath(path).suffix.lower() in _IRRELEVANT:
            self.ignored += 1
            return False
        if size > self.limits.file:
            self.refuse(path, "too-large", f"{size} bytes")
            return False
        return True

    def keep(self, path: str, data: bytes) -> None:
        """Keep one file; of two with one path the later stands, as in unpacking."""
        self._kept += len(data)
        if self._kept > self.limits.kept:
            raise ArchiveError(f"holds more than {self.limits.kept // MIB} MiB of text: refused")
        self.files[path] = data

    def refuse(self, path: str, reason: str, detail: str) -> None:
        """Note one member that is not read."""
        if len(self.skipped) < 1000:
            self.skipped.append(Unreadable(file=path, reason=reason, detail=detail))
