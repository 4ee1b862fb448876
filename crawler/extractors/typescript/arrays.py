"""Arrays: properties and methods, with items that exist only under a condition kept so."""

from collections.abc import Callable
from functools import cmp_to_key
from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript import ir, members
from crawler.extractors.typescript.calls import call
from crawler.extractors.typescript.conditions import condition, default_truth
from crawler.extractors.typescript.containers import maybe_in, size
from crawler.extractors.typescript.convert import to_text
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.values import (
    Arr,
    Fn,
    Guarded,
    Native,
    Obj,
    Text,
    Unknown,
    join,
    known,
    likely,
    same,
    truth,
)

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

Method = Callable[["Evaluator", Arr, list[Any]], Any]


def member(value: Arr, name: str) -> Any:  # noqa: ANN401
    """Read a property or method of an array."""
    if name == "length":
        return size(value.items, value.open, "length")
    method = _METHODS.get(name)
    if method is None:
        return UNDEFINED
    return Native(name, lambda ev, this, args, _: method(ev, this, args), value)


def _each(self: "Evaluator", array: Arr, function: Any) -> list[tuple[Any, Any]]:  # noqa: ANN401
    """Call `function` with each item: pairs of the item and the result; unknown items once."""
    out = []
    for position, item in enumerate(list(array.items)):
        guard = item.guard if isinstance(item, Guarded) else None
        inner = item.value if isinstance(item, Guarded) else item
        with self.under(guard):
            out.append((item, call(self, function, UNDEFINED, [inner, position, array])))
    if array.open is not None:
        for option in members.element_options(array.open):
            call(self, function, UNDEFINED, [option, Unknown("run-time", "index"), array])
    return out


def _rewrap(item: Any, result: Any) -> Any:  # noqa: ANN401
    if isinstance(item, Guarded) and not isinstance(result, Guarded):
        return Guarded(result, item.guard)
    return result


