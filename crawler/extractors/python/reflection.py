"""What programs ask of their own classes and functions: subclasses, members, signatures, a model's schema."""

import ast
from collections.abc import Iterator

from crawler.extractors.python.classes import lineage
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.values import (
    MISSING,
    Class,
    External,
    Function,
    Instance,
    Made,
    ModuleValue,
    Place,
    Unknown,
    Value,
)


def class_method(run: Interpreter, owner: Class, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """Call what every class has: `__subclasses__()`, a model's `model_json_schema()`."""
    _ = kwargs
    if name == "__subclasses__":
        run.start_mentioning(owner.name)
        return list(owner.subclasses)
    if name in ("model_json_schema", "schema"):
        return Made("pydantic.schema", [owner], {}, Place(owner.module.path, owner.node.lineno))
    if name in ("model_validate", "parse_obj", "model_construct", "from_env", "load"):
        return run.call(owner, [], {}, Place(owner.module.path, owner.node.lineno))
    return Unknown("class-method", text=name) if args is not None else MISSING


def values_of_dir(run: Interpreter, owner: Instance | Class | ModuleValue) -> Iterator[str]:
    """Yield the names of an object's attributes in the order of `dir`."""
    if isinstance(owner, ModuleValue):
        run.start(owner.module)
        yield from sorted(n for n in owner.module.scope.names)
        return
    names: set[str] = set() if isinstance(owner, Class) else {n for n in owner.attributes if not n.startswith("<")}
    for one in lineage(run, owner if isinstance(owner, Class) else owner.cls):
        if isinstance(one, Class):
            names.update(one.attributes)
    yield from sorted(names)


EMPTY = External("inspect.Parameter.empty")
"""What a parameter has that declares no type, or no default."""


def parameters(function: Function) -> list[ast.arg]:
    """Return a function's parameters without the bound one, decorators that keep the signature followed."""
    origin = function
    while origin.wrapped is not None:
        origin = origin.wrapped
    spec = origin.node.args
    positional = [*spec.posonlyargs, *spec.args]
    if function.bound is not MISSING and function.bound is not None and positional:
        positional = positional[1:]
    return [*positional, *spec.kwonlyargs]


def signature_of(run: Interpreter, function: Value, place: Place) -> Value:
    """Return `inspect.signature(function)` as a value: a mapping of parameter names to parameters."""
    if not isinstance(function, Function):
        return Unknown("signature")
    kept = run.first(function.attributes.get("__signature__"))
    if isinstance(kept, Made) and kept.path == "inspect.Signature":
        return kept
    spec = function.node.args if function.wrapped is None else _origin(function).node.args
    positional = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    defaults: dict[str, ast.expr | None] = dict(zip(reversed(positional), reversed(spec.defaults), strict=False))
    defaults.update(zip((a.arg for a in spec.kwonlyargs), spec.kw_defaults, strict=True))
    scope = _origin(function).scope

    def value_of(node: ast.expr | None) -> Value:
        return EMPTY if node is None else run.evaluate(node, scope)

    found = {}
    for argument in parameters(function):
        fields = {
            "name": argument.arg,
            "annotation": value_of(argument.annotation),
            "default": value_of(defaults.get(argument.arg)),
            "kind": External("inspect.Parameter.POSITIONAL_OR_KEYWORD"),
            "empty": EMPTY,
        }
        found[argument.arg] = Made("inspect.Parameter", [], fields, place)
    return Made("inspect.Signature", [], {"parameters": found}, place)


def _origin(function: Function) -> Function:
    while function.wrapped is not None:
        function = function.wrapped
    return function


def signature_method(  # noqa: PLR0913
    run: Interpreter, owner: Made, name: str, args: list[Value], kwargs: dict[str, Value], place: Place
) -> Value:
    """Call `Signature.replace` and `Parameter.replace`."""
    _ = args
    if owner.path not in ("inspect.Signature", "inspect.Parameter") or name != "replace":
        return MISSING
    if owner.path == "inspect.Parameter":
        return Made(owner.path, [], {**owner.kwargs, **kwargs}, place)
    if "parameters" not in kwargs:
        return owner
    return signature_from(run, kwargs["parameters"], place)


def signature_from(run: Interpreter, values: Value, place: Place) -> Value:
    """Make a signature from a sequence of parameters."""
    listed = run.first(values)
    found = {}
    for value in listed if isinstance(listed, (list, tuple)) else ():
        parameter = run.first(value)
        given = parameter.args[0] if isinstance(parameter, Made) and parameter.args else None
        name = run.first(parameter.kwargs.get("name", given)) if isinstance(parameter, Made) else None
        if not isinstance(name, str):
            return Unknown("signature")
        found[str(name)] = parameter
    return Made("inspect.Signature", [], {"parameters": found}, place)
