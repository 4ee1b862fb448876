"""Truth of abstract values, and where nodes stand."""

import ast

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.sdk_names import is_sdk
from crawler.extractors.python.values import (
    MISSING,
    Choice,
    Class,
    External,
    Function,
    Guarded,
    Instance,
    Made,
    ModuleValue,
    Place,
    Rest,
    Subscripted,
    UnionType,
    Unknown,
    Value,
)


def place_of(node: ast.AST, scope: Scope) -> Place:
    """Return where `node` stands."""
    return Place(scope.module.path, getattr(node, "lineno", 1))


def truth(run: Interpreter, value: Value) -> tuple[bool | None, bool | None]:
    """Return (certain truth or None, truth by default or None)."""
    run.budget.spend()
    value = run.force(value)
    if isinstance(value, Unknown):
        if value.default is MISSING:
            return None, None
        sure, guess = truth(run, value.default)
        return None, sure if sure is not None else guess
    if isinstance(value, Choice):
        results = [truth(run, option) for option in value.options]
        if all(r[0] is True for r in results):
            return True, True
        if all(r[0] is False for r in results):
            return False, False
        return None, results[0][0]
    if isinstance(value, Made) and is_sdk(value.path) and value.path.rpartition(".")[2][:1].isupper():
        return True, True  # an object of one of the SDK's own classes
    if isinstance(value, (External, Subscripted, UnionType, Made, Rest)):
        return None, None
    if isinstance(value, (dict, list, tuple, set)):
        if value and all(isinstance(v, (Rest, Guarded)) for v in value):
            return None, None
        if run.watcher is not None and not isinstance(value, tuple):
            return None, bool(value)  # what a handler collects can come out either way
        return bool(value), bool(value)
    if isinstance(value, (Function, Class, Instance, ModuleValue)):
        return True, True
    if value is None or isinstance(value, (str, int, float, bytes)):
        return bool(value), bool(value)
    return None, None
