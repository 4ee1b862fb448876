"""Statements: blocks, branches, loops, and what joins after them."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript import binding, ir, members
from crawler.extractors.typescript.callsite import UNHANDLED
from crawler.extractors.typescript.conditions import condition, decisive
from crawler.extractors.typescript.convert import to_text
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.operators import binary
from crawler.extractors.typescript.values import (
    Exhausted,
    Guarded,
    Obj,
    Scope,
    Text,
    Thrown,
    join,
    known,
    truth,
)
from mcp_catalogue.model import Condition

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

MAX_TURNS = 500
"""Turns of one loop with a known condition."""
_MISSING = object()
Completion = str | None  # None: went on; "return", "break", "continue", "throw"


def run_block(self: "Evaluator", statements: list[ir.Node], scope: Scope) -> Completion:
    """Run statements in order; what follows an early return under a condition runs under its opposite."""
    pushed = 0
    try:
        for statement in statements:
            done, after = run(self, statement, scope)
            if done is not None:
                return done
            if after is not None:
                self.guards.append(after)
                pushed += 1
        return None
    finally:
        if pushed:
            del self.guards[-pushed:]


def run(self: "Evaluator", node: ir.Node, scope: Scope) -> tuple[Completion, Condition | None]:
    """Run one statement: how it completed, and the condition under which the code after it is reached."""
    self.spend()
    if isinstance(node, ir.Expression):
        self.value(node.value, scope)
        return None, None
    if isinstance(node, ir.Declare):
        value = self.value(node.init(), scope) if node.init is not None else UNDEFINED
        if node.init is not None or node.kind != "var" or not _holds(node.target, scope):
            binding.bind(self, node.target, value, scope, declare=True)
        return None, None
    if isinstance(node, ir.Return):
        value = self.value(node.value, scope) if node.value is not None else UNDEFINED
        inner = self.guards[scope.frame.base :]
        scope.frame.returns.append((value, decisive(inner)))
        return "return", None
    if isinstance(node, ir.If):
        return _if(self, node, scope)
    handler = _STATEMENTS.get(type(node))
    if handler is not None:
        return handler(self, node, scope), None
    return None, None


def _holds(target: Any, scope: Scope) -> bool:  # noqa: ANN401
    return isinstance(target, ir.Name) and target.id in scope.names


def branches(
    self: "Evaluator", alternatives: list[tuple[Condition | None, Callable[[], Completion]]]
) -> list[Completion]:
    """Run each alternative from the same state and join what they assign; a dead one takes no part."""
    outcomes: list[tuple[Completion, Condition | None, dict[tuple[int, str], tuple[Scope, Any, Any]]]] = []
    for guard, work in alternatives:
        log: dict[tuple[int, str], tuple[Scope, Any]] = {}
        self.logs.append(log)
        completion: Completion
        try:
            with self.under(guard):
                completion = work()
        except Thrown:
            completion = "throw"
        finally:
            self.logs.pop()
        written = {}
        for key, (home, old) in log.items():
            written[key] = (home, home.names.get(key[1], _MISSING), old)
            # What an ended branch declared stays: closures made there, a list handler of its own, still see it.
            if old is not UNHANDLED or completion not in ("return", "throw"):
                _restore(home, key[1], old)
        outcomes.append((completion, guard, written))
    _merge(self, outcomes)
    return [completion for completion, _, _ in outcomes]


def _restore(home: Scope, name: str, old: Any) -> None:  # noqa: ANN401
    if old is UNHANDLED:
        home.names.pop(name, None)
    else:
        home.names[name] = old


def _merge(
    self: "Evaluator",
    outcomes: list[tuple[Completion, Condition | None, dict[tuple[int, str], tuple[Scope, Any, Any]]]],
) -> None:
    alive = [o for o in outcomes if o[0] not in ("throw", "return")] or outcomes
    touched: dict[tuple[int, str], tuple[Scope, Any]] = {}
    for _, _, written in alive:
        for key, (home, _, old) in written.items():
            touched.setdefault(key, (home, old))
    for (_, name), (home, old) in touched.items():
        pairs = []
        for _, guard, written in alive:
            own = written.get((id(home), name))
            new = own[1] if own is not None else old
            if new is not _MISSING and _is_value(new):
                pairs.append((new, guard))
        if pairs:
            self.assign_name(home, name, join(pairs), declare=True)


def _is_value(value: Any) -> bool:  # noqa: ANN401
    return type(value) is not object


def _if(self: "Evaluator", node: ir.If, scope: Scope) -> tuple[Completion, Condition | None]:
    found, yes, no = self.test(node.test, scope, node.text)
    if found is not None:
        branch = node.yes if found else node.no
        try:
            return (run_block(self, branch, scope.inner()), None) if branch else (None, None)
        except Thrown:
            # A check that fails here fails because of what is not known: a server that starts passes it.
            if self.trying:
                raise
            return None, None
    first, second = branches(
        self,
        [
            (yes, lambda: run_block(self, node.yes, scope.inner())),
            (no, lambda: run_block(self, node.no, scope.inner()) if node.no else None),
        ],
    )
    if first is not None and second is not None:
        if first == second == "throw":
            raise Thrown
        return (first if first != "throw" else second), None
    # Only a deliberate early return of a known setting guards what follows; a refused start does not.
    if first in ("return", "continue") and no is not None and no.default_on is not None:
        return None, no
    if second in ("return", "continue") and yes is not None and yes.default_on is not None:
        return None, yes
    return None, None


def _loop(self: "Evaluator", node: ir.Loop, scope: Scope) -> Completion:
    inner = scope.inner()
    for statement in node.init:
        run(self, statement, inner)
    for turn in range(MAX_TURNS):
        found: bool | None = True
        if node.test is not None and not (node.once and turn == 0):
            found = truth(self.value(node.test, inner))
        if found is False:
            return None
        start = self.memory.turn() if self.memory is not None else 0
        done = run_block(self, node.body, inner.inner())
        if done in ("return", "throw"):
            return done if found else None
        if done == "break" or found is None or (self.memory is not None and self.memory.repeats(start, turn)):
            return None
        if node.update is not None:
            self.value(node.update, inner)
        elif node.test is None and not node.init and turn > 50:
            return None
    return None


def _for_each(self: "Evaluator", node: ir.ForEach, scope: Scope) -> Completion:
    source = self.value(node.source, scope)
    items = members.keys_of(self, source) if node.keys else members.to_array(self, source)
    registered = self.sink.count()
    for index, item in enumerate(list(items.items)):
        guard = item.guard if isinstance(item, Guarded) else None
        value = item.value if isinstance(item, Guarded) else item
        try:
            with self.under(guard):
                done = _turn(self, node, value, scope)
        except Exhausted:
            if self.sink.count() > registered:
                self.sink.cut_short(scope.module.path, node.line, len(items.items) - index)
            raise
        if done in ("return", "throw") and guard is None:
            return done
        if done == "break":
            return None
    if items.open is not None:
        for option in members.element_options(items.open):
            _turn(self, node, option, scope)
    return None


def _turn(self: "Evaluator", node: ir.ForEach, value: Any, scope: Scope) -> Completion:  # noqa: ANN401
    inner = scope.inner()
    binding.bind(self, node.target, value, inner, declare=node.declared)
    return run_block(self, node.body, inner)


def _switch(self: "Evaluator", node: ir.Switch, scope: Scope) -> Completion:
    subject = self.value(node.value, scope)
    inner = scope.inner()
    if known(subject):
        start = None
        for index, (test, _) in enumerate(node.cases):
            if test is not None and truth(binary("===", subject, self.value(test, inner))) is True:
                start = index
                break
        if start is None:
            start = next((i for i, (test, _) in enumerate(node.cases) if test is None), None)
        return _fall_through(self, node, start, inner) if start is not None else None
    alternatives: list[tuple[Condition | None, Callable[[], Completion]]] = []
    for index, (test, body) in enumerate(node.cases):
        if not body:
            continue
        compared = binary("===", subject, self.value(test, inner)) if test is not None else subject
        text = f"{node.text} === {_shown(self, test, inner)}" if test is not None else f"{node.text}: default"
        guard = condition(compared, text, scope.module.path, node.line)
        alternatives.append((guard, lambda i=index: _fall_through(self, node, i, inner)))  # type: ignore[misc]
    done = branches(self, alternatives)
    ends = bool(done) and any(t is None for t, _ in node.cases) and all(d in ("return", "throw") for d in done)
    return "return" if ends else None


def _shown(self: "Evaluator", test: ir.Node, scope: Scope) -> str:
    text = to_text(self.value(test, scope))
    return f'"{text}"' if text is not None else "…"


def _fall_through(self: "Evaluator", node: ir.Switch, start: int, scope: Scope) -> Completion:
    for _, body in node.cases[start:]:
        done = run_block(self, body, scope)
        if done == "break":
            return None
        if done is not None:
            return done
    return None


def _try(self: "Evaluator", node: ir.Try, scope: Scope) -> Completion:
    done: Completion = None
    trying, self.trying = self.trying, self.trying + (node.handler is not None)
    start = self.memory.turn() if self.memory is not None else 0
    try:
        done = run_block(self, node.body, scope.inner())
        if node.handler and self.memory is not None and self.memory.idle(start):
            # What only asks may well be answered by an error: `try { stat(to) } catch { rename(from, to) }`.
            handler = node.handler
            branches(self, [(None, lambda: run_block(self, handler, scope.inner())), (None, lambda: None)])
    except Thrown as thrown:
        self.trying = trying
        if self.memory is not None:
            self.memory.failed(scope.module.path, node.line)
        if node.handler is None:
            run_block(self, node.final, scope.inner())
            raise
        inner = scope.inner()
        if node.target is not None:
            binding.bind(self, node.target, thrown.value, inner, declare=True)
        done = run_block(self, node.handler, inner)
    finally:
        self.trying = trying
    ended = run_block(self, node.final, scope.inner()) if node.final else None
    return ended or done


def _throw(self: "Evaluator", node: ir.Throw, scope: Scope) -> Completion:
    raise Thrown(self.value(node.value, scope) if node.value is not None else UNDEFINED)


def _class_or_function(self: "Evaluator", node: ir.Node, scope: Scope) -> Completion:
    value = self.value(node, scope)
    name = getattr(node, "name", "")
    if name:
        self.assign_name(scope, name, value, declare=True)
    return None


def _enum(self: "Evaluator", node: ir.Enum, scope: Scope) -> Completion:
    self.assign_name(scope, node.name, make_enum(self, node, scope), declare=True)
    return None


def make_enum(self: "Evaluator", node: ir.Enum, scope: Scope) -> Obj:
    """Return the object of a TypeScript enum; numeric members are mapped back as well."""
    out = Obj(place=(scope.module.path, node.line))
    inner = scope.inner()
    following: Any = 0
    back: dict[str, Any] = {}
    for name, expression, line in node.members:
        value = self.value(expression, inner) if expression is not None else following
        out.props[name] = value
        out.places[name] = (scope.module.path, line)
        inner.names[name] = value
        if isinstance(value, int) and not isinstance(value, bool):
            following = value + 1
            back[str(value)] = Text(name, scope.module.path, line)
    out.props.update(back)
    return out


def _namespace(self: "Evaluator", node: ir.Namespace, scope: Scope) -> Completion:
    from crawler.extractors.typescript.statements import bound_names  # noqa: PLC0415

    inner = scope.inner()
    run_block(self, node.body, inner)
    names = [n for s in node.body if isinstance(s, ir.Export) for n, _ in s.names]
    names += [n for s in node.body if isinstance(s, ir.Declare) for n in bound_names(s.target)]
    self.assign_name(scope, node.name, Obj({n: inner.names[n] for n in names if n in inner.names}), declare=True)
    return None


_STATEMENTS: dict[type, Callable[[Any, Any, Scope], Completion]] = {
    ir.Function: _class_or_function,
    ir.Class: _class_or_function,
    ir.Loop: _loop,
    ir.ForEach: _for_each,
    ir.Switch: _switch,
    ir.Try: _try,
    ir.Throw: _throw,
    ir.Block: lambda s, n, sc: run_block(s, n.body, sc.inner()),
    ir.Jump: lambda _, n, __: n.kind,
    ir.Labeled: lambda s, n, sc: run(s, n.body, sc)[0],
    ir.Enum: _enum,
    ir.Namespace: _namespace,
}
