"""The table of `typescript.toml` by import specifier: `fs/promises`, `@scope/name`, `global`."""

from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from functools import cache

from crawler.effects.table import Entry, Table, table

Names = dict[str, list[Entry]]
_PATTERNS = "*"
_MAX_KNOWN = 10_000


@dataclass(frozen=True, slots=True)
class Modules:
    """Entries by the last part of their name (`*` for patterns), for modules and for beginnings of modules."""

    exact: dict[str, Names]
    beginnings: dict[str, Names]
    shapes: list[tuple[frozenset[str], str]]
    _known: dict[str, tuple[Names, ...]] = field(default_factory=dict)

    def find(self, module: str, path: tuple[str, ...]) -> Entry | None:
        """Return the entry that fixes most of `path`, or None."""
        held = [e for names in self.of(module.removeprefix("node:")) for e in _held(names, path[-1]) if e.fits(path)]
        return max(held, key=lambda e: e.weight, default=None)

    def silent(self, module: str) -> bool:
        """Tell whether a module is named as one that reaches nothing outside."""
        held = list(self.of(module))
        return bool(held) and not any(held)

    def copied(self, methods: AbstractSet[str]) -> str | None:
        """Return the module of which a class with these methods is a bundled copy, or None."""
        return next((module for shape, module in self.shapes if shape <= methods), None)

    def of(self, module: str) -> tuple[Names, ...]:
        """Return what is held for a module, its package and the beginnings of its name."""
        found = self._known.get(module)
        if found is None:
            package = "/".join(module.split("/")[: 2 if module.startswith("@") else 1])
            exact = [self.exact[name] for name in dict.fromkeys((module, package)) if name in self.exact]
            begun = [names for start, names in self.beginnings.items() if module.startswith(start)]
            found = (*exact, *begun)
            if len(self._known) < _MAX_KNOWN:
                self._known[module] = found
        return found


def _held(names: Names, last: str) -> Iterator[Entry]:
    yield from names.get(last, ())
    yield from names.get(_PATTERNS, ())


def by_module(read: Table) -> Modules:
    """Arrange a table by module."""
    made = Modules({}, {}, [(frozenset(s), x.modules[0]) for x in read.libraries for s in x.shapes])
    for module, entries in read.modules.items():
        home = made.beginnings if module.endswith("*") else made.exact
        names = home.setdefault(module.removeprefix("node:").removesuffix("*"), {})
        for entry in entries:
            last = entry.parts[-1]
            names.setdefault(last if isinstance(last, str) else _PATTERNS, []).append(entry)
    return made


@cache
def modules() -> Modules:
    """Return the table that ships with the program. Raises `DataError` where it is wrong."""
    return by_module(table("typescript"))
