"""Methods of strings and containers, on known values only."""

from collections.abc import Callable, Mapping

from crawler.extractors.python.budget import MAX_ELEMENTS, MAX_TEXT
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.values import MISSING, Guarded, Rest, Text, Unknown, Value, ordered

# Methods of `str` that take and give plain values and cannot blow up.
_STRING = frozenset(
    {
        "capitalize", "casefold", "endswith", "expandtabs", "isdigit", "isupper", "islower", "lower", "lstrip",
        "partition", "removeprefix", "removesuffix", "replace", "rpartition", "rsplit", "rstrip", "split",
        "splitlines", "startswith", "strip", "swapcase", "title", "upper", "find", "count",
    }
)  # fmt: skip


def string_method(run: Interpreter, owner: str, name: str, args: list[Value], kwargs: dict[str, Value]) -> Value:
    """Return `owner.name(*args)`."""
    known = [run.first(a) for a in args]
    named = {k: run.first(v) for k, v in kwargs.items()}
    if name == "join":
        return _join(run, owner, known)
    if name == "format":
        return _format(owner, known, named)
    simple = (str, int, type(None), tuple)
    if name not in _STRING or not all(isinstance(v, simple) for v in (*known, *named.values())):
        return Unknown("string-method", text=name)
    if name == "replace" and len(known) > 1 and len(owner) * max(len(str(known[1])), 1) > MAX_TEXT:
        return Unknown("too-large")
    try:
        result = getattr(str(owner), name)(*known, **named)
    except (TypeError, ValueError, OverflowError, MemoryError):
        return Unknown("string-method", text=name)
    return _placed(result, owner)


def _placed(result: Value, owner: str) -> Value:
    place = getattr(owner, "place", None)
    if place is None:
        return result
    if isinstance(result, str):
        return Text.at(result, place)
    if isinstance(result, (list, tuple)):
        return type(result)(Text.at(r, place) for r in result)
    return result


def _join(run: Interpreter, owner: str, known: list[Value]) -> Value:
    parts = known[0] if known else None
    if not isinstance(parts, (list, tuple, set, dict)):
        return Unknown("join")
    texts = [run.first(p) for p in ordered(parts)]
    if not all(isinstance(t, str) for t in texts):
        return Unknown("join")
    if sum(map(len, texts)) + len(owner) * len(texts) > MAX_TEXT:
        return Unknown("too-large")
    joined = str(owner).join(map(str, texts))
    return _placed(joined, texts[0]) if texts else joined


def _format(owner: str, known: list[Value], named: dict[str, Value]) -> Value:
    if not all(isinstance(v, (str, int, float)) for v in (*known, *named.values())) or len(owner) > MAX_TEXT:
        return Unknown("format")
    if any(mark in owner for mark in ("!", ":", ".", "[")) and any(f"{{{k}" in owner for k in "0123456789"):
        return Unknown("format")
    text = str(owner)
    try:
        if ":" in text.replace("{{", "") and any(c in text for c in ("{:", ":>", ":<")):
            return Unknown("format")
        return _placed(text.format(*known, **named)[:MAX_TEXT], owner)
    except (IndexError, KeyError, ValueError, AttributeError, MemoryError):
        return Unknown("format")


def _add(run: Interpreter, value: Value) -> Value:
    return Guarded(value, tuple(run.guards)) if run.guards else value


def put(run: Interpreter, owner: dict[Value, Value], key: Value, value: Value) -> None:
    """Set an item; one that is new and stands under a guard keeps it."""
    new = key not in owner and run.watcher is None
    owner[key] = _add(run, value) if new and not isinstance(value, Guarded) else value


def list_method(run: Interpreter, owner: list[Value], name: str, args: list[Value], _kwargs: dict[str, Value]) -> Value:
    """Run a list's method; what is appended under a guard keeps it."""
    if len(owner) > MAX_ELEMENTS:
        return None
    if name == "append" and args:
        owner.append(_add(run, args[0]))
    elif name == "insert" and len(args) > 1:
        owner.append(_add(run, args[1]))
    elif name == "extend" and args:
        more = run.first(args[0])
        if isinstance(more, (list, tuple, set)):
            owner.extend(_add(run, m) for m in list(ordered(more))[:MAX_ELEMENTS])
        elif isinstance(more, dict):
            owner.extend(more)
        else:
            owner.append(Rest(more))
    elif name == "pop":
        return owner.pop() if owner else Unknown("empty")
    elif name == "copy":
        return list(owner)
    elif name == "clear":
        owner.clear()
    elif name in ("sort", "reverse"):
        return None
    elif name == "index":
        return Unknown("index")
    return None


def dict_method(
    run: Interpreter, owner: dict[Value, Value], name: str, args: list[Value], kwargs: dict[str, Value]
) -> Value:
    """Run a dictionary's method."""
    if name == "values":
        return list(owner.values())
    if name == "keys":
        return keys_of(owner)
    if name == "items":
        return _pairs(owner)
    if name == "copy":
        return dict(owner)
    if name in ("get", "pop", "setdefault"):
        key = run.first(args[0]) if args else None
        default = args[1] if len(args) > 1 else kwargs.get("default")
        if isinstance(key, (list, dict, set)):
            return Unknown("unhashable")
        if key in owner:
            return owner.pop(key) if name == "pop" else owner[key]
        if isinstance(key, Unknown) or any(isinstance(k, Rest) for k in owner):
            return Unknown("no-key")
        if name == "setdefault":
            put(run, owner, key, default)
        return default
    if name == "update":
        more = run.first(args[0]) if args else {}
        if isinstance(more, dict):
            for key, value in list(more.items())[:MAX_ELEMENTS]:
                put(run, owner, key, value)
        elif args:
            rest = Rest(more)
            owner[rest] = rest
        owner.update(kwargs)
    elif name == "clear":
        owner.clear()
    return None


def keys_of(owner: dict[Value, Value]) -> list[Value]:
    """Return what iterating over a dictionary gives; keys of items that have guards have them too."""
    return [Guarded(k, v.guards) if isinstance(v, Guarded) else k for k, v in owner.items()]


def _pairs(owner: dict[Value, Value]) -> list[Value]:
    return [_pair(k, v) for k, v in owner.items()]


def _pair(key: Value, value: Value) -> Value:
    if isinstance(key, Rest):
        return Rest(value)
    return Guarded((key, value.value), value.guards) if isinstance(value, Guarded) else (key, value)


def set_method(run: Interpreter, owner: set[Value], name: str, args: list[Value], _kwargs: dict[str, Value]) -> Value:
    """Run a set's method."""
    if name == "add" and args:
        value = run.first(args[0])
        if not isinstance(value, (list, dict, set)):
            owner.add(value)
        return None
    other = run.first(args[0]) if args else set()
    if name in ("union", "update", "difference", "intersection") and isinstance(other, (set, list, tuple)):
        try:
            result = getattr(owner, name)(other)
        except TypeError:
            return Unknown("unhashable")
        return result
    return Unknown("set-method", text=name)


def _tuple_method(
    _run: Interpreter, owner: tuple[Value, ...], name: str, args: list[Value], _kw: dict[str, Value]
) -> Value:
    return Unknown("tuple-method", text=name) if args or owner else None


NATIVE: Mapping[type, Callable[..., Value]] = {
    str: string_method,
    Text: string_method,
    list: list_method,
    dict: dict_method,
    set: set_method,
    tuple: _tuple_method,
}

__all__ = ["MISSING", "NATIVE"]
