"""A function's parameters to a tool's input schema: what is injected is left out."""

import ast
from collections.abc import Iterator
from typing import Any

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.reflection import EMPTY, parameters
from crawler.extractors.python.schema import Schemas, field_infos
from crawler.extractors.python.sdk_names import is_sdk
from crawler.extractors.python.values import (
    MISSING,
    Class,
    External,
    Function,
    Made,
    Partial,
    Subscripted,
    UnionType,
    Value,
)

# Defaults and `Annotated` extras by which the SDKs (and frameworks on them) fill a parameter themselves.
_INJECTORS = frozenset(
    {"Depends", "CurrentContext", "CurrentRequest", "CurrentHeaders", "CurrentAccessToken", "TokenClaim",
     "CurrentFastMCP",
     "CurrentDocket", "CurrentWorker", "Progress", "Resolve", "Elicit"}
)  # fmt: skip
_INJECTED_TYPES = frozenset(
    {"Context", "Progress", "Worker", "Docket", "AccessToken", "RequestContext", "ServerRequestContext"}
)


def input_schema(run: Interpreter, target: Value, sdk: str, excluded: frozenset[str]) -> dict[str, Any]:
    """Return the input schema that the SDK makes of a function."""
    given: set[str] = set()
    positional = 0
    while isinstance(target, Partial):
        given |= set(target.kwargs)
        positional += len(target.args)
        target = run.first(target.function)
    if not isinstance(target, Function):
        return {"properties": {}, "type": "object"}
    origin = _origin(target)
    schemas = Schemas(run, titles=sdk == "official")
    properties: dict[str, Any] = {}
    required: list[str] = []
    for index, (name, annotation, value) in enumerate(_declared(run, target)):
        if name in excluded or name in given or index < positional or name in target.injected:
            continue
        if is_injected(run, annotation, value, origin):
            continue
        key, schema, needed = schemas.field(name, annotation, value, origin.scope)
        if annotation is MISSING and sdk == "official":
            schema = {**schema, "title": name, "type": "string"}
        properties[key] = schema
        if needed:
            required.append(key)
    out: dict[str, Any] = {}
    if schemas.defs:
        out["$defs"] = dict(sorted(schemas.defs.items()))
    out["properties"] = properties
    if required:
        out["required"] = required
    if sdk == "official":
        out["title"] = f"{origin.name}Arguments"
    out["type"] = "object"
    return out


def _origin(function: Function) -> Function:
    while function.wrapped is not None:
        function = function.wrapped
    return function


def _declared(run: Interpreter, target: Function) -> Iterator[tuple[str, Value, Value]]:
    """Yield name, type and default of the parameters; those that an assigned `__signature__` keeps or adds."""
    origin = _origin(target)
    own: dict[str, tuple[Value, Value]] = {}
    for argument, default in _with_defaults(target):
        annotation = run.evaluate(argument.annotation, origin.scope) if argument.annotation is not None else MISSING
        own[argument.arg] = annotation, run.evaluate(default, origin.scope) if default is not None else MISSING
    assigned = _assigned(run, target)
    for name, parameter in (own if assigned is None else assigned).items():
        if name in own:
            yield name, *own[name]
        elif isinstance(parameter, Made):
            kind, default = (run.force(parameter.kwargs.get(k, EMPTY)) for k in ("annotation", "default"))
            yield name, MISSING if kind == EMPTY else kind, MISSING if default == EMPTY else default


def _assigned(run: Interpreter, function: Function) -> dict[str, Value] | None:
    """Return the parameters of an assigned `__signature__`, or None."""
    signature = run.first(function.attributes.get("__signature__"))
    if not isinstance(signature, Made) or signature.path != "inspect.Signature":
        return None
    listed = run.first(signature.kwargs.get("parameters"))
    if not isinstance(listed, dict):
        return None
    return {str(k): run.first(v) for k, v in listed.items() if isinstance(k, str)}


def _with_defaults(function: Function) -> Iterator[tuple[ast.arg, ast.expr | None]]:
    spec = _origin(function).node.args
    positional = [*spec.posonlyargs, *spec.args]
    defaults: dict[str, ast.expr | None] = {
        a.arg: d for a, d in zip(reversed(positional), reversed(spec.defaults), strict=False)
    }
    defaults.update({a.arg: d for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True)})
    for argument in parameters(function):
        yield argument, defaults.get(argument.arg)


def is_injected(run: Interpreter, annotation: Value, default: Value, function: Function) -> bool:
    """Tell whether the SDK fills this parameter itself."""
    value = run.first(default) if default is not MISSING else None
    if isinstance(value, Made) and value.path.rpartition(".")[2] in _INJECTORS:
        return True
    if any(isinstance(i, Made) and i.path.rpartition(".")[2] in _INJECTORS for i in field_infos(run, annotation)):
        return True
    return _is_context(run, annotation, function)


def _is_context(run: Interpreter, annotation: Value, function: Function, depth: int = 6) -> bool:
    value = run.first(annotation) if annotation is not MISSING else None
    if isinstance(value, str) and depth:
        name = value.split("[")[0].split("|")[0].strip().rpartition(".")[2]
        if name.isidentifier():
            found = run.evaluate(ast.Name(name, ast.Load(), lineno=1), function.scope)
            return _is_context(run, found, function, depth - 1) or (name == "Context" and not isinstance(found, Class))
        return False
    if isinstance(value, External):
        return is_sdk(value.path) and value.path.rpartition(".")[2] in _INJECTED_TYPES
    if isinstance(value, Class):
        from crawler.extractors.python.classes import lineage  # noqa: PLC0415

        return any(
            isinstance(b, External) and is_sdk(b.path) and b.path.endswith(".Context") for b in lineage(run, value)
        )
    if not depth:
        return False
    if isinstance(value, UnionType):
        return any(_is_context(run, o, function, depth - 1) for o in value.options if o is not None)
    if isinstance(value, Subscripted):
        base = run.first(value.base)
        last = base.path.rpartition(".")[2] if isinstance(base, External) else ""
        if last in ("Optional", "Union", "Annotated"):
            return any(_is_context(run, a, function, depth - 1) for a in value.args if a is not None)
        return _is_context(run, base, function, depth - 1)
    return False
