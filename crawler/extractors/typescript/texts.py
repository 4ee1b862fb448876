"""Strings: properties, methods and `dedent`."""

from collections.abc import Callable
from typing import Any

from crawler.extractors.typescript.convert import to_text
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.values import Arr, Fn, Native, Text, Unknown, known, likely

MAX_REPEAT = 10_000


def dedent(text: str) -> str:
    """Remove the common indentation and the blank first and last lines, as the `dedent` packages do."""
    lines = text.split("\n")
    margins = [len(line) - len(line.lstrip(" \t")) for line in lines[1:] if line.strip()]
    if not lines[0].strip() or len(lines) == 1:
        margins += [len(lines[0]) - len(lines[0].lstrip(" \t"))] if lines[0].strip() else []
    margin = min(margins, default=0)
    cut = [line[margin:] if index or not line.strip() else line for index, line in enumerate(lines)]
    return "\n".join(cut).strip()


def member(value: str, name: str) -> Any:  # noqa: ANN401
    """Read a property or method of a string."""
    if name == "length":
        return len(value)
    if name in ("match", "matchAll", "search"):
        return Native(name, lambda ev, this, args, _: _matched(ev, name, this, args), value)
    method = _METHODS.get(name)
    if method is None:
        return UNDEFINED

    def run(ev: Any, this: Any, args: list[Any], _: int) -> Any:  # noqa: ANN401
        by_pattern = _with_pattern(ev, name, this, args)
        if by_pattern is not None:
            return by_pattern
        given = [likely(a) for a in args]
        if not all(known(a) for a in given):
            return Unknown("not-constant", f".{name}(…)")
        try:
            result = method(this, given)
        except (ValueError, TypeError, IndexError, OverflowError):
            return Unknown("not-constant", f".{name}(…)")
        if isinstance(result, str) and isinstance(this, Text):
            return Text(result, this.file, this.line)
        if isinstance(result, list):
            ev.spend(len(result))
            place = (this.file, this.line) if isinstance(this, Text) else None
            return Arr([Text(r, *place) if place else r for r in result[:5000]])
        return result

    return Native(name, run, value)


def _with_pattern(ev: Any, name: str, text: str, args: list[Any]) -> Any:  # noqa: ANN401
    from crawler.extractors.typescript import patterns  # noqa: PLC0415 (it calls functions)

    first = args[0] if args else UNDEFINED
    if name in ("replace", "replaceAll") and (
        isinstance(first, patterns.Regex) or (len(args) > 1 and isinstance(args[1], Fn))
    ):
        return patterns.replace(ev, text, args)
    if name == "split" and isinstance(first, patterns.Regex):
        return patterns.split(ev, text, first)
    return None


def _matched(ev: Any, name: str, text: str, args: list[Any]) -> Any:  # noqa: ANN401
    from crawler.extractors.typescript import patterns  # noqa: PLC0415

    first = args[0] if args else UNDEFINED
    if isinstance(first, str):
        first = patterns.compile_regex(first, "")
    if not isinstance(first, patterns.Regex) or name == "search":
        return Unknown("not-constant", f".{name}(…)")
    return patterns.matches(ev, text, first, every=name == "matchAll")


def _int(args: list[Any], index: int, default: int) -> int:
    return int(args[index]) if len(args) > index and isinstance(args[index], int | float) else default


def _slice(text: str, args: list[Any]) -> str:
    start, end = _int(args, 0, 0), _int(args, 1, len(text))
    return text[start:end] if start >= -len(text) else text[:end]


def _substring(text: str, args: list[Any]) -> str:
    start, end = max(0, _int(args, 0, 0)), max(0, _int(args, 1, len(text)))
    return text[min(start, end) : max(start, end)]


def _substr(text: str, args: list[Any]) -> str:
    start = _int(args, 0, 0)
    start = max(0, len(text) + start) if start < 0 else start
    return text[start : start + max(0, _int(args, 1, len(text)))]


def _split(text: str, args: list[Any]) -> list[str]:
    if not args or not isinstance(args[0], str):
        raise TypeError
    return text.split(args[0]) if args[0] else list(text)


def _replace(text: str, args: list[Any]) -> str:
    return text.replace(_string(args, 0), _string(args, 1), 1)


def _string(args: list[Any], index: int) -> str:
    if len(args) <= index or not isinstance(args[index], str):
        raise TypeError
    return str(args[index])


def _pad(text: str, args: list[Any]) -> str:
    width = min(_int(args, 0, 0), MAX_REPEAT)
    filler = args[1] if len(args) > 1 and isinstance(args[1], str) and args[1] else " "
    missing = max(0, width - len(text))
    return (filler * (missing // len(filler) + 1))[:missing]


def _concat(text: str, args: list[Any]) -> str:
    return text + "".join(to_text(a) or "" for a in args)


_METHODS: dict[str, Callable[[str, list[Any]], Any]] = {
    "trim": lambda s, _: s.strip(),
    "trimStart": lambda s, _: s.lstrip(),
    "trimEnd": lambda s, _: s.rstrip(),
    "toLowerCase": lambda s, _: s.lower(),
    "toUpperCase": lambda s, _: s.upper(),
    "toLocaleLowerCase": lambda s, _: s.lower(),
    "toLocaleUpperCase": lambda s, _: s.upper(),
    "toString": lambda s, _: s,
    "valueOf": lambda s, _: s,
    "slice": _slice,
    "substring": _substring,
    "substr": _substr,
    "charAt": lambda s, a: s[_int(a, 0, 0)],
    "charCodeAt": lambda s, a: ord(s[_int(a, 0, 0)]),
    "at": lambda s, a: s[_int(a, 0, 0)],
    "split": _split,
    "replace": _replace,
    "replaceAll": lambda s, a: s.replace(_string(a, 0), _string(a, 1)),
    "concat": _concat,
    "repeat": lambda s, a: s * min(_int(a, 0, 0), MAX_REPEAT // max(1, len(s))),
    "padStart": lambda s, a: _pad(s, a) + s,
    "padEnd": lambda s, a: s + _pad(s, a),
    "startsWith": lambda s, a: s.startswith(_string(a, 0), _int(a, 1, 0)),
    "endsWith": lambda s, a: s.endswith(_string(a, 0)),
    "includes": lambda s, a: _string(a, 0) in s,
    "indexOf": lambda s, a: s.find(_string(a, 0)),
    "lastIndexOf": lambda s, a: s.rfind(_string(a, 0)),
    "localeCompare": lambda s, a: (s > _string(a, 0)) - (s < _string(a, 0)),
    "normalize": lambda s, _: s,
}
