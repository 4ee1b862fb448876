"""What crosses servers: addresses, counts, labels in short, who shares a name or a rule."""

import hashlib
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import accumulate, product
from typing import NamedTuple

import msgspec

from mcp_catalogue.model import Category, Confidence, ServerId, Severity
from mcp_catalogue.pages.text import rounded
from mcp_catalogue.store.browse import ServerLine

SAMPLE = 7
"""How many tools of one rule are kept for "same action elsewhere"."""
SHARED = 8
"""How many other servers a tool's page names for its own name."""

LABELS = tuple(product(Category, Severity, Confidence))
CODES = {(c.value, s.value, f.value): code for code, (c, s, f) in enumerate(LABELS)}
"""Category, severity and confidence of a label in one byte."""


class ToolLink(msgspec.Struct, frozen=True, gc=False, order=True):
    """One tool as other pages link to it; `path` is below the root."""

    server: ServerId
    server_title: str
    name: str
    path: str
    primary: Category
    severity: Severity
    confidence: Confidence


@dataclass(slots=True)
class RuleUse:
    """How often a rule decided, and a sample that stays the same while its members stay."""

    count: int = 0
    sample: list[tuple[int, ToolLink]] = field(default_factory=list)

    @property
    def links(self) -> tuple[ToolLink, ...]:
        """Return the sample in a fixed order."""
        return tuple(link for _, link in sorted(self.sample, reverse=True))


@dataclass(slots=True)
class ServerTotals:
    """Tools of one server by severity, gravest first."""

    line: ServerLine
    folder: str
    by_severity: tuple[int, int, int, int] = (0, 0, 0, 0)
    names: tuple[str, ...] = ()
    rules: tuple[str, ...] = ()

    @property
    def tools(self) -> int:
        """Return the number of tools."""
        return sum(self.by_severity)


@dataclass(frozen=True, slots=True)
class Brief:
    """The tools of one server in their order: labels as codes, signals a bit each, variants where there are any."""

    codes: bytes
    signals: "array[int]"
    variants: dict[int, int]


NOTHING = Brief(b"", array("H"), {})


class _Shown(NamedTuple):
    """What pages show of other servers: how many there are, and digests of the links of each name and rule."""

    size: bytes
    names: dict[str, bytes]
    rules: dict[str, bytes]


def _digest(file: str, links: Iterable[ToolLink]) -> bytes:
    shown = [file]
    for link in links:
        shown += (link.path, link.server_title, link.severity, link.primary)
    return hashlib.blake2b("\0".join(shown).encode("utf-8", "replace"), digest_size=8).digest()


@dataclass(slots=True)
class Overview:
    """Everything that one page needs to know of other servers; `copies` are those that have their code in common."""

    servers: dict[ServerId, ServerTotals]
    briefs: dict[ServerId, Brief] = field(default_factory=dict)
    matrix: Counter[tuple[Category, Severity]] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)
    rules: dict[str, RuleUse] = field(default_factory=dict)
    names: dict[str, list[ToolLink]] = field(default_factory=dict)
    name_files: dict[str, str] = field(default_factory=dict)
    odd_files: dict[tuple[ServerId, str, int | None], str] = field(default_factory=dict)
    copies: dict[ServerId, tuple[ServerId, ...]] = field(default_factory=dict)
    days: dict[str, tuple[int, int]] = field(default_factory=dict)
    _shown: "_Shown | None" = None

    @property
    def tools(self) -> int:
        """Return the number of tools in the index."""
        return sum(self.matrix.values())

    def found(self, day: str, servers: int, tools: int) -> None:
        """Note that so many were first seen on this day."""
        before = self.days.get(day, (0, 0))
        self.days[day] = (before[0] + servers, before[1] + tools)

    def growth(self) -> list[tuple[str, int, int]]:
        """Return servers and tools by the day on which they were first seen, summed up, oldest first."""
        counts = [self.days[day] for day in sorted(self.days)]
        servers, tools = accumulate(n for n, _ in counts), accumulate(n for _, n in counts)
        return list(zip(sorted(self.days), servers, tools, strict=True))

    def severity(self, severity: Severity) -> int:
        """Return the number of tools of this severity."""
        return sum(self.matrix[c, severity] for c in Category)

    def category(self, category: Category) -> int:
        """Return the number of tools of this primary category."""
        return sum(self.matrix[category, s] for s in Severity)

    def dependencies(self, server: ServerId) -> bytes:
        """Return a digest of what this server's pages show of other servers."""
        if self._shown is None:
            self._shown = _Shown(
                f"{rounded(self.tools)} {rounded(len(self.servers))} ".encode(),
                {name: _digest(self.name_files[name], links) for name, links in self.names.items()},
                {rule: _digest("", use.links) for rule, use in self.rules.items()},
            )
        size, names, rules = self._shown
        totals = self.servers[server]
        parts = [names[name] for name in totals.names if name in names]
        parts += [rules[rule] for rule in totals.rules]
        parts += (size, repr(self.copies.get(server)).encode("utf-8", "replace"))
        return hashlib.blake2b(b"".join(parts), digest_size=16).digest()

    def rule_links(self, rule: str) -> tuple[ToolLink, ...]:
        """Return the sample of the tools that `rule` decided."""
        return self.rules[rule].links if rule in self.rules else ()

    def listed(self) -> bytes:
        """Return a digest of everything that lists of tools show."""
        found = hashlib.blake2b(digest_size=8)
        for server, brief in self.briefs.items():
            totals = self.servers[server]
            shown = (server, totals.line.title, totals.folder, totals.names, brief.codes, brief.variants)
            found.update(repr(shown).encode("utf-8", "replace"))
        found.update(repr((self.odd_files, self.name_files)).encode("utf-8", "replace"))
        return found.digest()

    def key(self, totals: ServerTotals, place: int) -> tuple[ServerId, str, int | None]:
        """Return the key of the tool at `place` of a server."""
        return totals.line.id, totals.names[place], self.briefs[totals.line.id].variants.get(place)

    def link(self, totals: ServerTotals, place: int) -> ToolLink:
        """Return the tool at `place` of a server with its address."""
        name, line = totals.names[place], totals.line
        file = self.odd_files.get(self.key(totals, place), name)
        label = LABELS[self.briefs[line.id].codes[place]]
        return ToolLink(line.id, line.title, name, f"servers/{totals.folder}/{file}.html", *label)

    def links(self, codes: bytes) -> Iterator[ToolLink]:
        """Yield the tools whose label is among `codes`, by server and position."""
        for server, brief in self.briefs.items():
            for place, code in enumerate(brief.codes):
                if code in codes:
                    yield self.link(self.servers[server], place)

    def links_by_name(self, first: str, beyond: str | None) -> Iterator[tuple[str, list[ToolLink]]]:
        """Yield the shared names from `first` to before `beyond` with their tools, by server and variant."""
        found: dict[str, list[tuple[ServerTotals, int]]] = {
            name: [] for name in self.names if name >= first and (beyond is None or name < beyond)
        }
        for totals in self.servers.values():
            for place, name in enumerate(totals.names):
                if name in found:
                    found[name].append((totals, place))
        for name in sorted(found):
            listed = sorted(found[name], key=lambda pair: (pair[0].line.id, self.key(*pair)[2] or 0))
            yield name, [self.link(totals, place) for totals, place in listed]
