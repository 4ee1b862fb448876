"""What keeps a caller's SQL statement from writing: a check that only reading statements pass, or a read-only session.

A check counts where it stands before the call that runs the statement, on every way to it, and leaves (returns or
raises) unless the statement begins with a verb that only reads. Not counted: a check that only logs, one that stands
after the call, a list of forbidden words alone, and a prefix that changing statements can have too (`WITH … DELETE`,
`EXPLAIN ANALYZE DELETE`) unless forbidden words are looked for as well. A session is read-only where code says so
without condition: `mode=ro`, `PRAGMA query_only`, `SET TRANSACTION READ ONLY`, `readonly=True`.
"""

import ast
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.values import Class, Function, Instance, Made, Unknown, Value

READS = frozenset({"select", "show", "describe", "desc", "values", "list", "table"})
"""First words of statements that change nothing."""
_COULD_WRITE = frozenset({"with", "explain", "pragma", "("})
"""First words that changing statements can have too."""
_CHANGES = frozenset({"insert", "update", "delete", "drop"})
_READ_ONLY = re.compile(
    r"(?i)\bmode=ro\b|\bquery_only\s*(?:=|\()\s*(?:on|1|true)|\bread\s+only\b"
    r"|\b(?:default_)?transaction_read_only\s*(?:=|\bto\b)\s*'?(?:on|1|true)"
)
_FLAGS = ("read_only", "readonly", "default_transaction_read_only", "transaction_read_only")
OPENS = re.compile(r"(?i)conn|session|cursor|engine|read_?only|begin|database|transaction")
"""Names of own functions that open or set up what their caller runs statements on."""
SESSIONS = frozenset({"transaction", "begin", "set_session", "start_transaction", "set_read_only", "begin_nested"})
"""Calls that open a session or a transaction, or say what it may do."""
_ON = frozenset({"on", "true", "1"})
_WORD = re.compile(r"[a-z(]+")
_NAMES = 6  # names looked through for what they stand for
_TESTS = 200  # looked at in one function
_HELPERS = 2  # own functions that a check leads through


@dataclass(frozen=True, slots=True)
class Checked:
    """The line of a check, and the first words it lets through."""

    line: int
    words: frozenset[str]


def read_only(run: Interpreter, owner: Value, values: Sequence[Value], kwargs: dict[str, Value]) -> bool:
    """Tell whether a call's arguments, or those of the object's making, open something for reading only."""
    for _ in range(_NAMES):
        if _says(run, values, kwargs):
            return True
        made = run.first(owner)
        if not isinstance(made, Made):
            return False
        if any(run.force(made.attributes.get(flag)) is True for flag in _FLAGS):
            return True
        owner, values, kwargs = made.owner, made.args, made.kwargs
    return False


def _says(run: Interpreter, values: Sequence[Value], kwargs: dict[str, Value]) -> bool:
    for value in (*values, *kwargs.values()):
        known = run.force(value)  # a default that a setting replaces is no constant
        text = f"{known.prefix} {known.text}" if isinstance(known, Unknown) and known.kind is None else known
        if isinstance(text, str) and _READ_ONLY.search(text[:500]):
            return True
        if isinstance(known, dict) and _flagged(run, known):
            return True
    return _flagged(run, kwargs)


def _flagged(run: Interpreter, given: dict[str, Value]) -> bool:
    known = [run.force(given.get(flag)) for flag in _FLAGS]
    return any(v is True or (isinstance(v, str) and str(v).lower() in _ON) for v in known)


def checked(run: Interpreter, chain: Sequence[tuple[Function, int]]) -> tuple[Function, Checked] | None:
    """Return the check that stands before what runs, and where it is.

    `chain` are the own functions that lead to the statement, the handler first, each with the line on which it calls
    the next, the last with that of the statement.
    """
    for function, line in reversed(chain):

        def runs(call: ast.Call, line: int = line) -> bool:
            return call.lineno == line

        found = _before(run, function, runs)
        if found is not None:
            return function, found
    return None


