"""Parsing with tree-sitter: bounded, and with the small questions that every reader asks of a node."""

from collections.abc import Iterator
from functools import cache

from tree_sitter import Language, Node, Parser

MAX_SOURCE_BYTES = 4_000_000  # a larger file is generated data; parsing it would take seconds


class TooLargeError(Exception):
    """A file is over the parse limit; caught where files are opened, never leaves an extractor."""


@cache
def language(name: str) -> Language:
    """Return a grammar by name: go, rust, csharp, java, kotlin."""
    if name == "go":
        import tree_sitter_go  # noqa: PLC0415 - a grammar is loaded when its language occurs

        return Language(tree_sitter_go.language())
    if name == "rust":
        import tree_sitter_rust  # noqa: PLC0415

        return Language(tree_sitter_rust.language())
    if name == "csharp":
        import tree_sitter_c_sharp  # noqa: PLC0415

        return Language(tree_sitter_c_sharp.language())
    if name == "java":
        import tree_sitter_java  # noqa: PLC0415

        return Language(tree_sitter_java.language())
    import tree_sitter_kotlin  # noqa: PLC0415

    return Language(tree_sitter_kotlin.language())


def mentions_mcp(data: bytes) -> bool:
    """Tell by plain substring search, ten times faster than a pattern, whether a file can matter at all."""
    return b"mcp" in data or b"Mcp" in data or b"MCP" in data or b"tools/list" in data or b"modelcontext" in data


def parse(name: str, data: bytes) -> Node:
    """Return the root node of `data`; raises TooLargeError past the limit."""
    if len(data) > MAX_SOURCE_BYTES:
        raise TooLargeError(len(data))
    return Parser(language(name)).parse(data).root_node


def text(node: Node | None) -> str:
    """Return the source text of `node`, `""` for None."""
    return node.text.decode("utf-8", "replace") if node is not None and node.text is not None else ""


def line(node: Node) -> int:
    """Return the line of `node`, from 1."""
    return node.start_point[0] + 1


def end_line(node: Node) -> int:
    """Return the last line of `node`, from 1."""
    return node.end_point[0] + 1


def field(node: Node | None, name: str) -> Node | None:
    """Return the child of `node` in field `name`."""
    return node.child_by_field_name(name) if node is not None else None


def walk(node: Node) -> Iterator[Node]:
    """Yield `node` and all named nodes below it in source order, without recursion."""
    stack = [node]
    while stack:
        here = stack.pop()
        yield here
        stack.extend(reversed(here.named_children))


def find(node: Node, *types: str) -> Iterator[Node]:
    """Yield the nodes of the given types at or below `node`, in source order."""
    return (n for n in walk(node) if n.type in types)


def has_error(node: Node) -> bool:
    """Tell whether the grammar met a syntax error below `node`."""
    return node.has_error
