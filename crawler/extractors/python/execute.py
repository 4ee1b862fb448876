"""Statements: one function per node type, joined in `STATEMENTS`."""

import ast
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

from crawler.extractors.python.comprehensions import assign, elements
from crawler.extractors.python.definitions import define_class, define_function
from crawler.extractors.python.evaluate import binary
from crawler.extractors.python.guards import Guard, guard_of
from crawler.extractors.python.imports import import_for_types, import_from, import_plain
from crawler.extractors.python.interpreter import Interpreter, Signal
from crawler.extractors.python.natives import list_method
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.server import Server
from crawler.extractors.python.truth import place_of, truth
from crawler.extractors.python.values import (
    MISSING,
    External,
    Lazy,
    Made,
    Rest,
    Unknown,
    Value,
    choose,
)

_PROGRAMS = frozenset(
    {"main", "amain", "async_main", "main_async", "_main", "cli", "run", "serve", "run_server", "start"}
)
_TYPE_CHECKING = External("typing.TYPE_CHECKING")
_EXITS = frozenset({"sys.exit", "builtins.exit", "builtins.quit", "os._exit"})


def run_block(run: Interpreter, body: Sequence[ast.stmt], scope: Scope) -> Signal:
    """Run statements in order. After a branch that may have left the block, the rest stands under a guard."""
    pushed = 0
    try:
        for statement in body:
            run.budget.spend()
            handler = STATEMENTS.get(type(statement))
            if handler is None:
                continue
            signal, guard = handler(run, statement, scope)
            if signal is not Signal.NEXT:
                return signal
            if guard is not None:
                run.guards.append(guard)
                pushed += 1
    finally:
        if pushed:
            del run.guards[-pushed:]
    return Signal.NEXT


Outcome = tuple[Signal, Guard | None]
_NEXT: Outcome = (Signal.NEXT, None)


def _expr(run: Interpreter, node: ast.Expr, scope: Scope) -> Outcome:
    value = node.value
    if isinstance(value, ast.Constant):
        return _NEXT
    if isinstance(value, (ast.Yield, ast.YieldFrom)):
        _yield(run, value, scope)
        return _NEXT
    result = run.evaluate(value, scope)
    if isinstance(result, Lazy) and (result.changes or _worth(run, value, scope)):
        result = run.force(result)
    if isinstance(result, Made) and result.path in _EXITS:
        return Signal.RAISE, None
    return _NEXT


def _worth(run: Interpreter, node: ast.expr, scope: Scope) -> bool:
    return run.relevant.node(node, scope.module)


def _yield(run: Interpreter, node: ast.Yield | ast.YieldFrom, scope: Scope) -> Value:
    value = run.evaluate(node.value, scope) if node.value is not None else None
    if run.yields:
        if isinstance(node, ast.YieldFrom):
            run.yields[-1].extend(elements(run, value))
        else:
            list_method(run, run.yields[-1], "append", [value], {})
    return None


def _assign(run: Interpreter, node: ast.Assign, scope: Scope) -> Outcome:
    value = _value(run, node.value, scope)
    for target in node.targets:
        _bind(run, target, value, scope)
    return _NEXT


def _ann_assign(run: Interpreter, node: ast.AnnAssign, scope: Scope) -> Outcome:
    if node.value is not None:
        _bind(run, node.target, _value(run, node.value, scope), scope)
    return _NEXT


def _bind(run: Interpreter, target: ast.expr, value: Value, scope: Scope) -> None:
    assign(run, target, value, scope)
    if isinstance(target, ast.Subscript):
        run.note_item(target, value, scope)


def _value(run: Interpreter, node: ast.expr, scope: Scope) -> Value:
    """Evaluate what is assigned: at once in a function, or where it may register something; else when asked."""
    if isinstance(node, (ast.Yield, ast.YieldFrom)):
        return _yield(run, node, scope)
    if isinstance(node, (ast.Constant, ast.Name)):
        return run.evaluate(node, scope)
    if (scope.function is None or scope.is_class) and not _worth(run, node, scope):
        guards = tuple(run.guards)

        def later() -> Value:
            kept, run.guards = run.guards, list(guards)
            try:
                with run.unwatched():
                    return run.evaluate(node, scope)
            finally:
                run.guards = kept

        return Lazy(later)
    return run.evaluate(node, scope)


def _aug_assign(run: Interpreter, node: ast.AugAssign, scope: Scope) -> Outcome:
    read = ast.copy_location(_as_load(node.target), node)
    old, new = run.evaluate(read, scope), run.evaluate(node.value, scope)
    whole = run.first(old)
    if isinstance(whole, list) and isinstance(node.op, ast.Add):
        list_method(run, whole, "extend", [new], {})
    elif isinstance(whole, dict) and isinstance(node.op, ast.BitOr):
        more = run.first(new)
        whole.update(more if isinstance(more, dict) else {})
    else:
        assign(run, node.target, binary(run, node.op, old, new), scope)
    return _NEXT


