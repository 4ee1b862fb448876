"""Evidence as a page shows it: quotes from the definition, and places in the source."""

import msgspec

from mcp_catalogue.model import Classification, EvidenceKind, Tool
from mcp_catalogue.pages.links import Lines
from mcp_catalogue.pages.text import shorten

MAX_QUOTES = 24
_QUOTE = 400
_ARROW = " \u2192 "
_WHERE = {
    EvidenceKind.NAME: "name",
    EvidenceKind.TITLE: "title",
    EvidenceKind.DESCRIPTION: "description",
    EvidenceKind.PARAMETER: "parameter",
    EvidenceKind.ANNOTATION: "annotation",
    EvidenceKind.EFFECT: "source",
    EvidenceKind.CONTEXT: "context",
    EvidenceKind.JUDGE: "judge",
    EvidenceKind.OVERRIDE: "override",
}


class Reading(msgspec.Struct, frozen=True, gc=False):
    """What one rule reads in a quote, after the mark `lead`; `says` is the category or signals that it speaks for."""

    lead: str
    rule: str | None
    says: str
    strength: str


class Quote(msgspec.Struct, frozen=True, gc=False):
    """One quote with its place, and everything that was read in it."""

    text: str
    where: str
    pointer: str | None
    readings: tuple[Reading, ...]


class Place(msgspec.Struct, frozen=True, gc=False):
    """One place in the source: what was read there, and a link where the commit is known."""

    text: str
    file: str
    line: int
    link: str | None
    via: str
    rule: str | None
    says: str


def evidence(lines: Lines, tool: Tool, label: Classification) -> tuple[tuple[Quote, ...], tuple[Place, ...]]:
    """Return what was quoted from the definition, each place and rule once, and the places in the source.

    Both are in the order of evidence; effects that are no evidence follow.
    """
    signals = _signals(label)
    quoted: dict[tuple[str, str | None, EvidenceKind], dict[str | None, Reading]] = {}
    places: dict[tuple[str, int, str], Place] = {}
    for index, item in enumerate(label.evidence):
        says = signals.get(index) or item.category or ""
        if item.file is None:
            if item.quote and item.kind is not EvidenceKind.EFFECT:
                readings = quoted.setdefault((item.quote, item.pointer, item.kind), {})
                if item.rule not in readings:
                    lead = ";" if readings else "" if says else ","
                    readings[item.rule] = Reading(lead, item.rule, says, item.strength)
        elif item.line is not None and (item.file, item.line, item.quote) not in places:
            link = lines.address(item.file, item.line)
            places[item.file, item.line, item.quote] = Place(
                shorten(item.quote, _QUOTE), item.file, item.line, link, _ARROW.join(item.via), item.rule, says
            )
    found = tuple(
        Quote(shorten(text, _QUOTE), _WHERE[kind], pointer, tuple(readings.values()))
        for (text, pointer, kind), readings in list(quoted.items())[:MAX_QUOTES]
    )
    known = {(file, line) for file, line, _ in places}
    for index, effect in enumerate(tool.effects):
        if (effect.file, effect.line) not in known:
            text = (tool.effect_lines[index] if index < len(tool.effect_lines) else "") or effect.id
            link = lines.address(effect.file, effect.line)
            places.setdefault(
                (effect.file, effect.line, text),
                Place(shorten(text, _QUOTE), effect.file, effect.line, link, _ARROW.join(effect.via), None, effect.id),
            )
    return found, tuple(places.values())[:MAX_QUOTES]


def _signals(label: Classification) -> dict[int, str]:
    found: dict[int, str] = {}
    for signal in label.signals:
        for index in signal.evidence:
            found[index] = f"{found[index]}, {signal.id}" if index in found else signal.id
    return found
