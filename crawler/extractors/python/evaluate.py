"""Expressions: one function per node type, joined in `EXPRESSIONS`."""

import ast
import builtins
import operator
from collections.abc import Callable, Mapping

from crawler.extractors.python.budget import MAX_DEPTH, MAX_ELEMENTS, MAX_TEXT
from crawler.extractors.python.comprehensions import comprehension, dict_comprehension
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.items import subscript
from crawler.extractors.python.logic import boolop, compare, unary
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.treepath import TreePath
from crawler.extractors.python.truth import place_of, truth
from crawler.extractors.python.typed import unset
from crawler.extractors.python.values import (
    MISSING,
    Class,
    External,
    Function,
    Instance,
    Made,
    Place,
    Rest,
    Subscripted,
    Text,
    UnionType,
    Unknown,
    Value,
    choose,
    ordered,
)

BUILTINS = frozenset(dir(builtins))


def evaluate(run: Interpreter, node: ast.expr, scope: Scope) -> Value:
    """Return the abstract value of `node` in `scope`; never raises but for a spent budget."""
    run.budget.spend()
    handler = EXPRESSIONS.get(type(node))
    if handler is None:
        return Unknown("expression", text=type(node).__name__)
    if run.depth >= MAX_DEPTH:
        return Unknown("too-deep")
    run.depth += 1
    try:
        return handler(run, node, scope)
    finally:
        run.depth -= 1


def _constant(_run: Interpreter, node: ast.Constant, scope: Scope) -> Value:
    if isinstance(node.value, str):
        return Text.at(node.value, place_of(node, scope))
    return node.value


def _name(run: Interpreter, node: ast.Name, scope: Scope) -> Value:
    value = scope.get(node.id)
    module = scope.module
    if value is not MISSING:
        if run.watcher is not None and node.id in module.rebound and module.scope.names.get(node.id, MISSING) is value:
            bound = module.static.get(node.id)
            annotation = bound.annotation if isinstance(bound, ast.AnnAssign) else None
            return unset(run, value, annotation, module.scope, place_of(node, scope))
        return value
    if not module.finished:
        early = run.early(module, node.id)
        if early is not MISSING:
            return early
    if node.id in BUILTINS:
        return External(f"builtins.{node.id}")
    for star in module.stars:
        value = run.member(star, node.id)
        if value is not MISSING:
            return value
    return Unknown("undefined", text=node.id)


def _attribute(run: Interpreter, node: ast.Attribute, scope: Scope) -> Value:
    owner = run.evaluate(node.value, scope)
    return run.attribute(owner, node.attr, place_of(node, scope))


def _call(run: Interpreter, node: ast.Call, scope: Scope) -> Value:
    target = run.evaluate(node.func, scope)
    if isinstance(target, External) and target.path == "builtins.super" and not node.args:
        return _super(scope)
    args: list[Value] = []
    for argument in node.args:
        if isinstance(argument, ast.Starred):
            spread = run.first(run.evaluate(argument.value, scope))
            args.extend(spread if isinstance(spread, (list, tuple)) else [Rest(spread)])
        else:
            args.append(run.evaluate(argument, scope))
    kwargs: dict[str, Value] = {}
    for keyword in node.keywords:
        value = run.evaluate(keyword.value, scope)
        if keyword.arg is not None:
            kwargs[keyword.arg] = value
        else:
            spread = run.first(value)
            if isinstance(spread, dict):
                kwargs.update((k, v) for k, v in spread.items() if isinstance(k, str))
            else:
                kwargs["**"] = spread
    return run.call(target, args, kwargs, place_of(node, scope))


def _super(scope: Scope) -> Value:
    inner: Scope | None = scope
    while inner is not None and (inner.function is None or inner.function.owner is None):
        inner = inner.parent
    if inner is None or inner.function is None or inner.function.owner is None:
        return Unknown("super")
    return Made("builtins.super", [inner.function.owner, inner.function.bound], {}, Place(scope.module.path, 1))


