"""What a file must mention before it is parsed.

The filter is generous: it may let through what registers nothing, it must not keep out what does.
"""

import re
from collections.abc import Iterable, Iterator

from crawler.extractors.python.modules import Module

# The spellings with which the SDKs' registration is written; one pass over the bytes of a file.
NEEDLES = re.compile(
    rb"\bFastMCP\b|\bMCPServer\b|\bfastmcp\b|\bmcp\.(?:server|types)\b|\bmcp_types\b|\bfrom mcp import\b"
    rb"|\.tool\b|\badd_tool\b|\blist_tools\b|\bon_list_tools\b|\bListToolsRe|\bfrom_function\b|\bToolAnnotations\b"
    rb"|\bimport_server\b|\.mount\(|\bToolDefinition\b|\bMCPMixin\b|\bmcp_tool\b"
)
SDK = re.compile(rb"\bfastmcp\b|\bmcp\.server\b|\bmcp\.types\b|\bmcp_types\b|\bfrom mcp import\b|\bimport mcp\b")
_IDENTIFIER = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")


def identifiers(text: bytes) -> frozenset[str]:
    """Return the ASCII identifiers of `text` (comments and strings included: it is a filter)."""
    return frozenset(w.decode() for w in set(_IDENTIFIER.findall(text)))


def definitions(module: Module) -> Iterator[tuple[str, int, int]]:
    """Yield name, first and last line of each function, class and method at the top two levels."""
    import ast  # noqa: PLC0415

    stack: list[tuple[Iterable[ast.stmt], int]] = [(module.tree.body, 0)]
    while stack:
        body, depth = stack.pop()
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield node.name, node.lineno, node.end_lineno or node.lineno
                if isinstance(node, ast.ClassDef) and depth < 2:
                    stack.append((node.body, depth + 1))
            elif isinstance(node, (ast.If, ast.Try)):
                stack.append((node.body, depth))