def _as_load(node: ast.expr) -> ast.expr:
    if isinstance(node, ast.Name):
        return ast.Name(node.id, ast.Load())
    if isinstance(node, ast.Attribute):
        return ast.Attribute(node.value, node.attr, ast.Load())
    return ast.Subscript(node.value, node.slice, ast.Load()) if isinstance(node, ast.Subscript) else node


def _if(run: Interpreter, node: ast.If, scope: Scope) -> Outcome:
    test = run.evaluate(node.test, scope)
    if test == _TYPE_CHECKING:
        import_for_types(run, node.body, scope)
        return run.block(node.orelse, scope), None
    known, guess = truth(run, test)
    if known is not None:
        return run.block(node.body if known else node.orelse, scope), None
    forced = run.force(test)
    kind = forced.kind if isinstance(forced, Unknown) else None
    place = place_of(node.test, scope)
    if run.watcher is not None:  # nobody reads the guards then
        opposite = None if guess is None else not guess
        yes, no = Guard("", kind, guess, place), Guard("", kind, opposite, place)
    else:
        text = run.written(node.test)
        yes = guard_of(text, place, negated=False, kind=kind, default=guess)
        no = guard_of(text, place, negated=True, kind=kind, default=guess)
    before = dict(scope.names)
    run.undecided += 1
    with run.guarded(yes):
        first = run.block(node.body, scope)
    after_body = scope.names
    scope.names = before if scope is not scope.module.scope else dict(before)
    if scope is scope.module.scope:
        scope.names.update({k: v for k, v in after_body.items() if k not in before})
    second = Signal.NEXT
    if node.orelse:
        with run.guarded(no):
            second = run.block(node.orelse, scope)
    run.undecided -= 1
    _merge(scope, after_body, first, second, likely_body=guess is not False)
    if first is not Signal.NEXT and second is not Signal.NEXT:
        return (second if first is Signal.RAISE else first), None
    if first not in (Signal.NEXT, Signal.RAISE):
        return Signal.NEXT, _left(run, no)
    if second not in (Signal.NEXT, Signal.RAISE):
        return Signal.NEXT, _left(run, yes)
    return _NEXT


def _left(run: Interpreter, guard: Guard) -> Guard | None:
    """Return the guard under which the rest stands; None in a command, where leaving early starts no server."""
    inner = run.active[-1] if run.active else None
    if inner in run.entries or getattr(inner, "name", "") in _PROGRAMS:
        return None
    return replace(guard, leaves=True)


def _merge(scope: Scope, body: dict[str, Value], first: Signal, second: Signal, *, likely_body: bool) -> None:
    """Join the names after both branches: a name that differs is one of two values."""
    other = scope.names
    if first is not Signal.NEXT and second is Signal.NEXT:
        return
    if second is not Signal.NEXT and first is Signal.NEXT:
        scope.names = body
        return
    for name, value in body.items():
        rival = other.get(name, MISSING)
        if rival is MISSING:
            other[name] = value
        elif rival is not value:
            pair = (value, rival) if likely_body else (rival, value)
            other[name] = choose(*pair)


def _for(run: Interpreter, node: ast.For | ast.AsyncFor, scope: Scope) -> Outcome:
    found = elements(run, run.evaluate(node.iter, scope))
    run.note_loop(node, node.body, place_of(node, scope), empty=not found)
    for element in found:
        assign(run, node.target, element.source if isinstance(element, Rest) else element, scope)
        guards = getattr(element, "guards", ())
        run.guards.extend(guards)
        unsure = isinstance(element, Rest)
        run.unsure += unsure
        try:
            signal = run.block(node.body, scope)
        finally:
            run.unsure -= unsure
            if guards:
                del run.guards[-len(guards) :]
        if signal is Signal.BREAK:
            break
        if signal in (Signal.RETURN, Signal.RAISE):
            return (signal, None) if not unsure else _NEXT
    return run.block(node.orelse, scope), None


def _while(run: Interpreter, node: ast.While, scope: Scope) -> Outcome:
    known, _ = truth(run, run.evaluate(node.test, scope))
    if known is not False:
        signal = run.block(node.body, scope)
        if signal in (Signal.RETURN, Signal.RAISE) and known is True:
            return signal, None
    return _NEXT


