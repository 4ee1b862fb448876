"""Subscription: `x[i]`, slices, and types with arguments."""

import ast

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.truth import place_of
from crawler.extractors.python.values import (
    Class,
    External,
    Instance,
    Made,
    Rest,
    Subscripted,
    Text,
    UnionType,
    Unknown,
    Value,
    choose,
)


def subscript(run: Interpreter, node: ast.Subscript, scope: Scope) -> Value:
    """Evaluate `node`."""
    owner = run.first(run.evaluate(node.value, scope))
    if isinstance(owner, (External, Subscripted, UnionType)) or (isinstance(owner, Class) and not is_enum(run, owner)):
        if isinstance(owner, External) and owner.path == "os.environ":
            name = run.evaluate(node.slice, scope)
            known = run.first(name)
            if isinstance(known, str) and isinstance(node.ctx, ast.Load):
                run.environment[str(known)] = True
                return Unknown("environment", "env", text=f"os.getenv({known!r})", name=str(known))  # must be set
            return run.call(External("os.getenv"), [name], {}, place_of(node, scope))
        parts = node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice]
        return Subscripted(owner, tuple(run.evaluate(p, scope) for p in parts))
    if isinstance(node.slice, ast.Slice):
        return _slice(run, node.slice, owner, scope)
    found = item(run, owner, run.evaluate(node.slice, scope))
    if isinstance(found, Unknown) and not found.text and run.watcher is None:
        return Unknown(found.reason, found.kind, found.default, run.written(node))
    return found


def item(run: Interpreter, owner: Value, index: Value, text: str = "") -> Value:
    """Return `owner[index]`."""
    owner, whole = run.first(owner), run.force(index)
    index = run.first(whole)
    if isinstance(owner, Class) and isinstance(index, str):
        member = owner.attributes.get(index)
        return member if member is not None else Unknown("no-member", text=text)
    if isinstance(owner, dict):
        try:
            found = owner.get(index)
        except TypeError:
            return Unknown("unhashable", text=text)
        if found is not None or index in owner:
            return found
        if owner and not isinstance(index, (str, int)):
            options = [v for v in owner.values() if not isinstance(v, Rest)]
            return choose(*options) if options else Unknown("index", text=text)
        return Unknown("no-key", text=text)
    if isinstance(owner, (list, tuple, str)) and isinstance(index, int):
        try:
            found = owner[index]
        except IndexError:
            return Unknown("index", text=text)
        return found.source if isinstance(found, Rest) else found
    if isinstance(owner, Made):
        return Made(f"{owner.path}()[]", [], {}, owner.place)
    if isinstance(owner, Instance):
        return Unknown("index", text=text)
    return Unknown("index", getattr(owner, "kind", None), text=text)


def _slice(run: Interpreter, node: ast.Slice, owner: Value, scope: Scope) -> Value:
    if not isinstance(owner, (list, tuple, str)):
        return Unknown("slice")
    place = getattr(owner, "place", None)
    bounds = [
        None if part is None else run.first(run.evaluate(part, scope)) for part in (node.lower, node.upper, node.step)
    ]
    if any(b is not None and not isinstance(b, int) for b in bounds) or bounds[2] == 0:
        return Unknown("slice")
    cut = owner[slice(*bounds)]
    return Text.at(cut, place) if isinstance(cut, str) and place is not None else cut


def is_enum(run: Interpreter, cls: Class, depth: int = 12) -> bool:
    """Tell whether `cls` is an enumeration."""
    for base in map(run.first, cls.bases if depth else ()):
        if isinstance(base, External) and base.path.rpartition(".")[2] in (
            "Enum",
            "StrEnum",
            "IntEnum",
            "Flag",
            "IntFlag",
        ):
            return True
        if isinstance(base, Class) and is_enum(run, base, depth - 1):
            return True
    return False
