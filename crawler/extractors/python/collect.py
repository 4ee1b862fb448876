"""From registrations to tools: names, descriptions, schemas, annotations, places."""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from crawler.extractors.python.docstrings import Reading, description_of
from crawler.extractors.python.guards import Guard, condition_of
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.schema import Schemas
from crawler.extractors.python.sdk import is_tool_class, listed
from crawler.extractors.python.server import Body, Registration, Server
from crawler.extractors.python.signatures import input_schema
from crawler.extractors.python.values import (
    Choice,
    Class,
    Function,
    Guarded,
    Instance,
    Made,
    Partial,
    Place,
    Rest,
    Unknown,
    Value,
    ordered,
    plain,
)
from crawler.extractors.python.visibility import Change, enabled_guard, hidden_by, texts_of
from mcp_catalogue.model import Annotations, Handler, Location, Tool, Unresolved

_HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
_TELLING = 12  # characters from which the beginning of a description says something
_SNAKE = {
    "read_only_hint": _HINTS[0],
    "destructive_hint": _HINTS[1],
    "idempotent_hint": _HINTS[2],
    "open_world_hint": _HINTS[3],
}


@dataclass(frozen=True, slots=True)
class Options:
    """What the project's manifest decides."""

    reading: Reading


@dataclass(frozen=True, slots=True)
class Found:
    """A tool, what a call of it runs, the tests around its registration, and those under which its server is made."""

    tool: Tool
    body: Body
    guards: tuple[Guard, ...] = ()
    server: tuple[Guard, ...] = ()

    @property
    def key(self) -> tuple[object, ...]:
        """What two registrations of one tool have in common."""
        return self.tool.name, self.tool.location, self.tool.handler, self.tool.description


def collect(run: Interpreter, options: Options) -> Iterator[Found | Unresolved]:
    """Yield what every server of the project lists; a mounted one under its prefix."""
    best: dict[tuple[object, ...], Found] = {}
    tops: dict[tuple[object, ...], set[int]] = {}
    left: Counter[tuple[Unresolved, int]] = Counter()
    for top, found in _collect(run, options):
        if isinstance(found, Unresolved):
            left[found, top] += 1
        else:
            tops.setdefault(found.key, set()).add(top)
            best[found.key] = _likelier(best.get(found.key), found)
    # A loop leaves as many open at one place as it has turns; another server leaves the same ones open.
    for one in dict.fromkeys(u for u, _ in left):
        times = max(n for (u, _), n in left.items() if u == one)
        yield one if one.covers is None else replace(one, covers=one.covers * times)
    for place in run.idle.values():
        yield Unresolved(file=place.file, line=place.line, reason="loop-over-nothing", covers=None)
    servers = {top for listed in tops.values() for top in listed}
    for key, found in best.items():
        # What decides which server starts, or whether one does, says nothing of a tool that all of them have.
        given = set(found.server) if tops[key] == servers else set()
        yield replace(found, tool=_under(found, tuple(g for g in found.guards if g not in given)))


def _under(found: Found, guards: tuple[Guard, ...]) -> Tool:
    return replace(found.tool, condition=condition_of(guards))


def _likelier(known: Found | None, found: Found) -> Found:
    """Of a tool that is registered twice, under different guards, take the likelier registration."""
    if known is None or _likelihood(_under(found, found.guards)) > _likelihood(_under(known, known.guards)):
        return found
    return known


def _likelihood(tool: Tool) -> int:
    return 3 if tool.condition is None else {True: 2, None: 1, False: 0}[tool.condition.default_on]


def _collect(run: Interpreter, options: Options) -> Iterator[tuple[int, Found | Unresolved]]:
    """Yield what each server lists, with the server's number."""
    if not any(s.registrations for s in run.servers):
        for server in run.servers:
            if not server.assumed:
                yield 0, Unresolved(file=server.place.file, line=server.place.line, reason="no-registration-found")
    mounted = {id(server) for parent in run.servers for server in (m.server for m in parent.mounts)}
    for number, server in enumerate(run.servers):
        if id(server) not in mounted:
            for found in _listing(run, server, (), (), options, frozenset()):
                yield number, replace(found, server=server.guards) if isinstance(found, Found) else found


