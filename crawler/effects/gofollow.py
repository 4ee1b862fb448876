"""The partial evaluator of the Go extractor, made to keep where outside values come from, and to show outside calls."""

import re
from collections.abc import Callable
from typing import ClassVar

from tree_sitter import Node

from crawler.effects.gojoin import MAX_TEXT, differs, embedded, formatted, one, reports, types_in
from crawler.effects.goreads import Call, Shape, shape_of
from crawler.effects.gowatch import Outside, Route, Seen, Watcher
from crawler.extractors.golang.evaluate import Evaluator, OutOfBudgetError
from crawler.extractors.golang.execute import Executor
from crawler.extractors.golang.flow import _names
from crawler.extractors.golang.index import GoFile, GoIndex
from crawler.extractors.golang.literals import Frame
from crawler.extractors.golang.operators import binary, struct_fields
from crawler.extractors.golang.types import ANY, STRING, Type
from crawler.extractors.golang.values import Fn, Foreign, Multi, Obj, Scope, Seq, Table, Unknown, Value
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import find, text
from mcp_catalogue.model import Cut, CutReason

DEPTH = 10
"""Own functions between a handler and an effect."""
_LINKS = 12  # steps of one access path
_IMPLEMENTERS = 4  # types that one call through an interface is followed into
_FILLS = re.compile(r"Unmarshal|Decode|Bind|Scan|Parse|Load|Process|Read|Get|Find|First|Select|Into")
_DOUBLES = re.compile(r"(?i)^(?:mock|fake|stub|noop|test)")
_PASSES = frozenset({"path/filepath", "path", "strings", "fmt", "bytes", "io", "bufio"})
_ERROR = re.compile(r"\w*[eE]rr(?:or)?\d?\s*([!=]=)\s*nil")

Key = tuple[int, tuple[Type, ...], bool, tuple[object, ...]]


