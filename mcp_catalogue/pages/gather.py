"""The overview of a store, made from a summary of each of its servers."""

import sys
from array import array
from collections import Counter
from collections.abc import Iterable
from heapq import heappush, heapreplace
from itertools import chain

import msgspec

from mcp_catalogue import addresses
from mcp_catalogue.model import ServerId
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
        self.first: dict[str, tuple[ServerTotals, int]] = {}

    def add(self, totals: ServerTotals, summary: Summary) -> None:
        """Count the tools of one server and note what its totals keep of them."""
        overview = self.overview
        totals.names = tuple(map(sys.intern, summary.names))
        overview.briefs[totals.line.id] = Brief(summary.codes, array("H", summary.signals), summary.variants)
        for place, file in summary.files.items():
            overview.odd_files[overview.key(totals, place)] = file
        ranks = summary.codes.translate(_RANKS)
        totals.by_severity = (ranks.count(3), ranks.count(2), ranks.count(1), ranks.count(0))
        totals.rules = tuple(sys.intern(decided.rule) for decided in summary.decided)
        for decided in summary.decided:
            self._decided(overview.rules.setdefault(decided.rule, RuleUse()), totals, decided)
        self._names(totals)
        overview.found(totals.line.first_seen[:10], 1, 0)
        for day, count in summary.days.items():
            overview.found(day, 0, count)

    def _decided(self, use: RuleUse, totals: ServerTotals, decided: Decided) -> None:
        """Count, and keep the tools of the smallest digests, which come first."""
        use.count += decided.count
        for digest, place in decided.sample:
            if len(use.sample) < SAMPLE:
                heappush(use.sample, (-digest, self.overview.link(totals, place)))
            elif -digest > use.sample[0][0]:
                heapreplace(use.sample, (-digest, self.overview.link(totals, place)))
            else:
                break

    def _names(self, totals: ServerTotals) -> None:
        """Note who has which name: links are made only once a second server has it."""
        overview, shared = self.overview, self.overview.names
        for name, place in _worst(totals.names, overview.briefs[totals.line.id].codes):
            links = shared.get(name)
            if links is None:
                first = self.first.setdefault(name, (totals, place))
                if first[0] is not totals:
                    shared[name] = [overview.link(*first), overview.link(totals, place)]
            elif len(links) <= SHARED:
                links.append(overview.link(totals, place))


def _worst(names: tuple[str, ...], codes: bytes) -> Iterable[tuple[str, int]]:
    """Return each name once with its place; where variants share it, with that of the gravest."""
    if len(set(names)) == len(names):
        return zip(names, range(len(names)), strict=True)
    found: dict[str, int] = {}
    for place, name in enumerate(names):
        found[name] = max(found.get(name, place), place, key=lambda p: (_WORST[codes[p]], -p))
    return found.items()


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
    for code, count in Counter(b"".join([brief.codes for brief in overview.briefs.values()])).items():
        overview.matrix[LABELS[code][:2]] += count
    for bits, count in Counter(chain.from_iterable(brief.signals for brief in overview.briefs.values())).items():
        overview.signals.update({signal: count for place, signal in enumerate(SIGNALS) if bits >> place & 1})
    overview.names = dict(sorted(overview.names.items()))
    overview.name_files = addresses.name_files(overview.names)
    overview.copies = {server: group for group in copies.groups(store) for server in group}
    return overview
