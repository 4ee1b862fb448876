"""A partial evaluator for Go expressions: constants, literals, calls into the project's own functions."""

from collections.abc import Callable
from typing import ClassVar

from tree_sitter import Node

from crawler.extractors.golang.builtins import BUILTINS, MAX_ITEMS
from crawler.extractors.golang.index import Decl, GoIndex, unquote
from crawler.extractors.golang.literals import Frame, Literals
from crawler.extractors.golang.members import Members
from crawler.extractors.golang.operators import (
    binary,
    builtin,
    hashable,
    parameters,
    types_of,
    with_types,
)
from crawler.extractors.golang.types import ANY, Type
from crawler.extractors.golang.values import (
    Fn,
    Foreign,
    Multi,
    Obj,
    Scope,
    Seq,
    Table,
    TypeValue,
    Unknown,
    Value,
    placed,
)
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import line, text

MAX_STEPS = 400_000  # expressions and statements of one project; the largest server met needs a tenth
MAX_DEPTH = 24  # nested calls


class OutOfBudgetError(Exception):
    """The step budget of a project is used up; caught by the extractor and recorded."""


_BUILT_BY_ASSIGNMENT = ("Tool", "Schema", "Annotations", "Annotation", "Builder")  # foreign structs filled step by step

Model = Callable[["Evaluator", list[Value], tuple[Type, ...], Node], Value]


