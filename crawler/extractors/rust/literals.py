"""Rust literals, attributes and doc comments, read from the grammar's nodes and token trees."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from tree_sitter import Node

from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import text

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "\\": "\\", '"': '"', "'": "'"}
_ESCAPE = re.compile(r"\\(\r?\n\s*|x[0-9a-fA-F]{2}|u\{[0-9a-fA-F_]{1,7}\}|.)", re.DOTALL)


class _Nothing:
    """The value of what is not constant."""


NOTHING = _Nothing()


@dataclass(slots=True)
class Attribute:
    """One attribute: its path (`tool`, `serde`), the tokens of its arguments, and its node."""

    name: str
    tokens: list[Node]
    node: Node
    values: dict[str, list[Node]] = field(default_factory=dict)
    flags: set[str] = field(default_factory=set)


def unquote(node: Node) -> str:
    """Return the value of a string literal."""
    raw = text(node)
    if node.type == "raw_string_literal":
        opening = re.match(r'[a-z]*(#*)"', raw)
        return raw[opening.end() : -1 - len(opening.group(1))] if opening else raw
    body = raw[raw.index('"') + 1 : -1] if '"' in raw else raw
    return _ESCAPE.sub(_unescape, body)


def _unescape(match: "re.Match[str]") -> str:
    body = match.group(1)
    if body[0] in "\r\n":
        return ""
    if body[0] == "x" and len(body) == 3:
        return chr(int(body[1:], 16))
    if body[0] == "u" and len(body) > 1:
        point = int(body[2:-1].replace("_", "") or "0", 16)
        return chr(point) if point < 0x110000 and not 0xD800 <= point <= 0xDFFF else "\ufffd"
    return _ESCAPES.get(body, body)


def doc(node: Node) -> str | None:
    """Return the doc comment before an item, one space of indent taken off each line."""
    lines: list[str] = []
    for item in before(node):
        if item.type == "attribute_item":
            attribute = read_attribute(item)
            value = child(item.named_children[0], "value") if attribute and attribute.name == "doc" else None
            if value is not None and "string" in value.type:
                lines.append(unquote(value))
        elif item.type == "line_comment" and child(item, "outer") is not None:
            lines.append(text(child(item, "doc")).rstrip("\r\n"))
        elif item.type == "block_comment" and child(item, "outer") is not None:
            body = text(child(item, "doc")).strip("\n")
            lines.extend(re.sub(r"^\s*\* ?", "", part) for part in body.split("\n"))
    if not lines:
        return None
    return "\n".join(part.removeprefix(" ").rstrip() for part in lines).strip() or None


def before(node: Node) -> list[Node]:
    """Return the comments and attributes right before an item, in source order."""
    result = []
    here = node.prev_named_sibling
    while here is not None and here.type in {"attribute_item", "line_comment", "block_comment"}:
        result.append(here)
        here = here.prev_named_sibling
    return result[::-1]


def attributes(node: Node) -> Iterator[Attribute]:
    """Yield the attributes of an item."""
    for item in before(node):
        if item.type == "attribute_item" and (found := read_attribute(item)) is not None:
            yield found


def read_attribute(item: Node) -> Attribute | None:
    """Read one attribute item."""
    inner = next((n for n in item.named_children if n.type == "attribute"), None)
    if inner is None or not inner.named_children:
        return None
    arguments = child(inner, "arguments")
    tokens = inside(arguments) if arguments is not None else []
    found = Attribute(text(inner.named_children[0]).rpartition("::")[2], tokens, item)
    for part in split(tokens):
        if len(part) >= 3 and part[1].type == "=":
            found.values[text(part[0])] = part[2:]
        elif len(part) == 2 and part[1].type == "token_tree":
            found.values[text(part[0])] = [part[1]]
        elif len(part) == 1:
            found.flags.add(text(part[0]))
    return found


def inside(tree: Node) -> list[Node]:
    """Return the tokens between the brackets of a token tree."""
    return [n for n in tree.children[1:-1] if n.type not in {"line_comment", "block_comment"}]


def split(tokens: Sequence[Node], separator: str = ",") -> list[list[Node]]:
    """Split tokens at the commas of their own level; empty parts are left out."""
    parts: list[list[Node]] = [[]]
    for token in tokens:
        if token.type == separator:
            parts.append([])
        else:
            parts[-1].append(token)
    return [p for p in parts if p]


def plain(node: Node) -> Any:  # noqa: ANN401 - a constant of any JSON type
    """Return the value of a literal node, NOTHING for anything else."""
    if node.type in {"string_literal", "raw_string_literal"}:
        return unquote(node)
    if node.type == "boolean_literal" or text(node) in {"true", "false"}:
        return text(node) == "true"
    if node.type in {"integer_literal", "float_literal"}:
        digits = re.sub(r"(?<=[\d.])_?[iuf](8|16|32|64|128|size)$", "", text(node)).replace("_", "")
        try:
            return int(digits, 0) if node.type == "integer_literal" else float(digits)
        except ValueError:
            return NOTHING
    return NOTHING
