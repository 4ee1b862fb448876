"""Parsed Rust files, what an expression can evaluate to besides constants, and small questions about nodes."""

from dataclasses import dataclass, field
from typing import Any

from tree_sitter import Node

from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import find, parse, text

MAX_NESTED = 4  # `vec!` inside `vec!`


class OutOfBudgetError(Exception):
    """The step budget of a crate is used up; caught by the extractor."""


@dataclass(slots=True, eq=False)
class RustFile:
    """One parsed file."""

    path: str
    root: Node


@dataclass(slots=True, eq=False)
class TypeSchema:
    """A schema that is derived from a type."""

    type: Node
    file: RustFile


@dataclass(slots=True, eq=False)
class Lazy:
    """A local whose value is worked out when it is asked for."""

    node: Node | None


@dataclass(slots=True)
class Env:
    """Names bound to values: a helper's parameters, local `let`s."""

    file: RustFile
    names: dict[str, Any] = field(default_factory=dict)
    owner: str = ""  # the type of the `impl` around, for `Self::`


def parsed(data: bytes) -> Node:
    """Parse a file with the name of each `vec!` blanked out, so that the grammar sees a plain array in its place."""
    root = parse("rust", data)
    for _ in range(MAX_NESTED):
        if b"vec!" not in data or b"Tool" not in data:
            return root
        names = [
            name
            for node in find(root, "macro_invocation")
            if (name := child(node, "macro")) is not None and name.text == b"vec"
            and node.named_children[-1].children[:1] and node.named_children[-1].children[0].type == "["
        ]  # fmt: skip
        if not names:
            return root
        blanked = bytearray(data)
        for name in names:
            opening = data.index(b"[", name.end_byte)
            blanked[name.start_byte : opening] = b" " * (opening - name.start_byte)
        data = bytes(blanked)
        root = parse("rust", data)
    return root


def owner_of(node: Node) -> str:
    """Return the type whose `impl` holds an item."""
    here = node.parent
    while here is not None:
        if here.type == "impl_item":
            return text(child(here, "type")).partition("<")[0]
        here = here.parent
    return ""


def parameter_names(node: Node) -> list[str]:
    """Return the names of a function's parameters, `self` left out."""
    parameters = child(node, "parameters")
    return [
        text(child(p, "pattern")) for p in (parameters.named_children if parameters else []) if p.type == "parameter"
    ]


def in_tests(node: Node) -> bool:
    """Tell whether an item stands in a module marked `#[cfg(test)]` or named `tests`."""
    here: Node | None = node
    while here is not None:
        if here.type == "mod_item":
            if text(child(here, "name")) in {"tests", "test"}:
                return True
            previous = here.prev_named_sibling
            if (
                previous is not None
                and previous.type == "attribute_item"
                and "cfg(test)" in text(previous).replace(" ", "")
            ):
                return True
        here = here.parent
    return False
