"""Comprehensions and the elements of what is iterated over."""

import ast
from collections.abc import Iterator

from crawler.extractors.python.budget import MAX_ITERATIONS
from crawler.extractors.python.guards import Guard, guard_of
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.items import is_enum
from crawler.extractors.python.natives import keys_of, put
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.truth import place_of, truth
from crawler.extractors.python.values import (
    MISSING,
    Choice,
    Class,
    Function,
    Guarded,
    Made,
    Rest,
    Text,
    Unknown,
    Value,
    choose,
    ordered,
)


def elements(run: Interpreter, value: Value) -> list[Value]:
    """Return what iterating over `value` gives; a `Rest` for elements that are not known."""
    value = run.first(value)
    if isinstance(value, Class) and is_enum(run, value):
        return [v for v in value.attributes.values() if getattr(v, "member", None)]
    if isinstance(value, Made) and value.attributes.get("method") == "list_tools":
        return []  # the server's own list, read where its tools are registered
    if isinstance(value, dict):
        return keys_of(value)[:MAX_ITERATIONS]
    if isinstance(value, (list, tuple)):
        return list(value)[:MAX_ITERATIONS]
    if isinstance(value, (set, frozenset)):
        return list(ordered(value))[:MAX_ITERATIONS]
    if isinstance(value, str):
        return [Text(c) for c in value[:MAX_ITERATIONS]]
    return [Rest(value)]


def assign(run: Interpreter, target: ast.expr, value: Value, scope: Scope) -> None:
    """Bind `target` (a name, attribute, item, or a pattern of them) to `value`."""
    if isinstance(target, ast.Name):
        scope.set(target.id, value)
    elif isinstance(target, (ast.Tuple, ast.List)):
        _unpack(run, target.elts, value, scope)
    elif isinstance(target, ast.Starred):
        assign(run, target.value, value, scope)
    elif isinstance(target, ast.Attribute):
        owner = run.first(run.evaluate(target.value, scope))
        attributes = getattr(owner, "attributes", None)
        if isinstance(attributes, dict):
            if run.undecided and not isinstance(owner, (Class, Made)):
                before = attributes.get(target.attr, MISSING)
                if before is MISSING and isinstance(owner, Function):
                    before = run.attribute(owner, target.attr, place_of(target, scope))
                if before is not MISSING:
                    taken = run.guards and run.guards[-1].default is True
                    value = choose(value, before) if taken else choose(before, value)
            attributes[target.attr] = value
    elif isinstance(target, ast.Subscript) and not isinstance(target.slice, ast.Slice):
        owner = run.first(run.evaluate(target.value, scope))
        index = run.first(run.evaluate(target.slice, scope))
        if isinstance(owner, dict) and not isinstance(index, (list, dict, set)):
            put(run, owner, index, value)
        elif isinstance(owner, list) and isinstance(index, int) and -len(owner) <= index < len(owner):
            owner[index] = value


def _unpack(run: Interpreter, targets: list[ast.expr], value: Value, scope: Scope) -> None:
    whole = run.force(value)
    if run.watcher is not None and isinstance(whole, Choice):  # any of them may be what a handler gets
        whole = _apart([run.first(option) for option in whole.options], len(targets))
    parts = run.first(whole)
    if not isinstance(parts, (tuple, list)) or any(isinstance(p, Rest) for p in parts):
        source = parts.source if isinstance(parts, Rest) else parts
        kept = isinstance(source, Unknown) or (isinstance(source, Made) and source.path == "tempfile.mkstemp")
        for target in targets:
            assign(run, target, source if kept else Unknown("unpacked"), scope)
        return
    star = next((i for i, t in enumerate(targets) if isinstance(t, ast.Starred)), None)
    if star is None:
        for index, target in enumerate(targets):
            assign(run, target, parts[index] if index < len(parts) else Unknown("unpacked"), scope)
        return
    after = len(targets) - star - 1
    for target, part in zip(targets[:star], parts, strict=False):
        assign(run, target, part, scope)
    assign(run, targets[star], list(parts[star : len(parts) - after]), scope)
    for target, part in zip(targets[star + 1 :], parts[len(parts) - after :], strict=False):
        assign(run, target, part, scope)


def _apart(options: list[Value], size: int) -> Value:
    """Join tuples of one size, element by element; the first where they are something else."""
    if all(isinstance(o, tuple) and len(o) == size for o in options):
        return tuple(choose(*column) for column in zip(*options, strict=True))
    return options[0]


def comprehension(run: Interpreter, node: ast.ListComp | ast.SetComp | ast.GeneratorExp, scope: Scope) -> Value:
    """Evaluate a list, set or generator comprehension, all as a list."""
    out: list[Value] = []
    for inner, sure, guards in _bindings(run, node.generators, Scope(scope.module, scope, scope.function)):
        value = run.evaluate(node.elt, inner)
        out.append((Guarded(value, guards) if guards else value) if sure else Rest(value))
    run.note_loop(node, (node.elt,), place_of(node, scope), empty=not out)
    return out


def dict_comprehension(run: Interpreter, node: ast.DictComp, scope: Scope) -> Value:
    """Evaluate a dictionary comprehension."""
    out: dict[Value, Value] = {}
    for inner, sure, _ in _bindings(run, node.generators, Scope(scope.module, scope, scope.function)):
        key = run.first(run.evaluate(node.key, inner))
        value = run.evaluate(node.value, inner)
        if isinstance(key, (list, dict, set)):
            continue
        out[key if sure else Rest(key)] = value
    return out


def _bindings(
    run: Interpreter, generators: list[ast.comprehension], scope: Scope
) -> Iterator[tuple[Scope, bool, tuple[Guard, ...]]]:
    """Yield a scope per element, whether it is one known element, and the tests that are undecided."""
    first, rest = generators[0], generators[1:]
    for element in elements(run, run.evaluate(first.iter, scope)):
        run.budget.spend()
        inner = Scope(scope.module, scope, scope.function)
        sure = not isinstance(element, Rest)
        assign(run, first.target, element.source if isinstance(element, Rest) else element, inner)
        guards: list[Guard] = list(element.guards) if isinstance(element, Guarded) else []
        keep = True
        for test in first.ifs:
            value = run.evaluate(test, inner)
            known, likely = truth(run, value)
            if known is None:
                kind = value.kind if isinstance(value, Unknown) else None
                guards.append(
                    guard_of(run.written(test), place_of(test, scope), negated=False, kind=kind, default=likely)
                )
            keep = keep and known is not False
        if not keep:
            continue
        for deeper, deeper_sure, more in _bindings(run, rest, inner) if rest else [(inner, True, ())]:
            yield deeper, sure and deeper_sure, (*guards, *more)


__all__ = ["assign", "comprehension", "dict_comprehension", "elements"]