def _before(run: Interpreter, function: Function, runs: Callable[[ast.Call], bool]) -> Checked | None:
    """Return the check that every call that `runs` meets stands behind."""
    if isinstance(function.node, ast.Lambda):
        return None
    found: list[Checked | None] = []
    _walk(_Reader(run, function), function.node.body, (), runs, found)
    kept = [one for one in found if one is not None]
    return kept[0] if kept and len(kept) == len(found) else None


def _walk(
    reader: "_Reader",
    body: Sequence[ast.stmt],
    held: tuple[Checked, ...],
    runs: Callable[[ast.Call], bool],
    found: list[Checked | None],
) -> None:
    for statement in body:
        inner = [b for b in _blocks(statement) if b]
        own = [n for part in _own(statement) for n in ast.walk(part) if isinstance(n, ast.Call) and runs(n)]
        found += [_joined(held)] * len(own)
        if isinstance(statement, ast.If):
            yes, no = reader.passes(statement.test, wanted=True), reader.passes(statement.test, wanted=False)
            _walk(reader, statement.body, (*held, *yes), runs, found)
            _walk(reader, statement.orelse, (*held, *no), runs, found)
            if no and _leaves(statement.body):
                held = (*held, *no)
            elif yes and statement.orelse and _leaves(statement.orelse):
                held = (*held, *yes)
            continue
        for block in inner:
            _walk(reader, block, held, runs, found)
        if isinstance(statement, (ast.With, ast.AsyncWith)):
            continue
        if isinstance(statement, ast.Try) and any(not _leaves(h.body) for h in statement.handlers):
            continue  # a check that raises is caught, and what follows runs all the same
        held = (*held, *reader.refuses(statement))


def _joined(held: tuple[Checked, ...]) -> Checked | None:
    """Return the check that holds: a list of words that only read; one of others with forbidden words beside it."""
    forbidden = any(not check.words for check in held)
    for check in held:
        if check.words and (check.words <= READS or (forbidden and check.words <= READS | _COULD_WRITE)):
            return check
    return None


def _blocks(statement: ast.stmt) -> Iterator[list[ast.stmt]]:
    if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield statement.body
        return
    for name in ("body", "orelse", "finalbody"):
        yield getattr(statement, name, [])
    for handler in getattr(statement, "handlers", []):
        yield handler.body


def _own(statement: ast.stmt) -> Iterator[ast.AST]:
    """Yield the expressions of a statement that stand in none of its blocks."""
    for child in ast.iter_child_nodes(statement):
        if not isinstance(child, (ast.stmt, ast.excepthandler)):
            yield child


