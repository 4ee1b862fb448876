"""What the input schema says: parameters by name, type and values, as far as a label can depend on them."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

MAX_PARAMETERS = 400
MAX_DEPTH = 2
"""Levels of nesting below a parameter that are read; what lies deeper shapes a record and not the call."""
MAX_FOLLOWED = 400
"""References that are followed: a short schema that refers to itself in many places must not grow without end."""
_BRANCHES = ("anyOf", "oneOf", "allOf")
_DEEPER = frozenset({"properties", "items", "$ref", *_BRANCHES})
_VALUED = frozenset({"enum", "const", "anyOf", "oneOf"})
_LOCAL = ("#/$defs/", "#/definitions/")
SURE_ACTION_NAMES = frozenset(
    [
        "action",
        "operation",
        "op",
        "command",
        "verb",
        "cmd",
        "subcommand",
        "sub_command",
        "action_type",
        "operation_type",
        "actiontype",
        "operationtype",
        "sub_action",
        "subaction",
        "action_name",
        "operations",
        "actions",
    ]
)
ACTION_NAMES = SURE_ACTION_NAMES | frozenset(
    [
        "method",
        "mode",
        "type",
        "request",
        "event",
        "task",
        "http_method",
        "function",
        "tool",
        "state",
        "intent",
        "resource_action",
        "do",
    ]
)


class Parameter(msgspec.Struct, frozen=True):
    """One property of the schema: its name, JSON type, values if listed, words about it, and JSON Pointer."""

    name: str
    type: str
    values: tuple[str, ...]
    description: str
    pointer: str
    values_pointer: str
    depth: int

    @property
    def action_like(self) -> bool:
        """Whether the name is one under which a choice of operations is given."""
        return self.name.lower().replace("-", "_") in ACTION_NAMES


class Schema(msgspec.Struct):
    """The parameters that somebody looks at, every name, and every description with its pointer."""

    parameters: list[Parameter]
    names: list[str]
    texts: list[tuple[str, str]]
    root: Mapping[str, Any] = {}
    followed: int = 0

    def follow(self, value: Mapping[str, Any], pointer: str) -> tuple[Mapping[str, Any], str]:
        """Return what `value` refers to inside the same schema, with its pointer; itself where it refers to nothing."""
        ref = value.get("$ref")
        if isinstance(ref, str) and ref.startswith(_LOCAL) and self.followed < MAX_FOLLOWED:
            self.followed += 1
            _, place, name = ref.split("/", 2)
            held = self.root.get(place)
            found = held.get(name) if isinstance(held, dict) else None
            if isinstance(found, dict):
                return found, f"/input_schema/{place}/{_escape(name)}"
        return value, pointer


def read_schema(schema: Mapping[str, Any] | None, wanted: Callable[[str], Any]) -> Schema:
    """Read `schema`; only parameters whose name is `wanted` become a `Parameter`."""
    result = Schema([], [], [])
    if isinstance(schema, Mapping):
        result.root = schema
        _walk(schema, "/input_schema", 0, wanted, result)
    return result


def _walk(schema: Mapping[str, Any], pointer: str, depth: int, wanted: Callable[[str], Any], out: Schema) -> None:
    properties = schema.get("properties")
    if isinstance(properties, dict):
        below = f"{pointer}/properties/"
        for name, value in properties.items():
            if not isinstance(value, dict) or len(out.names) >= MAX_PARAMETERS:
                continue
            out.names.append(name)
            at = below + (_escape(name) if "~" in name or "/" in name else name)
            description = value.get("description")
            if description.__class__ is str:
                out.texts.append((description, at))
            if wanted(name):
                out.parameters.append(_parameter(name, value, at, depth, out))
            if depth < MAX_DEPTH and not _DEEPER.isdisjoint(value):
                inner, place = out.follow(value, at)
                _walk(inner, place, depth + 1, wanted, out)
    if not _DEEPER.isdisjoint(schema):
        _inside(schema, pointer, depth, wanted, out)


def _inside(schema: Mapping[str, Any], pointer: str, depth: int, wanted: Callable[[str], Any], out: Schema) -> None:
    if depth > MAX_DEPTH:
        return
    for key in _BRANCHES:
        branches = schema.get(key)
        if isinstance(branches, list):
            for index, branch in enumerate(branches[:50]):
                if isinstance(branch, dict) and not _DEEPER.isdisjoint(branch):
                    inner, at = out.follow(branch, f"{pointer}/{key}/{index}")
                    _walk(inner, at, depth + 1, wanted, out)
    items = schema.get("items")
    if isinstance(items, dict) and not _DEEPER.isdisjoint(items):
        inner, at = out.follow(items, f"{pointer}/items")
        _walk(inner, at, depth + 1, wanted, out)


def _parameter(name: str, value: Mapping[str, Any], pointer: str, depth: int, out: Schema) -> Parameter:
    inner, at = out.follow(value, pointer)
    values, at = _values(inner, at, out)
    items = inner.get("items")
    if not values and isinstance(items, dict):
        values, at = _values(*out.follow(items, f"{at}/items"), out)
    description = value.get("description") or inner.get("description")
    return Parameter(
        name, _kind(inner), values, description if isinstance(description, str) else "", pointer, at, depth
    )


def _kind(value: Mapping[str, Any]) -> str:
    kind = value.get("type")
    if isinstance(kind, str):
        return kind
    if isinstance(kind, list):
        return next((k for k in kind if isinstance(k, str) and k != "null"), "")
    for key in _BRANCHES:
        branches = value.get(key)
        if isinstance(branches, list):
            for branch in branches[:20]:
                if isinstance(branch, dict) and isinstance(found := branch.get("type"), str) and found != "null":
                    return found
    return ""


def _values(value: Mapping[str, Any], pointer: str, out: Schema, level: int = 0) -> tuple[tuple[str, ...], str]:
    """Return the strings that a value is chosen from; of objects to choose from, what tells them apart."""
    if level > MAX_DEPTH or _VALUED.isdisjoint(value):
        return (), pointer
    enum = value.get("enum")
    if isinstance(enum, list):
        return tuple(v for v in enum[:200] if isinstance(v, str)), f"{pointer}/enum"
    const = value.get("const")
    if isinstance(const, str):
        return (const,), f"{pointer}/const"
    found: list[str] = []
    for key in ("anyOf", "oneOf"):
        branches = value.get(key)
        for branch in branches[:200] if isinstance(branches, list) else ():
            if isinstance(branch, dict):
                inner, _ = out.follow(branch, "")
                found += _values(inner, "", out, level + 1)[0] or _told_apart_by(inner)
    return tuple(found), pointer


def _told_apart_by(branch: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the one operation that an object of a choice stands for (`{"action": {"const": "delete"}, …}`)."""
    properties = branch.get("properties")
    for name, value in properties.items() if isinstance(properties, dict) else ():
        if name.lower() in ACTION_NAMES and isinstance(value, dict) and isinstance(held := value.get("const"), str):
            return (held,)
    return ()


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