def _listing(  # noqa: PLR0913
    run: Interpreter,
    server: Server,
    prefixes: tuple[str, ...],
    guards: tuple[Guard, ...],
    options: Options,
    above: frozenset[int],
    outer: tuple[Change, ...] = (),
) -> Iterator[Found | Unresolved]:
    for registration in server.registrations:
        early = {g for g in server.guards if g.leaves}
        if early:
            kept = tuple(g for g in registration.guards if g not in early)
            registration = replace(registration, guards=kept)  # noqa: PLW2901
        some: list[Found | Unresolved] = []
        if not run.bounded(lambda one=registration, to=some: to.extend(_registered(run, server, one, options))):  # type: ignore[misc]
            some = [_unresolved(registration, "budget")]
        for found in some:
            if isinstance(found, Found):
                named = replace(found.tool, name="_".join([*prefixes, found.tool.name]))
                tags = texts_of(run, registration.kwargs.get("tags"))
                hidden = hidden_by(server.changes, found.tool.name, tags) + hidden_by(outer, named.name, tags)
                yield Found(named, found.body, tuple(dict.fromkeys((*guards, *found.guards, *hidden))))
            else:
                yield found
    if id(server) in above:
        return
    for mount in server.mounts:
        prefix = run.first(mount.prefix)
        if prefix is not None and not isinstance(prefix, str):
            yield Unresolved(file=mount.place.file, line=mount.place.line, reason="prefix-not-constant", covers=None)
            continue
        inner = (*prefixes, str(prefix)) if prefix else prefixes
        changes = (*outer, *server.changes)
        yield from _listing(run, mount.server, inner, (*guards, *mount.guards), options, above | {id(server)}, changes)


def _registered(run: Interpreter, server: Server, one: Registration, options: Options) -> Iterator[Found | Unresolved]:
    if one.kind == "listing":
        elements = listed(run, one)
        own = isinstance(one.target, Function) and server.kind != "lowlevel"
        if not elements and not own:
            yield _unresolved(one, "listing-not-constant", "nothing in it could be evaluated")
        for element in elements:
            yield _listed(run, server, element, one, options)
    elif one.kind == "openapi":
        yield from (Found(tool, Body(tool.name), one.guards) for tool in one.target)
    elif one.kind == "function":
        yield _function(run, one.target, one.kwargs, one, options)
    elif one.kind == "object":
        yield _object(run, server, one.target, one, options)
    else:
        yield _unresolved(one, one.reason or "function-not-found")


def _listed(
    run: Interpreter, server: Server, element: Value, one: Registration, options: Options
) -> Found | Unresolved:
    if isinstance(element, Rest):
        source = run.first(element.source)
        if not isinstance(source, (Made, Instance, dict)):
            return _unresolved(one, "listing-not-constant", getattr(source, "text", ""))
        element = source
    guards = one.guards
    if isinstance(element, Guarded):
        guards = (*guards, *element.guards)
    return _object(run, server, element, replace(one, guards=guards), options)


def _object(run: Interpreter, server: Server, target: Value, one: Registration, options: Options) -> Found | Unresolved:
    value = run.first(target)
    if isinstance(value, Made) and value.path == "fastmcp.<tool>":
        return _function(run, value.args[0], {**value.kwargs, **one.kwargs}, one, options)
    if isinstance(value, (Function, Partial)):
        return _function(run, value, one.kwargs, one, options)
    if isinstance(value, Class) or (
        isinstance(value, Instance) and "name" not in value.attributes and one.kind == "object"
    ):
        called = run.first(run.attribute(value, "__call__", one.place))
        if isinstance(called, Function) and isinstance(value, Instance):
            name = one.kwargs.get("name", value.cls.name)
            return _function(run, called, {**one.kwargs, "name": name}, one, options)
    fields = _fields(run, value)
    if fields is None:
        text = value.text if isinstance(value, Unknown) else type(value).__name__
        return _unresolved(one, "tool-not-constant", text)
    name = text_of(run, fields.get("name"))
    if name is None:
        return _unresolved(one, "name-not-constant")
    schema = run.first(fields.get("inputSchema", fields.get("input_schema", fields.get("parameters"))))
    place = getattr(value, "place", None) or one.place
    own, dispatcher = fields.get("fn", fields.get("handler")), server.attributes.get("<call_tool>")
    handler = handler_of(run, own) or handler_of(run, dispatcher)
    annotations = annotations_of(run, fields.get("annotations"))
    tool = Tool(
        name=name,
        title=text_of(run, fields.get("title")) or annotations.title,
        description=prose_of(run, fields.get("description")),
        input_schema=_schema(run, schema),
        output_schema=_schema(run, run.first(fields.get("outputSchema", fields.get("output_schema")))),
        annotations=annotations,
        location=_located(run, fields.get("name"), place),
        handler=handler,
    )
    return Found(tool, Body(name, own, dispatcher), one.guards)


