"""The overview of a store, made from a summary of each of its servers."""

import sys
from array import array
from collections import Counter
from heapq import heappush, heapreplace

import msgspec

from mcp_catalogue import addresses
from mcp_catalogue.model import ServerId, Severity
from mcp_catalogue.pages.overview import LABELS, SAMPLE, SHARED, Brief, Overview, RuleUse, ServerTotals
from mcp_catalogue.pages.recall import Recall
from mcp_catalogue.pages.summary import Decided, Summary, summarize
from mcp_catalogue.pages.words import SIGNALS
from mcp_catalogue.store import Store, copies
from mcp_catalogue.store.browse import server_lines, tool_lines

_WORST = tuple((severity.rank, category.rank) for category, severity, _ in LABELS)
_RANKS = bytes(severity.rank for _, severity, _ in LABELS) + bytes(256 - len(LABELS))
_SUMMARY = msgspec.msgpack.Decoder(Summary)


class _Gathering:
    """What is counted over all tools."""

    def __init__(self, overview: Overview) -> None:
        self.overview = overview
        self.labels: Counter[int] = Counter()
        self.signals: Counter[int] = Counter()
        self.first: dict[str, tuple[ServerTotals, int]] = {}

    def add(self, totals: ServerTotals, summary: Summary) -> None:
        """Count the tools of one server and note what its totals keep of them."""
        overview, codes = self.overview, summary.codes
        totals.names = tuple(map(sys.intern, summary.names))
        signals = array("H", summary.signals)
        overview.briefs[totals.line.id] = Brief(codes, signals, summary.variants)
        self.labels.update(codes)
        self.signals.update(signals)
        for place, file in summary.files.items():
            overview.odd_files[overview.key(totals, place)] = file
        ranks = codes.translate(_RANKS)
        totals.by_severity = (
            ranks.count(Severity.CRITICAL.rank), ranks.count(Severity.HIGH.rank), ranks.count(Severity.MEDIUM.rank),
            ranks.count(Severity.LOW.rank),
        )  # fmt: skip
        totals.rules = tuple(sys.intern(decided.rule) for decided in summary.decided)
        for decided in summary.decided:
            self._decided(overview.rules.setdefault(sys.intern(decided.rule), RuleUse()), totals, decided)
        self._names(totals, codes)
        overview.found(totals.line.first_seen[:10], 1, 0)
        for day, count in summary.days.items():
            overview.found(day, 0, count)

    def _decided(self, use: RuleUse, totals: ServerTotals, decided: Decided) -> None:
        """Count, and keep the tools of the smallest digests."""
        use.count += decided.count
        for digest, place in decided.sample:
            if len(use.sample) < SAMPLE:
                heappush(use.sample, (-digest, self.overview.link(totals, place)))
            elif -digest > use.sample[0][0]:
                heapreplace(use.sample, (-digest, self.overview.link(totals, place)))

    def _names(self, totals: ServerTotals, codes: bytes) -> None:
        """Note who has which name: a link is made only once a second server has it."""
        shared = self.overview.names
        for name, place in _worst(totals.names, codes).items():
            first = self.first.setdefault(name, (totals, place))
            if first[0] is totals:
                continue
            links = shared.get(name)
            if links is None:
                links = shared[name] = [self.overview.link(*first)]
            if len(links) <= SHARED:
                links.append(self.overview.link(totals, place))


def _worst(names: tuple[str, ...], codes: bytes) -> dict[str, int]:
    """Return the place of each name; of its gravest tool where variants share it."""
    found = dict(zip(names, range(len(names)), strict=True))
    if len(found) < len(names):
        for place, name in enumerate(names):
            found[name] = max(found[name], place, key=lambda p: (_WORST[codes[p]], -p))
    return found


def gather(store: Store, recall: Recall) -> Overview:
    """Read every server's summary, from what `recall` kept or else from the store."""
    lines = {line.id: line for line in server_lines(store)}
    folders = addresses.server_folders(lines)
    overview = Overview({id_: ServerTotals(line, folders[id_]) for id_, line in lines.items()})
    gathering = _Gathering(overview)

    def make(server: ServerId) -> bytes:
        return msgspec.msgpack.encode(summarize(server, tool_lines(store, server)))

    records = recall.records(lines.values(), make)
    for totals, record in zip(overview.servers.values(), records, strict=True):
        gathering.add(totals, _SUMMARY.decode(record))
    for code, count in gathering.labels.items():
        overview.matrix[LABELS[code][:2]] += count
    for bits, count in gathering.signals.items():
        overview.signals.update({signal: count for place, signal in enumerate(SIGNALS) if bits >> place & 1})
    overview.names = dict(sorted(overview.names.items()))
    overview.name_files = addresses.name_files(overview.names)
    overview.copies = {server: group for group in copies.groups(store) for server in group}
    return overview
