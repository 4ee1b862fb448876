"""The search index: small files that a browser fetches as they are needed, from any static host.

`search/index.json`   names of the leaves and heads, numbers of documents, tables
`search/t/<p>.json`   a leaf: every term beginning with `p`, with its documents in three lists (name, server, text)
`search/h/<p>.json`   a head: the best documents for a beginning `p` that is too common for one leaf
`search/d/<n>.json`   a block of documents, as they are shown
`search/words.json`   the commonest words of names, to find what a mistyped word was meant to be

A document's number is `place * 32 + category * 4 + severity`, so that lists can be filtered before anything is
shown. Lists hold the first number and then differences. A term that is too common keeps only its gravest
tools; its leaf says so, and the page then checks candidates by their text.
"""

from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice
from operator import sub

import msgspec

from mcp_catalogue.model import Category, ServerId, Severity
from mcp_catalogue.pages.overview import LABELS, Overview, ServerTotals
from mcp_catalogue.pages.recall import Recall
from mcp_catalogue.pages.search_words import LONGEST, ServerWords, server_words
from mcp_catalogue.pages.text import shorten, visible
from mcp_catalogue.pages.words import SIGNALS
from mcp_catalogue.store import Store
from mcp_catalogue.store.browse import search_texts

BLOCK = 32
"""Documents a block."""
LEAF = 9_000
"""Most entries of a leaf: about 20 KB compressed."""
HEAD = 60
COMMON = 6_000
"""Most documents kept of one list of a common term."""
WORDS = 2_500
_FIELDS = 3
_NAME, _SERVER, _TEXT = range(_FIELDS)
_CATEGORY = {category: place for place, category in enumerate(Category)}
_NUMBERS = bytes(_CATEGORY[category] * 4 + severity.rank for category, severity, _ in LABELS)
_TABLE = _NUMBERS + bytes(256 - len(_NUMBERS))
_RANKS = tuple(severity.rank for severity in reversed(Severity))
_RECORD = msgspec.msgpack.Decoder(ServerWords)


@dataclass(slots=True)
class _Index:
    """Lists under construction, one triple of arrays a term."""

    lists: "dict[str, tuple[array[int], array[int], array[int]]]" = field(default_factory=dict)
    documents: int = 0

    def add(self, totals: ServerTotals, codes: bytes, words: ServerWords) -> Iterator[bytes]:
        """Enter a server and its tools; yield the documents, encoded."""
        lists = [self.lists.get(word) or self._new(word) for word in words.words]
        named = [triple[_NAME].append for triple in lists]
        said = [triple[_TEXT].append for triple in lists]
        first = self.documents
        worst = next((rank for rank, n in zip(_RANKS, totals.by_severity, strict=True) if n), 0)
        numbers = array("I", [first * 32 + 28 + worst])
        yield msgspec.json.encode((visible(shorten(totals.line.title, 80)), totals.folder, totals.tools))
        # not strict: the store may have changed since the overview was made, and then the next build makes it good
        for place, (code, tool) in enumerate(zip(codes, words.tools, strict=False), first + 1):
            number = place * 32 + _NUMBERS[code]
            numbers.append(number)
            for word in tool.name:
                named[word](number)
            for word in tool.text:
                said[word](number)
            yield tool.document
        for triple in lists[: words.own]:
            triple[_SERVER].extend(numbers)
        self.documents += len(numbers)

    def _new(self, word: str) -> "tuple[array[int], array[int], array[int]]":
        found = self.lists[word] = (array("I"), array("I"), array("I"))
        return found

    def commonest(self) -> list[str]:
        """Return the words that most tools have in their names, where they are of some length."""
        counts = {word: len(triple[_NAME]) for word, triple in self.lists.items() if 2 < len(word) < LONGEST}
        named = (word for word, count in counts.items() if count)
        return sorted(named, key=lambda word: (-counts[word], word))[:WORDS]


