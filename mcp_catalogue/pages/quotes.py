"""Evidence as a page shows it: quotes from the definition, and places in the source."""

import msgspec

from mcp_catalogue.model import Classification, EvidenceKind, ServerFacts, Tool
from mcp_catalogue.pages.links import line_address
from mcp_catalogue.pages.text import shorten

MAX_QUOTES = 24
_QUOTE = 400
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
    """What one rule reads in a quote; `says` is the category or the signals that it speaks for."""

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
    via: tuple[str, ...]
    rule: str | None
    says: str


def quotes(label: Classification) -> tuple[Quote, ...]:
    """Return what was quoted from the definition, in the order of evidence, each place and rule once."""
    signals = _signals(label)
    found: dict[tuple[str, str | None, EvidenceKind], dict[str | None, Reading]] = {}
    for index, item in enumerate(label.evidence):
        if item.file is None and item.quote and item.kind is not EvidenceKind.EFFECT:
            says = signals.get(index) or (item.category.value if item.category else "")
            readings = found.setdefault((item.quote, item.pointer, item.kind), {})
            readings.setdefault(item.rule, Reading(item.rule, says, str(item.strength)))
    return tuple(
        Quote(shorten(text, _QUOTE), _WHERE[kind], pointer, tuple(readings.values()))
        for (text, pointer, kind), readings in list(found.items())[:MAX_QUOTES]
    )


def places(facts: ServerFacts, tool: Tool, label: Classification) -> tuple[Place, ...]:
    """Return the places in the source: those that are evidence, then effects that are not among them."""
    signals = _signals(label)
    found: dict[tuple[str, int, str], Place] = {}
    for index, item in enumerate(label.evidence):
        if item.file is not None and item.line is not None:
            says = signals.get(index) or (item.category.value if item.category else "")
            found.setdefault(
                (item.file, item.line, item.quote),
                Place(
                    shorten(item.quote, _QUOTE), item.file, item.line, line_address(facts, item.file, item.line),
                    item.via, item.rule, says,
                ),
            )  # fmt: skip
    lines = {(file, line) for file, line, _ in found}
    for index, effect in enumerate(tool.effects):
        if (effect.file, effect.line) not in lines:
            text = (tool.effect_lines[index] if index < len(tool.effect_lines) else "") or effect.id
            link = line_address(facts, effect.file, effect.line)
            found.setdefault(
                (effect.file, effect.line, text),
                Place(shorten(text, _QUOTE), effect.file, effect.line, link, effect.via, None, effect.id),
            )
    return tuple(found.values())[:MAX_QUOTES]


def _signals(label: Classification) -> dict[int, str]:
    found: dict[int, str] = {}
    for signal in label.signals:
        for index in signal.evidence:
            found[index] = f"{found[index]}, {signal.id}" if index in found else signal.id
    return found