def _try(run: Interpreter, node: ast.Try | ast.TryStar, scope: Scope) -> Outcome:
    signal = run.block(node.body, scope)
    passes = False  # whether a failure leads on to what follows
    for handler in node.handlers:
        before = dict(scope.names)
        if handler.name and run.watcher is not None:
            scope.names[handler.name] = Unknown("exception", text=handler.name)
        run.muted += 1
        try:
            passes = run.block(handler.body, scope) is Signal.NEXT or passes
        finally:
            run.muted -= 1
        found = scope.names
        if scope is scope.module.scope:
            found = dict(scope.names)
            scope.names.clear()
            scope.names.update(before)
        else:
            scope.names = before
        for name, value in found.items():
            rival = scope.names.get(name, MISSING)
            if rival is MISSING:
                scope.names[name] = value
            elif isinstance(rival, bool) and isinstance(value, bool) and rival is not value:
                scope.names[name] = Unknown("installed", "flag", rival, name)
    if signal is Signal.NEXT:
        signal = run.block(node.orelse, scope)
    run.muted += run.watcher is not None  # what a handler does there puts its own things in order
    final = run.block(node.finalbody, scope)
    run.muted -= run.watcher is not None
    if passes and run.watcher is not None:
        signal = Signal.NEXT
    return (final if final is not Signal.NEXT else signal), None


def _with(run: Interpreter, node: ast.With | ast.AsyncWith, scope: Scope) -> Outcome:
    for item in node.items:
        value = run.evaluate(item.context_expr, scope)
        if item.optional_vars is not None:
            held = run.first(value)
            assign(run, item.optional_vars, held[0] if isinstance(held, list) and held else value, scope)
    return run.block(node.body, scope), None


def _match(run: Interpreter, node: ast.Match, scope: Scope) -> Outcome:
    subject = run.force(run.evaluate(node.subject, scope))
    kind = subject.kind if isinstance(subject, Unknown) else None
    chosen = run.first(subject)
    place = place_of(node, scope)
    for case in node.cases:
        wanted = case.pattern.value if isinstance(case.pattern, ast.MatchValue) else None
        value = run.first(run.evaluate(wanted, scope)) if wanted is not None else MISSING
        if isinstance(chosen, str) and not isinstance(subject, Unknown) and isinstance(value, str):
            if value == chosen:
                return run.block(case.body, scope), None
            continue
        text = f"{run.written(node.subject)} matches {run.written(case.pattern)}"[:200]
        with run.guarded(Guard(text, kind, None, place)):
            run.block(case.body, scope)
    return _NEXT


def _return(run: Interpreter, node: ast.Return, scope: Scope) -> Outcome:
    value = run.evaluate(node.value, scope) if node.value is not None else None
    if run.returns:
        run.returns[-1].append((value, likelihood(run.guards[run.frames[-1] :])))
    return Signal.RETURN, None


def likelihood(guards: Sequence[Guard]) -> bool | None:
    """Return whether all guards hold by default; None when that is unknown."""
    defaults = [g.default for g in guards]
    return False if False in defaults else None if None in defaults else True


def _raise(_run: Interpreter, _node: ast.Raise, _scope: Scope) -> Outcome:
    return Signal.RAISE, None


def _break(_run: Interpreter, _node: ast.Break, _scope: Scope) -> Outcome:
    return Signal.BREAK, None


def _continue(_run: Interpreter, _node: ast.Continue, _scope: Scope) -> Outcome:
    return Signal.CONTINUE, None


def _declare(_run: Interpreter, node: ast.Global | ast.Nonlocal, scope: Scope) -> Outcome:
    for name in node.names:
        scope.declare(name, is_global=isinstance(node, ast.Global))
    return _NEXT


def _delete(_run: Interpreter, node: ast.Delete, scope: Scope) -> Outcome:
    for target in node.targets:
        if isinstance(target, ast.Name):
            scope.names.pop(target.id, None)
    return _NEXT


def _then_next(function: Callable[..., None]) -> Callable[..., Outcome]:
    def statement(run: Interpreter, node: ast.stmt, scope: Scope) -> Outcome:
        function(run, node, scope)
        return _NEXT

    return statement


STATEMENTS: Mapping[type[ast.stmt], Callable[..., Outcome]] = {
    ast.Expr: _expr,
    ast.Assign: _assign,
    ast.AnnAssign: _ann_assign,
    ast.AugAssign: _aug_assign,
    ast.If: _if,
    ast.For: _for,
    ast.AsyncFor: _for,
    ast.While: _while,
    ast.Try: _try,
    ast.TryStar: _try,
    ast.With: _with,
    ast.AsyncWith: _with,
    ast.Match: _match,
    ast.Return: _return,
    ast.Raise: _raise,
    ast.Break: _break,
    ast.Continue: _continue,
    ast.Global: _declare,
    ast.Nonlocal: _declare,
    ast.Delete: _delete,
    ast.FunctionDef: _then_next(define_function),
    ast.AsyncFunctionDef: _then_next(define_function),
    ast.ClassDef: _then_next(define_class),
    ast.Import: _then_next(import_plain),
    ast.ImportFrom: _then_next(import_from),
}

__all__ = ["STATEMENTS", "External", "Server", "run_block"]
