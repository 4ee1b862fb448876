"""A tool's definition as safe, bounded values, and its digest.

Whatever a server declares has to survive JSON, UTF-8 and RFC 8785: lone surrogates become U+FFFD, numbers
that canonical JSON cannot hold become strings, and what is deeper, longer or more than the limits is cut.
"""

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import rfc8785

from mcp_catalogue.model import Digest, Tool

MAX_TEXT = 100_000
"""Characters of one string; the longest description of 1,590 recorded ones has 9,000."""
MAX_DEPTH = 64
MAX_VALUES = 50_000
"""Values in one schema."""
_SAFE_INTEGER = 2**53 - 1  # RFC 8785, section 3.2.2.3: numbers are IEEE 754 doubles
_PLAIN = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"))
"""Gives RFC 8785 where no number is a float and every key is ASCII: it sorts keys by code point and writes floats as
Python does, and is ten times as fast."""
_HINTS = ("title", "readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")


def clean_text(text: str | None) -> str | None:
    """Return `text` encodable as UTF-8 and at most `MAX_TEXT` characters long."""
    if text is None or (text.isascii() and len(text) <= MAX_TEXT):
        return text
    return text[:MAX_TEXT].encode("utf-8", "replace").decode("utf-8")


def clean_tool(tool: Tool) -> Tool:
    """Return `tool` with every text and schema bounded, and with its digest."""
    inner, outer = _Cleaner(), _Cleaner()
    title = clean_text(tool.annotations.title)
    cleaned = replace(
        tool,
        name=clean_text(tool.name) or "",
        title=clean_text(tool.title),
        description=clean_text(tool.description),
        input_schema=inner.schema(tool.input_schema),
        output_schema=outer.schema(tool.output_schema),
        annotations=tool.annotations if title == tool.annotations.title else replace(tool.annotations, title=title),
    )
    return replace(cleaned, digest=_digest(cleaned, plain=inner.plain and outer.plain))


def definition_digest(tool: Tool) -> Digest:
    """SHA-256 over name, title, description, schemas and annotations in canonical JSON (RFC 8785).

    The texts and schemas must be clean (`clean_tool`).
    """
    return _digest(tool, plain=False)


def _digest(tool: Tool, *, plain: bool) -> Digest:
    definition: dict[str, Any] = {
        "name": tool.name,
        "title": tool.title,
        "description": tool.description,
        "inputSchema": tool.input_schema,
        "outputSchema": tool.output_schema,
        "annotations": {hint: getattr(tool.annotations, hint) for hint in _HINTS},
    }
    canonical = _PLAIN.encode(definition).encode() if plain else rfc8785.dumps(definition)
    return Digest("sha256:" + hashlib.sha256(canonical).hexdigest())


class _Cleaner:
    """One pass over one schema, with what is left of its budget; `plain` while every encoder agrees on its bytes."""

    def __init__(self) -> None:
        self.left = MAX_VALUES
        self.plain = True

    def schema(self, value: Mapping[str, Any] | None) -> dict[str, Any] | None:
        return None if value is None else self._object(value, 0)

    def _object(self, value: Mapping[Any, Any], depth: int) -> dict[str, Any]:
        result = {}
        for key, item in value.items():
            if self.left <= 0:
                break
            name = clean_text(str(key)) or ""
            self.plain = self.plain and name.isascii()
            result[name] = self._value(item, depth + 1)
        return result

    def _value(self, value: object, depth: int) -> object:
        self.left -= 1
        if depth > MAX_DEPTH or self.left < 0:
            return None
        if value is None or isinstance(value, bool):
            return value
        if isinstance(value, str):
            return clean_text(str(value))
        if isinstance(value, int):
            return value if abs(value) <= _SAFE_INTEGER else _big(value)
        if isinstance(value, float):
            self.plain = False
            return value if math.isfinite(value) else str(value)
        if isinstance(value, Mapping):
            return self._object(value, depth)
        if isinstance(value, list | tuple):
            return [self._value(item, depth + 1) for item in value if self.left > 0]
        return clean_text(str(value))


def _big(value: int) -> str:
    """Return a decimal string, or its order of magnitude where printing it would take long."""
    return str(value) if value.bit_length() < 4096 else f"2^{value.bit_length()}"
