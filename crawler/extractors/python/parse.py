"""Source bytes to a syntax tree, also for syntax newer than the interpreter that runs this.

`ast` reads what this interpreter reads. Where it refuses, tree-sitter locates the newer forms (type parameters and
aliases of PEP 695/696, nested f-strings of PEP 701, `except A, B` of PEP 758) and they are rewritten into older
ones that mean the same to us, line numbers kept; then `ast` reads again.
"""

import ast
import re
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from tokenize import detect_encoding

import tree_sitter_python
from tree_sitter import Language, Node, Parser

from crawler.extractors.python.budget import MAX_FILE

_LANGUAGE = Language(tree_sitter_python.language())
_BREAK = re.compile(rb"(?<!\\)\n")


@dataclass(frozen=True, slots=True)
class Parsed:
    """A tree, or the reason why there is none."""

    tree: ast.Module | None
    reason: str = ""
    detail: str = ""


def parse(data: bytes) -> Parsed:
    """Parse a file's bytes."""
    if len(data) > MAX_FILE:
        return Parsed(None, "too-large", f"{len(data)} bytes")
    first = _parse(data)
    if first.reason != "syntax-error":
        return first
    try:
        newer = _rewrite(_as_utf8(data))
    except (SyntaxError, LookupError, UnicodeError, RecursionError):
        return first
    second = _parse(newer) if newer is not None else first
    return second if second.tree is not None else first


def _parse(data: bytes) -> Parsed:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return Parsed(ast.parse(data))
    except SyntaxError as error:
        return Parsed(None, "syntax-error", f"line {error.lineno}: {error.msg}")
    except (ValueError, LookupError) as error:
        return Parsed(None, "undecodable", str(error)[:200])
    except (RecursionError, MemoryError):
        return Parsed(None, "too-deep", "nested too deeply to parse")


def _as_utf8(data: bytes) -> bytes:
    encoding, _ = detect_encoding(BytesIO(data).readline)
    return data if encoding in ("utf-8", "utf-8-sig") else data.decode(encoding).encode()


def _rewrite(data: bytes) -> bytes | None:
    edits = sorted(_edits(data, Parser(_LANGUAGE).parse(data).root_node), key=lambda e: (e[0], -e[1]))
    if not edits:
        return None
    out = bytearray()
    at = 0
    for start, end, text in edits:
        if start < at:
            continue
        out += data[at:start] + text
        at = end
    return bytes(out + data[at:])


def _edits(data: bytes, root: Node) -> Iterator[tuple[int, int, bytes]]:
    """Yield (start, end, replacement) with as many line breaks in the replacement as in the original."""
    stack = [root]
    while stack:
        node = stack.pop()
        kind = node.type
        if kind == "type_alias_statement":
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            if left is not None and right is not None:
                name = left.text or b"_"
                yield (
                    node.start_byte,
                    right.start_byte,
                    name.split(b"[")[0].strip() + b" = " + _breaks(data[node.start_byte : right.start_byte]),
                )
                stack.append(right)
                continue
        elif kind == "type_parameter" and node.parent is not None and node.parent.type.endswith("_definition"):
            yield node.start_byte, node.end_byte, _breaks(data[node.start_byte : node.end_byte])
            continue
        elif kind == "except_clause":
            yield from _bare_tuple(data, node)
        elif kind == "string" and _needs_newer(data, node):
            yield from _older_string(data, node)
            continue
        stack.extend(node.children)


def _bare_tuple(data: bytes, node: Node) -> Iterator[tuple[int, int, bytes]]:
    values = [c for c in node.children if c.is_named and c.type not in ("block", "comment")]
    if len(values) > 1 and any(c.type == "," for c in node.children):
        start, end = values[0].start_byte, values[-1].end_byte
        yield start, end, b"(" + data[start:end] + b")"


def _needs_newer(data: bytes, node: Node) -> bool:
    parts = [c for c in node.children if c.type == "interpolation"]
    if not parts:
        return False
    opening = data[node.start_byte : node.children[0].end_byte]
    quote = opening.lstrip(b"rRfFbBtTuU")
    for part in parts:
        inner = data[part.start_byte : part.end_byte]
        if quote in inner or b"\\" in inner or b"#" in inner or (len(quote) == 1 and b"\n" in inner):
            return True
    return False


def _older_string(data: bytes, node: Node) -> Iterator[tuple[int, int, bytes]]:
    """Widen the quotes, where that is enough; else blank the interpolated expressions."""
    opening, closing = node.children[0], node.children[-1]
    quote = closing.text or b""
    parts = [data[c.start_byte : c.end_byte] for c in node.children if c.type == "interpolation"]
    if len(quote) == 1 and not any(b"\\" in p or b"#" in p or quote * 3 in p or b"\n" in p for p in parts):
        yield opening.start_byte, opening.end_byte, (opening.text or b"") + quote * 2
        yield closing.start_byte, closing.end_byte, quote * 3
        return
    for part in node.children:
        if part.type == "interpolation":
            yield part.start_byte, part.end_byte, b"{_}" + _breaks(data[part.start_byte : part.end_byte])


def _breaks(text: bytes) -> bytes:
    return b"\\\n" * len(_BREAK.findall(text))
