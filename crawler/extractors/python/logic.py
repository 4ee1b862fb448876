"""Tests: `not`, `and`, `or` and comparisons, with what is true by default where that is known."""

import ast
import operator
from collections.abc import Callable, Mapping

from crawler.extractors.python.guards import Guard
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.truth import truth
from crawler.extractors.python.values import (
    MISSING,
    Choice,
    Class,
    External,
    Guarded,
    Instance,
    Lazy,
    Made,
    Rest,
    Subscripted,
    UnionType,
    Unknown,
    Value,
)


def unary(run: Interpreter, node: ast.UnaryOp, scope: Scope) -> Value:
    """Evaluate `not x`, `-x`, `+x`."""
    value = run.force(run.evaluate(node.operand, scope))
    if isinstance(node.op, ast.Not):
        known, guess = truth(run, value)
        if known is not None:
            return not known
        kind = value.kind if isinstance(value, Unknown) else None
        return Unknown("test", kind, MISSING if guess is None else not guess)
    value = run.first(value)
    if isinstance(node.op, ast.USub) and isinstance(value, (int, float)):
        return -value
    return value if isinstance(node.op, ast.UAdd) else Unknown("operator")


def boolop(run: Interpreter, node: ast.BoolOp, scope: Scope) -> Value:
    """Evaluate `and` and `or`."""
    stops_at = isinstance(node.op, ast.Or)
    kind: str | None = None
    unsure: list[Value] = []
    value: Value = None
    for operand in node.values:
        value = run.evaluate(operand, scope)
        known, _ = truth(run, value)
        if known is None:
            forced = run.force(value)
            kind = kind or (forced.kind if isinstance(forced, Unknown) else None)
            unsure.append(forced)
        elif known is stops_at:
            break
    if not unsure:
        return value
    last = run.force(value)
    if stops_at:
        # `x or default`: the default is what stands when nothing is given.
        guess = next((u for u in unsure if truth(run, u)[1]), None)
        if guess is not None and guess is not last:
            return guess
        known, likely = truth(run, last)
        if known is None and likely is None and not isinstance(unsure[0], Unknown):
            return unsure[0]
        return Unknown("either", kind, last if known is not None else MISSING) if last not in unsure else last
    guesses = [truth(run, u)[1] for u in unsure]
    certain = truth(run, last)[0]
    if certain is False:
        return last
    default = False if False in guesses else MISSING if None in guesses else last
    return Unknown("test", kind, default)


_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Value, Value], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
    ast.In: lambda a, b: a in b,
    ast.NotIn: lambda a, b: a not in b,
    ast.Is: lambda a, b: a is b if a is None or b is None or isinstance(a, bool) else a == b,
    ast.IsNot: lambda a, b: a is not b if a is None or b is None or isinstance(a, bool) else a != b,
}


_COMPARABLE = (str, int, float, list, tuple, set, dict, type(None), Instance, Class)
_TYPES = ("builtins.", "typing.", "typing_extensions.", "types.", "inspect.Parameter.", "collections.abc.")


def _settled(value: Value) -> bool:
    """Tell whether `value` can be compared: a constant, or a type, of which each has one name."""
    return (
        isinstance(value, _COMPARABLE)
        or (isinstance(value, External) and value.path.startswith(_TYPES))
        or _generic(value)
    )


def _generic(value: Value) -> bool:
    return isinstance(value, (Subscripted, UnionType))


def _guarded_member(run: Interpreter, value: Value, container: Value) -> Guard | None:
    """Return the test under which `value` is an element of a list, where it is one only under a test."""
    if not isinstance(container, (list, tuple)) or value in container:
        return None
    found = next((e for e in container if isinstance(e, Guarded) and run.first(e.value) == value), None)
    return None if found is None else next((g for g in found.guards if g.default is not True), found.guards[0])


def _members(container: Value) -> bool:
    return isinstance(container, (list, tuple, set, dict)) and all(_settled(v) for v in container)


def compare(run: Interpreter, node: ast.Compare, scope: Scope) -> Value:
    """Evaluate a comparison."""
    left = run.force(run.evaluate(node.left, scope))
    right = run.force(run.evaluate(node.comparators[0], scope))
    kind = next((v.kind for v in (left, right) if isinstance(v, Unknown) and v.kind), None)
    unsure = any(isinstance(v, (Unknown, Choice)) for v in (left, right))
    left, right = run.first(left), run.first(right)
    if len(node.ops) > 1:
        return Unknown("test", kind)
    operation = node.ops[0]
    identity = isinstance(operation, (ast.Is, ast.IsNot, ast.Eq, ast.NotEq))
    if identity and not unsure and (left is None) != (right is None) and not isinstance(left or right, (Made, Rest)):
        return isinstance(operation, (ast.IsNot, ast.NotEq))
    if not _settled(left) or not _settled(right) or (_generic(left) and _generic(right)):
        return Unknown("test", kind)
    if isinstance(right, (list, tuple, set, dict)) and any(isinstance(v, (Rest, Lazy, Unknown)) for v in right):
        return Unknown("test", kind)
    if isinstance(operation, (ast.In, ast.NotIn)):
        if isinstance(left, (External, Class)) and not _members(right):
            return Unknown("test", kind)
        maybe = _guarded_member(run, left, right)
        if maybe is not None:
            return Unknown("test", maybe.kind, isinstance(operation, ast.In) is (maybe.default is not False))
    try:
        result = _COMPARISONS[type(operation)](left, right)
    except (TypeError, RecursionError):
        return Unknown("test", kind)
    return Unknown("test", kind, result) if unsure else result
