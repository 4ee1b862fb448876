"""Statements and calls: function bodies are run with what is known of their arguments."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from tree_sitter import Node

from crawler.extractors.golang import library
from crawler.extractors.golang.evaluate import MAX_DEPTH, Evaluator, Frame, binary, is_handler
from crawler.extractors.golang.index import var_specs
from crawler.extractors.golang.types import ANY, Type
from crawler.extractors.golang.values import Fn, Foreign, Multi, Native, Obj, Scope, Seq, Table, Unknown, Value
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import line, text

MAX_LOOP = 2_000  # iterations of one loop with a constant bound
_GO_KINDS = {"string": (str,), "bool": (bool,), "float64": (float, int), "float32": (float, int)}


class Executor(Evaluator):
    """An evaluator that can run function bodies. A signal is `return`, `break` or `continue`."""

    # --- calls -------------------------------------------------------------------------------------

    def call(self, function: Value, args: list[Value], types: tuple[Type, ...], node: Node) -> Value:
        """Call a value: own functions are run, known foreign ones modelled, the rest is unknown."""
        self.step()
        if isinstance(function, Native):
            return function.call(args)
        if isinstance(function, Foreign):
            return library.call(self, function, args, types or function.types, node)
        if isinstance(function, Fn):
            return self.run(function, args, types)
        texts = [a for a in args if isinstance(a, str)]
        if len(args) == len(texts) == 2 and " " in texts[1]:  # a translation helper: (key, default text)
            return texts[1]
        return Unknown()

    def run(self, function: Fn, args: list[Value], types: tuple[Type, ...] = ()) -> Value:
        """Run an own function with arguments; missing ones are unknown with their declared type."""
        body = child(function.node, "body")
        results = self.result_type(function)
        if body is None or self.depth >= MAX_DEPTH:
            return Unknown(results)
        self.ran.add(function.node.id)
        bound = {**function.bound, **self.index.bind(function.node, types)}
        frame = Frame(function.file, Scope(function.scope), bound, results, receiver=function.receiver)
        self._bind_parameters(function, args, frame)
        before = len(self.created)
        self.depth += 1
        try:
            self.block(body, frame)
        finally:
            self.depth -= 1
        self._link_created(before, args, function.node)
        return best(frame.returned, results)

    def _bind_parameters(self, function: Fn, args: list[Value], frame: Frame) -> None:
        receiver = child(function.node, "receiver")
        if receiver is not None:
            for item in receiver.named_children:
                name = child(item, "name")
                kind = self.index.type_of(child(item, "type"), function.file, frame.bound)
                known = function.receiver
                frame.scope.names[text(name)] = known if known is not None else self.unknown(kind)
        place = 0
        for item in (child(function.node, "parameters") or function.node).named_children:
            kind = self.index.type_of(child(item, "type"), function.file, frame.bound)
            if item.type == "variadic_parameter_declaration":
                rest = args[place:]
                open_end = any(isinstance(v, Unknown) and v.type.kind in {"slice", "any"} for v in rest)
                given_rest = [v for v in rest if not (isinstance(v, Unknown) and v.type.kind == "slice")]
                missing = not args and self.depth == 0
                listed = Seq(given_rest, Type("slice", elem=kind), open_end)
                value: Value = Unknown(Type("slice", elem=kind)) if missing else listed
                frame.scope.names[text(child(item, "name"))] = value
                continue
            for name in item.children_by_field_name("name"):
                given = args[place] if place < len(args) else self.unknown(kind)
                if isinstance(given, Unknown) and given.type.kind == "any":
                    given = self.unknown(kind, given)
                frame.scope.names[text(name)] = given
                place += 1
            place += 0 if item.children_by_field_name("name") else 1

    def _link_created(self, before: int, args: Iterable[Value], wrapper: Node) -> None:
        """A tool made by a wrapper belongs to the handler that was passed to the wrapper, not to one it makes itself."""
        handlers = [a for a in args if isinstance(a, Fn) and is_handler(a)]
        if len(handlers) != 1:
            return
        for made in self.created[before:]:
            own = made.handler
            inside = (
                own is not None and wrapper.start_byte <= own.node.start_byte and own.node.end_byte <= wrapper.end_byte
            )
            if "Name" in made.fields and (own is None or inside):
                made.handler = handlers[0]

    def result_type(self, function: Fn) -> Type:
        """Return the type of an own function's first result."""
        result = child(function.node, "result")
        if result is not None and result.type == "parameter_list":
            first = next(iter(result.named_children), None)
            return self.index.type_of(child(first, "type"), function.file, function.bound) if first else ANY
        return self.index.type_of(result, function.file, function.bound)

    # --- statements --------------------------------------------------------------------------------

    def block(self, node: Node | None, frame: Frame) -> str | None:
        """Run the statements of a block in a scope of its own."""
        if node is None:
            return None
        frame.scope = Scope(frame.scope)
        try:
            return self.sequence(node, frame)
        finally:
            frame.scope = frame.scope.parent or frame.scope

    def sequence(self, node: Node, frame: Frame) -> str | None:
        """Run statements one after another until one leaves."""
        for item in node.named_children:
            signal = self.sequence(item, frame) if item.type == "statement_list" else self.statement(item, frame)
            if signal is not None:
                return signal
        return None

    def statement(self, node: Node, frame: Frame) -> str | None:
        """Run one statement."""
        self.step()
        handler = self._STATEMENTS.get(node.type)
        return handler(self, node, frame) if handler is not None else None

    def _expression(self, node: Node, frame: Frame) -> str | None:
        for item in node.named_children:
            self.eval(item, frame)
        return None

    def _declare(self, node: Node, frame: Frame) -> str | None:
        for spec in var_specs(node) + [n for n in node.named_children if n.type == "const_spec"]:
            kind = self.index.type_of(child(spec, "type"), frame.file, frame.bound)
            names = [text(n) for n in spec.children_by_field_name("name")]
            values = child(spec, "value")
            found = self._values(values.named_children if values else [], len(names), frame, kind)
            for place, name in enumerate(names):
                frame.scope.names[name] = found[place] if values is not None else self.zero(kind)
        return None

    def _short(self, node: Node, frame: Frame) -> str | None:
        left, right = child(node, "left"), child(node, "right")
        names = left.named_children if left else []
        values = self._values(right.named_children if right else [], len(names), frame)
        for name, value in zip(names, values, strict=False):
            if text(name) != "_":
                frame.scope.names[text(name)] = value
        return None

    def _values(self, nodes: list[Node], count: int, frame: Frame, kind: Type = ANY) -> list[Value]:
        if len(nodes) == 1 and count > 1:
            return self._spread(nodes[0], count, frame)
        values: list[Value] = []
        for node in nodes:
            value = self.eval(node, frame, kind)
            value = value.items[0] if isinstance(value, Multi) and value.items else value
            plain = node.type in {"identifier", "selector_expression"}
            values.append(value.copy() if plain and isinstance(value, Obj) and not value.owner else value)
        return values + [Unknown()] * (count - len(values))

    def _spread(self, node: Node, count: int, frame: Frame) -> list[Value]:
        value = self.eval(node, frame)
        if isinstance(value, Multi):
            return [*value.items, *([Unknown()] * count)][:count]
        if node.type == "type_assertion_expression":
            return [value, asserts(value, text(child(node, "type")))]
        if node.type == "index_expression":
            table = self.eval(child(node, "operand"), frame)
            key = self.eval(child(node, "index"), frame)
            if isinstance(table, Table) and isinstance(key, str | int | float):
                found: Value = True if key in table.items else Unknown() if table.open else False
                return [value, found]
        rest: list[Value] = [Unknown() for _ in range(count - 1)]
        return [value, *rest]

    def _assign(self, node: Node, frame: Frame) -> str | None:
        left, right = child(node, "left"), child(node, "right")
        targets = left.named_children if left else []
        values = self._values(right.named_children if right else [], len(targets), frame)
        operator = text(child(node, "operator"))
        for target, value in zip(targets, values, strict=False):
            result = value if operator == "=" else binary(operator[:-1], self.eval(target, frame), value)
            self._store(target, result, frame)
        return None

    def _store(self, target: Node, value: Value, frame: Frame) -> None:
        if target.type == "identifier":
            scope = frame.scope.find(text(target))
            if scope is not None:
                scope.names[text(target)] = value
        elif target.type == "selector_expression":
            holder = self.eval(child(target, "operand"), frame)
            if isinstance(holder, Obj):
                name = text(child(target, "field"))
                holder.fields[name] = value
                holder.lines[name] = line(target)
        elif target.type == "index_expression":
            holder = self.eval(child(target, "operand"), frame)
            key = self.eval(child(target, "index"), frame)
            if isinstance(holder, Table):
                if isinstance(key, str | int | float):
                    holder.items[key] = value
                else:
                    holder.open = True
            elif isinstance(holder, Seq) and isinstance(key, int) and -1 < key < len(holder.items):
                holder.items[key] = value
        elif target.type in {"unary_expression", "parenthesized_expression"} and target.named_children:
            self._store(target.named_children[-1], value, frame)

    def _increment(self, node: Node, frame: Frame) -> str | None:
        target = node.named_children[0]
        self._store(target, binary("+" if node.type == "inc_statement" else "-", self.eval(target, frame), 1), frame)
        return None

    def _if(self, node: Node, frame: Frame) -> str | None:
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

    def _for(self, node: Node, frame: Frame) -> str | None:
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

    def _switch(self, node: Node, frame: Frame) -> str | None:
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

    def _type_switch(self, node: Node, frame: Frame) -> str | None:
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

    def _return(self, node: Node, frame: Frame) -> str | None:
        nodes = [n for group in node.named_children for n in group.named_children] if node.named_children else []
        results = child_result_types(self, frame)
        values: list[Value] = []
        for place, item in enumerate(nodes):
            value = self.eval(item, frame, results[place] if place < len(results) else ANY)
            values.extend(value.items if isinstance(value, Multi) and len(nodes) == 1 else [value])
        self._link(values)
        if values:
            frame.returned.append(values[0] if len(values) == 1 else Multi(tuple(values)))
        return "return"

    def _go(self, node: Node, frame: Frame) -> str | None:
        for item in node.named_children:
            self.eval(item, frame)
        return None

    _STATEMENTS: ClassVar[dict[str, Callable[["Executor", Node, Frame], str | None]]] = {
        "expression_statement": _expression,
        "go_statement": _go,
        "short_var_declaration": _short,
        "var_declaration": _declare,
        "const_declaration": _declare,
        "assignment_statement": _assign,
        "inc_statement": _increment,
        "dec_statement": _increment,
        "if_statement": _if,
        "for_statement": _for,
        "expression_switch_statement": _switch,
        "type_switch_statement": _type_switch,
        "return_statement": _return,
        "block": lambda self, node, frame: self.block(node, frame),
        "labeled_statement": lambda self, node, frame: self.sequence(node, frame),
        "break_statement": lambda *_: "break",
        "continue_statement": lambda *_: "continue",
    }


def child_result_types(run: Executor, frame: Frame) -> list[Type]:
    """Return the expected types of a return's values: only the first is ever needed for elided literals."""
    return [frame.results] if frame.results.kind != "any" or run.depth == 0 else []


def best(returned: list[Value], kind: Type) -> Value:
    """Choose among the returns that were met: the last that says something."""
    for value in reversed(returned):
        first = value.items[0] if isinstance(value, Multi) and value.items else value
        if first is not None and not isinstance(first, Unknown) and not (isinstance(first, Obj) and not first.fields):
            return value
    return returned[-1] if returned else Unknown(kind)


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