def _fields(run: Interpreter, value: Value) -> dict[str, Value] | None:
    if isinstance(value, Made) and (is_tool_class(value.path) or value.path.endswith(("Tool", "ToolDefinition"))):
        return value.kwargs
    if isinstance(value, dict) and "name" in value:
        return value
    if isinstance(value, Instance):
        names = ("name", "title", "description", "inputSchema", "input_schema", "parameters", "annotations", "fn",
                 "handler")  # fmt: skip
        place = value.place or Place("", 1)
        found = {n: run.attribute(value, n, place) for n in names}
        return {n: v for n, v in found.items() if not isinstance(run.force(v), Unknown) or n == "name"}
    return None


def _schema(run: Interpreter, value: Value) -> dict[str, Any] | None:
    if isinstance(value, Made) and value.path == "pydantic.schema":
        schemas = Schemas(run)
        schema = schemas.model(value.args[0])
        return {"$defs": dict(sorted(schemas.defs.items())), **schema} if schemas.defs else schema
    if isinstance(value, dict):
        resolved: dict[str, Any] = _resolve(run, value)
        return resolved
    return None


def _resolve(run: Interpreter, value: Value, depth: int = 30) -> Any:  # noqa: ANN401 - JSON
    value = run.first(value)
    if isinstance(value, dict) and depth:
        return {str(k): _resolve(run, v, depth - 1) for k, v in value.items() if isinstance(k, (str, int))}
    if isinstance(value, (list, tuple, set)) and depth:
        return [_resolve(run, v, depth - 1) for v in ordered(value) if not isinstance(v, Rest)]
    if isinstance(value, Made) and value.path == "pydantic.schema":
        return _schema(run, value)
    return plain(value)


def _function(
    run: Interpreter, target: Value, said: dict[str, Value], one: Registration, options: Options
) -> Found | Unresolved:
    target = run.first(target)
    function = target
    while isinstance(function, Partial):
        function = run.first(function.function)
    given = run.first(said.get("name"))
    name = text_of(run, given) if given is not None else None
    if name is None and given is not None:
        return _unresolved(one, "name-not-constant", getattr(given, "text", ""))
    if not isinstance(function, Function):
        if name is None:
            return _unresolved(one, "function-not-found", getattr(function, "text", ""))
        function = None
    if name is None and function is not None:
        borne = run.first(run.attribute(function, "__name__", one.place))
        name = text_of(run, borne)
        given = borne if name != _origin(function).name else None
    if not name or name == "<lambda>":
        return _unresolved(one, "name-not-constant")
    described, parameters = said.get("description"), dict[str, str]()
    description = prose_of(run, described)
    if description is None and function is not None:
        doc = text_of(run, run.attribute(function, "__doc__", one.place))
        description, parameters = description_of(doc, one.sdk, reading=options.reading)
    excluded = run.first(said.get("exclude_args"))
    hidden = (
        frozenset(str(e) for e in excluded if isinstance(e, str))
        if isinstance(excluded, (list, tuple, set))
        else frozenset()
    )
    schema = input_schema(run, target, one.sdk, hidden) if function is not None else None
    for key, text in parameters.items():
        if schema is not None and text and key in schema["properties"]:
            schema["properties"][key].setdefault("description", text)
    annotations = annotations_of(run, said.get("annotations"))
    origin = _origin(function) if function is not None else None
    fallback = Place(origin.module.path, origin.node.lineno) if origin is not None else one.place
    guards = tuple(dict.fromkeys((*one.guards, *(_origin(function).guards if function is not None else ()))))
    if "enabled" in said:
        guards += enabled_guard(run, said["enabled"], one.place)
    tool = Tool(
        name=name,
        title=text_of(run, said.get("title")) or annotations.title,
        description=description,
        input_schema=schema,
        annotations=annotations,
        location=_located(run, given, fallback, origin.name if origin is not None else ""),
        handler=handler_of(run, function),
    )
    return Found(tool, Body(name, function), guards)


