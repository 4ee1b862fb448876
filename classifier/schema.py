"""What the input schema says: parameters by name, type and values, as far as a label can depend on them."""

from collections.abc import Callable, Mapping
from typing import Any

import msgspec

MAX_PARAMETERS = 400
MAX_DEPTH = 2
"""Levels of nesting below a parameter that are read; what lies deeper shapes a record and not the call."""
_BRANCHES = ("anyOf", "oneOf", "allOf")
_DEEPER = frozenset({"properties", "items", *_BRANCHES})
_VALUED = frozenset({"enum", "const", "anyOf", "oneOf"})
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


def read_schema(schema: Mapping[str, Any] | None, wanted: Callable[[str], Any]) -> Schema:
    """Read `schema`; only parameters whose name is `wanted` become a `Parameter`."""
    result = Schema([], [], [])
    if isinstance(schema, Mapping):
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
                out.parameters.append(_parameter(name, value, at, depth))
            if depth < MAX_DEPTH and not _DEEPER.isdisjoint(value):
                _walk(value, at, depth + 1, wanted, out)
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
                    _walk(branch, f"{pointer}/{key}/{index}", depth + 1, wanted, out)
    items = schema.get("items")
    if isinstance(items, dict) and not _DEEPER.isdisjoint(items):
        _walk(items, f"{pointer}/items", depth + 1, wanted, out)


def _parameter(name: str, value: Mapping[str, Any], pointer: str, depth: int) -> Parameter:
    values, at = _values(value, pointer)
    items = value.get("items")
    if not values and isinstance(items, dict):
        values, at = _values(items, f"{pointer}/items")
    description = value.get("description")
    return Parameter(
        name, _kind(value), values, description if isinstance(description, str) else "", pointer, at, depth
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


def _values(value: Mapping[str, Any], pointer: str) -> tuple[tuple[str, ...], str]:
    if _VALUED.isdisjoint(value):
        return (), pointer
    enum = value.get("enum")
    if isinstance(enum, list):
        return tuple(v for v in enum[:200] if isinstance(v, str)), f"{pointer}/enum"
    const = value.get("const")
    if isinstance(const, str):
        return (const,), f"{pointer}/const"
    for key in ("anyOf", "oneOf"):
        branches = value.get(key)
        if isinstance(branches, list):
            found = [v for b in branches[:200] if isinstance(b, dict) for v in _values(b, "")[0]]
            if found:
                return tuple(found), pointer
    return (), pointer


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