def _joined(run: Interpreter, node: ast.JoinedStr, scope: Scope) -> Value:
    parts: list[str] = []
    unknown: Unknown | None = None
    for part in node.values:
        value = run.evaluate(part.value if isinstance(part, ast.FormattedValue) else part, scope)
        whole = run.force(value)
        if isinstance(whole, Unknown) and whole.default is not MISSING:
            unknown = unknown or whole
        shown = run.first(whole)
        if isinstance(shown, Instance) and "value" in shown.attributes:
            shown = run.first(shown.attributes["value"])
        conversion = part.conversion if isinstance(part, ast.FormattedValue) else -1
        if isinstance(part, ast.FormattedValue) and part.format_spec is not None:
            spec = run.first(run.evaluate(part.format_spec, scope))
            shown = _formatted(shown, spec)
        if isinstance(shown, (str, int, float)) or shown is None:
            parts.append(repr(shown) if conversion == ord("r") else str(shown))
        elif isinstance(shown, (list, tuple, set, dict)) and _known(shown):
            bare = _bare(shown)
            parts.append(f"{{{', '.join(sorted(map(repr, bare)))}}}" if isinstance(bare, set) else str(bare))
        else:
            reason = shown.reason if isinstance(shown, Unknown) else "not-constant"
            begins = "".join(parts) or (shown.prefix if isinstance(shown, Unknown) else "")
            text = run.written(node) if run.watcher is None else _constants(node)
            return Unknown("template" if reason == "argument" else reason, text=text, prefix=begins)
    whole_text = Text.at("".join(parts)[:MAX_TEXT], place_of(node, scope))
    if unknown is not None:
        return Unknown("configured", unknown.kind, whole_text, unknown.text, unknown.name)
    return whole_text


def _constants(node: ast.JoinedStr) -> str:
    """Return the constant parts of a template; cheaper than its source, and enough for whoever follows a handler."""
    parts = (part.value for part in node.values if isinstance(part, ast.Constant))
    return "{}".join(part for part in parts if isinstance(part, str))[:MAX_TEXT]


def _formatted(shown: Value, spec: Value) -> Value:
    if isinstance(spec, str) and isinstance(shown, (str, int, float)) and len(spec) < 12:
        try:
            return format(shown, str(spec))
        except ValueError:
            return Unknown("format")
    return Unknown("format")


def _known(value: Value, depth: int = 6) -> bool:
    if isinstance(value, (str, int, float)) or value is None:
        return True
    if depth and isinstance(value, (list, tuple, set)):
        return all(_known(v, depth - 1) for v in value)
    if depth and isinstance(value, dict):
        return all(_known(v, depth - 1) for v in value.values())
    return False


def _bare(value: Value) -> Value:
    """Return a copy whose strings print as strings do."""
    if isinstance(value, str):
        return str(value)
    if isinstance(value, (list, tuple, set)):
        return type(value)(_bare(v) for v in value)
    if isinstance(value, dict):
        return {_bare(k): _bare(v) for k, v in value.items()}
    return value


def _elements(run: Interpreter, nodes: list[ast.expr], scope: Scope) -> list[Value]:
    out: list[Value] = []
    for node in nodes:
        if isinstance(node, ast.Starred):
            spread = run.first(run.evaluate(node.value, scope))
            if isinstance(spread, (dict, list, tuple, set)):
                out.extend(ordered(spread))
            else:
                out.append(Rest(spread))
        else:
            out.append(run.evaluate(node, scope))
        if len(out) > MAX_ELEMENTS:
            out.append(Rest(Unknown("too-many")))
            break
    return out


def _list(run: Interpreter, node: ast.List, scope: Scope) -> Value:
    return _elements(run, node.elts, scope)


def _tuple(run: Interpreter, node: ast.Tuple, scope: Scope) -> Value:
    return tuple(_elements(run, node.elts, scope))


def _set(run: Interpreter, node: ast.Set, scope: Scope) -> Value:
    values = [run.first(v) for v in _elements(run, node.elts, scope)]
    try:
        return set(values)
    except TypeError:
        return Unknown("unhashable")


def _dict(run: Interpreter, node: ast.Dict, scope: Scope) -> Value:
    out: dict[Value, Value] = {}
    for key, value in zip(node.keys, node.values, strict=True):
        if key is None:
            spread = run.first(run.evaluate(value, scope))
            if isinstance(spread, dict):
                out.update(spread)
            else:
                rest = Rest(spread)
                out[rest] = rest
        else:
            name = run.first(run.evaluate(key, scope))
            if isinstance(name, (list, dict, set)):
                continue
            out[name] = run.evaluate(value, scope)
        if len(out) > MAX_ELEMENTS:
            break
    return out


_OPERATORS: Mapping[type[ast.operator], Callable[[Value, Value], Value]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.BitOr: operator.or_,
    ast.BitAnd: operator.and_,
}
_TYPES = (External, Subscripted, UnionType, Class)


