"""Statements, classes and modules: from tree-sitter nodes to the intermediate form."""

from collections.abc import Callable, Iterator
from typing import Any

from tree_sitter import Node as Syntax

from crawler.extractors.typescript import ir
from crawler.extractors.typescript.lower import MAX_DEPTH, Lowerer, line_of, short, text_of, unwrap

_HEAVY = frozenset({"call_expression", "new_expression", "await_expression", "assignment_expression"})
_TYPES = frozenset(
    {"interface_declaration", "type_alias_declaration", "ambient_declaration", "function_signature", "comment",
     "empty_statement", "hash_bang_line", "debugger_statement"}
)  # fmt: skip


class FileLowerer(Lowerer):
    """Lowers one file."""

    def statements(self, node: Syntax) -> list[ir.Node]:
        """Return the statements of a block or of the program, functions first (hoisted)."""
        if self.depth > MAX_DEPTH:
            return [ir.Expression(line_of(node), ir.Opaque(line_of(node), "nested too deep"))]
        self.depth += 1
        try:
            found = [s for child in node.named_children for s in self.statement(child)]
        finally:
            self.depth -= 1
        hoisted = [s for s in found if isinstance(s, ir.Function)]
        return hoisted + [s for s in found if not isinstance(s, ir.Function)] if hoisted else found

    def statement(self, node: Syntax) -> Iterator[ir.Node]:
        """Yield the statements that one syntax node stands for."""
        if node.type in _TYPES:
            return
        lower = _STATEMENTS.get(node.type)
        if lower is not None:
            yield from lower(self, node)
        elif node.is_named and node.type != "ERROR":
            yield ir.Expression(line_of(node), self.expression(node))

    def body(self, node: Syntax | None) -> list[ir.Node]:
        """Return the statements of a branch, with or without braces."""
        if node is None:
            return []
        if node.type == "else_clause":
            return [s for child in node.named_children for s in self.body(child)]
        if node.type == "statement_block":
            return self.statements(node)
        if self.depth > MAX_DEPTH:
            return []
        self.depth += 1
        try:
            return list(self.statement(node))
        finally:
            self.depth -= 1

    def class_(self, node: Syntax) -> ir.Class:
        """Return a class whose members are lowered on first use."""
        name, parent = node.child_by_field_name("name"), None
        for child in node.children:
            if child.type == "class_heritage":
                heritage = next((c for c in child.named_children if c.type == "extends_clause"), child)
                value = heritage.child_by_field_name("value")
                inner = value if value is not None else heritage.named_children[0] if heritage.named_children else None
                if inner is not None and inner.type != "implements_clause":
                    parent = self.expression(inner)
        body = node.child_by_field_name("body")
        cache: list[list[ir.Member]] = []

        def members() -> list[ir.Member]:
            if not cache:
                depth, self.depth = self.depth, 0
                cache.append([m for c in body.named_children if (m := self._member(c))] if body is not None else [])
                self.depth = depth
            return cache[0]

        return ir.Class(
            line_of(node), text_of(name), parent, node.start_byte, node.end_byte, node.end_point[0] + 1, members
        )  # fmt: skip

    def _member(self, node: Syntax) -> ir.Member | None:
        line = line_of(node)
        static = any(c.type == "static" for c in node.children)
        if node.type == "method_definition":
            kind = next((c.type for c in node.children if c.type in ("get", "set")), "method")
            return ir.Member(line, kind, static, self.key(node.child_by_field_name("name")), self.function(node))
        if node.type in ("public_field_definition", "field_definition"):
            key = node.child_by_field_name("name") or node.child_by_field_name("property")
            if any(c.type == "declare" for c in node.children):
                return None
            value = node.child_by_field_name("value")
            return ir.Member(line, "field", static, self.key(key), self.named(value, key))
        if node.type == "class_static_block":
            body = node.child_by_field_name("body")
            return ir.Member(line, "block", True, "", self.statements(body)) if body is not None else None  # noqa: FBT003
        return None


def _declaration(self: FileLowerer, node: Syntax) -> Iterator[ir.Node]:
    kind = node.children[0].type if node.children else "const"
    for child in node.named_children:
        if child.type != "variable_declarator":
            continue
        name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
        if name is None:
            continue
        target = self.pattern(name)
        heavy = value is not None and unwrap(value).type in _HEAVY
        init = _later(self, value, name) if value is not None else None
        yield ir.Declare(line_of(child), target, init, kind, heavy, child.start_byte, child.end_byte)


def _later(self: FileLowerer, value: Syntax, name: Syntax) -> Callable[[], ir.Node]:
    cache: list[ir.Node] = []

    def lowered() -> ir.Node:
        if not cache:
            depth, self.depth = self.depth, 0
            cache.append(self.named(value, name))
            self.depth = depth
        return cache[0]

    return lowered


