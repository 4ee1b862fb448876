"""The helper functions that compilers and bundlers emit, recognised by the names that they keep.

Where minification renames them, their own code is evaluated like any other.
"""

from typing import TYPE_CHECKING, Any, Final

from crawler.extractors.typescript import members, writing
from crawler.extractors.typescript.calls import call, invoke
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.values import (
    Arr,
    Choice,
    Fn,
    Getter,
    Lazy,
    Native,
    Obj,
    Unknown,
    join,
    options,
)

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator


LAZY_MODULE: Final = "init_module"
"""Name of the function that runs a bundled module when it is first asked for."""


def _arg(args: list[Any], index: int = 0) -> Any:  # noqa: ANN401
    return args[index] if len(args) > index else UNDEFINED


def _awaiter(ev: "Evaluator", _: Any, args: list[Any], __: int) -> Any:  # noqa: ANN401
    """`__awaiter(this, arguments, P, function*(){})`: run the body."""
    body = _arg(args, 3)
    return call(ev, body, _arg(args), []) if isinstance(body, Fn) else Unknown("run-time", "async")


def _generator(ev: "Evaluator", _: Any, args: list[Any], __: int) -> Any:  # noqa: ANN401
    """`__generator(this, body)`: run every state of the machine; what a `[2, value]` returns is the result."""
    body = _arg(args, 1)
    if not isinstance(body, Fn):
        return Unknown("run-time", "generator")
    state = Obj({"label": Unknown("run-time", "state"), "sent": Native("sent", lambda *_: Unknown("run-time", "sent"))})
    result = invoke(ev, body, _arg(args), [state])
    found = []
    for value, guard in options(result) if isinstance(result, Choice) else [(result, None)]:
        if isinstance(value, Arr) and len(value.items) > 1 and value.items[0] == 2:
            found.append((value.items[1], guard))
    return join(found) if found else Unknown("run-time", "generator")


def _import_default(ev: "Evaluator", this: Any, args: list[Any], pos: int) -> Any:  # noqa: ANN401
    value = _arg(args)
    if isinstance(value, Obj) and ("default" in value.props or value.props.get("__esModule") is True):
        return value
    if isinstance(value, Choice):
        return join([(_import_default(ev, this, [option], pos), guard) for option, guard in value.options])
    return _with_default(value) if isinstance(value, Unknown) else Obj({"default": value})


def _with_default(value: Unknown) -> Obj:
    default = Unknown(value.reason, value.text, value.kind, value.guess, value.spec, "default")
    return Obj({"default": default}, open=value)


def _import_star(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
    value = _arg(args)
    if not isinstance(value, Obj) or value.props.get("__esModule") is True or value.kind == "module":
        return value
    return Obj({**value.props, "default": value}, places=value.places, open=value.open, kind="module")


def _to_esm(ev: "Evaluator", this: Any, args: list[Any], pos: int) -> Any:  # noqa: ANN401
    return _import_star(ev, this, args, pos)


def _export_star(ev: "Evaluator", _: Any, args: list[Any], __: int) -> Any:  # noqa: ANN401
    source, target = _arg(args), _arg(args, 1)
    if isinstance(source, Obj) and isinstance(target, Obj):
        for name in list(source.props):
            if name not in ("default", "__esModule"):
                target.props.setdefault(name, Lazy(lambda n=name: members.get(ev, source, n)))  # type: ignore[misc]
        target.open = target.open or source.open
    elif isinstance(source, Unknown) and isinstance(target, Obj):
        target.open = target.open or source
    return UNDEFINED


def _create_binding(ev: "Evaluator", _: Any, args: list[Any], __: int) -> Any:  # noqa: ANN401
    target, source, name = _arg(args), _arg(args, 1), _arg(args, 2)
    outer = _arg(args, 3)
    if isinstance(target, Obj) and isinstance(name, str):
        key = outer if isinstance(outer, str) else name
        target.props[key] = Lazy(lambda: members.get(ev, source, name))
    return UNDEFINED


def _export(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
    """esbuild: `__export(target, {name: () => value})`; the target is then a module's namespace."""
    target, table = _arg(args), _arg(args, 1)
    if isinstance(target, Obj) and isinstance(table, Obj):
        target.kind = "module"
        for name, getter in table.props.items():
            target.props[name] = Getter(getter)
    return target


def _extends(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
    child, parent = _arg(args), _arg(args, 1)
    if isinstance(child, Fn):
        members.prototype(child).proto = members.prototype(parent) if isinstance(parent, Fn) else parent
    return UNDEFINED


def _spread_array(ev: "Evaluator", _: Any, args: list[Any], __: int) -> Any:  # noqa: ANN401
    left, right = members.to_array(ev, _arg(args)), members.to_array(ev, _arg(args, 1))
    return Arr([*left.items, *right.items], left.open or right.open)


def _rest(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
    source, names = _arg(args), _arg(args, 1)
    if isinstance(source, Obj) and isinstance(names, Arr):
        taken = {n for n in names.items if isinstance(n, str)}
        return Obj({k: v for k, v in source.props.items() if k not in taken}, open=source.open, places=source.places)
    return source


def _esm(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
    """Esbuild and Bun: `__esm({path() {…}})` runs a module's code when it is first asked for."""
    table = _arg(args)
    left = [table] if isinstance(table, Fn) else list(table.props.values())[:1] if isinstance(table, Obj) else []

    def init(ev: "Evaluator", *_: Any) -> Any:  # noqa: ANN401
        return call(ev, left.pop(), UNDEFINED, [0]) if left else UNDEFINED

    return Native(LAZY_MODULE, init)


def _common_js(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
    """Esbuild and Bun: `__commonJS({path(exports, module) {…}})` gives the exports of code that is run once."""
    table = _arg(args)
    code = next(iter(table.props.values()), UNDEFINED) if isinstance(table, Obj) else table
    held: list[Obj] = []

    def load(ev: "Evaluator", *_: Any) -> Any:  # noqa: ANN401
        if not held:
            held.append(Obj({"exports": Obj()}))
            call(ev, code, UNDEFINED, [held[0].props["exports"], held[0]])
        return members.get(ev, held[0], "exports")

    return Native("load", load)


def _assign(ev: "Evaluator", _: Any, args: list[Any], __: int) -> Any:  # noqa: ANN401
    out = Obj()
    for source in args:
        members.spread_into(ev, out, source)
    return out


def _same(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
    return _arg(args)


HELPERS: Final[dict[str, Native]] = {
    name: Native(name, function)
    for name, function in {
        "__awaiter": _awaiter,
        "__generator": _generator,
        "__importDefault": _import_default,
        "__importStar": _import_star,
        "__toESM": _to_esm,
        "__exportStar": _export_star,
        "__reExport": lambda ev, this, args, pos: _export_star(ev, this, [_arg(args, 1), _arg(args)], pos),
        "__createBinding": _create_binding,
        "__export": _export,
        "__esm": _esm,
        "__commonJS": _common_js,
        "__toCommonJS": _same,
        "__extends": _extends,
        "__spreadArray": _spread_array,
        "__spreadArrays": _spread_array,
        "__rest": _rest,
        "__assign": _assign,
        "__name": _same,
        "__publicField": lambda ev, _, args, __: _public_field(ev, args),
    }.items()
}


def _public_field(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    target, key, value = _arg(args), _arg(args, 1), _arg(args, 2)
    if isinstance(key, str):
        writing.put(ev, target, key, value, ("", 0))
    return value
