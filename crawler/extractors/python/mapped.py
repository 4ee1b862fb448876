"""OpenAPI operations that the code chooses and renames before FastMCP makes tools of them.

`mcp_names`, `route_maps`, `route_map_fn` and `mcp_component_fn` are evaluated for each operation. As soon as one
decision cannot be made nothing is said of any: the registration stays unresolved.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

import re2

from crawler.extractors.files.openapi import (
    Operation,
    fastmcp_name,
    fastmcp_text,
    lines_of,
    operations,
    shipped,
    slug,
    tool_of,
)
from crawler.extractors.python.comprehensions import elements
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.values import External, Function, Made, Place, Text, Value, plain
from mcp_catalogue.model import Tool

MAPPINGS = frozenset({"mcp_names", "route_maps", "route_map_fn", "mcp_component_fn"})
"""Arguments of `from_openapi` that leave operations out or give tools other names."""
_KINDS = frozenset({"TOOL", "RESOURCE", "RESOURCE_TEMPLATE", "EXCLUDE", "IGNORE"})
_MAX_OPERATIONS = 1_000


class _UndecidedError(Exception):
    """Which operations become tools, or under which names, cannot be evaluated."""


def mapped_tools(
    run: Interpreter, args: list[Value], kwargs: Mapping[str, Value], place: Place
) -> tuple[Tool, ...] | None:
    """Return the tools of one `from_openapi`, or None where they cannot be evaluated."""
    spec = run.first(args[0] if args else kwargs.get("openapi_spec", kwargs.get("spec")))
    chooses = "route_maps" in kwargs or "route_map_fn" in kwargs
    found = list(_documents(run, spec, chooses=chooses))
    try:
        tools = [tool for path, value in found for tool in _tools(run, path, value, kwargs, place)]
    except (_UndecidedError, re2.error):
        return None
    return tuple(tools) or None


def _documents(run: Interpreter, spec: Value, *, chooses: bool) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield the document that was loaded, by its path; where it is changed on the way, all from which code chooses."""
    if isinstance(spec, dict) and isinstance(paths := run.first(spec.get("paths")), dict) and paths:
        held = getattr(next(iter(paths)), "place", None)
        value = plain(spec)
        if held is not None and isinstance(value.get("paths"), dict) and any(operations(value)):
            yield held.file, value
            return
    if chooses:
        yield from shipped(run.modules.project)


def _tools(
    run: Interpreter, path: str, document: Mapping[str, Any], kwargs: Mapping[str, Value], place: Place
) -> Iterator[Tool]:
    names = run.first(kwargs.get("mcp_names")) or {}
    if not isinstance(names, dict):
        raise _UndecidedError
    lines = lines_of(run.modules.read(path))
    used: Counter[str] = Counter()
    for number, one in enumerate(operations(document)):
        if number >= _MAX_OPERATIONS:
            raise _UndecidedError
        run.budget.spend()
        route = _route(one, place)
        if _kind(run, one, route, kwargs, place) != "TOOL":
            continue
        given = run.first(names[one.id]) if one.id in names else None
        if one.id in names and not isinstance(given, str):
            raise _UndecidedError
        name = slug(str(given)) if given is not None else fastmcp_name(one)
        used[name] += 1
        name = f"{name}_{used[name]}" if used[name] > 1 else name
        name, description = _customised(run, route, name, fastmcp_text(one), kwargs, place)
        if name:
            yield tool_of(one, name, description, path, lines)


def _route(one: Operation, place: Place) -> Made:
    """The object by which FastMCP shows an operation to the code."""
    tags = one.body.get("tags")
    shown: dict[str, Value] = {
        "path": Text.at(one.path, place),
        "method": one.method.upper(),
        "operation_id": one.id,
        "summary": one.body.get("summary"),
        "description": one.body.get("description"),
        "tags": [t for t in tags if isinstance(t, str)] if isinstance(tags, list) else [],
    }
    return Made("fastmcp.openapi.HTTPRoute", [], shown, place)


def _kind(run: Interpreter, one: Operation, route: Made, kwargs: Mapping[str, Value], place: Place) -> str:
    kind = "TOOL"
    for rule in elements(run, kwargs["route_maps"]) if "route_maps" in kwargs else []:
        known = run.first(rule)
        if not isinstance(known, Made):
            raise _UndecidedError
        if _fits(run, known, one, route):
            kind = _named(run, known.kwargs.get("mcp_type", known.kwargs.get("route_type")))
            break
    function = run.first(kwargs.get("route_map_fn"))
    if isinstance(function, Function):
        answer = run.force(run.call(function, [route, External(f"fastmcp.MCPType.{kind}")], {}, place))
        return kind if answer is None else _named(run, answer)
    if function is not None:
        raise _UndecidedError
    return kind


def _named(run: Interpreter, value: Value) -> str:
    """Return the name of a member of `MCPType`."""
    known = run.force(value)
    name = known.path.rpartition(".")[2] if isinstance(known, External) else ""
    if name not in _KINDS:
        raise _UndecidedError
    return name


def _fits(run: Interpreter, rule: Made, one: Operation, route: Made) -> bool:
    """Tell whether a `RouteMap` is for this operation."""
    fields = {k: run.first(v) for k, v in rule.kwargs.items()}
    methods = fields.get("methods", "*")
    pattern = fields.get("pattern", ".*")
    if isinstance(pattern, Made) and pattern.path == "re.compile" and pattern.args:
        pattern = run.first(pattern.args[0])
    tags = fields.get("tags", set())
    if not isinstance(methods, (str, list)) or not isinstance(pattern, str) or not isinstance(tags, (set, list)):
        raise _UndecidedError
    wanted = {str(run.first(m)) for m in methods} if isinstance(methods, list) else None
    if wanted is not None and one.method.upper() not in wanted:
        return False
    return re2.search(str(pattern), one.path) is not None and {str(run.first(t)) for t in tags} <= set(
        route.kwargs["tags"]
    )


def _customised(  # noqa: PLR0913
    run: Interpreter, route: Made, name: str, description: str, kwargs: Mapping[str, Value], place: Place
) -> tuple[str, str]:
    """Return name and description as `mcp_component_fn` leaves them."""
    function = run.first(kwargs.get("mcp_component_fn"))
    if function is None:
        return name, description
    if not isinstance(function, Function):
        raise _UndecidedError
    fields: dict[str, Value] = {"name": name, "description": description, "tags": set()}
    run.force(run.call(function, [route, Made("fastmcp.openapi.Component", [], {}, place, fields)], {}, place))
    named, described = run.first(fields["name"]), run.first(fields["description"])
    if not isinstance(named, str):
        raise _UndecidedError
    return str(named), str(described) if isinstance(described, str) else description
