"""One pass over short rows of the store, from which the overview is made."""

import hashlib
import sys
from array import array
from collections import Counter, defaultdict
from heapq import heappush, heapreplace
from itertools import groupby
from operator import attrgetter

from mcp_catalogue import addresses
from mcp_catalogue.model import Severity
from mcp_catalogue.pages.overview import CODES, LABELS, SAMPLE, SHARED, Brief, Overview, RuleUse, ServerTotals, ToolLink
from mcp_catalogue.pages.words import SIGNALS
from mcp_catalogue.store import Store, copies
from mcp_catalogue.store.browse import ToolLine, server_lines, tool_lines

_BITS = {str(signal): 1 << place for place, signal in enumerate(SIGNALS)}
_WORST = tuple((severity.rank, category.rank) for category, severity, _ in LABELS)
_server = attrgetter("server")


class _Gathering:
    """What is counted over all tools."""

    def __init__(self, overview: Overview) -> None:
        self.overview = overview
        self.labels: Counter[int] = Counter()
        self.seen: Counter[str] = Counter()
        self.links: defaultdict[str, list[ToolLink]] = defaultdict(list)

    def add(self, totals: ServerTotals, lines: list[ToolLine]) -> None:
        """Count the tools of one server and note what its totals keep of them."""
        totals.names = tuple(sys.intern(line.name) for line in lines)
        codes = bytes(CODES[line.primary, line.severity, line.confidence] for line in lines)
        self.overview.briefs[totals.line.id] = Brief(
            codes,
            array("H", [sum({_BITS.get(s.id, 0) for s in line.rest.signals}) for line in lines]),
            {place: line.variant for place, line in enumerate(lines) if line.variant},
        )
        self.labels.update(codes)
        for line in lines:
            for signal in line.rest.signals:
                self.overview.signals[signal.id] += 1
        keys = [(line.name, line.variant or None) for line in lines]
        for key, file in zip(keys, addresses.tool_files(totals.line.id, keys), strict=True):
            if file != key[0]:
                self.overview.odd_files[totals.line.id, *key] = file
        by_severity = Counter(LABELS[code][1] for code in codes)
        totals.by_severity = (
            by_severity[Severity.CRITICAL], by_severity[Severity.HIGH], by_severity[Severity.MEDIUM],
            by_severity[Severity.LOW],
        )  # fmt: skip
        self._rules(totals, lines)
        self._names(totals, codes)

    def _rules(self, totals: ServerTotals, lines: list[ToolLine]) -> None:
        rules = self.overview.rules
        for place, line in enumerate(lines):
            for rule in line.rest.decided_by.rules:
                _use(rules.setdefault(sys.intern(rule), RuleUse()), self.overview, totals, place)
        totals.rules = tuple(sorted({sys.intern(rule) for line in lines for rule in line.rest.decided_by.rules}))

    def _names(self, totals: ServerTotals, codes: bytes) -> None:
        worst: dict[str, int] = {}
        for place, name in enumerate(totals.names):
            held = worst.get(name)
            if held is None or _WORST[codes[place]] > _WORST[codes[held]]:
                worst[name] = place
        for name, place in worst.items():
            self.seen[name] += 1
            links = self.links[name]
            if len(links) <= SHARED:
                links.append(self.overview.link(totals, place))


def gather(store: Store) -> Overview:
    """Read the whole store once, in short rows."""
    lines = {line.id: line for line in server_lines(store)}
    folders = addresses.server_folders(lines)
    overview = Overview({id_: ServerTotals(line, folders[id_]) for id_, line in lines.items()})
    gathering = _Gathering(overview)
    for server, group in groupby(tool_lines(store), key=_server):
        gathering.add(overview.servers[server], list(group))
    for code, count in gathering.labels.items():
        overview.matrix[LABELS[code][:2]] += count
    shared = sorted(name for name, count in gathering.seen.items() if count > 1)
    overview.names = {name: gathering.links[name] for name in shared}
    overview.name_counts = {name: gathering.seen[name] for name in shared}
    overview.name_files = addresses.name_files(shared)
    overview.copies = {server: group for group in copies.groups(store) for server in group}
    return overview


def _use(use: RuleUse, overview: Overview, totals: ServerTotals, place: int) -> None:
    """Count, and keep the tools whose key has the smallest digests: a sample that new servers seldom change."""
    use.count += 1
    text = f"{totals.line.id}\0{totals.names[place]}"
    digest = -int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).digest(), "big")
    if len(use.sample) < SAMPLE:
        heappush(use.sample, (digest, overview.link(totals, place)))
    elif digest > use.sample[0][0]:
        heapreplace(use.sample, (digest, overview.link(totals, place)))