def _map(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    return Arr([_rewrap(i, r) for i, r in _each(self, array, _first(args))], array.open, array.place)


def _for_each(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    _each(self, array, _first(args))
    return UNDEFINED


def _first(args: list[Any]) -> Any:  # noqa: ANN401
    return args[0] if args else UNDEFINED


def _filter(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    function = _first(args)
    out = Arr(open=array.open, place=array.place)
    verdicts = [(item, result, truth(result)) for item, result in _each(self, array, function)]
    # A filter that lets everything through by default (`!disabled.has(t.name)`) is no condition of one item.
    same_for_all = len(verdicts) > 1 and all(v is None and default_truth(r) is True for _, r, v in verdicts)
    for item, result, verdict in verdicts:
        if verdict is True or (verdict is None and (same_for_all or isinstance(item, Guarded))):
            out.items.append(item)
        elif verdict is None:
            out.items.append(Guarded(item, _filter_guard(function, result)))
    return out


def _filter_guard(function: Any, result: Any) -> Any:  # noqa: ANN401
    node = function.node if isinstance(function, Fn) else None
    file = function.scope.module.path if isinstance(function, Fn) else ""
    text = source_text(function) if isinstance(function, Fn) else "filter"
    return condition(result, text, file, node.line if node else 0)


def source_text(function: Fn) -> str:
    """The text of a function, on one line and cut."""
    module = function.scope.module
    data = module.loader.resolver.read(module.path) or b""
    return " ".join(
        data[function.node.start : min(function.node.end, function.node.start + 400)].decode("utf-8", "replace").split()
    )[:160]


def _flat_map(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    out = Arr(open=array.open, place=array.place)
    for item, result in _each(self, array, _first(args)):
        inner = members.to_array(self, result)
        out.items.extend(_rewrap(item, i) for i in inner.items)
        out.open = out.open or inner.open
    return out


def _flat(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    depth = args[0] if args and isinstance(args[0], int) else 5 if args else 1
    out = Arr(open=array.open, place=array.place)
    for item in array.items:
        inner = item.value if isinstance(item, Guarded) else item
        if isinstance(inner, Arr):
            nested = _flat(self, inner, [depth - 1]) if depth > 1 else inner
            out.items.extend(_rewrap(item, i) for i in nested.items)
            out.open = out.open or inner.open
        else:
            out.items.append(item)
    self.spend(len(out.items))
    return out


def _find(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    looked_up = _by_key(self, array, _first(args))
    if looked_up is not None:
        return looked_up
    possible: list[tuple[Any, Any]] = []
    for position, item in enumerate(list(array.items)):
        inner = item.value if isinstance(item, Guarded) else item
        result = call(self, _first(args), UNDEFINED, [inner, position, array])
        verdict = truth(result)
        if verdict is True and not possible:
            return inner
        if verdict is not False:
            possible.append((inner, _filter_guard(_first(args), result)))
    if not possible:
        return array.open or UNDEFINED
    if len(possible) > 1 and self.memory is not None:
        return join([*((inner, None) for inner, _ in possible[: members.MAX_ANY]), (UNDEFINED, None)])
    return Unknown("run-time", "find") if len(possible) > 1 else possible[0][0]


def _by_key(self: "Evaluator", array: Arr, function: Any) -> Any:  # noqa: ANN401
    """Answer `items.find(x => x.key === value)` without a call per item; None where it is of another form."""
    if not isinstance(function, Fn) or array.open is not None or len(array.items) < 20:
        return None
    body = function.node.body()
    returned = body.statements[0] if len(body.statements) == 1 else None
    test = returned.value if isinstance(returned, ir.Return) else None
    if not isinstance(test, ir.Binary) or test.op != "===" or len(body.params) != 1:
        return None
    name, left = body.params[0].target, test.left
    if not isinstance(name, ir.Name) or not isinstance(left, ir.Chain) or len(left.links) != 1:
        return None
    if not isinstance(left.base, ir.Name) or left.base.id != name.id or not isinstance(left.links[0], ir.Get):
        return None
    inner = function.scope.inner()
    inner.names[name.id] = Unknown("argument", name.id)
    wanted = self.value(test.right, inner)
    if not isinstance(wanted, str | int):
        return None
    self.spend(len(array.items) // 10)
    key = left.links[0].name
    for item in array.items:
        held = item.props.get(key) if isinstance(item, Obj) else None
        if not isinstance(held, str | int):
            return None
        if same(held, wanted):
            return item
    return UNDEFINED


def _find_index(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    for position, (_, result) in enumerate(_each(self, array, _first(args))):
        verdict = truth(result)
        if verdict is not False:
            return position if verdict else Unknown("run-time", "findIndex")
    return Unknown("run-time", "findIndex") if array.open else -1


def _some(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    verdicts = [truth(r) for _, r in _each(self, array, _first(args))]
    if True in verdicts:
        return True
    return Unknown("run-time", "some") if None in verdicts or array.open else False


def _every(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    verdicts = [truth(r) for _, r in _each(self, array, _first(args))]
    if False in verdicts:
        return False
    return Unknown("run-time", "every") if None in verdicts or array.open else True


def _includes(_: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    wanted = likely(_first(args))
    if not known(wanted):
        return Unknown("run-time", "includes")
    found = any(same(likely(i), wanted) for i in array.items)
    return True if found else maybe_in(array.open, "includes") if array.open else False


def _index_of(_: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    wanted = _first(args)
    for position, item in enumerate(array.items):
        if same(item, wanted):
            return position
    return Unknown("run-time", "indexOf") if array.open or not known(wanted) else -1


def _reduce(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    items = list(array.items)
    if len(args) > 1:
        total = args[1]
    elif items:
        total = items.pop(0)
    else:
        return array.open or UNDEFINED
    for position, item in enumerate(items):
        guard = item.guard if isinstance(item, Guarded) else None
        with self.under(guard):
            inner = item.value if isinstance(item, Guarded) else item
            total = call(self, _first(args), UNDEFINED, [total, inner, position, array])
    return total


def _push(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    self.spend(len(args))
    guard = self.since(array)
    if guard is not None:
        array.items.extend(a if isinstance(a, Guarded) else Guarded(a, guard) for a in args)
    else:
        array.items.extend(args)
    if len(array.items) > 5_000:
        del array.items[5_000:]
        array.open = Unknown("too-many-items")
    return len(array.items)


def _unshift(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    self.spend(len(args))
    array.items[:0] = args
    return len(array.items)


def _concat(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    out = Arr(list(array.items), array.open, array.place)
    for arg in args:
        if isinstance(arg, Arr):
            out.items.extend(arg.items)
            out.open = out.open or arg.open
        elif known(arg):
            out.items.append(arg)
        else:
            spread = members.to_array(self, arg)
            out.items.extend(spread.items)
            out.open = out.open or spread.open
    self.spend(len(out.items))
    return out


def _slice(_: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    start = args[0] if args and isinstance(args[0], int) else None
    end = args[1] if len(args) > 1 and isinstance(args[1], int) else None
    return Arr(array.items[start:end], array.open, array.place)


def _join(_: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    separator = args[0] if args and isinstance(args[0], str) else ","
    items = [likely(i) for i in array.items]
    texts = ["" if i is None or i is UNDEFINED else to_text(i) for i in items]
    if array.open is not None or any(t is None for t in texts):
        return Unknown("not-constant", "join(…)")
    first = next((i for i in items if isinstance(i, Text)), None)
    joined = separator.join(t for t in texts if t is not None)
    return Text(joined, first.file, first.line) if first is not None else joined


def _sort(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    def compare(a: Any, b: Any) -> int:  # noqa: ANN401
        result = call(self, args[0], UNDEFINED, [likely(a), likely(b)])
        return int(result) if isinstance(result, int | float) and result == result else 0  # noqa: PLR0124

    if args:
        array.items.sort(key=cmp_to_key(compare))
    else:
        array.items.sort(key=lambda v: to_text(likely(v)) or "")
    return array


def _reverse(_: "Evaluator", array: Arr, __: list[Any]) -> Any:  # noqa: ANN401
    array.items.reverse()
    return array


def _entries(_: "Evaluator", array: Arr, __: list[Any]) -> Any:  # noqa: ANN401
    return Arr([Arr([i, likely(v) if isinstance(v, Guarded) else v]) for i, v in enumerate(array.items)], array.open)


def _values(_: "Evaluator", array: Arr, __: list[Any]) -> Any:  # noqa: ANN401
    return array


def _pop(_: "Evaluator", array: Arr, __: list[Any]) -> Any:  # noqa: ANN401
    return array.items.pop() if array.items else array.open or UNDEFINED


def _shift(_: "Evaluator", array: Arr, __: list[Any]) -> Any:  # noqa: ANN401
    return array.items.pop(0) if array.items else array.open or UNDEFINED


def _at(_: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    position = args[0] if args and isinstance(args[0], int) else 0
    return array.items[position] if -len(array.items) <= position < len(array.items) else array.open or UNDEFINED


def _splice(_: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    start = args[0] if args and isinstance(args[0], int) else 0
    count = args[1] if len(args) > 1 and isinstance(args[1], int) else len(array.items)
    removed = array.items[start : start + count]
    array.items[start : start + count] = args[2:]
    return Arr(removed)


def _keys(self: "Evaluator", array: Arr, _: list[Any]) -> Any:  # noqa: ANN401
    return members.keys_of(self, array)


def _then(self: "Evaluator", array: Arr, args: list[Any]) -> Any:  # noqa: ANN401
    return join([(call(self, _first(args), UNDEFINED, [array]), None)])


_METHODS: dict[str, Method] = {
    "map": _map, "forEach": _for_each, "filter": _filter, "flatMap": _flat_map, "flat": _flat, "find": _find,
    "findLast": _find, "findIndex": _find_index, "some": _some, "every": _every, "includes": _includes,
    "indexOf": _index_of, "reduce": _reduce, "push": _push, "unshift": _unshift, "concat": _concat, "slice": _slice,
    "join": _join, "sort": _sort, "toSorted": _sort, "reverse": _reverse, "toReversed": _reverse,
    "entries": _entries, "values": _values, "pop": _pop, "shift": _shift, "at": _at, "splice": _splice,
    "keys": _keys, "then": _then,
}  # fmt: skip
