"""Argument conditions read off a tool's input schema: amounts, paths, query verbs, recipients, allowed values.

Each condition is a relation that every permitted call must meet; `op` is one of Intercept's eleven operators.
Paths are `args.<name>` and `day_sum.args.<name>` (the sum of that argument over the permitted calls of a UTC day).
A condition on an absent argument fails, so only required arguments get one, and an amount where none is required.
"""

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

from mcp_catalogue.model import Action, ArgumentCondition, Category, Classification, Tool
from mcp_catalogue.policy.profiles import Bounds

DAY_SUM = "day_sum."

_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_AMOUNT = {
    "amount",
    "total",
    "quantity",
    "qty",
    "size",
    "volume",
    "notional",
    "budget",
    "sz",
    "shares",
    "lots",
    "value",
}
_PATH = {"path", "file", "filename", "filepath", "dir", "directory", "folder", "destination", "dest"}
_NOT_PATH = {"id", "ids", "url", "uri", "type", "size", "count", "format"}
_RECIPIENT = {"to", "recipient", "recipients", "cc", "bcc", "email"}
_QUERY = {"sql", "query", "statement"}

# A relative or absolute path none of whose parts begins with a dot: no `..`, no `.ssh`, no `.env`.
PLAIN_PATH = r"^(?:[A-Za-z]:)?[/\\]?(?:[^./\\][^/\\]*[/\\]+)*(?:[^./\\][^/\\]*)?$"
# The part of a path below an allowed folder: parts that are neither `.` nor `..`.
_BELOW = r"(?:[/\\]+(?:[^./\\][^/\\]*|\.[^./\\][^/\\]*|\.\.[^/\\]+))*[/\\]*$"
# One statement that begins with a reading verb. `select … into` and functions with side effects get past it.
READING_SQL = r"(?is)^\s*(?:select|show|describe|desc)\b[^;]*;?\s*$"


def conditions_for(tool: Tool, label: Classification, action: Action, bounds: Bounds) -> tuple[ArgumentCondition, ...]:
    """Return the conditions for calls of `tool` under `action`; a hidden tool needs none."""
    if action is Action.HIDE:
        return ()
    found: list[ArgumentCondition] = []
    if Category.FINANCIAL in (label.primary, *(a.category for a in label.also)) and label.primary.rank > 0:
        found += _amounts(tool, bounds)
    signals = {s.id for s in label.signals}
    if "caller-path" in signals:
        found += _paths(tool, action, bounds)
    if action is not Action.ALLOW and "free-form-query" in signals:
        found += _queries(tool)
    if bounds.recipient_domains and "external-communication" in signals:
        found += _recipients(tool, bounds)
    return tuple(found)


def may_have_conditions(label: Classification) -> bool:
    """Return whether `conditions_for` looks at the schema of a tool with this label, recipients' domains apart."""
    return (
        label.primary is Category.FINANCIAL
        or any(also.category is Category.FINANCIAL for also in label.also)
        or any(signal.id in _ASKING for signal in label.signals)
    )


_ASKING = {"caller-path", "free-form-query"}


@lru_cache(maxsize=4096)
def words(name: str) -> frozenset[str]:
    """Return the lower-case words of an identifier in any of the usual spellings."""
    return frozenset(w.lower() for w in _WORDS.findall(name[:200]))


def properties(tool: Tool) -> Iterator[tuple[str, Mapping[str, Any], bool]]:
    """Yield name, schema and whether required, for each top-level parameter that a condition can name."""
    schema = tool.input_schema or {}
    given, required = schema.get("properties"), schema.get("required")
    names = set(required) if isinstance(required, list) and all(isinstance(r, str) for r in required) else set()
    for name, value in given.items() if isinstance(given, Mapping) else ():
        # a dot would be read as a step into an object
        if isinstance(value, Mapping) and isinstance(name, str) and name and "." not in name:
            yield name, value, name in names


def _types(schema: Mapping[str, Any]) -> set[str]:
    kind = schema.get("type")
    return (
        {kind}
        if isinstance(kind, str)
        else {k for k in kind if isinstance(k, str)}
        if isinstance(kind, list)
        else set()
    )


def _amounts(tool: Tool, bounds: Bounds) -> list[ArgumentCondition]:
    numeric = [
        (name, required, _types(schema))
        for name, schema, required in properties(tool)
        if words(name) & _AMOUNT and _types(schema) and _types(schema) <= {"number", "integer", "null"}
    ]
    chosen = [n for n in numeric if n[1]] or numeric[:1]
    found: list[ArgumentCondition] = []
    for name, _, types in chosen:
        path = f"args.{name}"
        found += [
            ArgumentCondition(path=path, op="gt", value=0),
            ArgumentCondition(path=path, op="lte", value=bounds.amount),
        ]
        if "number" not in types:  # counters hold whole numbers: a sum of fractions would be wrong
            found.append(ArgumentCondition(path=f"{DAY_SUM}{path}", op="lte", value=bounds.daily_amount))
    return found


def _paths(tool: Tool, action: Action, bounds: Bounds) -> Iterator[ArgumentCondition]:
    for name, schema, required in properties(tool):
        named = words(name)
        if not (required and _types(schema) == {"string"} and named & _PATH and not named & _NOT_PATH):
            continue
        if bounds.path_prefixes:
            inside = "|".join(re.escape(p.rstrip("/\\")) for p in bounds.path_prefixes)
            yield ArgumentCondition(path=f"args.{name}", op="regex", value=f"^(?:{inside}){_BELOW}")
        elif action is not Action.ALLOW:
            yield ArgumentCondition(path=f"args.{name}", op="regex", value=PLAIN_PATH)


def _queries(tool: Tool) -> Iterator[ArgumentCondition]:
    about = words(tool.name) | words((tool.description or "")[:2000])
    for name, schema, required in properties(tool):
        named = words(name)
        is_sql = "sql" in named or (named & _QUERY and "sql" in about)
        if required and is_sql and _types(schema) == {"string"}:
            yield ArgumentCondition(path=f"args.{name}", op="regex", value=READING_SQL)


def _recipients(tool: Tool, bounds: Bounds) -> Iterator[ArgumentCondition]:
    domains = "|".join(re.escape(d.lstrip("@")) for d in bounds.recipient_domains)
    for name, schema, required in properties(tool):
        if required and _types(schema) == {"string"} and words(name) & _RECIPIENT:
            yield ArgumentCondition(path=f"args.{name}", op="regex", value=f"(?i)^[^@\\s,;<>]+@(?:{domains})$")