def _leaves(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and isinstance(body[-1], (ast.Return, ast.Raise, ast.Continue))


def _called(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else getattr(node, "id", "")


class _Reader:
    """Reads the tests of one function."""

    def __init__(self, run: Interpreter, function: Function, depth: int = _HELPERS) -> None:
        self.run = run
        self.function = function
        self.depth = depth
        self.left = _TESTS
        self.bound: dict[str, ast.expr] = {}
        for node in ast.walk(function.node):
            if isinstance(node, ast.Assign) and len(node.targets) == 1:
                self._bind(node.targets[0], node.value)

    def _bind(self, target: ast.expr, value: ast.expr) -> None:
        if isinstance(target, ast.Name):
            self.bound[target.id] = value
        elif isinstance(target, ast.Tuple) and target.elts and isinstance(target.elts[0], ast.Name):
            self.bound[target.elts[0].id] = value  # `ok, reason = check(sql)`

    def passes(self, test: ast.expr, *, wanted: bool) -> tuple[Checked, ...]:
        """Return what is known of the statement where `test` comes out as `wanted`."""
        self.left -= 1
        if self.left < 0:
            return ()
        if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
            return self.passes(test.operand, wanted=not wanted)
        if isinstance(test, ast.BoolOp):
            parts = [self.passes(value, wanted=wanted) for value in test.values]
            if isinstance(test.op, ast.And) is wanted:
                return tuple(check for part in parts for check in part)  # all of them hold
            whole = [part[0] for part in parts if part]
            if len(whole) < len(parts) or any(not check.words for check in whole):
                return ()
            return (Checked(test.lineno, frozenset().union(*(check.words for check in whole))),)
        if isinstance(test, ast.Name) and test.id in self.bound:
            return self.passes(self.bound[test.id], wanted=wanted)
        if isinstance(test, ast.Compare) and len(test.ops) == 1:
            return self._compared(test, wanted=wanted)
        if isinstance(test, ast.Call):
            return self._call(test, wanted=wanted)
        return ()

    def refuses(self, statement: ast.stmt) -> tuple[Checked, ...]:
        """Return what is known after a statement that calls an own function which raises for the rest."""
        value = getattr(statement, "value", None)
        call = value.value if isinstance(value, ast.Await) else value
        helper = self._helper(call) if isinstance(call, ast.Call) else None
        if helper is None or isinstance(helper.function.node, ast.Lambda):
            return ()
        found: tuple[Checked, ...] = ()
        for inner in helper.function.node.body:
            if isinstance(inner, ast.If) and inner.body and isinstance(inner.body[-1], ast.Raise):
                found += helper.passes(inner.test, wanted=False)
        return found

    def _compared(self, test: ast.Compare, *, wanted: bool) -> tuple[Checked, ...]:
        operation = test.ops[0]
        positive = isinstance(operation, (ast.In, ast.Eq))
        if not positive and not isinstance(operation, (ast.NotIn, ast.NotEq)):
            return ()
        words = self._words(test.comparators[0])
        if words and positive is wanted and self._first_word(test.left):
            return (Checked(test.lineno, words),)
        return ()

    def _call(self, test: ast.Call, *, wanted: bool) -> tuple[Checked, ...]:
        name = _called(test.func)
        if name == "startswith" and wanted and test.args:
            words = self._words(test.args[0])
            return (Checked(test.lineno, words),) if words else ()
        if name in ("match", "fullmatch", "search"):
            return self._pattern(test, name, wanted=wanted)
        if name == "any" and not wanted and self._forbids(test):
            return (Checked(test.lineno, frozenset()),)
        helper = self._helper(test)
        return helper.result(wanted=wanted) if helper is not None else ()

    def result(self, *, wanted: bool) -> tuple[Checked, ...]:
        """Return what is known where this function gives `wanted`."""
        node = self.function.node
        body = [ast.Return(node.body)] if isinstance(node, ast.Lambda) else node.body
        held: tuple[Checked, ...] = ()
        for statement in body:
            if isinstance(statement, ast.If) and _leaves(statement.body):
                given = _truth(statement.body[-1])
                if given is (not wanted):
                    held += self.passes(statement.test, wanted=False)
                elif given is wanted and wanted:
                    held += self.passes(statement.test, wanted=True)
                    return held if _refusing(body) else ()
            elif isinstance(statement, ast.Return) and statement.value is not None:
                value = statement.value
                return held if _truth(statement) is wanted else (*held, *self.passes(value, wanted=wanted))
        return ()

    def _pattern(self, test: ast.Call, name: str, *, wanted: bool) -> tuple[Checked, ...]:
        owner = test.func.value if isinstance(test.func, ast.Attribute) else None
        source = self._constant(test.args[0]) if test.args else None
        if not isinstance(source, str) and owner is not None:
            made = self.run.first(self.run.evaluate(owner, self.function.scope)) if not self._local(owner) else None
            source = self.run.first(made.args[0]) if isinstance(made, Made) and made.args else None
        if not isinstance(source, str):
            return ()
        text = str(source).lower()
        if not wanted and name == "search" and all(word in text for word in _CHANGES):
            return (Checked(test.lineno, frozenset()),)
        start = re.match(r"\^?(?:\(\?[a-z]+\))?\^?(?:\\s\*)?\(?(?:\?:)?([a-z|]+)\)?", text)
        if not wanted or start is None or (name == "search" and "^" not in text[: start.start(1)]):
            return ()
        return (Checked(test.lineno, frozenset(start[1].split("|"))),)

    def _forbids(self, test: ast.Call) -> bool:
        """Tell `any(word in sql for word in FORBIDDEN)` where the words are those that change data."""
        generator = test.args[0] if test.args else None
        if not isinstance(generator, (ast.GeneratorExp, ast.ListComp)):
            return False
        return self._words(generator.generators[0].iter) >= _CHANGES

    def _words(self, node: ast.expr) -> frozenset[str]:
        """Return the first words of constant texts, lower case; nothing where one is not constant."""
        value = self._constant(node)
        texts = list(value) if isinstance(value, (list, tuple, set, frozenset)) else [value]
        known = [self.run.first(text) for text in texts]
        if not known or not all(isinstance(text, str) for text in known):
            return frozenset()
        words = [_WORD.match(str(text).strip().lower()) for text in known]
        return frozenset(word[0] for word in words if word is not None) if all(words) else frozenset()

    def _constant(self, node: ast.expr) -> Value:
        if isinstance(node, ast.Name) and node.id in self.bound:
            node = self.bound[node.id]
        if isinstance(node, ast.Call) and _called(node.func) in ("frozenset", "set", "tuple") and node.args:
            node = node.args[0]
        if isinstance(node, (ast.Constant, ast.Tuple, ast.List, ast.Set)) or not self._local(node):
            return self.run.first(self.run.evaluate(node, self.function.scope))
        return None

    def _local(self, node: ast.expr) -> bool:
        """Tell whether an expression is more than a name of the module or an attribute of `self`."""
        if isinstance(node, ast.Name):
            return node.id in self.bound or node.id in {
                a.arg for a in ast.walk(self.function.node) if isinstance(a, ast.arg)
            }
        return not isinstance(node, ast.Attribute) or self._local(node.value)

    def _first_word(self, node: ast.expr) -> bool:
        """Tell whether an expression is the beginning or the kind of a statement."""
        for _ in range(_NAMES):
            if isinstance(node, ast.Name) and node.id in self.bound:
                node = self.bound[node.id]
            elif isinstance(node, ast.Subscript):
                index = node.slice
                if isinstance(index, ast.Slice):
                    return index.lower is None
                zero = isinstance(index, ast.Constant) and index.value == 0
                return zero and any(_called(c.func) == "split" for c in ast.walk(node) if isinstance(c, ast.Call))
            elif isinstance(node, ast.Call):
                if _called(node.func) == "get_type":
                    return True
                node = node.func
            elif isinstance(node, ast.Attribute):
                if node.attr in ("key", "statement_type", "stmt_type"):
                    return True
                node = node.value
            else:
                return False
        return False

    def _helper(self, call: ast.Call) -> "_Reader | None":
        """Return the own function that a call means, where it is given something to look at."""
        if not self.depth or not (call.args or call.keywords):
            return None
        name, found = _called(call.func), None
        if isinstance(call.func, ast.Name):
            found = self.function.module.scope.names.get(name)
        elif isinstance(call.func, ast.Attribute) and self.function.owner is not None:
            bound = self.function.bound
            owner = bound.cls if isinstance(bound, Instance) else self.function.owner
            found = owner.attributes.get(name) if isinstance(owner, Class) else None
        value = self.run.first(found)
        if isinstance(value, Made) and value.path in ("builtins.staticmethod", "builtins.classmethod") and value.args:
            value = self.run.first(value.args[0])
        return _Reader(self.run, value, self.depth - 1) if isinstance(value, Function) else None


def _truth(statement: ast.stmt) -> bool | None:
    value = statement.value if isinstance(statement, ast.Return) else None
    if isinstance(value, ast.Tuple) and value.elts:
        value = value.elts[0]
    return value.value if isinstance(value, ast.Constant) and isinstance(value.value, bool) else None


def _refusing(body: Sequence[ast.stmt]) -> bool:
    return bool(body) and _truth(body[-1]) is False
