"""Methods of plain objects, `Map` and `Set`, and `then` on a value that is already there."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript.calls import call
from crawler.extractors.typescript.convert import to_text
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.members import MAX_ANY, to_array
from crawler.extractors.typescript.values import Arr, Guarded, Native, Obj, Unknown, join, known, likely, same
from mcp_catalogue.model import Condition

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

Method = Callable[["Evaluator", Obj, list[Any]], Any]


def member(value: Obj, name: str) -> Any:  # noqa: ANN401
    """Read a built-in property of an object; None where there is none."""
    if value.kind in ("map", "set"):
        if name == "size":
            return size([v for _, v in value.entries], value.open, "size")
        return _bound(name, _COLLECTION.get(name), value)
    return _bound(name, _PLAIN.get(name), value)


def size(items: list[Any], rest: Unknown | None, text: str) -> Any:  # noqa: ANN401
    """How many items there are: by default those without the rest, where that is configuration."""
    guards = [i.guard for i in items if isinstance(i, Guarded)]
    if rest is None and not guards:
        return len(items)
    made = Unknown("run-time", text, rest.kind if rest is not None else None)
    if (rest is None or rest.kind is not None) and all(g.default_on is not None for g in guards):
        made.guess = len(items) - sum(g.default_on is False for g in guards)
    return made


def _bound(name: str, method: Method | None, value: Obj) -> Native | None:
    return Native(name, lambda ev, this, args, _: method(ev, this, args), value) if method is not None else None


def make(kind: str, items: Arr, born: int = 0, held: int = 0) -> Obj:
    """Return a `Map` of pairs or a `Set` of items."""
    made = Obj(kind=kind, open=items.open, born=born, held=held)
    for item in items.items:
        inner = item.value if isinstance(item, Guarded) else item
        if kind == "set":
            _store(made, inner, item)
        elif isinstance(inner, Arr) and len(inner.items) > 1:
            kept = Guarded(inner.items[1], item.guard) if isinstance(item, Guarded) else inner.items[1]
            _store(made, inner.items[0], kept)
        else:
            made.open = made.open or Unknown("run-time", "entries")
    return made


def _store(target: Obj, key: Any, value: Any) -> None:  # noqa: ANN401
    at = _position(target, key)
    if at is None:
        target.places[_slot(key)] = ("", len(target.entries))
        target.entries.append((key, value))
    elif not isinstance(value, Guarded) or value.guard.default_on is not False:
        # What is off by default does not take the place of what is there without it.
        target.entries[at] = (target.entries[at][0], value)


def _slot(key: Any) -> str:  # noqa: ANN401
    return (
        f"{type(key).__name__}:{key}"
        if isinstance(key, int | float | bool)
        else f"s:{key}"
        if isinstance(key, str)
        else f"i:{id(key)}"
    )


def _position(target: Obj, key: Any) -> int | None:  # noqa: ANN401
    place = target.places.get(_slot(key))
    return place[1] if place is not None else None


def _set(self: "Evaluator", this: Obj, args: list[Any]) -> Any:  # noqa: ANN401
    self.spend()
    if len(args) > 1:
        guard = self.since(this)
        _store(this, args[0], args[1] if guard is None else Guarded(args[1], guard))
    return this


def _add(self: "Evaluator", this: Obj, args: list[Any]) -> Any:  # noqa: ANN401
    self.spend()
    if args:
        guard = self.since(this)
        _store(this, args[0], args[0] if guard is None else Guarded(args[0], guard))
    return this


def _get(self: "Evaluator", this: Obj, args: list[Any]) -> Any:  # noqa: ANN401
    wanted = likely(args[0]) if args else UNDEFINED
    at = _position(this, wanted)
    if at is not None:
        value = this.entries[at][1]
        return value.value if isinstance(value, Guarded) else value
    if self.memory is not None and this.entries and not known(wanted):  # what a tool looks up is one of those
        return join([*((value, None) for _, value in this.entries[:MAX_ANY]), (UNDEFINED, None)])
    return Unknown("run-time", "get") if this.open is not None or not known(wanted) else UNDEFINED


def _has(_: "Evaluator", this: Obj, args: list[Any]) -> Any:  # noqa: ANN401
    wanted = args[0] if args else UNDEFINED
    at = _position(this, wanted)
    if at is not None:
        held = this.entries[at][1]
        return True if not isinstance(held, Guarded) else _maybe(held.guard)
    return maybe_in(this.open, "has") if this.open is not None or not known(wanted) else False


def maybe_in(source: Unknown | None, text: str) -> Unknown:
    """Whether something is in a collection that is open: not by default where the rest is configuration."""
    made = Unknown("run-time", text, source.kind if source is not None else None)
    if made.kind is not None:
        made.guess = False
    return made


def _maybe(guard: Condition) -> Unknown:
    made = Unknown("not-constant", guard.expression, guard.kind)
    if guard.default_on is not None:
        made.guess = guard.default_on
    return made


def _values(_: "Evaluator", this: Obj, __: list[Any]) -> Any:  # noqa: ANN401
    return Arr([v for _, v in this.entries], this.open)


def _keys(_: "Evaluator", this: Obj, __: list[Any]) -> Any:  # noqa: ANN401
    return Arr([Guarded(k, v.guard) if isinstance(v, Guarded) else k for k, v in this.entries], this.open)


def _entries(self: "Evaluator", this: Obj, _: list[Any]) -> Any:  # noqa: ANN401
    return to_array(self, this)


def _for_each(self: "Evaluator", this: Obj, args: list[Any]) -> Any:  # noqa: ANN401
    for key, value in list(this.entries):
        guard = value.guard if isinstance(value, Guarded) else None
        with self.under(guard):
            inner = value.value if isinstance(value, Guarded) else value
            call(self, args[0] if args else UNDEFINED, UNDEFINED, [inner, key, this])
    return UNDEFINED


def _delete(self: "Evaluator", this: Obj, args: list[Any]) -> Any:  # noqa: ANN401
    if not self.logs and args:
        kept = [(k, v) for k, v in this.entries if not same(k, args[0])]
        this.entries, this.places = [], {}
        for key, value in kept:
            _store(this, key, value)
    return True


def _clear(self: "Evaluator", this: Obj, _: list[Any]) -> Any:  # noqa: ANN401
    if not self.logs:
        this.entries, this.places = [], {}
    return UNDEFINED


def _has_own(_: "Evaluator", this: Obj, args: list[Any]) -> Any:  # noqa: ANN401
    name = to_text(args[0]) if args else None
    return name in this.props if name is not None and this.open is None else Unknown("run-time", "hasOwnProperty")


def _then(self: "Evaluator", this: Obj, args: list[Any]) -> Any:  # noqa: ANN401
    return call(self, args[0], UNDEFINED, [this]) if args else this


def _same(_: "Evaluator", this: Obj, __: list[Any]) -> Any:  # noqa: ANN401
    return this


_COLLECTION: dict[str, Method] = {
    "set": _set, "add": _add, "get": _get, "has": _has, "values": _values, "keys": _keys, "entries": _entries,
    "forEach": _for_each, "delete": _delete, "clear": _clear,
}  # fmt: skip
_PLAIN: dict[str, Method] = {"hasOwnProperty": _has_own, "then": _then, "catch": _same, "finally": _same}
