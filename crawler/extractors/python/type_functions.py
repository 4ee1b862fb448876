"""What programs ask of types: `isinstance`, `type`, and the parts of `list[int]` or `str | None`."""

import ast
from collections.abc import Callable, Mapping

from crawler.extractors.python.classes import lineage
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.reflection import EMPTY, signature_of
from crawler.extractors.python.treepath import TreePath
from crawler.extractors.python.values import (
    MISSING,
    Choice,
    Class,
    External,
    Function,
    Instance,
    Made,
    ModuleValue,
    Place,
    Subscripted,
    UnionType,
    Unknown,
    Value,
)

NONE_TYPE = External("types.NoneType")
_ABSTRACT = {
    dict: ("Mapping", "MutableMapping", "Collection", "Iterable", "Container", "Sized"),
    list: ("Sequence", "MutableSequence", "Collection", "Iterable", "Container", "Sized"),
    tuple: ("Sequence", "Collection", "Iterable", "Container", "Sized"),
    str: ("Sequence", "Collection", "Iterable", "Container", "Sized"),
    set: ("Set", "MutableSet", "Collection", "Iterable", "Container", "Sized"),
    bool: ("int",),
}
_BUILTIN = {"List": "list", "Dict": "dict", "Set": "set", "Tuple": "tuple", "Type": "type", "FrozenSet": "frozenset"}
_ABCS = frozenset({"Sequence", "Iterable", "Mapping", "MutableMapping", "MutableSequence", "Collection", "Callable"})


def is_instance(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    """Call `isinstance`."""
    if len(args) != 2:
        return MISSING
    whole = run.force(args[0])
    answer = _is_instance(run, args)
    if isinstance(whole, (Choice, Unknown)) and isinstance(answer, bool):
        return Unknown("isinstance", None, answer)
    return answer


def _is_instance(run: Interpreter, args: list[Value]) -> Value:
    value, kind = run.first(args[0]), run.first(args[1])
    kinds = tuple(run.first(k) for k in kind) if isinstance(kind, tuple) else (kind,)
    kinds = tuple(o for k in kinds for o in (k.options if isinstance(k, UnionType) else (k,)))
    names = {k.path.rpartition(".")[2] for k in kinds if isinstance(k, External)}
    known = all(isinstance(k, (Class, External)) for k in kinds)
    for native in (bool, str, int, float, list, dict, tuple, set):
        if isinstance(value, native):
            return native.__name__ in names or not names.isdisjoint(_ABSTRACT.get(native, ()))
    if value is None and known:
        return not names.isdisjoint({"NoneType", "object"})
    if isinstance(value, (External, ModuleValue, TreePath)) and all(isinstance(k, Class) for k in kinds):
        return False  # nothing from outside is an object of the project's own class
    paths = {k.path for k in kinds if isinstance(k, External)}
    native_only = bool(paths) and all(p.startswith("builtins.") for p in paths)
    if native_only and isinstance(value, (Function, Class, Instance)):
        return False
    if isinstance(value, Instance):
        line = lineage(run, value.cls)
        return any(k in line for k in kinds) or Unknown("isinstance")
    return Unknown("isinstance")


def _type(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    value = run.first(args[0]) if len(args) == 1 else MISSING
    if isinstance(value, Instance):
        return value.cls
    if value is None:
        return NONE_TYPE
    native = isinstance(value, (bool, str, int, float, list, dict, tuple, set))
    plain = str if isinstance(value, str) else type(value)
    return External(f"builtins.{plain.__name__}") if native else MISSING


def _origin(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    kind = run.first(args[0]) if args else None
    if isinstance(kind, UnionType):
        return External("types.UnionType")
    if isinstance(kind, Subscripted):
        base = run.first(kind.base)
        name = base.path.rpartition(".")[2] if isinstance(base, External) else ""
        if name in _BUILTIN:
            return External(f"builtins.{_BUILTIN[name]}")
        if name in _ABCS:
            return External(f"collections.abc.{name}")
        return External("typing.Union") if name == "Optional" else base
    return None if kind is None or isinstance(kind, (External, Class)) else Unknown("origin")


def _arguments(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    kind = run.first(args[0]) if args else None
    if isinstance(kind, UnionType):
        return _options(run, kind)
    if isinstance(kind, Subscripted):
        base = run.first(kind.base)
        if isinstance(base, External) and base.path.endswith(".Optional"):
            return (*kind.args, NONE_TYPE)
        literal = isinstance(base, External) and base.path.endswith(".Literal")
        return kind.args if literal else tuple(NONE_TYPE if a is None else a for a in kind.args)
    return () if kind is None or isinstance(kind, (External, Class)) else Unknown("arguments")


def _options(run: Interpreter, kind: UnionType) -> tuple[Value, ...]:
    """Return the types that `A | B | None` joins."""
    found: list[Value] = []
    for option in kind.options:
        one = run.first(option)
        found += _options(run, one) if isinstance(one, UnionType) else [NONE_TYPE if one is None else one]
    return tuple(found)


def _hints(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], place: Place) -> Value:
    function = run.first(args[0]) if args else None
    if not isinstance(function, Function):
        return MISSING
    signature = signature_of(run, function, place)
    declared = signature.kwargs["parameters"] if isinstance(signature, Made) else {}
    found = {n: p.kwargs["annotation"] for n, p in declared.items() if p.kwargs.get("annotation") is not EMPTY}
    returns = None if isinstance(function.node, ast.Lambda) else function.node.returns
    if returns is not None:
        found["return"] = run.evaluate(returns, function.scope)
    return found


TYPES: Mapping[str, Callable[[Interpreter, list[Value], dict[str, Value], Place], Value]] = {
    "builtins.isinstance": is_instance,
    "builtins.type": _type,
    **{f"{m}.get_origin": _origin for m in ("typing", "typing_extensions")},
    **{f"{m}.get_args": _arguments for m in ("typing", "typing_extensions")},
    **{f"{m}.get_type_hints": _hints for m in ("typing", "typing_extensions")},
    "inspect.get_annotations": _hints,
}
