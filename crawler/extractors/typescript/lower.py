"""Expressions: from tree-sitter nodes to the intermediate form."""

from collections.abc import Callable
from typing import Any

from tree_sitter import Node as Syntax

from crawler.extractors.typescript import ir
from crawler.extractors.typescript.literals import UNDEFINED, number, unescape

MAX_DEPTH = 150
"""Levels of nested expressions and blocks that are lowered; deeper ones become `Opaque`."""

_WRAPPERS = frozenset(
    {"as_expression", "satisfies_expression", "non_null_expression", "parenthesized_expression", "type_assertion",
     "instantiation_expression"}
)  # fmt: skip
_FUNCTIONS = frozenset(
    {"function_expression", "arrow_function", "generator_function", "function", "function_declaration",
     "generator_function_declaration", "method_definition"}
)  # fmt: skip


def line_of(node: Syntax) -> int:
    """The 1-based line where `node` starts."""
    return node.start_point[0] + 1


def text_of(node: Syntax | None) -> str:
    """The source text of `node`, with damaged bytes replaced."""
    raw = node.text if node is not None else None
    return raw.decode("utf-8", "replace") if raw else ""


def short(node: Syntax | None, limit: int = 160) -> str:
    """The text of `node` on one line, cut."""
    if node is None:
        return ""
    raw = (node.text or b"")[: limit * 4].decode("utf-8", "replace")
    return " ".join(raw.split())[:limit]


def unwrap(node: Syntax) -> Syntax:
    """Leave out parentheses and type assertions."""
    while node.type in _WRAPPERS:
        inner = [c for c in node.named_children if c.type != "comment"]
        if not inner:
            return node
        node = inner[-1] if node.type == "type_assertion" else inner[0]
    return node