def _if(self: FileLowerer, node: Syntax) -> Iterator[ir.Node]:
    test = node.child_by_field_name("condition")
    yield ir.If(
        line_of(node),
        self.expression(test),
        self.body(node.child_by_field_name("consequence")),
        self.body(node.child_by_field_name("alternative")),
        short(unwrap(test)) if test is not None else "",
    )


def _for(self: FileLowerer, node: Syntax) -> Iterator[ir.Node]:
    init, test = node.child_by_field_name("initializer"), node.child_by_field_name("condition")
    update = node.child_by_field_name("increment")
    if test is not None and test.type == "expression_statement":
        test = test.named_children[0] if test.named_children else None
    yield ir.Loop(
        line_of(node),
        list(self.statement(init)) if init is not None else [],
        self.expression(test) if test is not None and test.type != "empty_statement" else None,
        self.expression(update) if update is not None else None,
        self.body(node.child_by_field_name("body")),
        once=False,
    )


def _while(self: FileLowerer, node: Syntax) -> Iterator[ir.Node]:
    test = self.expression(node.child_by_field_name("condition"))
    body = self.body(node.child_by_field_name("body"))
    yield ir.Loop(line_of(node), [], test, None, body, once=node.type == "do_statement")


def _for_in(self: FileLowerer, node: Syntax) -> Iterator[ir.Node]:
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    declared = any(c.type in ("const", "let", "var") for c in node.children)
    keys = any(c.type == "in" for c in node.children)
    target = self.pattern(left) if left is not None else None
    body = self.body(node.child_by_field_name("body"))
    yield ir.ForEach(line_of(node), target, declared, self.expression(right), keys, body)


def _switch(self: FileLowerer, node: Syntax) -> Iterator[ir.Node]:
    value, body = node.child_by_field_name("value"), node.child_by_field_name("body")
    cases: list[tuple[ir.Node | None, list[ir.Node]]] = []
    for case in body.named_children if body is not None else ():
        if case.type not in ("switch_case", "switch_default"):
            continue
        test = case.child_by_field_name("value")
        inner = [s for c in case.named_children if c != test for s in self.statement(c)]
        cases.append((self.expression(test) if test is not None else None, inner))
    yield ir.Switch(line_of(node), self.expression(value), cases, short(unwrap(value)) if value is not None else "")


def _try(self: FileLowerer, node: Syntax) -> Iterator[ir.Node]:
    handler, final = node.child_by_field_name("handler"), node.child_by_field_name("finalizer")
    target = handler.child_by_field_name("parameter") if handler is not None else None
    yield ir.Try(
        line_of(node),
        self.body(node.child_by_field_name("body")),
        self.pattern(target) if target is not None else None,
        self.body(handler.child_by_field_name("body")) if handler is not None else None,
        self.body(final.child_by_field_name("body")) if final is not None else [],
    )


def _single(self: FileLowerer, node: Syntax) -> ir.Node | None:
    inner = [c for c in node.named_children if c.type != "comment"]
    return self.expression(inner[0]) if inner else None


def _label(node: Syntax) -> str:
    return text_of(node.child_by_field_name("label"))


def _expression_statement(self: FileLowerer, node: Syntax) -> Iterator[ir.Node]:
    inner = [c for c in node.named_children if c.type != "comment"]
    if inner and inner[0].type == "internal_module":
        yield from _namespace(self, inner[0])
    elif inner and inner[0].type != "string":
        value = self.expression(inner[0])
        if isinstance(value, ir.Sequence):
            yield from (ir.Expression(v.line, v) for v in value.items)
        else:
            yield ir.Expression(line_of(node), value)


def _enum(self: FileLowerer, node: Syntax) -> Iterator[ir.Node]:
    body = node.child_by_field_name("body")
    members: list[tuple[str, ir.Node | None, int]] = []
    for child in body.named_children if body is not None else ():
        if child.type == "enum_assignment":
            name, value = child.child_by_field_name("name"), child.child_by_field_name("value")
            members.append((str(self.key(name)), self.expression(value), line_of(child)))
        elif child.type != "comment":
            members.append((str(self.key(child)), None, line_of(child)))
    yield ir.Enum(line_of(node), text_of(node.child_by_field_name("name")), members)


def _namespace(self: FileLowerer, node: Syntax) -> Iterator[ir.Node]:
    body = node.child_by_field_name("body")
    if body is not None:
        yield ir.Namespace(line_of(node), text_of(node.child_by_field_name("name")), self.statements(body))


def _string(node: Syntax | None) -> str:
    return text_of(node)[1:-1]


def _import(_: FileLowerer, node: Syntax) -> Iterator[ir.Node]:
    source = node.child_by_field_name("source")
    names: list[tuple[str, str]] = []
    if any(c.type == "type" for c in node.children):
        return
    for clause in node.named_children:
        if clause.type == "import_require_clause":  # import x = require("y")
            local = next((c for c in clause.named_children if c.type == "identifier"), None)
            source = clause.child_by_field_name("source")
            names.append(("=", text_of(local)))
        if clause.type != "import_clause":
            continue
        for part in clause.named_children:
            if part.type == "identifier":
                names.append(("default", text_of(part)))
            elif part.type == "namespace_import":
                names.append(("*", text_of(part.named_children[-1])))
            elif part.type == "named_imports":
                names.extend(_specifiers(part, "import_specifier"))
    yield ir.Import(line_of(node), _string(source), names)


