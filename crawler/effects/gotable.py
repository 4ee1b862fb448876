"""The table of `golang.toml` by import path: a module's entries hold for the packages below it.

`*` at a module's end stands for any ending (`github.com/aws/aws-sdk-go*`); the module `*` alone holds for every package
outside the tree and the standard library of which the table says nothing else.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache

from crawler.effects.gocuts import is_plain
from crawler.effects.table import Entry, Table, table

_ANY = "*"
_MAX_KNOWN = 20_000


@dataclass(frozen=True, slots=True)
class Modules:
    """Entries by import path, by the beginning of one, and those for all other packages."""

    exact: dict[str, tuple[Entry, ...]]
    beginnings: dict[str, tuple[Entry, ...]]
    others: tuple[Entry, ...]
    _named: dict[str, tuple[tuple[Entry, ...], bool]] = field(default_factory=dict)
    _found: dict[tuple[str, tuple[str, ...]], Entry | None] = field(default_factory=dict)

    def find(self, module: str, path: tuple[str, ...]) -> Entry | None:
        """Return the entry that fixes most of `path`, or None."""
        if (module, path) in self._found:
            return self._found[module, path]
        if len(self._found) > _MAX_KNOWN:
            self._found.clear()
        entries, known = self._named.get(module) or self._named.setdefault(module, self._of(module))
        if not known and "." in module.partition("/")[0]:
            entries = self.others
        best = max((e for e in entries if e.fits(path)), key=lambda e: e.weight, default=None)
        self._found[module, path] = best
        return best

    def of_client(self, module: str, method: str) -> Entry | None:
        """Return what holds of the method of any service's client; None where the module is none of a service."""
        if "." not in module.partition("/")[0] or is_plain(module):
            return None
        return max((e for e in self.others if e.fits(("Client", method))), key=lambda e: e.weight, default=None)

    def _of(self, module: str) -> tuple[tuple[Entry, ...], bool]:
        found = [e for prefix in _prefixes(module) for e in self.exact.get(prefix, ())]
        found += [e for start, entries in self.beginnings.items() if module.startswith(start) for e in entries]
        return tuple(found), bool(found)


def _prefixes(module: str) -> Iterator[str]:
    parts = module.split("/")
    for end in range(1, len(parts) + 1):
        yield "/".join(parts[:end])


def by_import(read: Table) -> Modules:
    """Arrange a table by import path."""
    ends = {name: name.removesuffix(_ANY) for name in read.modules if name != _ANY}
    return Modules(
        {name: read.modules[name] for name, start in ends.items() if name == start},
        {start: read.modules[name] for name, start in ends.items() if name != start},
        read.modules.get(_ANY, ()),
    )


@cache
def modules() -> Modules:
    """Return the table that ships with the program. Raises `DataError` where it is wrong."""
    return by_import(table("golang"))
