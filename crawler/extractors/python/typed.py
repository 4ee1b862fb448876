"""What a value is where only its declared type is known: an object of one of the tree's classes, or of a library's."""

import ast

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.sdk_names import is_sdk
from crawler.extractors.python.values import (
    MISSING,
    Class,
    External,
    Instance,
    Made,
    Place,
    Subscripted,
    UnionType,
    Unknown,
    Value,
    choose,
)

_PLAIN = ("builtins.", "typing.", "typing_extensions.", "collections.", "types.", "enum.", "datetime.")
_DEPTH = 3


def of_type(run: Interpreter, annotation: ast.expr | None, scope: Scope, place: Place) -> Value:
    """Return an object of the annotated type, MISSING where it says nothing: plain data, generics, an SDK's own."""
    if annotation is None:
        return MISSING
    return _object(run, run.evaluate(annotation, scope), scope, place, _DEPTH)


def _object(run: Interpreter, kind: Value, scope: Scope, place: Place, depth: int) -> Value:
    kind = run.first(kind)
    if isinstance(kind, str) and depth:
        try:
            named = ast.parse(str(kind), mode="eval").body
        except (SyntaxError, ValueError):
            return MISSING
        return _object(run, run.evaluate(named, scope), scope, place, depth - 1)
    parts: tuple[Value, ...] = ()
    if isinstance(kind, UnionType):
        parts = kind.options
    elif isinstance(kind, Subscripted):
        base = run.first(kind.base)
        wraps = isinstance(base, External) and base.path.rpartition(".")[2] in ("Optional", "Union", "Annotated")
        parts = kind.args if wraps else (base,)
    if parts and depth:
        found = (_object(run, part, scope, place, depth - 1) for part in parts)
        return next((one for one in found if one is not MISSING), MISSING)
    if isinstance(kind, External):
        outside = "." in kind.path and not kind.path.startswith(_PLAIN) and not is_sdk(kind.path)
        return Made(kind.path, [], {}, place) if outside else MISSING
    if isinstance(kind, Class) and kind.node not in run.building:
        run.building.add(kind.node)
        try:
            with run.unwatched():
                made = run.call(kind, [], {}, place)
            return made if isinstance(made, Instance) else MISSING
        finally:
            run.building.discard(kind.node)
    return MISSING


def unset(run: Interpreter, value: Value, annotation: ast.expr | None, scope: Scope, place: Place) -> Value:
    """Return a value that outlives calls; to somebody who follows a handler, one that another call may have set."""
    if run.watcher is None or (value is not None and value is not False):
        return value
    made = of_type(run, annotation, scope, place) if value is None else MISSING
    return Unknown("unset", None, value if made is MISSING else choose(made, None))


def declared(run: Interpreter, cls: Class, name: str) -> ast.expr | None:
    """Return the type that a class declares of an attribute, in its body or where a method first sets it."""
    known = run.declared.get(cls.node)
    if known is None:
        known = run.declared[cls.node] = {}
        for node in ast.walk(cls.node):
            if isinstance(node, ast.AnnAssign):
                target = node.target
                to = target.attr if isinstance(target, ast.Attribute) else getattr(target, "id", "")
                known.setdefault(to, node.annotation)
    return known.get(name)


def or_typed(run: Interpreter, value: Value, annotation: ast.expr | None, scope: Scope, place: Place) -> Value:
    """Return `value`, or an object of its declared type where nothing better is known of it."""
    known = run.force(value)
    if not isinstance(known, Unknown) or (known.default is not MISSING and known.default is not None):
        return value
    made = of_type(run, annotation, scope, place)
    return made if isinstance(made, Made) or (isinstance(made, Instance) and _works(made.cls)) else value


def _works(cls: Class) -> bool:
    """Tell a class that does things from one that holds data, whose fields would pass for known."""
    return "__init__" in cls.attributes or not any(isinstance(s, ast.AnnAssign) for s in cls.node.body)
