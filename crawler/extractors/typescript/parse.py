"""Parsing: bytes to syntax trees, with limits."""

import json
import posixpath
from functools import cache
from typing import Any

import tree_sitter_javascript
import tree_sitter_typescript
from tree_sitter import Language, Node, Parser, Tree

MAX_BYTES = 12_000_000
"""Larger files are not parsed: no hand-written or bundled server is near it."""


@cache
def _language(dialect: str) -> Language:
    return Language(
        {
            "javascript": tree_sitter_javascript.language,
            "typescript": tree_sitter_typescript.language_typescript,
            "tsx": tree_sitter_typescript.language_tsx,
        }[dialect]()
    )


def language_of(path: str) -> Language:
    """Return the grammar for a path."""
    extension = posixpath.splitext(path)[1]
    return _language(
        {".ts": "typescript", ".mts": "typescript", ".cts": "typescript", ".tsx": "tsx"}.get(extension, "javascript")
    )


def parse(path: str, data: bytes) -> Tree | None:
    """Parse one file; None where it is too large."""
    return Parser(language_of(path)).parse(data) if len(data) <= MAX_BYTES else None


def first_error(node: Node) -> int | None:
    """Return the line of the first syntax error, or None."""
    if not node.has_error:
        return None
    for _ in range(100_000):
        if node.is_error or node.is_missing:
            return node.start_point[0] + 1
        inner = next((c for c in node.children if c.has_error or c.is_missing), None)
        if inner is None:
            return node.start_point[0] + 1
        node = inner
    return node.start_point[0] + 1


def parse_json(data: bytes) -> Any:  # noqa: ANN401
    """Parse JSON; None where it is none."""
    try:
        return json.loads(data)
    except (ValueError, RecursionError):
        return None
