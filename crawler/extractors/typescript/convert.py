"""JavaScript's conversions between values: to text, to numbers, to plain JSON."""

from typing import Any

from crawler.extractors.typescript import ir
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.values import Arr, Getter, Guarded, Obj, Text, Unknown, likely

MAX_PLACED = 1_000_000
"""Bytes of a JSON document whose values are given their lines."""
MAX_JSON_NODES = 20_000
"""Values in one JSON document; what is over is left out."""


def to_text(value: Any) -> str | None:  # noqa: ANN401
    """Return the string that `String(value)` gives; None where it is not known."""
    if isinstance(value, str):
        return value
    if value is None:
        return "null"
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value)
    if isinstance(value, Arr) and value.open is None:
        parts = ["" if v is None or v is UNDEFINED else to_text(v) for v in value.items]
        return None if any(p is None for p in parts) else ",".join(p for p in parts if p is not None)
    if isinstance(value, Obj) and value.kind == "object" and value.proto is None:
        return "[object Object]"
    return None


def key_of(value: Any) -> str | None:  # noqa: ANN401
    """Return the property name for a computed key; None where it is not known."""
    return value if isinstance(value, str) else to_text(value)


class Plain:
    """Turns values into JSON; `hole` is put where a value is not known, and `holes` counts them."""

    def __init__(self) -> None:
        self.left = MAX_JSON_NODES
        self.holes = 0
        self.busy: set[int] = set()

    def convert(self, value: Any) -> Any:  # noqa: ANN401
        """Return `value` as JSON; UNDEFINED for what JSON leaves out."""
        self.left -= 1
        value = likely(value)
        if isinstance(value, str):
            return str(value)
        if value is None or isinstance(value, bool | int | float):
            return value
        if self.left <= 0 or id(value) in self.busy or len(self.busy) > 60:
            self.holes += 1
            return UNDEFINED
        self.busy.add(id(value))
        try:
            return self._compound(value)
        finally:
            self.busy.discard(id(value))

    def _compound(self, value: Any) -> Any:  # noqa: ANN401
        if isinstance(value, Arr):
            self.holes += value.open is not None
            items = [self.convert(v) for v in value.items if not off(v)]
            return [None if v is UNDEFINED else v for v in items]
        if isinstance(value, Obj) and value.kind in ("object", "module"):
            self.holes += value.open is not None
            out = {}
            for key, prop in value.props.items():
                if off(prop) or isinstance(prop, Getter):
                    continue
                inner = self.convert(prop)
                if inner is not UNDEFINED:
                    out[str(key)] = inner
            return out
        if isinstance(value, Unknown):
            self.holes += 1
        return UNDEFINED


def off(value: Any) -> bool:  # noqa: ANN401
    """Whether an item exists only under a condition that is false by default."""
    return isinstance(value, Guarded) and value.guard.default_on is False


def to_json(value: Any) -> Any:  # noqa: ANN401
    """Return `value` as JSON, without what is not known."""
    result = Plain().convert(value)
    return None if result is UNDEFINED else result


def from_json_text(data: bytes, file: str) -> Any:  # noqa: ANN401
    """Return a JSON document as values that know their lines; UNDEFINED where it is none."""
    from crawler.extractors.typescript.lower import Lowerer  # noqa: PLC0415 (it needs the literals only)
    from crawler.extractors.typescript.parse import parse, parse_json  # noqa: PLC0415

    plain = parse_json(data)
    if plain is None:
        return UNDEFINED
    tree = parse("x.js", b"(" + data + b")") if len(data) < MAX_PLACED else None
    inner = tree.root_node.named_children[:1] if tree is not None and not tree.root_node.has_error else []
    if not inner or not inner[0].named_children:
        return from_json(plain, file)
    return _placed(Lowerer().expression(inner[0].named_children[0]), plain, file, 0)


def _placed(node: Any, data: Any, file: str, depth: int) -> Any:  # noqa: ANN401
    """Join a parsed value with the lines of its syntax."""
    line = getattr(node, "line", 1) or 1
    if depth > 60:
        return from_json(data, file, line)
    if isinstance(data, str):
        return Text(data, file, line)
    if isinstance(data, list) and isinstance(node, ir.Array) and len(node.items) == len(data):
        items = [_placed(n, d, file, depth + 1) for n, d in zip(node.items, data, strict=True)]
        return Arr(items, place=(file, line))
    if isinstance(data, dict) and isinstance(node, ir.Object):
        props = {str(p.key): p for p in node.props}
        made = Obj(place=(file, line))
        for key, value in data.items():
            prop = props.get(key)
            made.props[key] = _placed(prop.value, value, file, depth + 1) if prop else from_json(value, file, line)
            made.places[key] = (file, prop.line if prop else line)
        return made
    return from_json(data, file, line)


def from_json(data: Any, file: str = "", line: int = 1, depth: int = 0) -> Any:  # noqa: ANN401
    """Return parsed JSON as values."""
    if isinstance(data, str):
        return Text(data, file, line) if file else data
    if isinstance(data, list):
        return Arr([from_json(v, file, line, depth + 1) for v in data], place=(file, line))
    if isinstance(data, dict):
        return Obj({str(k): from_json(v, file, line, depth + 1) for k, v in data.items()}, place=(file, line))
    return data
