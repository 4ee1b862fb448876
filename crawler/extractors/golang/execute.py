"""Statements and calls: function bodies are run with what is known of their arguments."""

from collections.abc import Callable, Iterable
from typing import ClassVar

from tree_sitter import Node

from crawler.extractors.golang import library
from crawler.extractors.golang.evaluate import MAX_DEPTH
from crawler.extractors.golang.flow import Flow, asserts
from crawler.extractors.golang.index import var_specs
from crawler.extractors.golang.literals import Frame
from crawler.extractors.golang.operators import binary, is_handler
from crawler.extractors.golang.types import ANY, Type
from crawler.extractors.golang.values import Fn, Foreign, Multi, Native, Obj, Scope, Seq, Table, Unknown, Value
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import line, text


class Executor(Flow):
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
        """Give a tool made by a wrapper the handler that was passed to the wrapper, not one it makes itself."""
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
        "if_statement": Flow.run_if,
        "for_statement": Flow.run_for,
        "expression_switch_statement": Flow.run_switch,
        "type_switch_statement": Flow.run_type_switch,
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
