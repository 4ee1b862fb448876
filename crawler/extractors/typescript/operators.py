"""Operators over values, known or guessed."""

import math
from collections.abc import Callable
from typing import Any

from crawler.extractors.typescript.convert import to_text
from crawler.extractors.typescript.literals import UNDEFINED, Undefined
from crawler.extractors.typescript.values import (
    NO_GUESS,
    Arr,
    Choice,
    Cls,
    Fn,
    Guarded,
    Native,
    Obj,
    Unknown,
    join,
    known,
    likely,
    same,
    truth,
)


def derived(source: Any, other: Any, text: str, compute: Callable[[Any, Any], Any]) -> Unknown:  # noqa: ANN401
    """Return an unknown whose guess is computed from the guesses of its operands."""
    marks = [v for v in (source, other) if isinstance(v, Unknown)]
    kind = next((m.kind for m in marks if m.kind), None)
    made = Unknown("not-constant", text[:160], kind)
    left, right = likely(source), likely(other)
    if known(left) and known(right):
        made.guess = compute(left, right)
    return made


def unary(op: str, value: Any) -> Any:  # noqa: ANN401
    """Evaluate a prefix operator."""
    if isinstance(value, Choice):
        return join([(unary(op, v), g) for v, g in value.options])
    if not known(value):
        text = f"{op}{value.text}" if isinstance(value, Unknown) else op
        return derived(value, UNDEFINED, text, lambda v, _: unary(op, v))
    if op == "!":
        return not truth(value)
    if op == "typeof":
        return _typeof(value)
    if op == "void":
        return UNDEFINED
    if op in ("-", "+"):
        number = to_number(value)
        return number if number is None or op == "+" else -number
    if op == "~" and isinstance(value, int):
        return ~value
    return True if op == "delete" else Unknown("not-constant", op)


def _typeof(value: Any) -> str:  # noqa: ANN401
    if value is UNDEFINED:
        return "undefined"
    if isinstance(value, bool):
        return "boolean"
    if isinstance(value, str):
        return "string"
    if isinstance(value, int | float):
        return "number"
    return "function" if isinstance(value, Fn | Cls | Native) else "object"


def to_number(value: Any) -> Any:  # noqa: ANN401
    """Return `Number(value)` as int or float; NaN as `float("nan")`."""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, int | float):
        return value
    if value is None:
        return 0
    text = to_text(value) if isinstance(value, str | Arr) else None
    try:
        number = float(text) if text is not None and text.strip() else 0.0 if text is not None else math.nan
    except ValueError:
        return math.nan
    return int(number) if math.isfinite(number) and number.is_integer() else number


def binary(op: str, left: Any, right: Any) -> Any:  # noqa: ANN401
    """Evaluate a binary operator."""
    if isinstance(left, Guarded):
        left = left.value
    if isinstance(right, Guarded):
        right = right.value
    if isinstance(left, Choice) and len(left.options) <= 8:
        return join([(binary(op, v, right), g) for v, g in left.options])
    if isinstance(right, Choice) and len(right.options) <= 8:
        return join([(binary(op, left, v), g) for v, g in right.options])
    if not known(left) or not known(right):
        text = f"{_shown(left)} {op} {_shown(right)}"
        return derived(left, right, text, lambda a, b: binary(op, a, b))
    if op in ("===", "!=="):
        return same(left, right) == (op == "===")
    if op in ("==", "!="):
        empty = (None, UNDEFINED)
        equal = same(left, right) or (any(left is e for e in empty) and any(right is e for e in empty))
        return equal == (op == "==")
    return _arithmetic(op, left, right)


def _shown(value: Any) -> str:  # noqa: ANN401
    if isinstance(value, Unknown):
        return value.text
    text = to_text(value)
    return f'"{text[:40]}"' if isinstance(value, str) and text is not None else text or "…"


def _arithmetic(op: str, left: Any, right: Any) -> Any:  # noqa: ANN401
    if op in ("<", ">", "<=", ">=") and isinstance(left, str) and isinstance(right, str):
        return {"<": left < right, ">": left > right, "<=": left <= right, ">=": left >= right}[op]
    if op == "+" and (isinstance(left, str | Arr) or isinstance(right, str | Arr)):
        a, b = to_text(left), to_text(right)
        return a + b if a is not None and b is not None else Unknown("not-constant")
    a, b = to_number(left), to_number(right)
    try:
        match op:
            case "+":
                return a + b
            case "-":
                return a - b
            case "*":
                return a * b
            case "/":
                result = a / b if b else math.nan
                return int(result) if math.isfinite(result) and result == int(result) else result
            case "%":
                return math.fmod(a, b) if isinstance(a, float) or isinstance(b, float) or a < 0 else a % b
            case "**":
                return float(a) ** float(b) if abs(b) < 64 else Unknown("not-constant")
            case "<":
                return a < b
            case ">":
                return a > b
            case "<=":
                return a <= b
            case ">=":
                return a >= b
            case _:
                return _bits(op, a, b)
    except (ArithmeticError, ValueError, TypeError):
        return math.nan


def _bits(op: str, a: Any, b: Any) -> Any:  # noqa: ANN401
    if not isinstance(a, int) or not isinstance(b, int):
        return Unknown("not-constant", op)
    match op:
        case "&":
            return a & b
        case "|":
            return a | b
        case "^":
            return a ^ b
        case "<<" if 0 <= b < 32:
            return a << b
        case ">>" | ">>>" if 0 <= b < 32:
            return a >> b
        case _:
            return Unknown("not-constant", op)


def _settings(value: Any) -> Unknown | None:  # noqa: ANN401
    """The setting that a value comes from: itself, or what a setting that is off by default would make of it."""
    if isinstance(value, Unknown) and value.kind is not None:
        return value
    for option, guard in value.options if isinstance(value, Choice) else ():
        if guard is not None and guard.default_on is False and option is not UNDEFINED and option is not None:
            return Unknown("not-constant", guard.expression, guard.kind)
    return None


def logical(op: str, left: Any, right: Any) -> Any:  # noqa: ANN401
    """Evaluate `&&`, `||`, `??` where the left side is unknown."""
    guess = likely(left)
    if op != "&&" and not isinstance(right, str | bool | int | float | Unknown | Undefined) and right is not None:
        # `given ?? fallback` with an object, array or function: what the author's own code brings is read.
        given = _settings(left) if isinstance(right, Arr) and right.open is None else None
        if given is not None:
            return Arr(list(right.items), given, right.place, right.born, right.held)
        if isinstance(right, Obj) and isinstance(left, Unknown) and right.proto is None and right.kind == "object":
            right.open = right.open or left
        return right
    text = f"{_shown(left)} {op} {_shown(right)}"
    kind = next((v.kind for v in (left, right) if isinstance(v, Unknown) and v.kind), None)
    made = Unknown("not-constant", text[:160], kind)
    if known(guess):
        found = (guess is not None and guess is not UNDEFINED) if op == "??" else truth(guess)
        keep = found if op in ("||", "??") else not found
        made.guess = guess if keep else likely(right)
    elif known(right) and op != "&&":
        # `given || fallback` with nothing known of what is given: the fallback is what the author shows.
        made.guess = right
    if isinstance(made.guess, Unknown):
        made.guess = made.guess.guess if made.guess.guess is not NO_GUESS else NO_GUESS
    return made
