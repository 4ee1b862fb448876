"""Definitions of functions and classes, with their decorators."""

import ast

from crawler.extractors.python.classes import class_attribute, lineage
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.items import is_enum
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.truth import place_of
from crawler.extractors.python.values import (
    MISSING,
    Choice,
    Class,
    External,
    Function,
    Instance,
    Made,
    Place,
    Text,
    Unknown,
    Value,
)

# Decorators that change how an attribute is looked up, not what the function is.
_KINDS = {
    "builtins.property": "builtins.property",
    "builtins.classmethod": "builtins.classmethod",
    "builtins.staticmethod": "builtins.staticmethod",
    "functools.cached_property": "functools.cached_property",
}


def define_function(run: Interpreter, node: ast.FunctionDef | ast.AsyncFunctionDef, scope: Scope) -> None:
    """Bind the function's name to it as its decorators leave it."""
    function = Function(node, scope, scope.module, node.name, guards=tuple(run.guards))
    value: Value = function
    if node.decorator_list:
        scope.names.setdefault(node.name, function)
        for decorator in reversed(node.decorator_list):
            value = _decorate(run, decorator, value, scope)
    scope.set(node.name, value)


def _decorate(run: Interpreter, node: ast.expr, value: Value, scope: Scope) -> Value:
    target = run.first(run.evaluate(node, scope))
    if isinstance(target, External):
        kind = _KINDS.get(target.path)
        if kind is not None:
            return Made(kind, [value], {}, place_of(node, scope))
    result = run.force(run.call(target, [value], {}, place_of(node, scope)))
    if isinstance(result, Choice):
        result = next((o for o in (run.first(o) for o in result.options) if isinstance(o, Function)), result)
    if (
        result is None
        or isinstance(result, (Unknown, Choice))
        or (isinstance(result, Made) and isinstance(value, Function))
    ):
        if isinstance(result, Made) and result.path.startswith(("builtins.", "functools.", "fastmcp.", "mcp.")):
            return result
        return value  # what a decorator made of it cannot be said: the function itself is the best guess
    return result


def define_class(run: Interpreter, node: ast.ClassDef, scope: Scope) -> None:
    """Bind the class's name; its body runs in a scope of its own."""
    bases = tuple(run.evaluate(b, scope) for b in node.bases if not isinstance(b, ast.Starred))
    keywords = {k.arg: run.evaluate(k.value, scope) for k in node.keywords if k.arg is not None}
    cls = Class(node, scope, scope.module, node.name, bases, keywords=keywords)
    body = Scope(scope.module, scope, scope.function, is_class=True)
    run.block(node.body, body)
    cls.attributes = body.names
    for value in cls.attributes.values():
        inner = value
        while isinstance(inner, Made) and inner.args:
            inner = inner.args[0]
        if isinstance(inner, Function) and inner.owner is None:
            inner.owner = cls
    if is_enum(run, cls):
        _members(run, cls)
    result: Value = cls
    scope.names.setdefault(node.name, cls)
    for decorator in reversed(node.decorator_list):
        target = run.first(run.evaluate(decorator, scope))
        if isinstance(target, (External, Made)):
            continue
        made = run.first(run.call(target, [result], {}, place_of(decorator, scope)))
        result = made if isinstance(made, (Class, Function)) else result
    for base in lineage(run, cls)[1:]:
        if isinstance(base, Class):
            base.subclasses.append(cls)
            hook = base.attributes.get("__init_subclass__")
            if isinstance(hook, Function):
                run.call(hook.bind(cls), [], dict(keywords), place_of(node, scope))
    scope.set(node.name, result)


def _members(run: Interpreter, cls: Class) -> None:
    """Turn the constants of an enumeration into its members."""
    for name, raw in list(cls.attributes.items()):
        if name.startswith("_") or isinstance(raw, (Function, Class)):
            continue
        value = run.first(raw)
        if isinstance(value, Made) and value.path.startswith("builtins."):
            continue
        if isinstance(value, Made) and value.path == "enum.auto":
            value = Text.at(name.lower(), value.place)
        place = getattr(value, "place", None) or Place(cls.module.path, cls.node.lineno)
        member = Instance(cls, {"value": value, "name": name, "_value_": value}, place, name)
        custom = class_attribute(run, cls, "__init__")
        if isinstance(custom, Function):
            run.invoke(custom.bind(member), list(value) if isinstance(value, tuple) else [value], {}, place)
            member.attributes.setdefault("value", value)
        cls.attributes[name] = member


__all__ = ["MISSING", "define_class", "define_function"]
