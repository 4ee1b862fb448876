"""Properties: reading, writing, enumerating."""

from collections.abc import Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript.convert import key_of
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.values import (
    NO_GUESS,
    Arr,
    Choice,
    Cls,
    Fn,
    Getter,
    Guarded,
    Lazy,
    Native,
    Obj,
    Text,
    Unknown,
    join,
    known,
    likely,
)
from mcp_catalogue.model import Condition

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

_MISSING = object()
MAX_ANY = 16
"""Of how many values a handler may find any, where it is not known which."""


def get(self: "Evaluator", value: Any, name: str) -> Any:  # noqa: ANN401
    """Read `value.name`."""
    reader = self.readers.get(type(value))
    if reader is not None:
        return reader(self, value, name)
    own_reader = getattr(value, "member", None)
    if own_reader is not None:
        found = own_reader(self, name)
        return found if found is not None else Unknown("run-time", f".{name}")
    return UNDEFINED if value is None or value is UNDEFINED else Unknown("run-time", f".{name}")


def own(self: "Evaluator", value: Obj | Fn | Cls | Native, name: str) -> Any:  # noqa: ANN401
    """Read an own property, running a getter and resolving a lazy one."""
    found = value.props[name]
    if isinstance(found, Lazy):
        return self.force(found, value.props, name)
    return read_getter(self, found, value) if isinstance(found, Getter) else found


def read_getter(self: "Evaluator", getter: Getter, this: Any) -> Any:  # noqa: ANN401
    """Run a getter."""
    from crawler.extractors.typescript.calls import call  # noqa: PLC0415

    return call(self, getter.function, this, [])


@lru_cache(4096)
def is_settings(text: str) -> bool:
    """Whether an expression is by its name the options that a server was started with."""
    last = text.rpartition(".")[2].lower().strip("_#$0123456789")
    return last.endswith(("args", "argv", "options", "opts", "flags", "config", "settings", "configuration"))


class Bound(Native):
    """A method bound to its object; `function` is the method."""

    __slots__ = ("function",)

    def __init__(self, function: Fn, this: Any) -> None:  # noqa: ANN401
        from crawler.extractors.typescript.calls import invoke  # noqa: PLC0415

        super().__init__(function.node.name, lambda ev, _, args, __: invoke(ev, function, this, args))
        self.function = function


def prototype(function: Fn) -> Obj:
    """Return the prototype object of a constructor function."""
    found = function.props.get("prototype")
    if not isinstance(found, Obj):
        found = Obj({"constructor": function})
        function.props["prototype"] = found
    return found


def text_key(value: Any) -> str | None:  # noqa: ANN401
    """Return a computed property name, with the default for what is configured."""
    return key_of(likely(value))


def index(self: "Evaluator", value: Any, key: Any) -> Any:  # noqa: ANN401
    """Read `value[key]`."""
    if isinstance(value, Guarded):
        value = value.value
    if isinstance(key, Choice) and len(key.options) <= 16:
        return join([(index(self, value, k), g) for k, g in key.options])
    if isinstance(value, Arr | str) and isinstance(key, int | float):
        items = value.items if isinstance(value, Arr) else list(value)
        if 0 <= key < len(items) and key == int(key):
            found = items[int(key)]
            return found.value if isinstance(found, Guarded) else found
        return value.open or UNDEFINED if isinstance(value, Arr) else UNDEFINED
    name = key_of(key)
    if name is not None:
        return get(self, value, name)
    if self.memory is not None and isinstance(value, Obj) and value.props:  # what a tool looks up is one of those
        return join([(own(self, value, n), None) for n in list(value.props)[:MAX_ANY]])
    shown = key.text if isinstance(key, Unknown) else "…"
    if isinstance(value, Obj) and value.props and all(isinstance(v, Arr) for v in value.props.values()):
        return _any_list(value, shown)
    if isinstance(value, Obj) and value.kind == "object" and isinstance(key, Unknown) and key.kind is None:
        return Unknown("run-time", f"element[{shown}]")
    text = value.text if isinstance(value, Unknown) else "table"
    made = Unknown("run-time", f"{text}[{shown}]"[:160], value.kind if isinstance(value, Unknown) else None)
    if isinstance(value, Unknown) and value.spec is not None:
        made.spec, made.path = value.spec, f"{value.path}.[]" if value.path else "[]"
    guess = key_of(likely(key))
    if guess is not None:
        made.guess = likely(get(self, value, guess))
        if not known(made.guess):
            made.guess = NO_GUESS
    return made


def _any_list(table: Obj, key: str) -> Arr:
    """A table of lists read by a key that is not known: what any of them holds, each under its own key."""
    out = Arr(open=table.open, place=table.place)
    for name, listed in table.props.items():
        file, line = table.places.get(name, table.place or ("", 1))
        guard = Condition(kind="toolset", expression=f'{key} === "{name}"'[:160], default_on=None, file=file, line=line)
        out.items.extend(i if isinstance(i, Guarded) else Guarded(i, guard) for i in listed.items)
    return out


