"""What the judge is shown of a tool: one JSON document of bounded size between two marker lines.

The first reader sees the whole definition. The second, who alone can confirm a milder label, sees its core: the
name, the clauses on which the rules' label rests, the shape of the schema and the effects. Text that was put
into a description to sway a model does not reach the second reader unless it stands in those very clauses.

The markers carry a digest of the document, so that no text inside it can contain them. Invisible and
bidirectional characters are written as JSON escapes: the model sees that they are there.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar

from mcp_catalogue.model import Classification, JsonObject, ServerFacts, Tool

DESCRIPTION_LENGTH = 8_000  # characters; the longest real descriptions are about half of it
STRING_LENGTH = 600
SERVER_LENGTH = 400
NODES = 500  # members and items of the schema
DEPTH = 12
EFFECTS = 40
T = TypeVar("T")
_VOCABULARY = frozenset(("type", "format", "$schema", "$ref", "$id", "required"))
_HIDDEN = frozenset(("Cc", "Cf", "Co", "Cs", "Zl", "Zp"))


@dataclass(frozen=True, slots=True)
class Specimen:
    """The text shown, and every quotable string in it with its pointer; `cut` where something was left out.

    `places` are in document order. A pointer under `/code/<n>` belongs to the tool's n-th effect.
    """

    text: str
    places: tuple[tuple[str, str], ...]
    cut: bool

    def find(self, pointer: str, quote: str) -> str | None:
        """Return the pointer at which `quote` stands: the one given if it is right, else the first that is."""
        holding = [place for place, value in self.places if quote in value]
        return pointer if pointer in holding else (holding[0] if holding else None)


def show(server: ServerFacts, tool: Tool) -> Specimen:
    """Return what the judge sees of `tool`."""
    bounded = _Bounded()
    hints = {name: getattr(tool.annotations, name) for name in type(tool.annotations).__slots__}
    definition: dict[str, Any] = {
        "name": bounded.text(tool.name, STRING_LENGTH),
        "title": bounded.text(tool.title, STRING_LENGTH),
        "description": bounded.text(tool.description, DESCRIPTION_LENGTH),
        "inputSchema": bounded.value(tool.input_schema, 0),
        "annotations": {name: bounded.value(value, 0) for name, value in hints.items() if value is not None},
        "code": _effects(tool, bounded),
    }
    context = {"name": _short(server.name), "title": _short(server.title), "description": _short(server.description)}
    rest = {"server": {key: value for key, value in context.items() if value}}
    return _wrap(definition, rest, cut=bounded.cut or len(tool.effects) > EFFECTS)


def show_core(tool: Tool, label: Classification) -> Specimen:
    """Return the part of `tool` on which `label` rests."""
    bounded = _Bounded()
    clauses = [e.quote for e in label.evidence if e.category and e.pointer == "/description"]
    definition: dict[str, Any] = {
        "name": bounded.text(tool.name, STRING_LENGTH),
        "description": [bounded.text(clause, STRING_LENGTH) for clause in dict.fromkeys(clauses)],
        "inputSchema": bounded.value(_shape(tool.input_schema), 0),
        "code": _effects(tool, bounded),
    }
    return _wrap(definition, {}, cut=bounded.cut)


def _wrap(definition: dict[str, Any], context: dict[str, Any], *, cut: bool) -> Specimen:
    document = {key: value for key, value in definition.items() if value not in (None, {}, [])}
    body = _visible(json.dumps({**document, **context, "cut": cut}, ensure_ascii=False, indent=1))
    mark = hashlib.sha256(body.encode()).hexdigest()[:16]
    return Specimen(f"<<<specimen {mark}\n{body}\nspecimen {mark}>>>", tuple(_places(document, "")), cut)


def _effects(tool: Tool, bounded: "_Bounded") -> list[dict[str, Any]]:
    return [
        {"effect": effect.id, "target": bounded.text(effect.target, STRING_LENGTH), "via": list(effect.via[:8])}
        for effect in tool.effects[:EFFECTS]
    ]


def _shape(schema: JsonObject | None) -> dict[str, Any]:
    """Names, types and enums of the parameters, without a word of prose."""
    properties = (schema or {}).get("properties")
    if not isinstance(properties, dict):
        return {}
    kept = {
        str(name): {key: value[key] for key in ("type", "enum") if key in value}
        for name, value in properties.items()
        if isinstance(value, dict)
    }
    return {"properties": kept}


class _Bounded:
    """Copies plain data within limits and remembers whether anything was left out."""

    def __init__(self) -> None:
        self.cut = False
        self._nodes = 0

    def text(self, text: str | None, limit: int) -> str | None:
        if text is None or len(text) <= limit:
            return text
        self.cut = True
        return text[:limit]

    def value(self, value: object, depth: int) -> object:
        self._nodes += 1
        if self._nodes > NODES or depth > DEPTH:
            self.cut = True
            return None
        if isinstance(value, str):
            return self.text(value, STRING_LENGTH)
        if isinstance(value, dict):
            return {str(key)[:STRING_LENGTH]: self.value(item, depth + 1) for key, item in self._first(value.items())}
        if isinstance(value, (list, tuple)):
            return [self.value(item, depth + 1) for item in self._first(value)]
        return value if isinstance(value, (bool, int, float)) else None

    def _first(self, items: Iterable[T]) -> Iterator[T]:
        for item in items:
            if self._nodes > NODES:
                self.cut = True
                return
            yield item


def _places(value: object, pointer: str, parent: str = "") -> Iterator[tuple[str, str]]:
    """Yield what can be quoted: values, and names that the author gave; never the vocabulary of schemas."""
    if isinstance(value, str):
        yield pointer, value
    elif isinstance(value, dict):
        for key, item in value.items():
            place = f"{pointer}/{key.replace('~', '~0').replace('/', '~1')}"
            named = parent in ("properties", "annotations")
            if named:
                yield place, key
            if named or key not in _VOCABULARY:
                yield from _places(item, place, "" if named else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _places(item, f"{pointer}/{index}", parent)


def _short(text: str | None) -> str | None:
    return text if text is None else text[:SERVER_LENGTH]


def _visible(text: str) -> str:
    if text.isascii():
        return text
    return "".join(_escape(char) if char != "\n" and unicodedata.category(char) in _HIDDEN else char for char in text)


def _escape(char: str) -> str:
    return json.dumps(char)[1:-1]