def _origin(function: Function) -> Function:
    while function.wrapped is not None:
        function = function.wrapped
    return function


def text_of(run: Interpreter, value: Value) -> str | None:
    """Return `value` as the text it is by default, or None."""
    value = run.first(value)
    if isinstance(value, Instance) and value.member:
        value = run.first(value.attributes.get("value"))
    if isinstance(value, Choice):
        value = run.first(value.options[0])
    return str(value) if isinstance(value, str) else None


def prose_of(run: Interpreter, value: Value) -> str | None:
    """Return a description; of one that the user's settings complete, as far as it is known."""
    text = text_of(run, value)
    known = run.first(value)
    if text is None and isinstance(known, Unknown) and len(known.prefix.strip()) >= _TELLING:
        return f"{known.prefix.rstrip()} …"
    return text


def annotations_of(run: Interpreter, value: Value) -> Annotations:
    """Return the annotations that are set explicitly."""
    value = run.first(value)
    fields: dict[Any, Value] = {}
    if isinstance(value, Made):
        fields = value.kwargs
        spread = run.first(fields.get("**"))
        fields = {**spread, **fields} if isinstance(spread, dict) else fields
    elif isinstance(value, dict):
        fields = value
    hints: dict[str, bool] = {}
    for key, hint in fields.items():
        known = run.force(hint)
        known = None if isinstance(known, Unknown) else run.first(known)  # what a setting decides, no author has set
        if isinstance(key, str) and isinstance(known, bool):
            hints[_SNAKE.get(key, str(key))] = known
    return Annotations(title=text_of(run, fields.get("title")), **{h: hints.get(h) for h in _HINTS})


def handler_of(run: Interpreter, value: Value) -> Handler | None:
    """Return the span of the function that a call runs."""
    value = run.first(value)
    while isinstance(value, Partial):
        value = run.first(value.function)
    if not isinstance(value, Function):
        return None
    origin = _origin(value)
    node: ast.AST = origin.node
    start = getattr(node, "lineno", 1)
    return Handler(file=origin.module.path, start=start, end=getattr(node, "end_lineno", start) or start)


def _located(run: Interpreter, given: Value, fallback: Place, bearer: str = "") -> Location:
    """Return where the name stands; of a computed one, the function that bears most of it, else its template."""
    value = run.first(given) if given is not None else None
    place: Place | None = getattr(value, "place", None)
    if place is not None and isinstance(value, str) and not _stands(run, value, place):
        place = fallback if not bearer or bearer in value else place
    return Location(file=(place or fallback).file, line=(place or fallback).line)


def _stands(run: Interpreter, text: str, place: Place) -> bool:
    lines = run.modules.read(place.file).splitlines()[place.line - 1 : place.line]
    return any(text.encode() in line for line in lines)


_MANY = frozenset(
    {
        "listing-not-constant", "loop-over-unknown", "mounted-server-unknown", "openapi", "openapi-mapped", "provider",
        "proxy",
    }
)  # fmt: skip
"""Reasons that leave open how many tools are behind them."""


def _unresolved(one: Registration, reason: str, detail: str = "") -> Unresolved:
    covers = None if reason in _MANY else 1
    return Unresolved(file=one.place.file, line=one.place.line, reason=reason, detail=detail[:200], covers=covers)
