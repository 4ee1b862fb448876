"""A fetched source in memory: paths and bytes, never a path on this machine's disk."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property

from crawler.contents import code_digest
from mcp_catalogue.model import ServerId, Source, Unreadable


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """What is known of a source before its files are read: from the registry, the archive or git."""

    id: ServerId
    source: Source
    name: str | None = None
    version: str | None = None
    description: str | None = None
    repository: str | None = None
    commit: str | None = None
    licence: str | None = None
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class SourceTree:
    """The files of one source.

    `files` maps a POSIX path inside the archive's top folder to bytes (it may load lazily); `skipped` lists
    what a limit or a refusal kept out; `ignored` counts images and other binaries; `dependencies` holds trees
    of declared dependencies by package name (`@scope/name`, `some-dist`), for tools whose code lives there.
    """

    origin: Origin
    files: Mapping[str, bytes]
    skipped: tuple[Unreadable, ...] = ()
    ignored: int = 0
    dependencies: Mapping[str, "SourceTree"] = field(default_factory=dict)

    @cached_property
    def paths(self) -> tuple[str, ...]:
        """All paths, sorted."""
        return tuple(sorted(self.files))

    @cached_property
    def code(self) -> bytes | None:
        """Digest of its code, whatever that is called; None where some of it was left out."""
        return code_digest(self.files, self.skipped)

    def read(self, path: str) -> bytes | None:
        """Return the bytes at `path`, or None where there is no such file."""
        return self.files.get(path)

    def under(self, root: str) -> Iterator[str]:
        """Yield the paths inside folder `root` (`""` for all), sorted."""
        if not root:
            return iter(self.paths)
        # What lies between `root/` and `root0`, the next character, is inside the folder.
        first, last = (bisect_left(self.paths, root + end) for end in "/0")
        return iter(self.paths[first:last])