class Evaluator(Members):
    """Evaluates expressions; `crawler.extractors.golang.execute` adds statements and calls."""

    def __init__(self, index: GoIndex) -> None:
        self.index = index
        self.steps = 0
        self.depth = 0
        self.globals: dict[int, Value] = {}
        self.busy: set[int] = set()
        self.assume: dict[Type, Value] = {}
        self.created: list[Obj] = []
        self.closures: list[Fn] = []
        self.beside: dict[tuple[str, int, str], Fn] = {}
        self.ran: set[int] = set()

    # --- hooks that the statement half and the libraries fill ----------------------------------------

    def call(self, function: Value, args: list[Value], types: tuple[Type, ...], node: Node) -> Value:
        """Call a value."""
        raise NotImplementedError

    def step(self) -> None:
        """Count one step; raises OutOfBudgetError when the project has used its share."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise OutOfBudgetError

    def unknown(self, kind: Type = ANY, parent: Unknown | None = None, name: str = "") -> Value:
        """Return an unknown of `kind`, or the value that is assumed for that type."""
        if self.assume and (found := self.assume.get(kind.bare)) is not None:
            return found
        return Unknown(kind, parent, name)

    # --- expressions -------------------------------------------------------------------------------

    def eval(self, node: Node | None, frame: Frame, expected: Type = ANY) -> Value:
        """Evaluate an expression; `expected` gives the type of a literal that leaves its own out."""
        if node is None:
            return None
        self.step()
        handler = self._HANDLERS.get(node.type)
        if handler is None:
            return Unknown()
        return handler(self, node, frame, expected)

    def _string(self, node: Node, frame: Frame, _: Type) -> Value:
        return placed(unquote(node), frame.file.path, line(node))

    def _number(self, node: Node, _frame: Frame, _: Type) -> Value:
        raw = text(node).replace("_", "")
        try:
            return int(raw, 0) if node.type == "int_literal" else float(raw)
        except ValueError:
            return int(raw, 8) if raw.isdigit() and set(raw) <= set("01234567") else Unknown()

    def _rune(self, node: Node, _frame: Frame, _: Type) -> Value:
        return ord(value) if len(value := unquote(node)) == 1 else Unknown()

    def _inner(self, node: Node, frame: Frame, expected: Type) -> Value:
        return self.eval(node.named_children[0] if node.named_children else None, frame, expected)

    def _unary(self, node: Node, frame: Frame, expected: Type) -> Value:
        operator = text(child(node, "operator"))
        value = self.eval(child(node, "operand"), frame, expected)
        if operator == "!":
            return not value if isinstance(value, bool) else Unknown()
        if operator == "-":
            return -value if isinstance(value, int | float) else Unknown()
        return value

    def _binary(self, node: Node, frame: Frame, _: Type) -> Value:
        left = self.eval(child(node, "left"), frame)
        right = self.eval(child(node, "right"), frame)
        return binary(text(child(node, "operator")), left, right)

    def _identifier(self, node: Node, frame: Frame, _: Type) -> Value:
        name = text(node)
        scope = frame.scope.find(name)
        if scope is not None:
            return scope.names[name]
        return self.package_name(frame.file.folder, name, frame)

    def package_name(self, folder: str, name: str, frame: Frame | None = None) -> Value:
        """Evaluate a package-level name."""
        decl = self.index.package(folder).names.get(name)
        if decl is not None:
            return self.declared(decl)
        if frame is not None:
            if name in frame.file.imports:
                return Foreign(frame.file.imports[name], "")
            for target in frame.file.dots:
                if (inner := self.index.folder_of(target)) is None:
                    return Foreign(target, name)
                if name in self.index.package(inner).names:
                    return self.package_name(inner, name)
            kind = self.index.type_of(None, frame.file) if name not in frame.bound else frame.bound[name]
            if kind.kind != "any":
                return TypeValue(kind)
        return builtin(name)

    def declared(self, decl: Decl) -> Value:
        """Evaluate a declaration; a variable that depends on itself is unknown."""
        if decl.kind == "func":
            return Fn(decl.node, decl.file, name=decl.name)
        if decl.kind == "type":
            return TypeValue(Type("named", decl.name, decl.file.folder, own=True))
        key = hash((decl.node.id, decl.index))
        if key in self.globals:
            return self.globals[key]
        if key in self.busy:
            return Unknown()
        self.busy.add(key)
        try:
            value = self._variable(decl)
        finally:
            self.busy.discard(key)
        self.globals[key] = value
        return value

    def _variable(self, decl: Decl) -> Value:
        frame = Frame(decl.file, Scope(), iota=decl.iota)
        spec = decl.node if child(decl.node, "value") is not None else decl.repeat or decl.node
        kind = self.index.type_of(child(spec, "type"), decl.file)
        values = child(spec, "value")
        if values is None:
            return self.zero(kind)
        parts = values.named_children
        if decl.index < len(parts):
            return self.eval(parts[decl.index], frame, kind)
        first = self.eval(parts[0], frame, kind) if parts else None
        if isinstance(first, Multi) and decl.index < len(first.items):
            return first.items[decl.index]
        return Unknown(kind)

    def zero(self, kind: Type) -> Value:
        """Return the zero value of a type."""
        if kind.kind == "basic":
            zeros: dict[str, Value] = {"string": "", "bool": False, "error": None, "any": None}
            return zeros.get(kind.name, 0)
        if kind.kind == "slice":
            return Seq(type=kind)
        if kind.kind == "map":
            return Table(type=kind)
        if kind.kind == "named" and kind.own:
            under, _ = self.index.underlying(kind)
            if under.kind == "struct":
                return Obj(kind)
            return self.zero(under) if under.kind in {"basic", "slice", "map"} else Unknown(kind)
        if kind.kind == "named":
            return Obj(kind) if kind.name.endswith(_BUILT_BY_ASSIGNMENT) else Unknown(kind)
        return None if kind.kind == "pointer" else Unknown(kind)

    def _selector(self, node: Node, frame: Frame, _: Type) -> Value:
        operand, name = child(node, "operand"), text(child(node, "field"))
        if operand is not None and operand.type == "identifier" and frame.scope.find(text(operand)) is None:
            target = frame.file.imports.get(text(operand))
            if target is not None and text(operand) not in self.index.package(frame.file.folder).names:
                folder = self.index.folder_of(target)
                return Foreign(target, name) if folder is None else self.package_name(folder, name)
        return self.select(self.eval(operand, frame), name)

    def _index(self, node: Node, frame: Frame, _: Type) -> Value:
        value = self.eval(child(node, "operand"), frame)
        key_node = child(node, "index")
        if isinstance(value, Fn | Foreign | TypeValue) and key_node is not None:  # f[T] without a call
            return with_types(value, (self.index.type_of(key_node, frame.file, frame.bound),))
        key = self.eval(key_node, frame)
        if isinstance(value, Table):
            if hashable(key) and key in value.items:
                return value.items[key]
            under, _file = self.index.underlying(value.type)
            sure = hashable(key) and not value.open and under.elem is not None
            return self._missing(under.elem or ANY) if sure else self._element(value.type)
        if isinstance(value, Seq):
            if isinstance(key, int) and -1 < key < len(value.items):
                return value.items[key]
            return self._element(value.type)
        if isinstance(value, Unknown):
            under, _file = self.index.underlying(value.type)
            return self.unknown(under.elem or ANY, value)
        return Unknown()

    def _missing(self, kind: Type) -> Value:
        """Return what a map gives for a key that it does not hold."""
        under, _ = self.index.underlying(kind)
        return None if under.kind in {"any", "interface", "pointer", "func"} else self.zero(kind)

    def _element(self, kind: Type) -> Value:
        under, _ = self.index.underlying(kind)
        return self.unknown(under.elem or ANY)

    def _instance(self, node: Node, frame: Frame, _: Type) -> Value:
        kind = self.index.type_of(node.named_children[0], frame.file, frame.bound) if node.named_children else ANY
        types = tuple(self.index.type_of(n, frame.file, frame.bound) for n in node.named_children[1:])
        value = self.eval(node.named_children[0], frame) if node.named_children else None
        return with_types(value, types) if isinstance(value, Fn | Foreign | TypeValue) else TypeValue(kind)

    def _conversion(self, node: Node, frame: Frame, _: Type) -> Value:
        kind_node, operand = child(node, "type"), child(node, "operand")
        if kind_node is not None and kind_node.type == "generic_type":  # a generic call of one argument
            function = self._generic(kind_node, frame)
            if isinstance(function, Fn | Foreign):
                return self.call(function, [self.eval(operand, frame)], types_of(function), node)
        return self.eval(operand, frame, self.index.type_of(kind_node, frame.file, frame.bound))

    def _generic(self, node: Node, frame: Frame) -> Value:
        base, arguments = child(node, "type"), child(node, "type_arguments")
        types = tuple(
            self.index.type_of(a, frame.file, frame.bound) for a in (arguments.named_children if arguments else ())
        )
        if base is not None and base.type == "qualified_type":
            target = frame.file.imports.get(text(child(base, "package")), "")
            folder, name = self.index.folder_of(target), text(child(base, "name"))
            value = Foreign(target, name) if folder is None else self.package_name(folder, name)
        else:
            value = self.package_name(frame.file.folder, text(base), frame)
        return with_types(value, types)

    def _assertion(self, node: Node, frame: Frame, _: Type) -> Value:
        value = self.eval(child(node, "operand"), frame)
        if isinstance(value, Unknown):
            return self.unknown(self.index.type_of(child(node, "type"), frame.file, frame.bound), value)
        return value

    def _slice(self, node: Node, frame: Frame, _: Type) -> Value:
        value = self.eval(child(node, "operand"), frame)
        if child(node, "start") is None and child(node, "end") is None:
            return value
        if isinstance(value, str | Seq):
            start = self.eval(child(node, "start"), frame) if child(node, "start") else 0
            end = self.eval(child(node, "end"), frame) if child(node, "end") else None
            if isinstance(start, int) and (end is None or isinstance(end, int)):
                if isinstance(value, str):
                    return value[start:end]
                return Seq(value.items[start:end], value.type, value.open)
        return Unknown()

    def _function(self, node: Node, frame: Frame, _: Type) -> Value:
        closure = Fn(node, frame.file, frame.scope, bound=dict(frame.bound))
        self.closures.append(closure)
        return closure

    def _iota(self, _node: Node, frame: Frame, _: Type) -> Value:
        return frame.iota

    def _call(self, node: Node, frame: Frame, _: Type) -> Value:
        function_node = child(node, "function")
        special = BUILTINS.get(text(function_node)) if function_node is not None else None
        arguments = child(node, "arguments")
        nodes = [n for n in (arguments.named_children if arguments is not None else []) if n.type != "comment"]
        if special is not None and frame.scope.find(text(function_node)) is None:
            return special(self, nodes, frame)
        function = self.eval(function_node, frame)
        type_nodes = child(node, "type_arguments")
        types = tuple(
            self.index.type_of(t, frame.file, frame.bound) for t in (type_nodes.named_children if type_nodes else ())
        ) or types_of(function)
        if isinstance(function, Unknown) and function.parent is not None and function.field:
            function = Foreign(function.parent.type.bare.package, function.field, receiver=function.parent)
        if isinstance(function, TypeValue) and nodes:
            return self.eval(nodes[0], frame, function.type)
        args = self.arguments(nodes, frame, function)
        self._link(args)
        return self.call(function, args, types, node)

    def arguments(self, nodes: list[Node], frame: Frame, function: Value = None) -> list[Value]:
        """Evaluate call arguments; `f(g())` with several results and `f(xs...)` are spread."""
        expected = self.parameter_types(function)
        result: list[Value] = []
        for place, node in enumerate(nodes):
            kind = expected[min(place, len(expected) - 1)] if expected else ANY
            if node.type == "variadic_argument":
                value = self.eval(node.named_children[0] if node.named_children else None, frame)
                result.extend(value.items if isinstance(value, Seq) else [value])
            else:
                value = self.eval(node, frame, kind)
                result.extend(value.items if isinstance(value, Multi) and len(nodes) == 1 else [value])
        return result[:MAX_ITEMS]

    def parameter_types(self, function: Value) -> list[Type]:
        """Return the declared types of an own function's parameters."""
        if not isinstance(function, Fn):
            return []
        return [self.index.type_of(child(p, "type"), function.file) for p in parameters(function.node)]

    _HANDLERS: ClassVar[dict[str, Callable[["Evaluator", Node, Frame, Type], Value]]] = {
        "interpreted_string_literal": _string,
        "raw_string_literal": _string,
        "int_literal": _number,
        "float_literal": _number,
        "rune_literal": _rune,
        "true": lambda *_: True,
        "false": lambda *_: False,
        "nil": lambda *_: None,
        "iota": _iota,
        "parenthesized_expression": _inner,
        "literal_element": _inner,
        "unary_expression": _unary,
        "binary_expression": _binary,
        "identifier": _identifier,
        "selector_expression": _selector,
        "index_expression": _index,
        "slice_expression": _slice,
        "type_instantiation_expression": _instance,
        "type_conversion_expression": _conversion,
        "type_assertion_expression": _assertion,
        "composite_literal": Literals.literal,
        "literal_value": Literals.elided,
        "func_literal": _function,
        "call_expression": _call,
    }