def has(owner: Any, key: Any) -> Any:  # noqa: ANN401
    """`key in owner`."""
    name = key_of(key)
    if name is None or not isinstance(owner, Obj) or owner.proto is not None:
        return Unknown("not-constant", "in")
    if name in owner.props:
        return True
    return Unknown("not-constant", "in") if owner.open is not None else False


def enumerable(value: Obj) -> Iterator[str]:
    """Yield the names that enumeration gives."""
    for name in value.props:
        if not (value.kind == "module" and name == "__esModule"):
            yield name


def keys_of(self: "Evaluator", value: Any) -> Arr:  # noqa: ANN401
    """Return `Object.keys(value)`."""
    value = likely(value)
    if isinstance(value, Obj):
        out = Arr(open=value.open)
        for name in enumerable(value):
            prop = value.props[name]
            place = value.places.get(name)
            key: Any = Text(name, *place) if place else name
            out.items.append(Guarded(key, prop.guard) if isinstance(prop, Guarded) else key)
        return out
    if isinstance(value, Arr):
        return Arr([str(i) for i in range(len(value.items))], value.open)
    if isinstance(value, Fn | Cls):
        return Arr([k for k in value.props if k != "prototype"])
    shape = getattr(value, "keys", None)
    if shape is not None and not isinstance(value, str):
        return Arr(list(shape()))
    self.spend()
    return Arr(open=value if isinstance(value, Unknown) else Unknown("run-time", "keys"))


def to_array(self: "Evaluator", value: Any) -> Arr:  # noqa: ANN401
    """Return what iterating over `value` gives."""
    if isinstance(value, Arr):
        return value
    if isinstance(value, Guarded):
        return to_array(self, value.value)
    if isinstance(value, Obj):
        if value.kind == "map":
            return Arr([Arr([k, v]) if not isinstance(v, Guarded) else Guarded(Arr([k, v.value]), v.guard)
                        for k, v in value.entries], value.open)  # fmt: skip
        if value.kind == "set":
            return Arr([v for _, v in value.entries], value.open)
        return Arr(open=value.open or Unknown("not-iterable"))
    if isinstance(value, Choice):
        found = [(to_array(self, v), g) for v, g in value.options]
        merged = join(list(found))
        return merged if isinstance(merged, Arr) else Arr(open=Unknown("run-time"))
    if isinstance(value, Unknown) and value.guess is not NO_GUESS and isinstance(value.guess, Arr):
        return Arr(list(value.guess.items), value, value.guess.place)
    if isinstance(value, str):
        return Arr(list(value[:1000]))
    return Arr() if value is None or value is UNDEFINED or value is False else Arr(open=_as_unknown(value))


def _as_unknown(value: Any) -> Unknown:  # noqa: ANN401
    return value if isinstance(value, Unknown) else Unknown("run-time", "items")


def element_options(source: Unknown) -> Iterator[Any]:
    """Yield the one unknown element that stands for all of an unknown collection."""
    path = f"{source.path}.[]"[-120:] if source.spec is not None else ""
    yield Unknown("run-time", f"element of {source.text}"[:160], None, spec=source.spec, path=path)


def spread_into(self: "Evaluator", out: Obj, value: Any) -> None:  # noqa: ANN401
    """`{...value}`."""
    if isinstance(value, Choice):
        chosen = likely(value)
        for option, guard in value.options:
            if self.memory is not None and isinstance(option, Unknown):
                out.open = out.open or option
            if isinstance(option, Obj):
                self.spend(len(option.props))
                for name in enumerable(option):
                    inner = own(self, option, name)
                    if option is chosen or guard is None:
                        out.props[name] = (
                            inner if option is not chosen or guard is None else _guarded(inner, guard, value)
                        )
                    elif name not in out.props:
                        out.props[name] = _guarded(inner, guard, value)
                    out.places.setdefault(name, option.places.get(name, option.place or ("", 0)))
        return
    if isinstance(value, Obj) and value.kind in ("object", "module"):
        self.spend(len(value.props))
        for name in list(enumerable(value)):
            out.props[name] = own(self, value, name)
            if name in value.places:
                out.places[name] = value.places[name]
        out.open = out.open or value.open
    elif isinstance(value, Unknown):
        guess = likely(value)
        if isinstance(guess, Obj):
            spread_into(self, out, guess)
        elif not known(guess):
            out.open = out.open or value
    elif isinstance(value, Arr):
        for place, item in enumerate(value.items):
            out.props[str(place)] = item
    else:
        shape = getattr(value, "spread", None)
        if shape is not None:
            out.props.update(shape())


def _guarded(inner: Any, guard: Any, choice: Choice) -> Any:  # noqa: ANN401
    held = [o for o, _ in choice.options if isinstance(o, Obj)]
    if isinstance(inner, Guarded) or guard is None:
        return inner
    everywhere = len(held) == len(choice.options) and all(inner in list(o.props.values()) for o in held)
    return inner if everywhere else Guarded(inner, guard)