class Lowerer:
    """Lowers expressions of one file; `statements` is set by the statement lowerer that extends it."""

    def __init__(self) -> None:
        self.depth = 0

    def expression(self, node: Syntax | None) -> ir.Node:
        """Return the intermediate form of an expression."""
        if node is None:
            return ir.Const(0, UNDEFINED)
        lower = _EXPRESSIONS.get(node.type)
        if lower is None:
            node = unwrap(node)
            lower = _EXPRESSIONS.get(node.type)
        if lower is None:
            return ir.Opaque(line_of(node), short(node, 60))
        if self.depth > MAX_DEPTH:
            return ir.Opaque(line_of(node), "nested too deep")
        self.depth += 1
        try:
            return lower(self, node)
        finally:
            self.depth -= 1

    def arguments(self, node: Syntax | None) -> list[ir.Node]:
        """Return the items of an argument list or an array."""
        if node is None:
            return []
        return [self.expression(c) for c in node.named_children if c.type != "comment"]

    def statements(self, node: Syntax) -> list[ir.Node]:
        """Return the statements of a block."""
        raise NotImplementedError

    def function(self, node: Syntax, name: str = "") -> ir.Function:
        """Return a function whose body is lowered on first use."""
        named = node.child_by_field_name("name")
        body = node.child_by_field_name("body")
        cache: list[ir.Body] = []

        def lowered() -> ir.Body:
            if not cache:
                depth, self.depth = self.depth, 0
                cache.append(self._body(node, body))
                self.depth = depth
            return cache[0]

        return ir.Function(
            line_of(node),
            name or (text_of(named) if named is not None else ""),
            node.type == "arrow_function",
            node.start_byte,
            node.end_byte,
            node.end_point[0] + 1,
            lowered,
            line_of(body) if body is not None else line_of(node),
        )

    def _body(self, node: Syntax, body: Syntax | None) -> ir.Body:
        single = node.child_by_field_name("parameter")
        listed = node.child_by_field_name("parameters")
        params = [single] if single is not None else list(listed.named_children) if listed is not None else []
        lowered = [self._param(p) for p in params if p.type not in ("comment", "this")]
        if body is None:
            return ir.Body(lowered, [])
        if body.type == "statement_block":
            return ir.Body(lowered, self.statements(body))
        return ir.Body(lowered, [ir.Return(line_of(body), self.expression(body))])

    def _param(self, node: Syntax) -> ir.Param:
        if node.type in ("required_parameter", "optional_parameter"):
            pattern, value = node.child_by_field_name("pattern"), node.child_by_field_name("value")
            if pattern is None:
                return ir.Param(self.pattern(node.named_children[-1]) if node.named_children else None)
            if pattern.type == "rest_pattern":
                return ir.Param(self.pattern(pattern.named_children[0]), rest=True)
            target = self.pattern(pattern)
            stored = any(c.type in ("accessibility_modifier", "readonly") for c in node.children)
            field = text_of(pattern) if stored and pattern.type == "identifier" else None
            return ir.Param(ir.Default(target, self.expression(value)) if value is not None else target, field=field)
        if node.type == "rest_pattern":
            return ir.Param(self.pattern(node.named_children[0]), rest=True)
        return ir.Param(self.pattern(node))

    def pattern(self, node: Syntax) -> Any:  # noqa: ANN401
        """Return a binding or assignment target."""
        node = unwrap(node)
        kind = node.type
        if kind in ("assignment_pattern", "object_assignment_pattern"):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            target = self.pattern(left) if left is not None else None
            return ir.Default(target, self.expression(right))
        if kind in ("object_pattern", "object"):
            return self._object_pattern(node)
        if kind in ("array_pattern", "array"):
            items, rest = self._array_pattern(node)
            return ir.ArrayPattern(items, rest)
        if kind in ("identifier", "shorthand_property_identifier_pattern", "undefined"):
            return ir.Name(line_of(node), text_of(node))
        return self.expression(node)

    def _object_pattern(self, node: Syntax) -> ir.ObjectPattern:
        props: list[tuple[Any, Any]] = []
        rest = None
        for child in node.named_children:
            if child.type in ("rest_pattern", "spread_element"):
                rest = self.pattern(child.named_children[0])
            elif child.type in ("pair_pattern", "pair"):
                value = child.child_by_field_name("value")
                key = child.child_by_field_name("key")
                props.append((self.key(key), self.pattern(value) if value is not None else None))
            elif child.type != "comment":
                target = self.pattern(child)
                inner = target.target if isinstance(target, ir.Default) else target
                if isinstance(inner, ir.Name):
                    props.append((inner.id, target))
        return ir.ObjectPattern(props, rest)

    def _array_pattern(self, node: Syntax) -> tuple[list[Any], Any]:
        items: list[Any] = []
        rest, filled = None, False
        for child in node.children:
            if child.type == ",":
                if not filled:
                    items.append(None)
                filled = False
            elif child.type in ("rest_pattern", "spread_element"):
                rest, filled = self.pattern(child.named_children[0]), True
            elif child.is_named and child.type != "comment":
                items.append(self.pattern(child))
                filled = True
        return items, rest

    def key(self, node: Syntax | None) -> Any:  # noqa: ANN401
        """Return a property key: text, or an expression when computed."""
        if node is None:
            return ""
        if node.type == "computed_property_name":
            return self.expression(node.named_children[0]) if node.named_children else ""
        if node.type == "string":
            return _string_value(node)
        if node.type == "number":
            value = number(text_of(node))
            return str(int(value)) if float(value).is_integer() else str(value)
        return text_of(node)

    def template(self, node: Syntax) -> ir.Template:
        """Return a template string; pieces of text are already unescaped."""
        parts: list[Any] = []
        at = node.start_byte + 1
        raw, base = node.text or b"", node.start_byte
        for child in node.children:
            if child.type == "template_substitution":
                parts.append(unescape(raw[at - base : child.start_byte - base].decode("utf-8", "replace")))
                inner = [c for c in child.named_children if c.type != "comment"]
                parts.append(self.expression(inner[0] if inner else None))
                at = child.end_byte
        parts.append(unescape(raw[at - base : len(raw) - 1].decode("utf-8", "replace")))
        return ir.Template(line_of(node), [p for p in parts if p != ""])

    def named(self, node: Syntax | None, key: Syntax | None) -> ir.Node:
        """Lower a value that takes its name from what it is assigned to."""
        if node is not None and unwrap(node).type in _FUNCTIONS:
            inner = unwrap(node)
            own = inner.child_by_field_name("name")
            return self.function(inner, text_of(own if own is not None else key))
        return self.expression(node)

    def class_(self, node: Syntax) -> ir.Class:
        """Return a class."""
        raise NotImplementedError