class Follower(Executor):
    """Runs handlers; own functions once at a time, `steps` bounded by `limit`."""

    def __init__(self, index: GoIndex, known: dict[int, Value], watcher: Watcher) -> None:
        super().__init__(index)
        self.globals = known
        self.watcher = watcher
        self.limit = 0
        self.stack: list[Fn] = []
        self.deferred = False
        self.cut = 0
        self._done: dict[Key, tuple[Value, tuple[tuple[int, Seen | Cut], ...]]] = {}
        self._outside = 0
        self._types: dict[int, list[Type]] = {}

    def step(self) -> None:
        """Count one step; raises OutOfBudgetError when the handler has used its share."""
        self.steps += 1
        if self.steps > self.limit:
            raise OutOfBudgetError

    def run(self, function: Fn, args: list[Value], types: tuple[Type, ...] = ()) -> Value:
        """Run an own function; unknown where it is running already, or too far from the handler."""
        results = self.result_type(function)
        if len(self.stack) > DEPTH:
            self.watcher.log.append(Cut(reason=CutReason.BUDGET, detail=function.name))
        if len(self.stack) > DEPTH or any(f.node.id == function.node.id for f in self.stack):
            self.cut += 1
            return Unknown(results)
        if self.stack and reports(function) and not any(isinstance(a, Fn) for a in args):
            return Unknown(results)
        key = self._key(function, args, types)
        if key is not None and key in self._done:
            value, seen = self._done[key]
            self.watcher.again(seen, tuple(f.name for f in (*self.stack, function)))
            return value
        cut, before = self.cut, len(self.watcher.log)
        self.stack.append(function)
        try:
            value = self._body(function, args, types, results)
        finally:
            self.stack.pop()
        if key is not None and cut == self.cut:
            self._done[key] = value, tuple((len(self.stack), s) for s in self.watcher.log[before:])
        return value

    def _body(self, function: Fn, args: list[Value], types: tuple[Type, ...], results: Type) -> Value:
        body = child(function.node, "body")
        if body is None:
            return Unknown(results)
        bound = {**function.bound, **self.index.bind(function.node, types)}
        frame = Frame(function.file, Scope(function.scope), bound, results, receiver=function.receiver)
        self.depth += 1
        try:
            self._bind_parameters(function, [Unknown() if a is None else a for a in args], frame)
            self.block(body, frame)
        finally:
            self.depth -= 1
        return self._joined(frame.returned, results)

    def _joined(self, returned: list[Value], results: Type) -> Value:
        """Join what the returns of a function give: where they differ the result is not known."""
        rows = [v.items if isinstance(v, Multi) else (v,) for v in returned]
        rows = [r for r in rows if len(r) < 2 or r[0] is not None or r[-1] is None] or rows  # without what failed
        width = max(map(len, rows), default=0)
        columns = [one([row[place] for row in rows if place < len(row)]) for place in range(width)]
        if not columns:
            return Unknown(results)
        first = columns[0]
        bare = isinstance(first, Unknown) and not isinstance(first, Shape) and self.route(first) is None
        if (bare or first is None) and results.kind not in {"any", "basic"}:
            columns[0] = Unknown(results, first if isinstance(first, Unknown) else None)
        return Multi(tuple(columns)) if len(columns) > 1 else columns[0]

    def _key(self, function: Fn, args: list[Value], types: tuple[Type, ...]) -> Key | None:
        """Name a call whose course is the same each time; None where an argument can make a difference unseen."""
        if function.scope is not None or isinstance(function.receiver, Obj | Seq | Table | Fn):
            return None
        parts: list[object] = []
        for value in (function.receiver, *args):
            if isinstance(value, Unknown):
                parts.append((value.type, shape_of(value), self.route(value)))
            elif value is None or isinstance(value, str | int | float):
                parts.append((type(value).__name__, str(value)))
            elif isinstance(value, Foreign) and value.receiver is None:
                parts.append((value.package, value.name))
            else:
                return None
        return function.node.id, types, self.deferred, tuple(parts)

    def route(self, value: Value, links: int = 0) -> Route | None:
        """Return the import path and access path of an outside value or function; None where it is none."""
        if links > _LINKS:
            return None
        if isinstance(value, Outside):
            return value.module, value.path
        if isinstance(value, Foreign):
            if isinstance(value.receiver, Unknown | Obj):
                before = self.route(value.receiver, links + 1)
                return (before[0], (*before[1], value.name)) if before else None
            return (value.package, tuple(value.name.split("."))) if value.package and value.name else None
        if not isinstance(value, Obj | Unknown):
            return None
        kind = value.type.bare
        if kind.kind == "named" and not kind.own and kind.package:
            return kind.package, (kind.name,)
        if kind.own and self.index.underlying(kind)[0].kind != "interface":
            inner = embedded(self.index, kind)  # an own type, wherever the value comes from
            return (inner.package, (inner.name,)) if inner is not None else None
        if isinstance(value, Obj) or value.parent is None:
            return None
        before = self.route(value.parent, links + 1)
        if before is None or not value.field:
            return before
        return before[0], (*before[1], value.field)

    def call(self, function: Value, args: list[Value], types: tuple[Type, ...], node: Node) -> Value:
        """Call a value; what leaves the tree is shown to the watcher."""
        if isinstance(function, Fn):
            return super().call(function, args, types, node)
        receiver = function.receiver if isinstance(function, Foreign) else None
        if isinstance(function, Foreign) and isinstance(receiver, Unknown) and receiver.type.bare.own:
            found = self._through(receiver, function, args, node)
            if found is not None:
                return found
        if isinstance(function, Unknown):
            result = self._result(function.type)
            if result is not None:
                self._callbacks(args)
                self.watcher.lost(Unknown(result), None, node)
                return Unknown(result)
        value = super().call(function, args, types, node)
        return self._left(function, args, node, value)

    def _left(self, function: Value, args: list[Value], node: Node, value: Value) -> Value:
        """Show a call that leaves the tree, run what it was handed, and remember where its result comes from."""
        self._outside = node.id
        self._callbacks(args)
        where = self.route(function)
        if where is None:
            self.watcher.lost(function, None, node)
            return value
        module, path = where
        for given in args:
            if isinstance(given, Obj) and given.type.bare.own and _FILLS.search(path[-1]):
                self._fill(given)
        if not self.watcher.call(module, Call(path, args, node)):
            self.watcher.lost(function, where, node)
        if not isinstance(value, Unknown) or value.type.kind != "any":
            return value
        if (module, path) == ("fmt", ("Sprintf",)) and args and isinstance(args[0], str):
            return Shape(STRING, shape=formatted(args))
        parent = next((a for a in args if isinstance(a, Unknown)), None) if module in _PASSES else None
        return Outside(parent=parent, module=module, path=(*path[-_LINKS:-1], f"{path[-1]}()"))

    def _callbacks(self, args: list[Value]) -> None:
        for given in args:
            if isinstance(given, Fn) and child(given.node, "body") is not None:
                self.run(given, [])

    # --- own interfaces and function types -----------------------------------------------------------

    def _through(self, receiver: Unknown, function: Foreign, args: list[Value], node: Node) -> Value:
        """Call a method of an own interface, or a function that an own struct keeps; None where it is neither."""
        kind, name = receiver.type.bare, function.name
        held = self.field_type(kind, name)
        result = self._result(held) if held is not None else None
        if result is not None:
            self._callbacks(args)
            self.watcher.lost(Unknown(result), None, node)
            return Unknown(result)
        under, file = self.index.underlying(kind)
        if under.kind != "interface" or under.node is None or file is None:
            return None
        spec = next((n for n in under.node.named_children if text(child(n, "name")) == name), None)
        values = [
            self.run(Fn(m.node, m.file, receiver=Unknown(t), name=name), args)
            for t in self._implementers(under.node)
            if (m := self.method(t, name)) is not None and (spec is None or types_in(m.node) == types_in(spec))
        ]
        if spec is None:
            return values[0] if values else None
        if not values and self.route(receiver) is None and (module := self._client(spec, file)):
            self._left(Foreign(module, f"Client.{kind.name}.{name}"), args, node, None)
        elif not values:
            self._left(function, args, node, None)
        known = next((v for v in values if not isinstance(v, Unknown)), None)
        return known if known is not None else Unknown(self._first(child(spec, "result"), file))

    def _client(self, spec: Node, file: GoFile) -> str | None:
        """Return the one outside package whose types a method names: the client that the interface stands for."""
        for node in find(spec, "qualified_type"):
            target = file.imports.get(text(child(node, "package")), "")
            if "." in target.partition("/")[0] and self.index.folder_of(target) is None:
                return target
        return None

    def _implementers(self, interface: Node) -> list[Type]:
        if interface.id not in self._types:
            specs = (n for n in interface.named_children if n.type in {"method_elem", "method_spec"})
            names = {text(child(n, "name")) for n in specs}
            found: dict[tuple[str, str], Type] = {}
            for path in self.index.mentioning(max(sorted(names), key=len)) if names else ():
                folder = path.rpartition("/")[0]
                methods = self.index.package(folder).methods
                for owner in sorted({r for r, m in methods if m in names and not _DOUBLES.match(r)}):
                    if all((owner, m) in methods for m in names):
                        found.setdefault((folder, owner), Type("named", owner, folder, own=True))
            self._types[interface.id] = list(found.values())[:_IMPLEMENTERS]
        return self._types[interface.id]

    def _result(self, kind: Type) -> Type | None:
        """Return the first result of a function type, None for any other type."""
        under, file = self.index.underlying(kind)
        if under.kind != "func" or under.node is None:
            return None
        if file is None:
            files = self.index.package(under.file.rpartition("/")[0]).files
            file = next((f for f in files if f.path == under.file), None)
        return self._first(child(under.node, "result"), file) if file is not None else ANY

    def _first(self, result: Node | None, file: GoFile) -> Type:
        if result is not None and result.type == "parameter_list":
            first = next(iter(result.named_children), None)
            result = child(first, "type") or first
        return self.index.type_of(result, file)

    # --- what outside code fills in -------------------------------------------------------------------

    def _fill(self, value: Obj) -> None:
        under, _ = self.index.underlying(value.type)
        for item in struct_fields(under.node) if under.node is not None else ():
            for name in item.children_by_field_name("name"):
                value.fields[text(name)] = Unknown(self.field_type(value.type, text(name)) or ANY, Unknown(value.type))

    def call_node(self, node: Node, frame: Frame, kind: Type) -> Value:
        """Evaluate a call; variables whose address leaves the tree are unknown after it."""
        if text(child(node, "function")) == "len" and frame.scope.find("len") is None:
            return Unknown()  # what a list holds depends on branches that may not have been taken
        value = Evaluator._call(self, node, frame, kind)  # noqa: SLF001 (the method that this one stands for)
        if self._outside == node.id:
            for given in (child(node, "arguments") or node).named_children:
                if given.type == "unary_expression" and text(child(given, "operator")) == "&":
                    self._forget(child(given, "operand"), frame)
        return value

    def _forget(self, target: Node | None, frame: Frame) -> None:
        scope = frame.scope.find(text(target)) if target is not None and target.type == "identifier" else None
        if scope is not None:
            old = scope.names[text(target)]
            if isinstance(old, str | int | float):
                scope.names[text(target)] = Unknown()
            elif isinstance(old, Seq | Table):
                scope.names[text(target)] = Unknown(old.type)

    def join(self, node: Node, frame: Frame, _: Type) -> Value:
        """Evaluate a binary expression; of joined strings the known part is kept."""
        left = self.eval(child(node, "left"), frame)
        right = self.eval(child(node, "right"), frame)
        operator, known = text(child(node, "operator")), (shape_of(left), shape_of(right))
        if operator == "+" and any(known) and (isinstance(left, Unknown) or isinstance(right, Unknown)):
            return Shape(STRING, shape="".join("{}" if part is None else part for part in known)[:MAX_TEXT])
        return binary(operator, left, right)

    def assertion(self, node: Node, frame: Frame, kind: Type) -> Value:
        """Evaluate a type assertion; it says of what is nil here that it is not always."""
        value = Evaluator._assertion(self, node, frame, kind)  # noqa: SLF001
        return Unknown(self.index.type_of(child(node, "type"), frame.file, frame.bound)) if value is None else value

    def branch(self, node: Node, frame: Frame) -> str | None:
        """Run an `if`; the handling of an error is not what a tool is for."""
        match = _ERROR.fullmatch(text(child(node, "condition")))
        if match is None:
            return self.run_if(node, frame)
        frame.scope = Scope(frame.scope)
        try:
            first = child(node, "initializer")
            if first is not None:
                self.statement(first, frame)
            taken = child(node, "consequence" if match[1] == "==" else "alternative")
            if taken is not None:
                self._maybe(lambda: self._branch(taken, frame), frame)
        finally:
            frame.scope = frame.scope.parent or frame.scope
        return None

    def zero(self, kind: Type) -> Value:
        """Return the zero value of a type; what a pointer holds by then is not known."""
        return Unknown(kind) if kind.kind == "pointer" else super().zero(kind)

    def _maybe(self, body: Callable[[], str | None], frame: Frame) -> None:
        """Run a branch that may not be taken: a constant that it changes is not known after it."""
        changed: list[tuple[Scope, str]] = []

        def watched() -> str | None:
            before = _names(frame)
            signal = body()
            if signal is None:
                pairs = [(scope, name, old) for scope, names in before for name, old in names.items()]
                changed.extend((scope, name) for scope, name, old in pairs if differs(old, scope.names.get(name)))
            return signal

        super()._maybe(watched, frame)
        for scope, name in changed:
            scope.names[name] = Unknown()

    def _either(self, then: Node | None, other: Node, frame: Frame) -> None:
        """Run both branches as ones that may not be taken."""
        for taken in (then, other):
            self._maybe(lambda taken=taken: self._branch(taken, frame), frame)  # type: ignore[misc]

    def defer(self, node: Node, frame: Frame) -> str | None:
        """Run a deferred call where it stands."""
        held, self.deferred = self.deferred, True
        try:
            for item in node.named_children:
                self.eval(item, frame)
        finally:
            self.deferred = held
        return None

    def select_case(self, node: Node, frame: Frame) -> str | None:
        """Run every case of a `select` as one that may be taken."""
        for case in node.named_children:
            self._maybe(lambda case=case: self.block(case, frame), frame)  # type: ignore[misc]
        return None

    _HANDLERS: ClassVar[dict[str, Callable[..., Value]]] = {
        **Executor._HANDLERS,  # noqa: SLF001
        "call_expression": call_node,
        "type_assertion_expression": assertion,
        "binary_expression": join,
    }
    _STATEMENTS: ClassVar[dict[str, Callable[..., str | None]]] = {
        **Executor._STATEMENTS,  # noqa: SLF001
        "if_statement": branch,
        "defer_statement": defer,
        "select_statement": select_case,
    }
