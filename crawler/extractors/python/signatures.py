"""A function's parameters to a tool's input schema: what is injected is left out."""

import ast
from collections.abc import Iterator
from typing import Any

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.reflection import parameters
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
    for index, (argument, default) in enumerate(_with_defaults(target)):
        name = argument.arg
        if name in excluded or name in given or index < positional or name in target.injected:
            continue
        annotation: Value = MISSING
        if argument.annotation is not None:
            annotation = run.evaluate(argument.annotation, origin.scope)
        value = run.evaluate(default, origin.scope) if default is not None else MISSING
        if is_injected(run, annotation, value, origin):
            continue
        key, schema, needed = schemas.field(name, annotation, value, origin.scope)
        if annotation is MISSING and sdk == "official":
            schema = {**schema, "title": name, "type": "string"}
        properties[key] = schema
        if needed:
            required.append(key)
    kept = _kept(run, target)
    if kept is not None:
        properties = {k: v for k, v in properties.items() if k in kept}
        required = [k for k in required if k in kept]
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


def _kept(run: Interpreter, function: Function) -> frozenset[str] | None:
    """Return the names that an assigned `__signature__` keeps, or None."""
    signature = run.first(function.attributes.get("__signature__"))
    if not isinstance(signature, Made) or signature.path != "inspect.Signature":
        return None
    listed = run.first(signature.kwargs.get("parameters", signature.args[0] if signature.args else None))
    if isinstance(listed, dict):
        return frozenset(k for k in listed if isinstance(k, str))
    names = []
    for value in listed if isinstance(listed, (list, tuple)) else ():
        parameter = run.first(value)
        name = (
            run.first(parameter.kwargs.get("name", parameter.args[0] if parameter.args else None))
            if isinstance(parameter, Made)
            else None
        )
        if not isinstance(name, str):
            return None
        names.append(str(name))
    return frozenset(names)


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