def _specifiers(node: Syntax, kind: str) -> Iterator[tuple[str, str]]:
    for child in node.named_children:
        if child.type != kind or any(c.type == "type" for c in child.children):
            continue
        name, alias = child.child_by_field_name("name"), child.child_by_field_name("alias")
        inner = _string(name) if name is not None and name.type == "string" else text_of(name)
        outer = (_string(alias) if alias.type == "string" else text_of(alias)) if alias is not None else inner
        yield inner, outer


def _export(self: FileLowerer, node: Syntax) -> Iterator[ir.Node]:
    line = line_of(node)
    source = node.child_by_field_name("source")
    spec = _string(source) if source is not None else None
    declaration, value = node.child_by_field_name("declaration"), node.child_by_field_name("value")
    default = any(c.type == "default" for c in node.children)
    if any(c.type == "type" for c in node.children[:2]):
        return
    if declaration is not None and not default:
        for statement in self.statement(declaration):
            yield statement
            yield ir.Export(line, None, [(n, n) for n in _declared(statement)])
        return
    if default or any(c.type == "=" for c in node.children):
        inner = value if value is not None else declaration
        if inner is None:
            inner = next((c for c in node.named_children if c.type != "comment"), None)
        if inner is not None and inner.type in ("function_declaration", "class_declaration"):
            for statement in self.statement(inner):
                names = list(_declared(statement))
                if names and names[0]:
                    yield statement
                    yield ir.Export(line, None, [(names[0], "default")])
                else:
                    yield ir.ExportDefault(line, statement)
        elif inner is not None and inner.type not in _TYPES:
            yield ir.ExportDefault(line, self.expression(inner))
        return
    clause = next((c for c in node.named_children if c.type in ("export_clause", "namespace_export")), None)
    if clause is None:
        yield ir.Export(line, spec, [("*", "*")])
    elif clause.type == "namespace_export":
        yield ir.Export(line, spec, [("*", text_of(clause.named_children[-1]))])
    else:
        yield ir.Export(line, spec, list(_specifiers(clause, "export_specifier")))


def _declared(statement: ir.Node) -> Iterator[str]:
    if isinstance(statement, ir.Function | ir.Class | ir.Enum | ir.Namespace):
        yield statement.name
    elif isinstance(statement, ir.Declare):
        yield from bound_names(statement.target)


def bound_names(target: Any) -> Iterator[str]:  # noqa: ANN401
    """Yield the names that a pattern binds."""
    if isinstance(target, ir.Name):
        yield target.id
    elif isinstance(target, ir.Default):
        yield from bound_names(target.target)
    elif isinstance(target, ir.ObjectPattern):
        for _, inner in target.props:
            yield from bound_names(inner)
        yield from bound_names(target.rest)
    elif isinstance(target, ir.ArrayPattern):
        for inner in target.items:
            yield from bound_names(inner)
        yield from bound_names(target.rest)


_STATEMENTS: dict[str, Callable[[FileLowerer, Syntax], Iterator[ir.Node]]] = {
    "expression_statement": _expression_statement,
    "lexical_declaration": _declaration,
    "variable_declaration": _declaration,
    "function_declaration": lambda s, n: iter((s.function(n),)),
    "generator_function_declaration": lambda s, n: iter((s.function(n),)),
    "class_declaration": lambda s, n: iter((s.class_(n),)),
    "abstract_class_declaration": lambda s, n: iter((s.class_(n),)),
    "return_statement": lambda s, n: iter((ir.Return(line_of(n), _single(s, n)),)),
    "throw_statement": lambda s, n: iter((ir.Throw(line_of(n), _single(s, n)),)),
    "if_statement": _if,
    "for_statement": _for,
    "for_in_statement": _for_in,
    "while_statement": _while,
    "do_statement": _while,
    "switch_statement": _switch,
    "try_statement": _try,
    "statement_block": lambda s, n: iter((ir.Block(line_of(n), s.statements(n)),)),
    "break_statement": lambda _, n: iter((ir.Jump(line_of(n), "break", _label(n)),)),
    "continue_statement": lambda _, n: iter((ir.Jump(line_of(n), "continue", _label(n)),)),
    "labeled_statement": lambda s, n: iter(
        ir.Labeled(line_of(n), _label(n), b) for b in s.body(n.child_by_field_name("body"))[:1]
    ),
    "enum_declaration": _enum,
    "internal_module": _namespace,
    "module": _namespace,
    "import_statement": _import,
    "export_statement": _export,
}
