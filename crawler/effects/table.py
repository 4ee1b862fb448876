"""The form of an effects table: which call of which library does what. One TOML file per language.

A `[[library]]` names its `modules`; `calls` maps an effect's id to names; a name is the end of the access path of a
call (`run`, `Client().delete`), `*` stands for any part of one name, `()` marks the result of a call. The name that
fixes most decides. `target` is the position or keyword of the argument that the effect is about; `reads` names the
way in which arguments decide the id (`http`, `sql`, `open`, `shell`). `cases` are calls with the id each must give:
the tests demand one for every id of every library.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import msgspec

from mcp_catalogue.errors import DataError


class Library(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """One table entry as written."""

    modules: list[str]
    calls: dict[str, list[str]]
    cases: dict[str, str]
    target: list[int | str] = msgspec.field(default_factory=list)
    reads: str | None = None
    direct: bool = False  # functions of the module itself, never methods of what they return
    shapes: list[list[str]] = msgspec.field(default_factory=list)  # methods that tell a class of a bundled copy


class _File(msgspec.Struct, forbid_unknown_fields=True):
    library: list[Library]


@dataclass(frozen=True, slots=True)
class Entry:
    """One name of one library."""

    id: str
    parts: tuple[re.Pattern[str] | str, ...]
    weight: int
    target: tuple[int | str, ...]
    reads: str | None
    results: int | None  # how many calls the path must hold, where that is fixed

    def fits(self, path: tuple[str, ...]) -> bool:
        """Tell whether the path of a call ends in this name."""
        if len(self.parts) > len(path):
            return False
        if self.results is not None and self.results != sum(part.endswith("()") for part in path):
            return False
        tail = path[-len(self.parts) :]
        return all(
            p == name if isinstance(p, str) else p.fullmatch(name) for p, name in zip(self.parts, tail, strict=True)
        )


@dataclass(frozen=True, slots=True)
class Table:
    """The entries of one language by module; `*` holds what counts whatever the module is."""

    libraries: tuple[Library, ...]
    modules: Mapping[str, tuple[Entry, ...]]
    _found: dict[str, Entry | None] = field(default_factory=dict)

    def find(self, path: str) -> Entry | None:
        """Return the entry for a call by its dotted path (`httpx.Client().get`), or None."""
        if path not in self._found:
            if len(self._found) > _MAX_KNOWN:
                self._found.clear()
            parts = tuple(path.split("."))
            held = [e for module in _prefixes(parts) for e in self.modules.get(module, ()) if e.fits(parts)]
            self._found[path] = max(held, key=lambda e: e.weight, default=None)
        return self._found[path]


_MAX_KNOWN = 20_000


def _prefixes(parts: tuple[str, ...]) -> Iterator[str]:
    yield "*"
    for end in range(1, len(parts)):
        yield ".".join(parts[:end])


@cache
def table(name: str) -> Table:
    """Read the table `<name>.toml` that ships with the program. Raises `DataError` where it is wrong."""
    return read_table(Path(__file__).with_name(f"{name}.toml").read_text(encoding="utf-8"), name)


def read_table(text: str, name: str = "table") -> Table:
    """Read a table. Raises `DataError` where it does not have the form above."""
    try:
        libraries = msgspec.convert(tomllib.loads(text), _File).library
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise DataError(f"effects table {name}.toml: {error}") from error
    modules: dict[str, list[Entry]] = {}
    for library in libraries:
        entries = [_entry(id_, call, library) for id_, calls in library.calls.items() for call in calls]
        for module in library.modules:
            # What is known of a module says more than what holds of any.
            more = 0 if module == "*" else 10
            modules.setdefault(module, []).extend(replace(e, weight=e.weight + more) for e in entries)
    return Table(tuple(libraries), {module: tuple(entries) for module, entries in modules.items()})


def _entry(id_: str, call: str, library: Library) -> Entry:
    parts = tuple(_part(part) for part in call.split("."))
    weight = sum(len(part) + 100 - 50 * ("*" in part) for part in call.split("."))
    results = call.count("()") if library.direct else None
    return Entry(id_, parts, weight, tuple(library.target), library.reads, results)


def _part(part: str) -> re.Pattern[str] | str:
    if "*" not in part:
        return part
    return re.compile("[^.]*".join(re.escape(piece) for piece in part.split("*")))
