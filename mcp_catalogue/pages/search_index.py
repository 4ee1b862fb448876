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

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import chain
from operator import sub

import msgspec

from mcp_catalogue.model import Category, ServerId, Severity
from mcp_catalogue.pages.overview import LABELS, NOTHING, Overview
from mcp_catalogue.pages.text import shorten, visible
from mcp_catalogue.pages.words import SIGNALS
from mcp_catalogue.store import Store
from mcp_catalogue.store.browse import SearchText, search_texts

BLOCK = 32
"""Documents a block."""
LEAF = 9_000
"""Most entries of a leaf: about 20 KB compressed."""
HEAD = 60
COMMON = 6_000
"""Most documents kept of one list of a common term."""
WORDS = 2_500
_WORD_LENGTH = 24
_TEXT_LENGTH = 400
_SNIPPET = 90
_TEXT_WORDS = 30
_FIELDS = 3
_NAME, _SERVER, _TEXT = range(_FIELDS)
_CJK = "\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
_TERM = re.compile(rf"[{_CJK}]+|[^\W_{_CJK}]+")
_ASCII_TERM = re.compile(r"[a-z0-9]+")
_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_IDEOGRAPH = re.compile(f"[{_CJK}]")
_STOP = frozenset(
    {
        "a", "an", "and", "are", "as", "at", "be", "by", "can", "for", "from", "has", "have", "if", "in", "into", "is",
        "it", "its", "not", "of", "on", "or", "that", "the", "their", "then", "this", "to", "use", "used", "using",
        "when", "which", "will", "with", "you", "your",
    }
)  # fmt: skip
_CATEGORY = {category: place for place, category in enumerate(Category)}
_NUMBERS = bytes(_CATEGORY[category] * 4 + severity.rank for category, severity, _ in LABELS)
_SIGNALS = tuple(SIGNALS)


def terms(text: str) -> list[str]:
    """Return the terms of `text` in order: folded words, and pairs of ideographs, kana or hangul."""
    folded = text.casefold()
    if folded.isascii():
        return [word[:_WORD_LENGTH] for word in _ASCII_TERM.findall(folded)]
    found: list[str] = []
    for run in _TERM.findall(folded):
        if _IDEOGRAPH.match(run):
            found.extend([run] if len(run) == 1 else [run[i : i + 2] for i in range(len(run) - 1)])
        else:
            found.append(run[:_WORD_LENGTH])
    return found


def name_terms(name: str) -> list[str]:
    """Return the terms of a name, which may be in camelCase."""
    return terms(_HUMP.sub(" ", name[:200]))


@lru_cache(maxsize=16_384)
def _own_terms(name: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name_terms(name)))


@dataclass(slots=True)
class _Index:
    """Lists under construction, one triple of arrays a term."""

    lists: "dict[str, tuple[array[int], array[int], array[int]]]" = field(default_factory=dict)
    heads: Counter[str] = field(default_factory=Counter)

    def add(self, number: int, kind: int, words: Sequence[str]) -> None:
        lists = self.lists
        for word in words:
            found = lists.get(word)
            if found is None:
                found = lists[word] = (array("I"), array("I"), array("I"))
            found[kind].append(number)

    def add_all(self, numbers: list[int], kind: int, words: Sequence[str]) -> None:
        self.add(numbers[0], kind, words)
        for word in words:
            self.lists[word][kind].extend(numbers[1:])


