"""The table of `typescript.toml`: which call of which library does what."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import msgspec

from mcp_catalogue.errors import DataError

_FILE = Path(__file__).with_name("typescript.toml")


class _Library(msgspec.Struct, forbid_unknown_fields=True):
    modules: list[str]
    calls: dict[str, list[str]]
    target: int | None = None
    reads: str | None = None


class _File(msgspec.Struct, forbid_unknown_fields=True):
    library: list[_Library]


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of one library: the effect's id, the argument that names its target, and how arguments are read."""

    id: str
    parts: tuple[str, ...]
    target: int | None
    reads: str | None

    def fits(self, path: tuple[str, ...]) -> bool:
        """Whether the path ends in this name."""
        if len(self.parts) > len(path):
            return False
        return all(_fits(p, name) for p, name in zip(self.parts, path[-len(self.parts) :], strict=True))

    @property
    def weight(self) -> int:
        """How much of a path the name fixes."""
        return sum(len(part) + 100 - 50 * ("*" in part) for part in self.parts)


def _fits(part: str, name: str) -> bool:
    if part == name:
        return True
    if "*" not in part:
        return part.removesuffix("()") == name.removesuffix("()") and part.endswith("()") <= name.endswith("()")
    return re.fullmatch(part.replace("$", r"\$").replace("*", ".*"), name) is not None


@dataclass(frozen=True, slots=True)
class _Names:
    """Entries of some modules by the last part of their name, and those where that is a pattern."""

    plain: dict[str, list[Entry]] = field(default_factory=dict)
    patterns: list[Entry] = field(default_factory=list)

    def add(self, entry: Entry) -> None:
        last = entry.parts[-1]
        if "*" in last:
            self.patterns.append(entry)
        else:
            self.plain.setdefault(last.removesuffix("()"), []).append(entry)

    def held(self, last: str) -> Iterable[Entry]:
        yield from self.plain.get(last.removesuffix("()"), ())
        yield from self.patterns


@dataclass(frozen=True, slots=True)
class Table:
    """Entries by module, and by the beginning of a module's name."""

    modules: dict[str, _Names]
    beginnings: dict[str, _Names]

    def find(self, module: str, path: tuple[str, ...]) -> Entry | None:
        """Return the entry that fixes most of `path`, or None."""
        held = [e for names in self._of(module.removeprefix("node:")) for e in names.held(path[-1]) if e.fits(path)]
        return max(held, key=lambda e: e.weight, default=None)

    def _of(self, module: str) -> Iterable[_Names]:
        root = "/".join(module.split("/")[: 2 if module.startswith("@") else 1])
        for name in dict.fromkeys((module, root)):
            if name in self.modules:
                yield self.modules[name]
        for beginning, names in self.beginnings.items():
            if module.startswith(beginning):
                yield names


@cache
def table() -> Table:
    """Read the table that ships with the program. Raises `DataError` where it is wrong."""
    return read_table(_FILE.read_text(encoding="utf-8"))


def read_table(text: str) -> Table:
    """Read a table. Raises `DataError` where it is wrong."""
    try:
        libraries = msgspec.convert(tomllib.loads(text), _File).library
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"effects table typescript.toml: {error}") from error
    made = Table({}, {})
    for library in libraries:
        for module in library.modules:
            home = made.beginnings if module.endswith("*") else made.modules
            names = home.setdefault(module.removeprefix("node:").removesuffix("*"), _Names())
            for id_, calls in library.calls.items():
                for name in calls:
                    names.add(Entry(id_, tuple(name.split(".")), library.target, library.reads))
    return made