def _string_value(node: Syntax) -> str:
    return unescape(text_of(node)[1:-1])


_OPTIONAL = frozenset({"?.", "optional_chain"})


def _chain(self: Lowerer, node: Syntax) -> ir.Node:
    """Lower property accesses and calls without recursion: the innermost base first."""
    links: list[Any] = []
    base: ir.Node | None = None
    while base is None:
        node = unwrap(node)
        kind = node.type
        mark = node.child(1) if node.child_count > 1 else None
        optional = mark is not None and mark.type in _OPTIONAL
        if kind == "member_expression":
            prop = node.child_by_field_name("property")
            at = prop if prop is not None else node
            links.append(ir.Get(text_of(prop), optional, line_of(at), at.start_byte))
            node = node.child_by_field_name("object") or node.children[0]
        elif kind == "subscript_expression":
            index = node.child_by_field_name("index")
            links.append(ir.Index(self.expression(index), optional, line_of(node)))
            node = node.child_by_field_name("object") or node.children[0]
        elif kind == "call_expression":
            args = node.child_by_field_name("arguments")
            callee = node.child_by_field_name("function") or node.children[0]
            if args is not None and args.type == "template_string":
                links.append(ir.Tagged(self.template(args), line_of(args)))
            else:
                at = args if args is not None else node
                lowered = self.arguments(args)
                links.append(ir.Call(lowered, optional, line_of(at), node.end_point[0] + 1, at.start_byte))
            node = callee
        else:
            base = ir.Name(line_of(node), "import") if kind == "import" else self.expression(node)
    links.reverse()
    return ir.Chain(base.line, base, links)


def _binary(self: Lowerer, node: Syntax) -> ir.Node:
    op = text_of(node.child_by_field_name("operator"))
    if op == "+":
        parts: list[Syntax] = []
        current = node
        while current.type == "binary_expression" and text_of(current.child_by_field_name("operator")) == "+":
            right, left = current.child_by_field_name("right"), current.child_by_field_name("left")
            if right is None or left is None:
                break
            parts.append(right)
            current = unwrap(left) if left.type != "parenthesized_expression" else left
        parts.append(current)
        parts.reverse()
        return ir.Concat(line_of(node), [self.expression(p) for p in parts])
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    kind = ir.Logical if op in ("&&", "||", "??") else ir.Binary
    return kind(line_of(node), op, self.expression(left), self.expression(right))


def _object(self: Lowerer, node: Syntax) -> ir.Node:
    props: list[ir.Prop] = []
    for child in node.named_children:
        line = line_of(child)
        if child.type == "pair":
            key, value = child.child_by_field_name("key"), child.child_by_field_name("value")
            props.append(ir.Prop(line, "value", self.key(key), self.named(value, key)))
        elif child.type in ("shorthand_property_identifier", "identifier"):
            name = text_of(child)
            props.append(ir.Prop(line, "value", name, ir.Name(line, name)))
        elif child.type == "spread_element":
            inner = [c for c in child.named_children if c.type != "comment"]
            props.append(ir.Prop(line, "spread", "", self.expression(inner[0] if inner else None)))
        elif child.type == "method_definition":
            kind = next((c.type for c in child.children if c.type in ("get", "set")), "value")
            name_node = child.child_by_field_name("name")
            props.append(ir.Prop(line, kind, self.key(name_node), self.function(child)))
    return ir.Object(line_of(node), props)


def _new(self: Lowerer, node: Syntax) -> ir.Node:
    callee = node.child_by_field_name("constructor")
    args = node.child_by_field_name("arguments")
    return ir.New(line_of(node), self.expression(callee), self.arguments(args), node.start_byte)


