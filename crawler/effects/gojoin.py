"""Small questions about Go values and functions: what several returns have in common, what a format makes."""

import re

from tree_sitter import Node

from crawler.effects.goreads import shape_of
from crawler.extractors.golang.execute import best
from crawler.extractors.golang.index import GoIndex
from crawler.extractors.golang.operators import parameters, struct_fields
from crawler.extractors.golang.types import ANY, Type
from crawler.extractors.golang.values import Fn, Unknown, Value
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import text

MAX_TEXT = 2_000
"""Characters kept of a joined string."""
_FORMAT = re.compile(r"%[-+# 0]*\d*(?:\.\d+)?[a-zA-Z]")


def one(values: list[Value]) -> Value:
    """Join the values that one result has at several returns."""
    first = values[0]
    if len(values) == 1 or all(type(v) is type(first) and v == first for v in values[1:]):
        return first
    if any(isinstance(v, str | int | float | bool) for v in values) or (None in values and not _unknown(values)):
        return Unknown()
    return best(values, ANY)


def _unknown(values: list[Value]) -> bool:
    return any(isinstance(v, Unknown) for v in values)


def differs(old: Value, new: Value) -> bool:
    """Tell whether a constant was changed."""
    constant = isinstance(old, str | int | float | bool)
    return constant and new is not old and (type(new) is not type(old) or new != old)


def types_in(function: Node) -> list[str]:
    """Return the types of a function's parameters, without the packages that they are named by."""
    return [re.sub(r"\w+\.", "", text(child(p, "type"))) for p in parameters(function)]


def reports(function: Fn) -> bool:
    """Tell whether a function is given an error to tell of."""
    return any(text(child(p, "type")) == "error" for p in parameters(function.node))


def formatted(args: list[Value]) -> str:
    """Return what a format makes of its arguments, `{}` for what is not known."""
    rest = iter(args[1:])
    return _FORMAT.sub(lambda _: shape_of(next(rest, None)) or "{}", str(args[0]))[:MAX_TEXT]


def embedded(index: GoIndex, kind: Type) -> Type | None:
    """Return the type from outside that an own struct embeds, whose methods are then its own too."""
    under, file = index.underlying(kind)
    if under.kind != "struct" or under.node is None or file is None:
        return None
    for item in struct_fields(under.node):
        if not item.children_by_field_name("name"):
            found = index.type_of(child(item, "type"), file).bare
            if found.kind == "named" and not found.own and found.package:
                return found
    return None
