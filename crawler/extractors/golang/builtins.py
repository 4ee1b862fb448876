"""Go's built-in functions."""

from collections.abc import Callable
from typing import TYPE_CHECKING

from tree_sitter import Node

from crawler.extractors.golang.types import ANY
from crawler.extractors.golang.values import Seq, Table, Unknown, Value

if TYPE_CHECKING:
    from crawler.extractors.golang.evaluate import Evaluator
    from crawler.extractors.golang.literals import Frame

MAX_ITEMS = 5_000  # elements of one computed container


def _append(run: "Evaluator", nodes: list[Node], frame: "Frame") -> Value:
    values = run.arguments(nodes[:1], frame)
    first = values[0] if values else None
    under, _ = run.index.underlying(first.type) if isinstance(first, Seq | Unknown) else (ANY, None)
    added: list[Value] = []
    for node in nodes[1:]:
        if node.type == "variadic_argument":
            value = run.eval(node.named_children[0], frame) if node.named_children else None
            added.extend(value.items if isinstance(value, Seq) else [value] if value is not None else [])
        else:
            added.append(run.eval(node, frame, under.elem or ANY))
    base = first.items if isinstance(first, Seq) else []
    if len(base) + len(added) > MAX_ITEMS:
        return Seq(base[:MAX_ITEMS], open=True)
    kind = first.type if isinstance(first, Seq | Unknown) else ANY
    return Seq([*base, *added], kind, open=not (first is None or (isinstance(first, Seq) and not first.open)))


def _make(run: "Evaluator", nodes: list[Node], frame: "Frame") -> Value:
    kind = run.index.type_of(nodes[0], frame.file, frame.bound) if nodes else ANY
    return run.zero(kind)


def _new(run: "Evaluator", nodes: list[Node], frame: "Frame") -> Value:
    if not nodes:
        return Unknown()
    kind = run.index.type_of(nodes[0], frame.file, frame.bound)
    return run.zero(kind) if kind.kind != "any" else run.eval(nodes[0], frame)


def _len(run: "Evaluator", nodes: list[Node], frame: "Frame") -> Value:
    value = run.eval(nodes[0], frame) if nodes else None
    if isinstance(value, Seq | Table) and not value.open:
        return len(value.items)
    return len(value.encode()) if isinstance(value, str) else Unknown()


BUILTINS: "dict[str, Callable[[Evaluator, list[Node], Frame], Value]]" = {
    "append": _append,
    "make": _make,
    "new": _new,
    "len": _len,
}