def _assignment(self: Lowerer, node: Syntax) -> ir.Node:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    op = node.child_by_field_name("operator")
    target = self.pattern(left) if left is not None else None
    return ir.Assign(line_of(node), target, text_of(op) if op is not None else "=", self.named(right, left))


def _update(self: Lowerer, node: Syntax) -> ir.Node:
    argument = node.child_by_field_name("argument")
    op = text_of(node.child_by_field_name("operator"))
    target = self.pattern(argument) if argument is not None else None
    return ir.Assign(line_of(node), target, op[:1] + "=", ir.Const(line_of(node), 1))


def _sequence(self: Lowerer, node: Syntax) -> ir.Node:
    items: list[Syntax] = []
    current: Syntax = node
    while current.type == "sequence_expression" and len(current.named_children) == 2:
        items.append(current.named_children[1])
        current = current.named_children[0]
    items.extend(reversed(current.named_children) if current.type == "sequence_expression" else [current])
    return ir.Sequence(line_of(node), [self.expression(i) for i in reversed(items)])


def _ternary(self: Lowerer, node: Syntax) -> ir.Node:
    test = node.child_by_field_name("condition")
    yes, no = node.child_by_field_name("consequence"), node.child_by_field_name("alternative")
    return ir.Conditional(
        line_of(node), self.expression(test), self.expression(yes), self.expression(no), short(test)
    )  # fmt: skip


def _unary(self: Lowerer, node: Syntax) -> ir.Node:
    op = text_of(node.child_by_field_name("operator"))
    return ir.Unary(line_of(node), op, self.expression(node.child_by_field_name("argument")))


def _inner(self: Lowerer, node: Syntax) -> ir.Node:
    inner = [c for c in node.named_children if c.type != "comment"]
    return self.expression(inner[0] if inner else None)


def _identifier(_: Lowerer, node: Syntax) -> ir.Node:
    return ir.Name(node.start_point[0] + 1, (node.text or b"").decode("utf-8", "replace"))


_EXPRESSIONS: dict[str, Callable[[Any, Syntax], ir.Node]] = {
    "identifier": _identifier,
    "this": lambda _, n: ir.Name(line_of(n), "this"),
    "super": lambda _, n: ir.Name(line_of(n), "super"),
    "meta_property": lambda _, n: ir.Name(line_of(n), "import.meta"),
    "undefined": lambda _, n: ir.Const(line_of(n), UNDEFINED),
    "null": lambda _, n: ir.Const(line_of(n), None),
    "true": lambda _, n: ir.Const(line_of(n), value=True),
    "false": lambda _, n: ir.Const(line_of(n), value=False),
    "number": lambda _, n: ir.Const(line_of(n), number(text_of(n))),
    "string": lambda _, n: ir.Const(line_of(n), _string_value(n)),
    "template_string": lambda s, n: s.template(n),
    "regex": lambda _, n: ir.Pattern(
        line_of(n), text_of(n.child_by_field_name("pattern")), text_of(n.child_by_field_name("flags"))
    ),
    "array": lambda s, n: ir.Array(line_of(n), s.arguments(n)),
    "object": _object,
    "spread_element": lambda s, n: ir.Spread(line_of(n), _inner(s, n)),
    "member_expression": _chain,
    "subscript_expression": _chain,
    "call_expression": _chain,
    "new_expression": _new,
    "unary_expression": _unary,
    "binary_expression": _binary,
    "ternary_expression": _ternary,
    "assignment_expression": _assignment,
    "augmented_assignment_expression": _assignment,
    "update_expression": _update,
    "sequence_expression": _sequence,
    "await_expression": lambda s, n: ir.Await(line_of(n), _inner(s, n)),
    "yield_expression": lambda s, n: ir.Await(line_of(n), _inner(s, n)),
    "class": lambda s, n: s.class_(n),
    "class_declaration": lambda s, n: s.class_(n),
    **{kind: lambda s, n: s.function(n) for kind in _FUNCTIONS},
}
