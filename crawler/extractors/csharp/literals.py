"""C# literals: plain, verbatim and raw strings, numbers."""

import re
import textwrap
from typing import Any

from tree_sitter import Node

from crawler.extractors.grammar import text

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "0": "\0", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "e": "\x1b"}
_ESCAPE = re.compile(r"\\(u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|x[0-9a-fA-F]{1,4}|.)", re.DOTALL)


class _Nothing:
    """The value of what is not constant."""


NOTHING = _Nothing()


def literal(node: Node) -> Any:  # noqa: ANN401
    """Return the value of a literal node."""
    raw = text(node)
    if node.type == "string_literal":
        return unescape(raw.removesuffix("u8")[1:-1])
    if node.type == "verbatim_string_literal":
        return raw[2:-1].replace('""', '"')
    if node.type == "raw_string_literal":
        return dedent_raw(raw)
    if node.type == "boolean_literal":
        return raw == "true"
    if node.type == "null_literal":
        return None
    digits = raw.replace("_", "").rstrip("uUlLfFdDmM")
    try:
        return int(digits, 0) if node.type == "integer_literal" else float(digits)
    except ValueError:
        return NOTHING


def unescape(raw: str) -> str:
    """Replace C# escape sequences."""

    def put(match: "re.Match[str]") -> str:
        body = match.group(1)
        if body[0] in "uUx" and len(body) > 1:
            point = int(body[1:], 16)
            return chr(point) if point < 0x110000 and not 0xD800 <= point <= 0xDFFF else "\ufffd"
        return _ESCAPES.get(body, body)

    return _ESCAPE.sub(put, raw)


def dedent_raw(raw: str) -> str:
    """Return the value of a raw string literal: the closing line's indent is taken off every line."""
    quotes = len(raw) - len(raw.lstrip('"'))
    body = raw[quotes:-quotes] if quotes else raw
    if "\n" not in body:
        return body
    lines = body.replace("\r\n", "\n").split("\n")[1:]
    indent = lines.pop() if lines and not lines[-1].strip() else ""
    if not indent:
        return textwrap.dedent("\n".join(lines)) if lines and lines[0][:1] == " " else "\n".join(lines)
    return "\n".join(part.removeprefix(indent) for part in lines)
