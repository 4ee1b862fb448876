"""What the input schema says: parameters by name, type and values, as far as a label can depend on them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

MAX_PARAMETERS = 400
MAX_DEPTH = 4
_BRANCHES = ("anyOf", "oneOf", "allOf")
_ACTION_NAMES = frozenset(
    {
        "action", "operation", "op", "method", "command", "verb", "cmd", "mode", "subcommand", "sub_command", "type",
        "action_type", "operation_type", "actiontype", "operationtype", "request", "event", "task", "http_method",
        "function", "action_name", "tool", "state", "intent", "sub_action", "subaction", "resource_action", "do",
        "operations", "actions",
    }
)  # fmt: skip
SURE_ACTION_NAMES = frozenset(
    {"action", "operation", "op", "command", "verb", "cmd", "subcommand", "sub_command", "action_type", "operation_type",
     "actiontype", "operationtype", "sub_action", "subaction", "action_name", "operations", "actions"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Parameter:
    """One property of the schema: its name, JSON type, values if listed, words about it, and JSON Pointer."""

    name: str
    type: str
    items: str
    values: tuple[str, ...]
    description: str
    pointer: str
    values_pointer: str
    depth: int
    default: Any = None

    @property
    def action_like(self) -> bool:
        """Whether the name is one under which a choice of operations is given."""
        return self.name.lower().replace("-", "_") in _ACTION_NAMES


def parameters(schema: Mapping[str, Any] | None) -> tuple[Parameter, ...]:
    """Return the properties of `schema`, outer ones first; at most `MAX_PARAMETERS`, to `MAX_DEPTH` levels."""
    if not isinstance(schema, Mapping):
        return ()
    result: list[Parameter] = []
    for parameter in _walk(schema, "/input_schema", 0):
        result.append(parameter)
        if len(result) >= MAX_PARAMETERS:
            break
    return tuple(result)


def _walk(schema: Mapping[str, Any], pointer: str, depth: int) -> Iterator[Parameter]:
    nested: list[tuple[Mapping[str, Any], str]] = []
    properties = schema.get("properties")
    if isinstance(properties, Mapping):
        for name, value in properties.items():
            if not isinstance(value, Mapping) or not isinstance(name, str):
                continue
            at = f"{pointer}/properties/{_escape(name)}"
            yield _parameter(name, value, at, depth)
            if depth < MAX_DEPTH and value.keys() & {"properties", "items", *_BRANCHES}:
                nested.append((value, at))
    if depth >= MAX_DEPTH:
        return
    for key in _BRANCHES:
        branches = schema.get(key)
        if isinstance(branches, list):
            for index, branch in enumerate(branches[:50]):
                if isinstance(branch, Mapping):
                    yield from _walk(branch, f"{pointer}/{key}/{index}", depth + (depth > 0))
    items = schema.get("items")
    if isinstance(items, Mapping):
        yield from _walk(items, f"{pointer}/items", depth + 1)
    for value, at in nested:
        yield from _walk(value, at, depth + 1)


def _parameter(name: str, value: Mapping[str, Any], pointer: str, depth: int) -> Parameter:
    kind = _kind(value)
    values, at = _values(value, pointer)
    items = value.get("items")
    items_kind = ""
    if kind == "array" and isinstance(items, Mapping):
        items_kind = _kind(items)
        if not values:
            values, at = _values(items, f"{pointer}/items")
    description = value.get("description")
    return Parameter(
        name, kind, items_kind, values, description if isinstance(description, str) else "", pointer, at, depth,
        value.get("default"),
    )  # fmt: skip


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
                if isinstance(branch, Mapping) and isinstance(found := branch.get("type"), str) and found != "null":
                    return found
    return ""


def _values(value: Mapping[str, Any], pointer: str) -> tuple[tuple[str, ...], str]:
    enum = value.get("enum")
    if isinstance(enum, list):
        return tuple(v for v in enum[:200] if isinstance(v, str)), f"{pointer}/enum"
    const = value.get("const")
    if isinstance(const, str):
        return (const,), f"{pointer}/const"
    for key in ("anyOf", "oneOf"):
        branches = value.get(key)
        if isinstance(branches, list):
            found = [v for b in branches[:200] if isinstance(b, Mapping) for v in _values(b, "")[0]]
            if found:
                return tuple(found), pointer
    return (), pointer


def _escape(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
