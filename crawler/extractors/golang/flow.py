"""Branches, loops and switches: what is certain is run once, what is not as if it might be left out."""

from collections.abc import Callable

from tree_sitter import Node

from crawler.extractors.golang.evaluate import Evaluator
from crawler.extractors.golang.literals import Frame
from crawler.extractors.golang.operators import binary
from crawler.extractors.golang.types import ANY
from crawler.extractors.golang.values import Fn, Obj, Scope, Seq, Table, Unknown, Value
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import text

MAX_LOOP = 2_000  # iterations of one loop with a constant bound
_GO_KINDS = {"string": (str,), "bool": (bool,), "float64": (float, int), "float32": (float, int)}


class Flow(Evaluator):
    """The part of an executor that decides which statements run. A signal is `return`, `break` or `continue`."""

    def block(self, node: Node | None, frame: Frame) -> str | None:
        """Run the statements of a block in a scope of its own."""
        raise NotImplementedError

    def statement(self, node: Node, frame: Frame) -> str | None:
        """Run one statement."""
        raise NotImplementedError

    def run_if(self, node: Node, frame: Frame) -> str | None:
        """Run an `if`; both branches where the condition is not known."""
        frame.scope = Scope(frame.scope)
        try:
            first = child(node, "initializer")
            if first is not None:
                self.statement(first, frame)
            condition = self.eval(child(node, "condition"), frame)
            then, other = child(node, "consequence"), child(node, "alternative")
            if isinstance(condition, bool):
                return self._branch(then if condition else other, frame)
            if other is None:
                self._maybe(lambda: self._branch(then, frame), frame)
            else:
                self._either(then, other, frame)
            return None
        finally:
            frame.scope = frame.scope.parent or frame.scope

    def _branch(self, node: Node | None, frame: Frame) -> str | None:
        if node is None:
            return None
        return self.block(node, frame) if node.type == "block" else self.statement(node, frame)

    def _either(self, then: Node | None, other: Node, frame: Frame) -> None:
        """Run both branches from the same state; of lists only what both make is kept."""
        before = _names(frame)
        first = self._branch(then, frame)
        after = _names(frame)
        for scope, names in before:
            scope.names.update(names)
        second = self._branch(other, frame)
        for (scope, old), (_, left) in zip(before, after, strict=True):
            for name in old:
                right = scope.names[name]
                if first is not None or second is not None:
                    scope.names[name] = old[name] if first and second else left[name] if second else right
                elif left[name] is not right:
                    scope.names[name] = _merge(left[name], right, old[name])

    def _maybe(self, body: Callable[[], str | None], frame: Frame) -> None:
        """Run a branch that may not be taken: what it leaves by is not left, better known values stay."""
        before = _names(frame)
        signal = body()
        for holder, names in before:
            for name, old in names.items():
                new = holder.names.get(name)
                if new is not old and (signal is not None or _keeps(old, new)):
                    holder.names[name] = old

    def run_for(self, node: Node, frame: Frame) -> str | None:
        """Run a loop over what is known."""
        frame.scope = Scope(frame.scope)
        try:
            clause = next((n for n in node.named_children if n.type in {"range_clause", "for_clause"}), None)
            if clause is not None and clause.type == "range_clause":
                return self._range(clause, child(node, "body"), frame)
            return self._counted(clause, child(node, "body"), frame)
        finally:
            frame.scope = frame.scope.parent or frame.scope

    def _range(self, clause: Node, body: Node | None, frame: Frame) -> str | None:
        left = child(clause, "left")
        names = left.named_children if left is not None else []
        value = self.eval(child(clause, "right"), frame)
        pairs, closed = self._pairs(value)
        for pair in pairs[:MAX_LOOP]:
            for name, item in zip(names, pair, strict=False):
                if name.type == "identifier" and text(name) != "_":
                    frame.scope.names[text(name)] = item
            if not closed:
                self._maybe(lambda: self.block(body, frame), frame)
                continue
            signal = self.block(body, frame)
            if signal == "return":
                return signal
            if signal == "break":
                break
        return None

    def _pairs(self, value: Value) -> tuple[list[tuple[Value, Value]], bool]:
        if isinstance(value, Seq):
            pairs: list[tuple[Value, Value]] = list(enumerate(value.items))
            return ([*pairs, (Unknown(), self._element(value.type))], False) if value.open else (pairs, True)
        if isinstance(value, Table):
            pairs = list(value.items.items())
            return ([*pairs, (Unknown(), self._element(value.type))], False) if value.open else (pairs, True)
        if isinstance(value, bool):
            return [], True
        if isinstance(value, int):
            return [(i, i) for i in range(min(value, MAX_LOOP))], True
        kind = value.type if isinstance(value, Unknown) else ANY
        under, _ = self.index.underlying(kind)
        parent = value if isinstance(value, Unknown) else None
        return [(Unknown(), self.unknown(under.elem or ANY, parent))], False

    def _counted(self, clause: Node | None, body: Node | None, frame: Frame) -> str | None:
        first = child(clause, "initializer")
        if first is not None:
            self.statement(first, frame)
        for _ in range(MAX_LOOP):
            condition = (
                self.eval(child(clause, "condition"), frame) if child(clause, "condition") is not None else Unknown()
            )
            if condition is False:
                break
            if condition is not True:
                self._maybe(lambda: self.block(body, frame), frame)
                break
            signal = self.block(body, frame)
            if signal in {"return", "break"}:
                return signal if signal == "return" else None
            update = child(clause, "update")
            if update is None:
                break
            self.statement(update, frame)
        return None

    def run_switch(self, node: Node, frame: Frame) -> str | None:
        """Run the case that matches, or every one that may."""
        frame.scope = Scope(frame.scope)
        try:
            first = child(node, "initializer")
            if first is not None:
                self.statement(first, frame)
            subject = child(node, "value")
            value: Value = self.eval(subject, frame) if subject is not None else True
            return self._cases(node, frame, lambda n: binary("==", value, self.eval(n, frame)), "value")
        finally:
            frame.scope = frame.scope.parent or frame.scope

    def run_type_switch(self, node: Node, frame: Frame) -> str | None:
        """Run a type switch."""
        frame.scope = Scope(frame.scope)
        try:
            value = self.eval(child(node, "value"), frame)
            alias = child(node, "alias")
            for name in alias.named_children if alias is not None else []:
                frame.scope.names[text(name)] = value
            return self._cases(node, frame, lambda n: asserts(value, text(n)), "type")
        finally:
            frame.scope = frame.scope.parent or frame.scope

    def _cases(self, node: Node, frame: Frame, test: Callable[[Node], Value], name: str) -> str | None:
        cases = [n for n in node.named_children if n.type in {"expression_case", "type_case", "default_case"}]
        certain = True
        for case in cases:
            if case.type == "default_case":
                continue
            tests = [
                test(v)
                for group in case.children_by_field_name(name)
                for v in (group.named_children if group.type == "expression_list" else [group])
            ]
            if any(t is True for t in tests) and certain:
                signal = self.block(case, frame)
                return None if signal == "break" else signal
            if any(not isinstance(t, bool) for t in tests):
                certain = False
                self._maybe(lambda case=case: self.block(case, frame), frame)  # type: ignore[misc]
        for case in cases:
            if case.type == "default_case":
                if certain:
                    return self.block(case, frame)
                self._maybe(lambda case=case: self.block(case, frame), frame)  # type: ignore[misc]
        return None