def search_files(store: Store, overview: Overview, recall: Recall) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the index; `recall` keeps the words of servers from one build to the next."""
    index = _Index()
    documents = _documents(index, store, overview, recall)
    number = 0
    while block := list(islice(documents, BLOCK)):
        yield f"search/d/{number}.json", b"[" + b",".join(block) + b"]"
        number += 1
    leaves: list[str] = []
    heads: list[str] = []
    ordered = sorted(index.lists)
    yield from _tree(index, ordered, 0, len(ordered), "", leaves, heads)
    yield "search/words.json", msgspec.json.encode(index.commonest())
    yield (
        "search/index.json",
        msgspec.json.encode(
            {
                "documents": index.documents,
                "block": BLOCK,
                "categories": [c.value for c in Category],
                "severities": [s.value for s in Severity],
                "signals": tuple(SIGNALS),
                "leaves": leaves,
                "heads": heads,
            }
        ),
    )


def _documents(index: _Index, store: Store, overview: Overview, recall: Recall) -> Iterator[bytes]:
    """Yield every document in order: each server and then its tools."""

    def make(server: ServerId) -> bytes:
        totals, brief = overview.servers[server], overview.briefs[server]
        files = [overview.odd_files.get(overview.key(totals, place)) for place in range(totals.tools)]
        labels = brief.codes.translate(_TABLE)
        made = server_words(totals, search_texts(store, server), zip(files, labels, brief.signals, strict=True))
        return msgspec.msgpack.encode(made)

    lines = (totals.line for totals in overview.servers.values())
    for totals, record in zip(overview.servers.values(), recall.records(lines, make), strict=True):
        yield from index.add(totals, overview.briefs[totals.line.id].codes, _RECORD.decode(record))


def _tree(  # noqa: PLR0913 — a recursion over one sorted list
    index: _Index, ordered: list[str], first: int, beyond: int, prefix: str, leaves: list[str], heads: list[str]
) -> Iterator[tuple[str, bytes]]:
    """Yield one leaf for `prefix`, or its head and the trees below it."""
    span = ordered[first:beyond]
    size = sum(min(len(numbers), COMMON) for word in span for numbers in index.lists[word]) + len(span)
    if prefix and (size <= LEAF or len(span) == 1):
        leaves.append(prefix)
        yield f"search/t/{file_name(prefix)}.json", _leaf(index, span)
        return
    if prefix:
        heads.append(prefix)
        yield f"search/h/{file_name(prefix)}.json", msgspec.json.encode(_best(index, span, prefix))
    start = first
    if span and span[0] == prefix:
        leaves.append(f"{prefix}$")
        yield f"search/t/{file_name(prefix + '$')}.json", _leaf(index, span[:1])
        start += 1
    while start < beyond:
        letter = ordered[start][: len(prefix) + 1]
        end = start
        while end < beyond and ordered[end].startswith(letter):
            end += 1
        yield from _tree(index, ordered, start, end, letter, leaves, heads)
        start = end


def _leaf(index: _Index, words: Sequence[str]) -> bytes:
    """Encode `{term: [name, server, text]}`; a list that was cut ends in -1."""
    out = {}
    for word in words:
        triple = [_differences(numbers) for numbers in index.lists[word]]
        while triple and not triple[-1]:
            triple.pop()
        out[word] = triple
    return msgspec.json.encode(out)


def _differences(numbers: "array[int]") -> list[int]:
    if not numbers:
        return []
    cut = len(numbers) > COMMON
    kept: Sequence[int] = sorted(_gravest(numbers, COMMON)) if cut else numbers
    return [kept[0], *map(sub, kept[1:], kept), *([-1] if cut else [])]


def _best(index: _Index, span: Sequence[str], prefix: str) -> list[int]:
    """Return documents for a common beginning: names first, short words before long ones, the gravest first."""
    found: dict[int, tuple[int, int, int, int]] = {}
    for word in sorted(span, key=lambda w: (len(w), w))[:400]:
        for kind, numbers in enumerate(index.lists[word][:2]):
            for number in _gravest(numbers, HEAD):
                found.setdefault(number, (kind, len(word) - len(prefix), -(number & 3), number))
    return sorted(found, key=found.__getitem__)[:HEAD]


def _gravest(numbers: "array[int]", most: int) -> list[int]:
    """Return at most so many documents, the gravest first, by number among equals."""
    found: list[int] = []
    for rank in _RANKS:
        if len(found) < most:
            found += islice((n for n in numbers if n & 3 == rank), most - len(found))
    return found


def file_name(prefix: str) -> str:
    """Return a file name for any prefix; the page's script computes the same."""
    return "-" + "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}" for c in prefix)
