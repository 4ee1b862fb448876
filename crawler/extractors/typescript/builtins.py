"""The language's own globals, Node's `process`, and the helper functions that compilers emit."""

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript import containers, members
from crawler.extractors.typescript.calls import NEW, call, construct, invoke
from crawler.extractors.typescript.convert import from_json, from_json_text, key_of, to_json, to_text
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.node import URL
from crawler.extractors.typescript.operators import to_number
from crawler.extractors.typescript.patterns import constructor
from crawler.extractors.typescript.values import (
    Arr,
    Choice,
    Fn,
    Getter,
    Guarded,
    Native,
    Obj,
    Text,
    Thrown,
    Unknown,
    join,
    known,
    likely,
    truth,
)

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

_SYMBOLS = ("dispose", "asyncDispose", "iterator", "asyncIterator", "toStringTag", "hasInstance", "toPrimitive")
Body = Callable[["Evaluator", list[Any]], Any]


def native(name: str, body: Body) -> Native:
    """Return a function of the language that does not care for `this`."""
    return Native(name, lambda ev, _, args, __: body(ev, args))


def arg(args: list[Any], index: int = 0) -> Any:  # noqa: ANN401
    """Return an argument, or undefined."""
    return args[index] if len(args) > index else UNDEFINED


def _each_option(ev: "Evaluator", args: list[Any], body: Body) -> Any:  # noqa: ANN401
    value = arg(args)
    if isinstance(value, Choice):
        return join([(body(ev, [v, *args[1:]]), g) for v, g in value.options[:16]])
    return body(ev, args)


