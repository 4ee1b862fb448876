"""YAML for documents of strings, numbers, lists and mappings: block style, one form for each value, no line folding.

A string is written plain where it is a word without a meaning of its own in any YAML version, else as JSON writes it,
which YAML reads alike. (PyYAML's writer takes twenty times as long and folds quoted strings across lines.)
"""

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache

_WORDS_WITH_MEANING = {"y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf", "_"}
_LONGEST_KEY = 1000
_JSON = json.JSONEncoder(ensure_ascii=False).encode


def yaml_text(document: Mapping[str, object]) -> str:
    """Return `document`, a mapping that is not empty, as YAML."""
    return "\n".join(_mapping(document, "")) + "\n"


class Ready(tuple[str, ...]):
    """A mapping that is written already, line by line, at the depth where it belongs."""

    __slots__ = ()


def ready(value: Mapping[str, object], *, depth: int) -> Ready:
    """Return `value`, not empty, as it is written below `depth` keys."""
    return Ready(_mapping(value, "  " * depth))


def _mapping(value: Mapping[str, object], indent: str) -> Iterator[str]:
    for key, item in value.items():
        name = _key(key, indent)
        if type(item) is Ready:
            yield name
            yield from item
        elif isinstance(item, dict) and item:
            yield name
            yield from _mapping(item, f"{indent}  ")
        elif isinstance(item, list | tuple) and item:
            yield name
            yield from _list(item, indent)
        else:
            yield f"{name} {_scalar(item)}"


def _key(key: str, indent: str) -> str:
    scalar = _scalar(key)
    # YAML reads a key on one line only up to 1,024 characters
    return f"{indent}{scalar}:" if len(scalar) <= _LONGEST_KEY else f"{indent}? {scalar}\n{indent}:"


def _list(value: list[object] | tuple[object, ...], indent: str) -> Iterator[str]:
    for item in value:
        if isinstance(item, dict) and item:
            first, *rest = _mapping(item, f"{indent}  ")
            yield f"{indent}- {first[len(indent) + 2 :]}"
            yield from rest
        else:
            yield f"{indent}- {_scalar(item)}"


def _scalar(value: object) -> str:
    return _text(value) if isinstance(value, str) else json.dumps(value)


@lru_cache(maxsize=4096)
def _text(value: str) -> str:
    if value.isascii() and value.isidentifier() and value.lower() not in _WORDS_WITH_MEANING:
        return value
    if value.isprintable():
        return _JSON(value)
    return '"' + "".join(c if c.isprintable() and c not in '"\\' else _escape(ord(c)) for c in value) + '"'


def _escape(code: int) -> str:
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
