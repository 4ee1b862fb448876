"""Builtin and standard-library functions on abstract values; `FUNCTIONS` is the table."""

import inspect
import json
import textwrap
from collections.abc import Callable, Mapping

from crawler.extractors.python.budget import MAX_ITERATIONS
from crawler.extractors.python.comprehensions import elements
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.object_functions import OBJECTS, Handler
from crawler.extractors.python.paths import PATHS
from crawler.extractors.python.treepath import TreePath
from crawler.extractors.python.truth import truth
from crawler.extractors.python.values import (
    MISSING,
    Instance,
    Made,
    Partial,
    Place,
    Rest,
    Text,
    Unknown,
    Value,
    plain,
)


def _getenv(run: Interpreter, args: list[Value], kwargs: dict[str, Value], _place: Place) -> Value:
    name = run.first(args[0]) if args else run.first(kwargs.get("key"))
    default = args[1] if len(args) > 1 else kwargs.get("default")
    if isinstance(name, str):
        run.environment.setdefault(str(name), None if len(args) < 2 and "default" not in kwargs else False)
    return Unknown("environment", "env", default, f"os.getenv({name!r})", str(name) if isinstance(name, str) else "")


def _list(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    return elements(run, args[0]) if args else []


def _tuple(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    return tuple(elements(run, args[0])) if args else ()


def _set(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    try:
        return {run.first(v) for v in elements(run, args[0])} if args else set()
    except TypeError:
        return Unknown("unhashable")


def _sorted(run: Interpreter, args: list[Value], kwargs: dict[str, Value], _place: Place) -> Value:
    values = [run.first(v) for v in elements(run, args[0])] if args else []
    if not kwargs and all(isinstance(v, str) for v in values):
        return sorted(values)
    return values


def _dict(run: Interpreter, args: list[Value], kwargs: dict[str, Value], _place: Place) -> Value:
    out: dict[Value, Value] = {}
    if args:
        source = run.first(args[0])
        if isinstance(source, dict):
            out.update(source)
        else:
            for pair in elements(run, source):
                known = run.first(pair)
                if isinstance(known, tuple) and len(known) == 2:
                    out[run.first(known[0])] = known[1]
                else:
                    rest = Rest(known)
                    out[rest] = rest
    out.update(kwargs)
    return out


def _str(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    whole = run.force(args[0]) if args else ""
    value = run.first(whole)
    if isinstance(value, Instance) and value.member:
        value = run.first(value.attributes.get("value"))
    if isinstance(value, (str, TreePath)):
        return value
    if isinstance(value, (int, float)) or value is None:
        return str(value)
    return Unknown("str", getattr(whole, "kind", None))


def _len(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    value = run.first(args[0]) if args else None
    if isinstance(value, str):
        return len(value)
    if isinstance(value, (list, tuple, dict, set)) and not any(isinstance(v, Rest) for v in value):
        return len(value)
    return Unknown("len")


def _number(convert: type[int] | type[float]) -> Handler:
    def handler(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
        whole = run.force(args[0]) if args else 0
        value = run.first(whole)
        try:
            result = convert(value) if isinstance(value, (str, int, float)) and len(str(value)) < 40 else None
        except (ValueError, OverflowError):
            result = None
        if isinstance(whole, Unknown):
            return Unknown("configured", whole.kind, MISSING if result is None else result, whole.text, whole.name)
        return Unknown("number") if result is None else result

    return handler


def _bool(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    value = run.force(args[0]) if args else False
    known, guess = truth(run, value)
    if known is not None:
        return known
    return Unknown("test", getattr(value, "kind", None), MISSING if guess is None else guess)


def _range(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    bounds = [run.first(a) for a in args]
    if not bounds or not all(isinstance(b, int) for b in bounds) or (len(bounds) == 3 and not bounds[2]):
        return Unknown("range")
    return list(range(*bounds)[:MAX_ITERATIONS])


def _enumerate(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    return [v if isinstance(v, Rest) else (i, v) for i, v in enumerate(elements(run, args[0]))] if args else []


def _zip(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    return list(zip(*(elements(run, a) for a in args), strict=False))


def _map(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], place: Place) -> Value:
    if len(args) != 2:
        return Unknown("map")
    return [v if isinstance(v, Rest) else run.call(args[0], [v], {}, place) for v in elements(run, args[1])]


def _identity(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    _ = run
    return args[0] if args else MISSING


def _cast(_run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    return args[1] if len(args) > 1 else MISSING


def _partial(run: Interpreter, args: list[Value], kwargs: dict[str, Value], _place: Place) -> Value:
    _ = run
    return Partial(args[0], args[1:], kwargs) if args else MISSING


def _wraps(_run: Interpreter, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    return Made("functools.wraps", [*args, *kwargs.values()][:1], {}, place)


def _next(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    listed = elements(run, args[0]) if args else []
    first = listed[0] if listed else args[1] if len(args) > 1 else Unknown("empty")
    return first.source if isinstance(first, Rest) else first


def _text(function: Callable[[str], str]) -> Handler:
    def handler(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
        value = run.first(args[0]) if args else None
        if not isinstance(value, str):
            return Unknown("text")
        result = function(str(value))
        place = getattr(value, "place", None)
        return Text.at(result, place) if place else result

    return handler


def _dumps(run: Interpreter, args: list[Value], kwargs: dict[str, Value], _place: Place) -> Value:
    value = run.first(args[0]) if args else None
    if not isinstance(value, (dict, list, str, int, float)):
        return Unknown("json")
    indent = run.first(kwargs.get("indent"))
    ascii_only = run.first(kwargs.get("ensure_ascii", True)) is not False
    width = indent if isinstance(indent, int) and not isinstance(indent, bool) and 0 <= indent < 9 else None
    return json.dumps(plain(value), indent=width, ensure_ascii=ascii_only)


def _system(_run: Interpreter, _args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    return Unknown("platform", "platform", text="platform")


FUNCTIONS: Mapping[str, Handler] = {
    **OBJECTS,
    **PATHS,
    "os.getenv": _getenv,
    "os.environ.get": _getenv,
    "builtins.list": _list,
    "builtins.tuple": _tuple,
    "builtins.frozenset": _set,
    "builtins.set": _set,
    "builtins.sorted": _sorted,
    "builtins.reversed": _list,
    "builtins.dict": _dict,
    "collections.OrderedDict": _dict,
    "collections.defaultdict": lambda run, args, kwargs, place: _dict(run, args[1:], kwargs, place),
    "builtins.str": _str,
    "builtins.len": _len,
    "builtins.int": _number(int),
    "builtins.float": _number(float),
    "builtins.bool": _bool,
    "builtins.range": _range,
    "builtins.enumerate": _enumerate,
    "builtins.zip": _zip,
    "builtins.map": _map,
    "itertools.chain": lambda run, args, _k, _p: [e for a in args for e in elements(run, a)],
    "itertools.chain.from_iterable": lambda run, args, _k, _p: (
        [e for a in elements(run, args[0]) for e in elements(run, a)] if args else []
    ),
    "builtins.iter": _identity,
    "builtins.next": _next,
    "functools.partial": _partial,
    "functools.wraps": _wraps,
    "functools.cache": _identity,
    "contextlib.closing": _identity,
    "contextlib.aclosing": _identity,
    "contextlib.nullcontext": _identity,
    "asyncio.wait_for": _identity,
    "asyncio.shield": _identity,
    "copy.deepcopy": _identity,
    "copy.copy": _identity,
    "types.MappingProxyType": _identity,
    "typing.cast": _cast,
    "typing.NewType": _cast,
    "asyncio.run": _identity,
    "anyio.run": lambda run, args, _k, place: run.call(args[0], args[1:], {}, place) if args else None,
    "asyncio.get_event_loop().run_until_complete": _identity,
    "textwrap.dedent": _text(textwrap.dedent),
    "inspect.cleandoc": _text(inspect.cleandoc),
    "json.dumps": _dumps,
    "platform.system": _system,
}