def _values(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    value = likely(arg(args))
    if isinstance(value, Obj) and value.kind in ("object", "module"):
        return Arr([members.own(ev, value, n) for n in list(members.enumerable(value))], value.open, value.place)
    if isinstance(value, Arr):
        return value
    return Arr(open=value if isinstance(value, Unknown) else Unknown("run-time", "Object.values"))


def _entries(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    value = likely(arg(args))
    keys, values = members.keys_of(ev, value), _values(ev, args)
    out = Arr(open=keys.open or values.open)
    for key, held in zip(keys.items, values.items, strict=False):
        pair = Arr([key.value if isinstance(key, Guarded) else key, held.value if isinstance(held, Guarded) else held])
        out.items.append(Guarded(pair, held.guard) if isinstance(held, Guarded) else pair)
    return out


def _from_entries(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    pairs = members.to_array(ev, arg(args))
    out = Obj(open=pairs.open)
    for item in pairs.items:
        pair = item.value if isinstance(item, Guarded) else item
        if isinstance(pair, Arr) and len(pair.items) > 1:
            key = members.text_key(pair.items[0])
            if key is not None:
                held = pair.items[1]
                out.props[key] = Guarded(held, item.guard) if isinstance(item, Guarded) else held
                if isinstance(pair.items[0], Text):
                    out.places[key] = (pair.items[0].file, pair.items[0].line)
    return out


def _assign(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    target = arg(args)
    if isinstance(target, Obj):
        for source in args[1:]:
            members.spread_into(ev, target, source)
    elif isinstance(target, Fn | Native):
        for source in args[1:]:
            if isinstance(source, Obj):
                target.props.update(source.props)
    return target


def _define_property(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    target, key, descriptor = arg(args), key_of(arg(args, 1)), arg(args, 2)
    if key is not None and isinstance(descriptor, Obj) and hasattr(target, "props"):
        if "get" in descriptor.props:
            target.props[key] = Getter(descriptor.props["get"])
        elif "value" in descriptor.props:
            target.props[key] = descriptor.props["value"]
    ev.spend()
    return target


def _define_properties(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    table = arg(args, 1)
    for key in list(table.props) if isinstance(table, Obj) else ():
        _define_property(ev, [arg(args), key, table.props[key]])
    return arg(args)


def _create(_: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    proto = arg(args)
    return Obj(proto=proto if isinstance(proto, Obj) else None)


def _array_from(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    source = arg(args)
    length = likely(source.props.get("length")) if isinstance(source, Obj) and source.kind == "object" else None
    items = Arr(list(range(min(length, 1000)))) if isinstance(length, int) else members.to_array(ev, source)
    if len(args) > 1:
        return call(ev, members.get(ev, Arr(list(items.items), items.open), "map"), UNDEFINED, [args[1]])
    return Arr(list(items.items), items.open)


def _promise_all(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    found = members.to_array(ev, arg(args))
    return Arr(list(found.items), found.open)


def _settled(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    found = members.to_array(ev, arg(args))
    return Arr([Obj({"status": "fulfilled", "value": likely(i)}) for i in found.items], found.open)


def _promise(ev: "Evaluator", this: Any, args: list[Any], _: int) -> Any:  # noqa: ANN401
    results: list[Any] = []

    def keep(_: "Evaluator", given: list[Any]) -> Any:  # noqa: ANN401
        results.append(arg(given))
        return UNDEFINED

    resolve = native("resolve", keep)
    if this is NEW and isinstance(arg(args), Fn):
        invoke(ev, args[0], UNDEFINED, [resolve, Unknown("argument", "reject")])
    return results[0] if results else Unknown("run-time", "Promise")


def _stringify(_: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    value = likely(arg(args))
    if not known(value):
        return Unknown("not-constant", "JSON.stringify(…)")
    indent = likely(arg(args, 2))
    if isinstance(indent, int) and indent > 0:
        text = json.dumps(to_json(value), ensure_ascii=False, indent=min(indent, 10))
    else:
        text = json.dumps(to_json(value), ensure_ascii=False, separators=(",", ":"))
    place = getattr(value, "place", None)
    return Text(text, *place) if place else text


def _parse_json(_: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    text = likely(arg(args))
    if isinstance(text, str):
        if isinstance(text, Text) and text.line == 1 and text.file.endswith((".json", ".json5")):
            return from_json_text(text.encode("utf-8", "replace"), text.file)
        try:
            return from_json(json.loads(text))
        except (ValueError, RecursionError):
            return Unknown("not-constant", "JSON.parse(…)")
    return Unknown("run-time", "JSON.parse(…)")


def _string(_: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    value = arg(args)
    text = value if isinstance(value, str) else to_text(value)
    return text if text is not None else value if isinstance(value, Unknown) else Unknown("not-constant", "String(…)")


def _number(_: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    value = likely(arg(args))
    return to_number(value) if known(value) and value is not UNDEFINED else Unknown("not-constant", "Number(…)")


def _boolean(_: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    found = truth(arg(args))
    return found if found is not None else arg(args)


def _exit(_: "Evaluator", __: list[Any]) -> Any:  # noqa: ANN401
    raise Thrown(Unknown("run-time", "exit"))


def _first(_: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    return arg(args)


def _error(_: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    return Obj({"message": arg(args), "name": "Error"}, open=Unknown("run-time", "error"))


def _collection(kind: str) -> Native:
    def make(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
        return containers.make(kind, members.to_array(ev, arg(args)), len(ev.logs), len(ev.guards))

    return native(kind, make)


def _space(name: str, table: dict[str, Body], call_: Any = None) -> Native:  # noqa: ANN401
    made = Native(name, call_ or (lambda _, __, ___, ____: Unknown("run-time", name)))
    made.props = {key: native(key, body) for key, body in table.items()}
    return made


def _quiet(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    """A global that only takes callbacks: timers."""
    for value in args:
        if isinstance(value, Fn):
            from crawler.extractors.typescript.calls import run_callback  # noqa: PLC0415

            run_callback(ev, value)
    return Unknown("run-time", "timer")


def _process() -> Obj:
    env = Unknown("environment", "process.env", "env", Obj())
    argv = Unknown("arguments", "process.argv", "flag", Arr(["node", "server"]))
    made = Obj({"env": env, "argv": argv}, open=Unknown("run-time", "process", spec="node:process"))
    made.props["platform"] = Unknown("run-time", "process.platform", "platform", "linux")
    made.props["arch"] = Unknown("run-time", "process.arch", "platform", "x64")
    made.props["exit"] = native("exit", _exit)
    made.props["cwd"] = native("cwd", lambda _, __: Unknown("run-time", "process.cwd()"))
    return made


def make_builtins() -> dict[str, Any]:
    """Return the global names."""
    from crawler.extractors.typescript.helpers import HELPERS  # noqa: PLC0415

    objects = {
        "keys": lambda ev, a: _each_option(ev, a, lambda e, b: members.keys_of(e, arg(b))),
        "getOwnPropertyNames": lambda ev, a: members.keys_of(ev, arg(a)),
        "values": lambda ev, a: _each_option(ev, a, _values),
        "entries": lambda ev, a: _each_option(ev, a, _entries),
        "fromEntries": _from_entries,
        "assign": _assign,
        "freeze": _first,
        "seal": _first,
        "defineProperty": _define_property,
        "defineProperties": _define_properties,
        "create": _create,
        "setPrototypeOf": _first,
        "getPrototypeOf": lambda _, a: getattr(arg(a), "proto", None),
        "hasOwn": lambda _, a: members.has(arg(a), arg(a, 1)),
        "getOwnPropertyDescriptor": lambda _, __: UNDEFINED,
    }  # fmt: skip
    values: dict[str, Any] = {
        "undefined": UNDEFINED,
        "NaN": float("nan"),
        "Infinity": float("inf"),
        "Object": _space("Object", objects, lambda _, __, a, ___: arg(a) if a else Obj()),
        "Array": _space(
            "Array", {"from": _array_from, "isArray": _is_array, "of": lambda _, a: Arr(list(a))},
            lambda _, __, a, ___: Arr(list(a)) if not (len(a) == 1 and isinstance(a[0], int)) else Arr(),
        ),
        "Promise": _space(
            "Promise",
            {"all": _promise_all, "allSettled": _settled, "resolve": _first, "race": _race, "any": _race},
            _promise,
        ),
        "JSON": _space("JSON", {"stringify": _stringify, "parse": _parse_json}),
        "String": _space(
            "String", {"raw": lambda _, __: Unknown("not-constant", "raw")}, lambda ev, _, a, __: _string(ev, a)
        ),
        "Number": native("Number", _number),
        "parseInt": native("parseInt", _number),
        "parseFloat": native("parseFloat", _number),
        "Boolean": native("Boolean", _boolean),
        "Symbol": Native(
            "Symbol", lambda _, __, ___, ____: Unknown("run-time", "Symbol"), props={n: f"@@{n}" for n in _SYMBOLS}
        ),
        "Map": _collection("map"),
        "Set": _collection("set"),
        "WeakMap": _collection("map"),
        "WeakSet": _collection("set"),
        "structuredClone": native("structuredClone", _first),
        "await": native("await", _first),  # the grammar takes `await (…)` for a call
        "process": _process(),
        "URL": URL,
        "RegExp": Native("RegExp", constructor),
        "setTimeout": native("setTimeout", _quiet),
        "setImmediate": native("setImmediate", _quiet),
        "queueMicrotask": native("queueMicrotask", _quiet),
        "Reflect": _space("Reflect", {"construct": _reflect_construct}),
        **{n: native(n, _error) for n in ("Error", "TypeError", "RangeError", "SyntaxError")},
        **HELPERS,
    }  # fmt: skip
    values["globalThis"] = Obj({"process": values["process"]}, open=Unknown("run-time", "globalThis"))
    return values


def _reflect_construct(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    return construct(ev, arg(args), members.to_array(ev, arg(args, 1)).items)


def _race(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    """Any of several promises."""
    items = members.to_array(ev, arg(args))
    return join([(item, None) for item in items.items]) if items.items else Unknown("run-time", "Promise.race(…)")


def _is_array(_: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    value = arg(args)
    return isinstance(value, Arr) if known(value) else Unknown("run-time", "Array.isArray(…)")