def search_files(store: Store, overview: Overview) -> Iterator[tuple[str, bytes]]:
    """Yield every file of the index."""
    index, names = _Index(), Counter[str]()
    place = 0
    block: list[tuple[object, ...]] = []
    for document in _stream(store, overview, index, names):
        block.append(document)
        place += 1
        if len(block) == BLOCK:
            yield _block(place // BLOCK - 1, block)
            block.clear()
    if block:
        yield _block(place // BLOCK, block)
    leaves: list[str] = []
    heads: list[str] = []
    ordered = sorted(index.lists)
    yield from _tree(index, ordered, 0, len(ordered), "", leaves, heads)
    yield "search/words.json", msgspec.json.encode([word for word, _ in _commonest(names)])
    yield (
        "search/index.json",
        msgspec.json.encode(
            {
                "documents": place,
                "block": BLOCK,
                "categories": [c.value for c in Category],
                "severities": [s.value for s in Severity],
                "signals": _SIGNALS,
                "leaves": leaves,
                "heads": heads,
            }
        ),
    )


def _commonest(names: Counter[str]) -> list[tuple[str, int]]:
    return sorted(names.items(), key=lambda pair: (-pair[1], pair[0]))[:WORDS]


def _stream(store: Store, overview: Overview, index: _Index, names: Counter[str]) -> Iterator[tuple[object, ...]]:
    """Yield every document in order; servers without tools come last."""
    place = 0
    full = ((server, search_texts(store, server)) for server, totals in overview.servers.items() if totals.tools)
    empty = ((server, list[SearchText]()) for server, totals in overview.servers.items() if not totals.tools)
    for server, texts in chain(full, empty):
        for document in _documents(index, names, overview, server, texts, place):
            yield document
            place += 1


def _documents(  # noqa: PLR0913 — one step of the loop above
    index: _Index,
    names: Counter[str],
    overview: Overview,
    server: ServerId,
    texts: list[SearchText],
    place: int,
) -> Iterator[tuple[object, ...]]:
    """Yield the server's own document, then one for each of its tools: what a result shows of them."""
    totals = overview.servers[server]
    title = totals.line.title
    words = list(dict.fromkeys([*name_terms(title), *name_terms(totals.line.name)]))
    worst = next((s for s, n in zip(reversed(Severity), totals.by_severity, strict=True) if n), Severity.LOW)
    numbers = [place * 32 + 28 + worst.rank]
    yield (visible(shorten(title, 80)), totals.folder, totals.tools)
    brief = overview.briefs.get(server, NOTHING)
    shown = zip(texts, totals.names, brief.codes, brief.signals, strict=False)
    for offset, (text, name, code, signals) in enumerate(shown):
        label = _NUMBERS[code]
        number = (place + 1 + offset) * 32 + label
        mine = _own_terms(name)
        names.update([word for word in mine if 2 < len(word) < _WORD_LENGTH])
        index.add(number, _NAME, mine)
        numbers.append(number)
        description = text.description or ""
        if text.title:
            description = f"{text.title} {description}"
        said = dict.fromkeys(terms(description[:_TEXT_LENGTH]))
        kept = [word for word in said if word not in mine and word not in _STOP and len(word) > 1]
        index.add(number, _TEXT, kept[:_TEXT_WORDS])
        file = overview.odd_files.get(overview.key(totals, offset))
        snippet = shorten(text.description, _SNIPPET)
        yield (visible(shorten(name, 90)), file, label, signals, visible(snippet))
    index.add_all(numbers, _SERVER, words)


def _block(number: int, documents: list[tuple[object, ...]]) -> tuple[str, bytes]:
    return f"search/d/{number}.json", msgspec.json.encode(documents)


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
    kept = sorted(sorted(numbers, key=lambda n: (-(n & 3), n))[:COMMON]) if cut else numbers
    return [kept[0], *map(sub, kept[1:], kept), *([-1] if cut else [])]


def _best(index: _Index, span: Sequence[str], prefix: str) -> list[int]:
    """Return documents for a common beginning: names first, short words before long ones, the gravest first."""
    found: dict[int, tuple[int, int, int, int]] = {}
    for word in sorted(span, key=lambda w: (len(w), w))[:400]:
        for kind, numbers in enumerate(index.lists[word][:2]):
            for number in _gravest(numbers):
                found.setdefault(number, (kind, len(word) - len(prefix), -(number & 3), number))
    return sorted(found, key=found.__getitem__)[:HEAD]


def _gravest(numbers: "array[int]") -> list[int]:
    by_severity: defaultdict[int, list[int]] = defaultdict(list)
    for number in numbers:
        kept = by_severity[number & 3]
        if len(kept) < HEAD:
            kept.append(number)
    return [n for severity in (3, 2, 1, 0) for n in by_severity[severity]][:HEAD]


def file_name(prefix: str) -> str:
    """Return a file name for any prefix; the page's script computes the same."""
    return "-" + "".join(c if c.isascii() and c.isalnum() else f"_{ord(c):x}" for c in prefix)
