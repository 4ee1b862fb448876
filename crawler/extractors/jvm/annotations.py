"""Annotations of Java and Kotlin declarations, in one form."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import text


@dataclass(slots=True, eq=False)
class Annotation:
    """One annotation: its simple name and its arguments; the unnamed argument stands under `value`."""

    name: str
    node: Node
    arguments: dict[str, Node] = field(default_factory=dict)

    def value(self, key: str) -> Node | None:
        """Return an argument's expression."""
        return self.arguments.get(key)


def annotations(node: Node) -> Iterator[Annotation]:
    """Yield the annotations of a class, function, parameter or field."""
    holders = [n for n in node.named_children if n.type in {"modifiers", "parameter_modifiers"}]
    previous = node.prev_named_sibling  # Kotlin keeps a parameter's annotations before it
    if (
        node.type in {"parameter", "class_parameter"}
        and previous is not None
        and previous.type == "parameter_modifiers"
    ):
        holders.append(previous)
    for holder in holders:
        for item in holder.named_children:
            if item.type in {"annotation", "marker_annotation"}:
                yield read(item)


def read(item: Node) -> Annotation:
    """Read one annotation node of either language."""
    name = child(item, "name")
    if name is not None:  # Java
        found = Annotation(text(name).rpartition(".")[2], item)
        holder = child(item, "arguments")
        for argument in holder.named_children if holder is not None else []:
            if argument.type == "element_value_pair":
                if (value := child(argument, "value")) is not None:
                    found.arguments[text(child(argument, "key"))] = value
            elif "comment" not in argument.type:
                found.arguments["value"] = argument
        return found
    inner = next((n for n in item.named_children if n.type in {"constructor_invocation", "user_type"}), item)
    kind = inner.named_children[0] if inner.type == "constructor_invocation" and inner.named_children else inner
    found = Annotation(text(kind).partition("<")[0].rpartition(".")[2], item)
    holder = next((n for n in inner.named_children if n.type == "value_arguments"), None)
    for argument in holder.named_children if holder is not None else []:
        named = any(c.type == "=" for c in argument.children) and len(argument.named_children) > 1
        if argument.named_children:
            found.arguments[text(argument.named_children[0]) if named else "value"] = argument.named_children[-1]
    return found
