"""What crosses servers: addresses, counts, who shares a name or a rule. Gathered in one pass over short rows."""

import hashlib
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from heapq import heappush, heapreplace
from itertools import groupby
from operator import attrgetter

import msgspec

from mcp_catalogue import addresses
from mcp_catalogue.model import Category, Confidence, ServerId, Severity
from mcp_catalogue.pages.text import rounded
from mcp_catalogue.store import Store
from mcp_catalogue.store.browse import LabelDigest, ServerLine, ToolLine, server_lines, tool_lines

SAMPLE = 7
"""How many tools of one rule are kept for "same action elsewhere"."""
SHARED = 8
"""How many other servers a tool's page names for its own name."""


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


@dataclass(slots=True)
class Overview:
    """Everything that one page needs to know of other servers."""

    servers: dict[ServerId, ServerTotals]
    matrix: Counter[tuple[Category, Severity]] = field(default_factory=Counter)
    signals: Counter[str] = field(default_factory=Counter)
    rules: dict[str, RuleUse] = field(default_factory=dict)
    names: dict[str, list[ToolLink]] = field(default_factory=dict)
    name_counts: dict[str, int] = field(default_factory=dict)
    name_files: dict[str, str] = field(default_factory=dict)
    odd_files: dict[tuple[ServerId, str, int | None], str] = field(default_factory=dict)
    _digests: dict[tuple[str, str], bytes] = field(default_factory=dict)

    @property
    def tools(self) -> int:
        """Return the number of tools in the index."""
        return sum(self.matrix.values())

    def severity(self, severity: Severity) -> int:
        """Return the number of tools of this severity."""
        return sum(self.matrix[c, severity] for c in Category)

    def category(self, category: Category) -> int:
        """Return the number of tools of this primary category."""
        return sum(self.matrix[category, s] for s in Severity)

    def dependencies(self, server: ServerId) -> bytes:
        """Return a digest of what this server's pages show of other servers."""
        totals = self.servers[server]
        found = hashlib.blake2b(f"{rounded(self.tools)} {rounded(len(self.servers))}".encode(), digest_size=16)
        for name in totals.names:
            if name in self.names:
                found.update(self._shown("name", name))
        for rule in totals.rules:
            found.update(self._shown("rule", rule))
        return found.digest()

    def _shown(self, kind: str, key: str) -> bytes:
        if (kind, key) not in self._digests:
            links = self.names[key] if kind == "name" else self.rules[key].links
            text = repr((self.name_files.get(key), *((k.path, k.server_title, k.severity, k.primary) for k in links)))
            self._digests[kind, key] = hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest()
        return self._digests[kind, key]

    def rule_links(self, rule: str) -> tuple[ToolLink, ...]:
        """Return the sample of the tools that `rule` decided."""
        return self.rules[rule].links if rule in self.rules else ()

    def link(self, line: ToolLine) -> ToolLink:
        """Return `line` with its address."""
        server = self.servers[line.server]
        file = self.odd_files.get((line.server, line.name, line.variant), line.name)
        return ToolLink(
            line.server, server.line.title, line.name, f"servers/{server.folder}/{file}.html",
            line.primary, line.severity, line.confidence,
        )  # fmt: skip


def gather(store: Store) -> Overview:
    """Read the whole store once, in short rows."""
    lines = {line.id: line for line in server_lines(store)}
    folders = addresses.server_folders(lines)
    overview = Overview({id_: ServerTotals(line, folders[id_]) for id_, line in lines.items()})
    seen: Counter[str] = Counter()
    links: dict[str, list[ToolLink]] = defaultdict(list)
    for server, group in groupby(tool_lines(store), key=lambda pair: pair[0].server):
        _add_server(overview, server, list(group), seen, links)
    shared = {name for name, count in seen.items() if count > 1}
    overview.names = {name: links[name] for name in sorted(shared)}
    overview.name_counts = {name: seen[name] for name in overview.names}
    overview.name_files = addresses.name_files(overview.names)
    return overview


def _add_server(
    overview: Overview,
    server: ServerId,
    pairs: list[tuple[ToolLine, LabelDigest]],
    seen: Counter[str],
    links: dict[str, list[ToolLink]],
) -> None:
    keys = [(line.name, line.variant) for line, _ in pairs]
    for key, file in zip(keys, addresses.tool_files(server, keys), strict=True):
        if file != key[0]:
            overview.odd_files[server, *key] = file
    totals = Counter(line.severity for line, _ in pairs)
    overview.servers[server].by_severity = (
        totals[Severity.CRITICAL], totals[Severity.HIGH], totals[Severity.MEDIUM], totals[Severity.LOW],
    )  # fmt: skip
    overview.servers[server].names = tuple(sys.intern(line.name) for line, _ in pairs)
    overview.servers[server].rules = tuple(
        sorted({sys.intern(r) for _, label in pairs for r in label.decided_by.rules})
    )
    for line, label in pairs:
        overview.matrix[line.primary, line.severity] += 1
        for signal in label.signals:
            overview.signals[signal.id] += 1
        link = overview.link(line)
        for rule in label.decided_by.rules:
            _use(overview.rules.setdefault(rule, RuleUse()), link)
    mine: dict[str, list[ToolLine]] = defaultdict(list)
    for line, _ in pairs:
        mine[line.name].append(line)
    for name in sorted(mine):
        seen[name] += 1
        if len(links[name]) <= SHARED:
            worst = max(mine[name], key=attrgetter("severity.rank", "primary.rank"))
            links[name].append(overview.link(worst))


def _use(use: RuleUse, link: ToolLink) -> None:
    """Count, and keep the tools whose key has the smallest digests: a sample that new servers seldom change."""
    use.count += 1
    digest = hashlib.blake2b(f"{link.server}\0{link.name}".encode("utf-8", "replace"), digest_size=6).digest()
    entry = (-int.from_bytes(digest, "big"), link)
    if len(use.sample) < SAMPLE:
        heappush(use.sample, entry)
    elif entry[0] > use.sample[0][0]:
        heapreplace(use.sample, entry)
