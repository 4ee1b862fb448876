"""What reading `value.name` gives, for each type of value."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from crawler.extractors.typescript import arrays, containers, members, texts
from crawler.extractors.typescript.calls import call, find_method
from crawler.extractors.typescript.convert import key_of
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.members import read_getter
from crawler.extractors.typescript.values import (
    NO_GUESS,
    Arr,
    Choice,
    Cls,
    Fn,
    Getter,
    Guarded,
    Native,
    Obj,
    Text,
    Unknown,
    join,
    known,
)
from crawler.extractors.typescript.zod_bundled import namespace_of

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator


def _object_member(self: "Evaluator", value: Obj, name: str) -> Any:  # noqa: ANN401
    if len(value.props) >= 25:
        value = namespace_of(self, value) or value
    if name in value.props:
        return members.own(self, value, name)
    found = find_method(self, value.proto, name) if value.proto is not None else None
    if isinstance(found, Getter):
        return read_getter(self, found, value)
    if found is not None:
        return found
    native = containers.member(value, name)
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


def _unknown_member(self: "Evaluator", value: Unknown, name: str) -> Any:  # noqa: ANN401
    if value.added and name in value.added:
        return value.added[name]
    guess: Any = NO_GUESS
    if value.guess is not NO_GUESS:
        guess = members.get(self, value.guess, name) if known(value.guess) else NO_GUESS
        if isinstance(guess, Native | Fn):
            # A method of the guess: calling it later works on the guess.
            return Unknown(value.reason, f"{value.text}.{name}"[:160], value.kind, guess)
        if isinstance(guess, Unknown):
            guess = guess.guess
    if value.kind is None and value.spec is None and guess is NO_GUESS and members.is_settings(value.text):
        # Settings that nobody gave: the server is started without options.
        return Unknown(value.reason, f"{value.text}.{name}"[-160:], "flag", self.flags.get(name, UNDEFINED))
    path = f"{value.path}.{name}" if value.path else name
    text = f"{value.text}.{name}" if value.text else name
    return Unknown(value.reason, text[-160:], value.kind, guess, value.spec, path[-120:], value.guards)


def _function_member(self: "Evaluator", value: Fn | Cls | Native, name: str) -> Any:  # noqa: ANN401
    if name in value.props:
        return members.own(self, value, name)
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
            Obj(dict(value.methods))
            if isinstance(value, Cls)
            else members.prototype(value)
            if isinstance(value, Fn)
            else Obj()
        )
    return _function_method(value, name)


def _static(self: "Evaluator", cls: Cls, name: str) -> Any:  # noqa: ANN401
    at: Any = cls.parent
    for _ in range(40):
        if not isinstance(at, Cls | Fn):
            return Unknown("inherited", name, spec=at.spec) if isinstance(at, Unknown) else None
        if name in at.props:
            found = at.props[name]
            return read_getter(self, found, cls) if isinstance(found, Getter) else members.own(self, at, name)
        at = at.parent if isinstance(at, Cls) else None
    return None


def _function_method(value: Any, name: str) -> Any:  # noqa: ANN401
    if name == "bind":

        def bind(_: Any, __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
            this, given = (args[0] if args else UNDEFINED), args[1:]
            if isinstance(value, Fn) and not given:
                # Kept a function, so that it can be recognised as a handler.
                return (
                    Fn(value.node, value.scope, value.this, value.home)
                    if value.node.arrow
                    else members.Bound(value, this)
                )
            return Native("bound", lambda ev, ___, more, pos: call(ev, value, this, [*given, *more], pos))

        return Native("bind", bind)
    if name == "call":
        return Native("call", lambda ev, _, args, pos: call(ev, value, args[0] if args else UNDEFINED, args[1:], pos))
    if name == "apply":

        def apply(ev: Any, _: Any, args: list[Any], pos: int) -> Any:  # noqa: ANN401
            listed = members.to_array(ev, args[1]).items if len(args) > 1 else []
            return call(ev, value, args[0] if args else UNDEFINED, list(listed), pos)

        return Native("apply", apply)
    if name == "length":
        return Unknown("run-time", "length")
    return UNDEFINED


def _choice_member(self: "Evaluator", value: Choice, name: str) -> Any:  # noqa: ANN401
    return join([(members.get(self, v, name), g) for v, g in value.options[:200]])


def _plain_member(_: "Evaluator", value: Any, name: str) -> Any:  # noqa: ANN401
    if name == "toString":
        return Native("toString", lambda _, this, __, ___: key_of(this), value)
    return Unknown("run-time", f".{name}")


def _text_member(_: "Evaluator", value: str, name: str) -> Any:  # noqa: ANN401
    return texts.member(value, name)


READERS: Final[dict[type, Callable[["Evaluator", Any, str], Any]]] = {
    Obj: _object_member,
    Unknown: _unknown_member,
    Text: _text_member,
    str: _text_member,
    Arr: lambda _, value, name: arrays.member(value, name),
    Guarded: lambda ev, value, name: members.get(ev, value.value, name),
    Choice: _choice_member,
    Fn: _function_member,
    Cls: _function_member,
    Native: _function_member,
    members.Bound: _function_member,
    int: _plain_member,
    float: _plain_member,
    bool: _plain_member,
}
