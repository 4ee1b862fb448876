"""Properties: reading, writing, enumerating."""

from collections.abc import Iterator
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


def get(self: "Evaluator", value: Any, name: str) -> Any:  # noqa: ANN401
    """Read `value.name`."""
    from crawler.extractors.typescript import arrays, containers, texts  # noqa: PLC0415 (they need this module)

    if isinstance(value, Guarded):
        value = value.value
    if isinstance(value, Obj):
        return _object_member(self, value, name, containers.member)
    if isinstance(value, Unknown):
        return _unknown_member(self, value, name)
    if isinstance(value, str):
        return texts.member(value, name)
    if isinstance(value, Arr):
        return arrays.member(value, name)
    if isinstance(value, Choice):
        return join([(get(self, v, name), g) for v, g in value.options[:200]])
    if isinstance(value, Fn | Cls | Native):
        return _function_member(self, value, name)
    reader = getattr(value, "member", None)
    if reader is not None:
        found = reader(self, name)
        return found if found is not None else Unknown("run-time", f".{name}")
    if name == "toString" and isinstance(value, int | float | bool):
        return Native("toString", lambda _, this, __, ___: key_of(this), value)
    return UNDEFINED if value is None or value is UNDEFINED else Unknown("run-time", f".{name}")


def _object_member(self: "Evaluator", value: Obj, name: str, builtin: Any) -> Any:  # noqa: ANN401
    from crawler.extractors.typescript.calls import find_method  # noqa: PLC0415

    if len(value.props) >= 25:
        from crawler.extractors.typescript.zod_bundled import namespace_of  # noqa: PLC0415

        value = namespace_of(self, value) or value
    if name in value.props:
        return own(self, value, name)
    found = find_method(self, value.proto, name) if value.proto is not None else None
    if isinstance(found, Getter):
        return _read(self, found, value)
    if found is not None:
        return found
    native = builtin(value, name)
    if native is not None:
        return native
    if value.kind == "module" and value.open is None and name == "default":
        return value  # CommonJS seen through an ES import
    if value.open is not None:
        return _unknown_member(self, value.open, name)
    if isinstance(value.proto, Cls) and _open_parent(self, value.proto):
        return Unknown("inherited", name)
    return UNDEFINED


def _open_parent(self: "Evaluator", cls: Cls) -> bool:
    at: Any = cls
    for _ in range(20):
        if not isinstance(at, Cls) or self.sink.foreign(at):
            return at is not None
        at = at.parent
    return True


def own(self: "Evaluator", value: Obj | Fn | Cls | Native, name: str) -> Any:  # noqa: ANN401
    """Read an own property, running a getter and resolving a lazy one."""
    found = value.props[name]
    if isinstance(found, Lazy):
        return self.force(found, value.props, name)
    return _read(self, found, value) if isinstance(found, Getter) else found


def _read(self: "Evaluator", getter: Getter, this: Any) -> Any:  # noqa: ANN401
    from crawler.extractors.typescript.calls import call  # noqa: PLC0415

    return call(self, getter.function, this, [])


def _unknown_member(self: "Evaluator", value: Unknown, name: str) -> Any:  # noqa: ANN401
    guess: Any = NO_GUESS
    if value.guess is not NO_GUESS:
        guess = get(self, value.guess, name) if known(value.guess) else NO_GUESS
        if isinstance(guess, Native | Fn):
            # A method of the guess: calling it later works on the guess.
            return Unknown(value.reason, f"{value.text}.{name}"[:160], value.kind, guess)
        if isinstance(guess, Unknown):
            guess = guess.guess
    if value.kind is None and value.spec is None and guess is NO_GUESS and is_settings(value.text):
        # Settings that nobody gave: the server is started without options.
        return Unknown(value.reason, f"{value.text}.{name}"[-160:], "flag", self.flags.get(name, UNDEFINED))
    path = f"{value.path}.{name}" if value.path else name
    text = f"{value.text}.{name}" if value.text else name
    return Unknown(value.reason, text[-160:], value.kind, guess, value.spec, path[-120:], value.guards)


def is_settings(text: str) -> bool:
    """Whether an expression is by its name the options that a server was started with."""
    last = text.rpartition(".")[2].lower().strip("_#$0123456789")
    return last.endswith(("args", "argv", "options", "opts", "flags", "config", "settings", "configuration"))


def _function_member(self: "Evaluator", value: Fn | Cls | Native, name: str) -> Any:  # noqa: ANN401
    if name in value.props:
        return own(self, value, name)
    if isinstance(value, Cls):
        found = _static(self, value, name)
        if found is not None:
            return found
    if name == "name":
        if isinstance(value, Cls):
            return Text(value.name, value.scope.module.path, value.node.line)
        return Text(value.node.name, value.scope.module.path, value.node.line) if isinstance(value, Fn) else value.name
    if name == "prototype":
        return (
            Obj(dict(value.methods)) if isinstance(value, Cls) else prototype(value) if isinstance(value, Fn) else Obj()
        )
    return _function_method(value, name)


def _static(self: "Evaluator", cls: Cls, name: str) -> Any:  # noqa: ANN401
    at: Any = cls.parent
    for _ in range(40):
        if not isinstance(at, Cls | Fn):
            return Unknown("inherited", name, spec=at.spec) if isinstance(at, Unknown) else None
        if name in at.props:
            found = at.props[name]
            return _read(self, found, cls) if isinstance(found, Getter) else own(self, at, name)
        at = at.parent if isinstance(at, Cls) else None
    return None


def _function_method(value: Any, name: str) -> Any:  # noqa: ANN401
    from crawler.extractors.typescript.calls import call  # noqa: PLC0415

    if name == "bind":

        def bind(_: Any, __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
            this, given = (args[0] if args else UNDEFINED), args[1:]
            if isinstance(value, Fn) and not given:
                # Kept a function, so that it can be recognised as a handler.
                return Fn(value.node, value.scope, value.this, value.home) if value.node.arrow else Bound(value, this)
            return Native("bound", lambda ev, ___, more, pos: call(ev, value, this, [*given, *more], pos))

        return Native("bind", bind)
    if name == "call":
        return Native("call", lambda ev, _, args, pos: call(ev, value, args[0] if args else UNDEFINED, args[1:], pos))
    if name == "apply":

        def apply(ev: Any, _: Any, args: list[Any], pos: int) -> Any:  # noqa: ANN401
            listed = to_array(ev, args[1]).items if len(args) > 1 else []
            return call(ev, value, args[0] if args else UNDEFINED, list(listed), pos)

        return Native("apply", apply)
    if name == "length":
        return Unknown("run-time", "length")
    return UNDEFINED


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
    yield Unknown("run-time", f"element of {source.text}"[:160], None, spec=None)


def spread_into(self: "Evaluator", out: Obj, value: Any) -> None:  # noqa: ANN401
    """`{...value}`."""
    if isinstance(value, Choice):
        chosen = likely(value)
        for option, guard in value.options:
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