def binary(run: Interpreter, op: ast.operator, left: Value, right: Value) -> Value:
    """Apply a binary operator."""
    whole = run.force(left), run.force(right)
    left, right = run.first(left), run.first(right)
    if isinstance(op, ast.BitOr) and (isinstance(left, _TYPES) or isinstance(right, _TYPES)):
        return UnionType((left, right))
    if isinstance(op, ast.Div) and isinstance(left, TreePath):
        return (
            left.below(str(right)) if isinstance(right, str) else Made("pathlib.Path", [left], {}, Place(left.path, 1))
        )
    if isinstance(op, ast.Div) and isinstance(left, Made) and left.path.startswith(("pathlib.", "anyio.")):
        return left  # a path below a path
    if isinstance(op, ast.Add) and isinstance(right, Unknown) and isinstance(left, (str, Unknown)):
        begins = left if isinstance(left, str) else left.prefix
        return Unknown("template", right.kind, text=right.text, prefix=str(begins))
    if isinstance(op, ast.Add) and isinstance(left, (list, tuple)) != isinstance(right, (list, tuple)):
        if isinstance(left, (list, tuple)):
            return [*left, Rest(right)]
        return [Rest(left), *right]
    function = _OPERATORS.get(type(op))
    for side in (left, right):
        if function is None or not isinstance(side, (str, int, float, list, tuple, set, dict)):
            return Unknown("operator")
    if isinstance(op, ast.Mult) and not _small_product(left, right):
        return Unknown("too-large")
    try:
        result = function(left, right) if function else Unknown("operator")
    except (TypeError, ValueError, ArithmeticError, KeyError):
        return Unknown("operator")
    if isinstance(result, (str, list, tuple)) and len(result) > MAX_TEXT:
        return Unknown("too-large")
    if isinstance(result, str):
        place = getattr(left, "place", None) or getattr(right, "place", None)
        result = Text.at(result, place) if place else result
    configured = next((w for w in whole if isinstance(w, Unknown)), None)
    if configured is not None:
        return Unknown("configured", configured.kind, result, configured.text, configured.name)
    return result


def _small_product(left: Value, right: Value) -> bool:
    for a, b in ((left, right), (right, left)):
        if isinstance(a, (str, list, tuple)):
            return isinstance(b, int) and len(a) * max(b, 0) <= MAX_TEXT
    return all(isinstance(v, (int, float)) and abs(v) < 1e18 for v in (left, right))


def _binop(run: Interpreter, node: ast.BinOp, scope: Scope) -> Value:
    return binary(run, node.op, run.evaluate(node.left, scope), run.evaluate(node.right, scope))


def _ifexp(run: Interpreter, node: ast.IfExp, scope: Scope) -> Value:
    test = run.evaluate(node.test, scope)
    known, guess = truth(run, test)
    if known is not None:
        return run.evaluate(node.body if known else node.orelse, scope)
    first, second = (node.orelse, node.body) if guess is False else (node.body, node.orelse)
    likely = run.evaluate(first, scope)
    return choose(likely, run.evaluate(second, scope))


def _lambda(_run: Interpreter, node: ast.Lambda, scope: Scope) -> Value:
    return Function(node, scope, scope.module, "<lambda>")


def _await(run: Interpreter, node: ast.Await, scope: Scope) -> Value:
    return run.evaluate(node.value, scope)


def _named(run: Interpreter, node: ast.NamedExpr, scope: Scope) -> Value:
    value = run.evaluate(node.value, scope)
    scope.set(node.target.id, value)
    return value


def _starred(run: Interpreter, node: ast.Starred, scope: Scope) -> Value:
    return Rest(run.evaluate(node.value, scope))


EXPRESSIONS: Mapping[type[ast.expr], Callable[..., Value]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.Attribute: _attribute,
    ast.Call: _call,
    ast.JoinedStr: _joined,
    ast.List: _list,
    ast.Tuple: _tuple,
    ast.Set: _set,
    ast.Dict: _dict,
    ast.BinOp: _binop,
    ast.UnaryOp: unary,
    ast.BoolOp: boolop,
    ast.Compare: compare,
    ast.IfExp: _ifexp,
    ast.Lambda: _lambda,
    ast.Await: _await,
    ast.NamedExpr: _named,
    ast.Starred: _starred,
    ast.Subscript: subscript,
    ast.ListComp: comprehension,
    ast.SetComp: comprehension,
    ast.GeneratorExp: comprehension,
    ast.DictComp: dict_comprehension,
}

__all__ = ["EXPRESSIONS", "binary", "evaluate"]