def asserts(value: Value, kind: str) -> Value:
    """Tell whether a type assertion holds, unknown where that cannot be told."""
    if kind in _GO_KINDS:
        if isinstance(value, bool) and kind != "bool":
            return False
        if isinstance(value, str | int | float | bool):
            return isinstance(value, _GO_KINDS[kind])
        return False if isinstance(value, Obj | Seq | Table | Fn) or value is None else Unknown()
    if kind.startswith("int"):
        return isinstance(value, int) if isinstance(value, str | int | float | bool) else Unknown()
    if kind.startswith("map["):
        return True if isinstance(value, Table) else Unknown() if isinstance(value, Unknown) else False
    if kind.startswith("[]"):
        return True if isinstance(value, Seq) else Unknown() if isinstance(value, Unknown) else False
    return Unknown()


def _names(frame: Frame) -> list[tuple[Scope, dict[str, Value]]]:
    """Copy the names of all scopes, innermost first."""
    result = []
    scope: Scope | None = frame.scope
    while scope is not None:
        result.append((scope, dict(scope.names)))
        scope = scope.parent
    return result


def _merge(left: Value, right: Value, old: Value) -> Value:
    """Join what two branches made of one name."""
    if isinstance(left, Seq) and isinstance(right, Seq) and isinstance(old, Seq):
        return Seq(list(old.items), old.type, open=True)
    if isinstance(left, Unknown) or left is old:
        return right if not isinstance(right, Unknown) else left
    return left


def _keeps(old: Value, new: Value) -> bool:
    """Tell whether the value from before an uncertain branch is better than the branch's."""
    if isinstance(new, Unknown):
        return True
    if isinstance(old, Seq) and isinstance(new, Seq):
        return len(new.items) < len(old.items)
    return not (old is None or isinstance(old, Unknown) or old == "" or (isinstance(old, Table) and not old.items))
