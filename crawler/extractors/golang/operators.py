"""Operators on constants, type arguments, and small questions about declarations."""

from tree_sitter import Node

from crawler.extractors.golang.types import ANY, STRING, Type
from crawler.extractors.golang.values import (
    Fn,
    Foreign,
    Native,
    Obj,
    Placed,
    Seq,
    Table,
    TypeValue,
    Unknown,
    Value,
    placed,
)
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import text

MAX_TEXT = 200_000  # characters of one computed string


def binary(operator: str, left: Value, right: Value) -> Value:
    """Apply a binary operator to constants."""
    if operator == "+" and isinstance(left, str) and isinstance(right, str):
        if isinstance(left, Placed):
            return placed((str(left) + right)[:MAX_TEXT], left.file, left.line)
        return (str(left) + right)[:MAX_TEXT]
    if (
        operator in {"==", "!="}
        and not isinstance(left, Unknown | Foreign)
        and not isinstance(right, Unknown | Foreign)
    ):
        same = (left is right) if isinstance(left, Obj | Seq | Table | Fn | Native) else left == right
        return same if operator == "==" else not same
    if operator in {"&&", "||"}:
        decided = operator == "||"
        if left is decided or right is decided:
            return decided
        return (not decided) if isinstance(left, bool) and isinstance(right, bool) else Unknown()
    if isinstance(left, int | float) and isinstance(right, int | float):
        return _arithmetic(operator, left, right)
    return Unknown()


def _arithmetic(operator: str, left: float, right: float) -> Value:
    if operator == "+":
        return left + right
    if operator == "-":
        return left - right
    if operator == "*" and abs(left) < 1e15 and abs(right) < 1e15:
        return left * right
    if operator == "<<" and isinstance(left, int) and isinstance(right, int) and 0 <= right < 63:
        return left << right
    if operator in {"<", ">", "<=", ">="}:
        return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[operator]
    return Unknown()


def hashable(value: Value) -> bool:
    """Tell whether a value is a constant that can be a map's key."""
    return isinstance(value, str | int | float | bool)


def with_types(value: Value, types: tuple[Type, ...]) -> Value:
    """Attach explicit type arguments to a function."""
    if isinstance(value, Foreign):
        return Foreign(value.package, value.name, types, value.receiver)
    if isinstance(value, Fn):
        names = [
            text(n)
            for p in (child(value.node, "type_parameters") or value.node).named_children
            if p.type == "type_parameter_declaration"
            for n in p.children_by_field_name("name")
        ]
        bound = {**value.bound, **dict(zip(names, types, strict=False))}
        return Fn(value.node, value.file, value.scope, value.receiver, bound, value.name)
    if isinstance(value, TypeValue):
        kind = value.type
        return TypeValue(Type(kind.kind, kind.name, kind.package, kind.own, kind.elem, types, kind.node, kind.file))
    return value


def types_of(function: Value) -> tuple[Type, ...]:
    """Return the explicit type arguments of a foreign function."""
    return function.types if isinstance(function, Foreign) else ()


def struct_fields(node: Node) -> list[Node]:
    """Return the field declarations of a struct type."""
    return [
        item
        for body in node.named_children
        if body.type == "field_declaration_list"
        for item in body.named_children
        if item.type == "field_declaration"
    ]


def parameters(node: Node) -> list[Node]:
    """Return one parameter declaration per parameter name (an unnamed parameter counts once)."""
    result = []
    for item in (child(node, "parameters") or node).named_children:
        if item.type in {"parameter_declaration", "variadic_parameter_declaration"}:
            result.extend([item] * max(1, len(item.children_by_field_name("name"))))
    return result


def is_handler(function: Fn) -> bool:
    """Tell whether a function has the form of a tool handler: a context or a request comes in."""
    words = text(child(function.node, "parameters"))
    return "Context" in words or "Request" in words or "Params" in words or "Args" in words


def foreign_field(kind: Type, name: str) -> Type:
    """Return the type of the SDK fields whose literals may leave their type out."""
    if kind.own or kind.kind != "named":
        return ANY
    if name in {"Properties", "Defs", "PatternProperties", "Definitions"} and kind.name == "Schema":
        return Type("map", elem=Type("named", kind.name, kind.package))
    if name in {"AnyOf", "OneOf", "AllOf", "PrefixItems"} and kind.name == "Schema":
        return Type("slice", elem=Type("named", kind.name, kind.package))
    return ANY


def builtin(name: str) -> Value:
    """Return a predeclared type, unknown for any other name."""
    if name in {"string", "int", "int64", "float64", "bool", "int32", "float32", "byte", "rune", "any"}:
        return TypeValue(STRING if name == "string" else Type("basic", name))
    return Unknown()
