"""What the pages of all servers need of one: its tools in short, and what they add to the counts."""

import hashlib
from array import array
from collections import Counter, defaultdict
from heapq import nsmallest

import msgspec

from mcp_catalogue import addresses
from mcp_catalogue.model import ServerId
from mcp_catalogue.pages.overview import CODES, SAMPLE
from mcp_catalogue.pages.words import SIGNALS
from mcp_catalogue.store.browse import ToolLine

_BITS = {str(signal): 1 << place for place, signal in enumerate(SIGNALS)}


class Decided(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """How many tools of a server a rule decided, and of some of these the digest of the key and the place.

    Those with the smallest digests stand for all: a sample that new servers seldom change.
    """

    rule: str
    count: int
    sample: tuple[tuple[int, int], ...]


class Summary(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The tools of one server in their order.

    Labels are codes, signals a bit each in two bytes. `variants` and `files` say by place which tools have a
    variant, and a file that is not called as they are; `days` counts the tools by the day of their first sight.
    """

    names: tuple[str, ...]
    codes: bytes
    signals: bytes
    variants: dict[int, int]
    files: dict[int, str]
    decided: tuple[Decided, ...]
    days: dict[str, int]


def summarize(server: ServerId, lines: list[ToolLine]) -> Summary:
    """Return the summary of a server with these tools."""
    keys = [(line.name, line.variant or None) for line in lines]
    files = addresses.tool_files(server, keys)
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place, line in enumerate(lines):
        for rule in line.rest.decided_by.rules:
            places[rule].append(place)
    return Summary(
        tuple(line.name for line in lines),
        bytes(CODES[line.primary, line.severity, line.confidence] for line in lines),
        array("H", [sum({_BITS.get(s.id, 0) for s in line.rest.signals}) for line in lines]).tobytes(),
        {place: line.variant for place, line in enumerate(lines) if line.variant},
        {place: file for place, (file, line) in enumerate(zip(files, lines, strict=True)) if file != line.name},
        tuple(_decided(server, lines, rule, found) for rule, found in sorted(places.items())),
        dict(sorted(Counter(line.first_seen[:10] for line in lines).items())),
    )


def _decided(server: ServerId, lines: list[ToolLine], rule: str, places: list[int]) -> Decided:
    sample = nsmallest(SAMPLE, ((_digest(server, lines[place].name), place) for place in places))
    return Decided(rule, len(places), tuple(sample))


def _digest(server: ServerId, name: str) -> int:
    text = f"{server}\0{name}".encode("utf-8", "replace")
    return int.from_bytes(hashlib.blake2b(text, digest_size=6).digest(), "big")
