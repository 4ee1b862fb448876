"""Composite literals: structs, slices and maps, with and without their types written out."""

import re
from dataclasses import dataclass, field

from tree_sitter import Node

from crawler.extractors.golang.builtins import MAX_ITEMS
from crawler.extractors.golang.index import GoFile, GoIndex
from crawler.extractors.golang.operators import foreign_field, hashable, is_handler, struct_fields
from crawler.extractors.golang.types import ANY, Type
from crawler.extractors.golang.values import Fn, Obj, Placed, Scope, Seq, Table, Unknown, Value
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import line, text

_HANDLER = re.compile(r"(?i)^(?:handler?|handlerfunc|func|fn|execute|run|call|callback)$")


@dataclass(slots=True)
class Frame:
    """Where evaluation stands: file, local names, type parameters, results returned so far."""

    file: GoFile
    scope: Scope
    bound: dict[str, Type] = field(default_factory=dict)
    results: Type = ANY
    returned: list[Value] = field(default_factory=list)
    returns: list[Value] = field(default_factory=list)  # named results
    receiver: Value = None
    iota: int = 0


class Literals:
    """The part of an evaluator that builds containers and structs."""

    index: GoIndex
    created: list[Obj]
    beside: dict[tuple[str, int, str], Fn]

    def eval(self, node: Node | None, frame: Frame, expected: Type = ANY) -> Value:
        """Evaluate an expression."""
        raise NotImplementedError

    def field_type(self, kind: Type, name: str) -> Type | None:
        """Return the type of a struct field."""
        raise NotImplementedError

    def literal(self, node: Node, frame: Frame, _: Type) -> Value:
        """Evaluate a literal that names its type."""
        kind = self.index.type_of(child(node, "type"), frame.file, frame.bound)
        body = child(node, "body")
        return self.build(body, kind, frame, node) if body is not None else Unknown(kind)

    def elided(self, node: Node, frame: Frame, expected: Type) -> Value:
        """Evaluate a literal inside another, whose type the outer one gives."""
        return self.build(node, expected.bare, frame, node)

    def build(self, body: Node, kind: Type, frame: Frame, node: Node) -> Value:
        """Build the value of a composite literal of type `kind`."""
        under, _ = self.index.underlying(kind)
        if under.kind == "slice":
            return self._sequence(body, kind, under.elem or ANY, frame)
        if under.kind == "map":
            return self._table(body, kind, under.elem or ANY, frame)
        return self._struct(body, kind, frame, node)

    def _sequence(self, body: Node, kind: Type, elem: Type, frame: Frame) -> Value:
        result = Seq(type=kind)
        for item in body.named_children[:MAX_ITEMS]:
            value_node = child(item, "value") if item.type == "keyed_element" else item
            if item.type in {"literal_element", "keyed_element"}:
                result.items.append(self.eval(value_node, frame, elem))
        return result

    def _table(self, body: Node, kind: Type, elem: Type, frame: Frame) -> Value:
        result = Table(type=kind)
        for item in body.named_children[:MAX_ITEMS]:
            if item.type != "keyed_element":
                continue
            key = self.eval(child(item, "key"), frame)
            value = self.eval(child(item, "value"), frame, elem)
            if hashable(key):
                result.items[key] = value
            else:
                result.open = True
        return result

    def _struct(self, body: Node, kind: Type, frame: Frame, node: Node) -> Value:
        result = Obj(kind, node=node, file=frame.file.path)
        names = self._field_names(kind)
        place = 0
        for item in body.named_children:
            if item.type == "keyed_element":
                name, value_node = text(child(item, "key")), child(item, "value")
            elif item.type == "literal_element":
                name, value_node = (names[place] if place < len(names) else str(place)), item
                place += 1
            else:
                continue
            value = self.eval(value_node, frame, self.field_type(kind, name) or foreign_field(kind, name))
            result.fields[name] = value
            result.lines[name] = line(value_node) if value_node is not None else line(item)
            if isinstance(value, Obj):
                value.owner = result
        self._link(list(result.fields.values()))
        self._remember(result)
        self.created.append(result)
        return result

    def _remember(self, made: Obj) -> None:
        """Note which handler stands beside a literal name, in a struct of the server's own or in one inside it."""
        found = [v for n, v in made.fields.items() if isinstance(v, Fn) and (is_handler(v) or _HANDLER.search(n))]
        if len(found) != 1:
            return
        inner = [v for v in made.fields.values() if isinstance(v, Obj) and v.owner is made]
        for value in (v for holder in (made, *inner) for v in holder.fields.values()):
            if isinstance(value, Placed):
                self.beside[value.file, value.line, str(value)] = found[0]

    def _field_names(self, kind: Type) -> list[str]:
        under, _ = self.index.underlying(kind)
        if under.kind != "struct" or under.node is None:
            return []
        return [text(n) for f in struct_fields(under.node) for n in f.children_by_field_name("name")]

    def _link(self, values: list[Value]) -> None:
        """Give a handler to the tool that stands beside it in a literal, an argument list or a return."""
        tools = [v for v in values if isinstance(v, Obj) and v.handler is None and "Name" in v.fields]
        handlers = [v for v in values if isinstance(v, Fn) and is_handler(v)]
        if len(tools) == 1 and handlers:
            tools[0].handler = handlers[0]
