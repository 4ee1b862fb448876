"""Literal tokens of JavaScript as Python values."""

from typing import Any, Final


class Undefined:
    """The type of `UNDEFINED`; false, and only equal to itself."""

    def __bool__(self) -> bool:
        return False

    def __repr__(self) -> str:
        return "undefined"


UNDEFINED: Final = Undefined()

_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "v": "\v", "0": "\0", "\n": "", "\r": ""}


def unescape(text: str) -> str:
    """Return `text` with the escapes of string and template literals replaced (ECMA-262, 12.9.4)."""
    if "\\" not in text:
        return text
    out: list[str] = []
    at, end = 0, len(text)
    while at < end:
        slash = text.find("\\", at)
        if slash < 0 or slash + 1 >= end:
            out.append(text[at:])
            break
        out.append(text[at:slash])
        mark = text[slash + 1]
        at = slash + 2
        if mark == "u" and text[at : at + 1] == "{":
            close = text.find("}", at)
            out.append(_code(text[at + 1 : close]))
            at = close + 1 if close > 0 else end
        elif mark in "ux":
            width = 4 if mark == "u" else 2
            out.append(_code(text[at : at + width]))
            at += width
        else:
            if mark == "\r" and text[at : at + 1] == "\n":
                at += 1
            out.append(_ESCAPES.get(mark, mark))
    return _join_surrogates("".join(out))


def _code(digits: str) -> str:
    try:
        return chr(int(digits, 16))
    except (ValueError, OverflowError):
        return "\ufffd"


def _join_surrogates(text: str) -> str:
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


def number(text: str) -> Any:  # noqa: ANN401
    """Return the value of a numeric literal; whole values as int."""
    clean = text.replace("_", "").rstrip("n").lower()
    try:
        value: int | float = int(clean, 0) if clean[:2] in ("0x", "0o", "0b") else float(clean)
    except (ValueError, OverflowError):
        return 0
    return int(value) if isinstance(value, float) and value.is_integer() and abs(value) < 2**53 else value
