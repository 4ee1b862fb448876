"""A tool's parameters as a table: nested objects flattened, long schemas cut with a count of what is left."""

import json
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Any

import msgspec

from mcp_catalogue.model import Classification, JsonObject, Tool
from mcp_catalogue.pages.text import shorten

MAX_ROWS = 40
MAX_DEPTH = 3
_DESCRIPTION = 280
_JSON = json.JSONEncoder(ensure_ascii=False, default=str).encode
_VALUE = 60
_SHARED = 1000  # bytes; longer schemas are seldom alike
_ENCODE, _DECODE = msgspec.json.Encoder().encode, msgspec.json.Decoder().decode
_ENUM = 8
_LIMITS = (
    ("minimum", "\u2265"), ("exclusiveMinimum", ">"), ("maximum", "\u2264"), ("exclusiveMaximum", "<"),
    ("maxLength", "length \u2264"), ("maxItems", "items \u2264"), ("pattern", "matches"), ("format", "format"),
    ("default", "default"), ("const", "always"),
)  # fmt: skip


class Parameter(msgspec.Struct, frozen=True, gc=False):
    """One row; `risks` are the ids of signals that this parameter raises."""

    name: str
    type: str
    required: bool
    description: str
    limits: tuple[str, ...]
    risks: tuple[str, ...]


class Parameters(msgspec.Struct, frozen=True, gc=False):
    """The table; `known` is False where no schema could be read, `left_out` counts rows that are in the JSON only."""

    known: bool
    rows: tuple[Parameter, ...] = ()
    left_out: int = 0
    required: tuple[str, ...] = ()


def parameters(tool: Tool, label: Classification) -> Parameters:
    """Read the table from the tool's input schema, whatever its shape."""
    schema = tool.input_schema
    if schema is None:
        return Parameters(known=False)
    risks = _risks(label)
    rows = _table(schema, risks)
    shown = tuple(rows[:MAX_ROWS])
    required = tuple([row.name for row in shown if row.required and "." not in row.name])
    return Parameters(known=True, rows=shown, left_out=len(rows) - len(shown), required=required)


def parameter_of(pointer: str | None) -> str | None:
    """`/inputSchema/properties/path/description` → path."""
    if not pointer:
        return None
    _, found, rest = pointer.partition("/properties/")
    return rest.split("/", 1)[0].replace("~1", "/").replace("~0", "~") if found else None


def _risks(label: Classification) -> Mapping[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for signal in label.signals:
        for index in signal.evidence:
            name = parameter_of(label.evidence[index].pointer) if index < len(label.evidence) else None
            if name is not None and signal.id not in found.get(name, ()):
                found[name] = (*found.get(name, ()), signal.id)
    return found


def _table(schema: JsonObject, risks: Mapping[str, tuple[str, ...]]) -> list[Parameter]:
    """Return all rows; those of a parameter that many tools take alike are made once."""
    properties = schema.get("properties")
    if not isinstance(properties, dict):
        return []
    required = _required(schema)
    rows: list[Parameter] = []
    for name, value in properties.items():
        needed, risk = name in required, risks.get(name, ())
        encoded = _ENCODE(value)
        if len(encoded) <= _SHARED:
            rows += _alike(name, needed, risk, encoded)
        else:
            rows += _rows(name, value, needed, risk)
    return rows


@lru_cache(maxsize=8192)
def _alike(name: str, needed: bool, risk: tuple[str, ...], encoded: bytes) -> tuple[Parameter, ...]:  # noqa: FBT001
    return tuple(_rows(name, _DECODE(encoded), needed, risk))


def _rows(path: str, value: object, needed: bool, risk: tuple[str, ...], depth: int = 1) -> Iterator[Parameter]:  # noqa: FBT001
    """Yield the row of one parameter and those of its fields."""
    schema = value if isinstance(value, dict) else {}
    text = schema.get("description")
    yield Parameter(
        shorten(path, 120),
        _type(schema),
        needed,
        shorten(text, _DESCRIPTION) if isinstance(text, str) else "",
        tuple(_limits(schema)),
        risk,
    )
    if depth < MAX_DEPTH:
        for below, inner in ((f"{path}.", schema), (f"{path}[].", schema.get("items"))):
            properties = inner.get("properties") if isinstance(inner, dict) else None
            if isinstance(inner, dict) and isinstance(properties, dict):
                required = _required(inner)
                for name, field in properties.items():
                    yield from _rows(f"{below}{name}", field, name in required, (), depth + 1)


def _required(schema: JsonObject) -> list[str]:
    listed = schema.get("required")
    return [name for name in listed if isinstance(name, str)] if isinstance(listed, list) else []


def _type(schema: JsonObject) -> str:
    kind = schema.get("type")
    if kind == "array" and isinstance(items := schema.get("items"), dict):
        return f"{_type(items)}[]" if items.get("type") or items.get("enum") else "array"
    if isinstance(kind, str):
        return kind[:40]
    if isinstance(kind, list):
        return " or ".join(str(k)[:20] for k in kind[:6])
    for key in ("anyOf", "oneOf", "allOf"):
        if isinstance(options := schema.get(key), list):
            return " or ".join(dict.fromkeys(_type(o) for o in options[:6] if isinstance(o, dict)))
    return "one of" if isinstance(schema.get("enum"), list) else "any"


def _limits(schema: JsonObject) -> Iterator[str]:
    values = schema.get("enum")
    if isinstance(values, list) and values:
        shown = ", ".join(_value(v) for v in values[:_ENUM])
        yield shown + (f" and {len(values) - _ENUM} more" if len(values) > _ENUM else "")
    if len(schema) > 2 or "default" in schema:
        for key, words in _LIMITS:
            if key in schema and schema[key] is not None:
                yield f"{words} {_value(schema[key])}"


def _value(value: Any) -> str:  # noqa: ANN401 — any JSON value
    return shorten(value if isinstance(value, str) else _JSON(value), _VALUE) or '""'


def names(rows: Iterable[str], at_most: int = 4) -> str:
    """`a, b and 3 more`."""
    listed = list(rows)
    more = len(listed) - at_most
    return ", ".join(listed[:at_most]) + (f" and {more} more" if more > 0 else "")
