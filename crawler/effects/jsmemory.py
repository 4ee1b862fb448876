"""What running one tool leaves for the next: results of functions that were run before, and the server's state.

A function that is called again with the same arguments is not run again: what was seen in it counts once more, with
the chain that led there this time. State that a tool changes (a connection that is opened, a lock that is taken)
holds for the next tool as one possibility beside what it was before.
"""

from dataclasses import dataclass, field
from typing import Any, Protocol

from crawler.extractors.typescript.calls import invoke
from crawler.extractors.typescript.evaluate import Evaluator
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.members import is_settings
from crawler.extractors.typescript.values import (
    NO_GUESS,
    Arr,
    Choice,
    Cls,
    Fn,
    Guarded,
    Obj,
    Scope,
    Unknown,
    join,
    options,
    truth,
)
from mcp_catalogue.model import CutReason

_KEPT = 4_000
_IDLE = 40
_DEPTH = 2
_WIDTH = 12


class Log(Protocol):
    """Who keeps what is seen, in order."""

    def mark(self) -> tuple[int, int]:
        """Return how much was seen so far, and at what depth."""
        ...

    def since(self, mark: tuple[int, int]) -> list[Any]:
        """Return what was seen since `mark`, each once."""
        ...

    def nothing_new(self, start: int) -> bool:
        """Whether something was seen since then, and all of it before as well."""
        ...

    def ended(self, reason: CutReason, detail: str = "", place: tuple[str, int] | None = None) -> None:
        """Note that following ended for a reason that is no call."""
        ...

    def again(self, seen: list[Any]) -> None:
        """Note once more what was seen in an earlier run."""
        ...


@dataclass(slots=True)
class _Run:
    """What one run of a function gave; `held` keeps alive what its key is made of."""

    value: Any
    seen: list[Any]
    held: tuple[Any, ...]


@dataclass(slots=True)
class Memory:
    """Calls that were run, and writes since the last tool."""

    log: Log
    runs: dict[Any, _Run] = field(default_factory=dict)
    writes: dict[tuple[int, str], tuple[dict[str, Any], Any]] = field(default_factory=dict)
    came: set[tuple[Any, str]] = field(default_factory=set)

    def call(self, ev: Evaluator, function: Fn, this: Any, args: list[Any]) -> Any:  # noqa: ANN401
        """Run a function, unless it ran before with the same arguments."""
        if ev.active.get(id(function.node)):
            return invoke(ev, function, this, args)
        key = (id(function.node), id(function.scope), _key(this, _DEPTH), *(_key(arg, 0) for arg in args))
        found = self.runs.get(key)
        if found is not None:
            ev.spend(len(found.seen))
            self.log.again(found.seen)
            return found.value
        mark, changes, cut = self.log.mark(), len(self.came), sum(ev.cut.values())
        written = len(ev.logs[-1]) if ev.logs else 0
        value = invoke(ev, function, this, args)
        outer = ev.logs and any(_outer(home, function) for home, _ in list(ev.logs[-1].values())[written:])
        if len(self.came) == changes and sum(ev.cut.values()) == cut and not outer and len(self.runs) < _KEPT:
            self.runs[key] = _Run(value, self.log.since(mark), (function, this, *args))
        return value

    def assigned(self, home: Scope, name: str, value: Any) -> None:  # noqa: ANN401
        """Hear that a variable is about to change."""
        if home.parent is None and name in home.names:
            self._changed(home.names, name, value, home.module.path)

    def written(self, ev: Evaluator, owner: Obj, name: str, value: Any) -> None:  # noqa: ANN401
        """Hear that a property is about to change; what a constructor sets up is no change."""
        making = ev.stack and ev.stack[-1].node.name == "constructor"
        if not making and (isinstance(owner.proto, Cls) or name in owner.props):
            kind = id(owner.proto.node) if isinstance(owner.proto, Cls) else owner.place
            self._changed(owner.props, name, value, kind)

    def _changed(self, names: dict[str, Any], name: str, value: Any, kind: Any) -> None:  # noqa: ANN401
        """Keep what was before; where something comes to be that was not, what ran before could do more now."""
        old = names.get(name, UNDEFINED)
        self.writes.setdefault((id(names), name), (names, old))
        came = truth(old) is not True and any(_works(v) for v, _ in options(value))
        if came and (kind, name) not in self.came:
            self.came.add((kind, name))
            self.runs.clear()

    def turn(self) -> int:
        """Return what `repeats` asks for, at the start of a turn of a loop."""
        return self.log.mark()[0]

    def repeats(self, start: int, turn: int) -> bool:
        """Whether a turn of a loop did only what was seen before, or many turns did nothing."""
        return (turn >= _IDLE and self.idle(start)) or self.log.nothing_new(start)

    def idle(self, start: int) -> bool:
        """Whether nothing was seen since `start`."""
        return self.log.mark()[0] == start

    def failed(self, file: str, line: int) -> None:
        """Note that nothing was seen of what comes after an error that need not happen."""
        self.log.ended(CutReason.DYNAMIC_CALL, "nothing but an error is reached", (file, line))

    def settle(self) -> None:
        """A tool has ended: what it changed may be so for the next, or not."""
        for (_, name), (names, old) in self.writes.items():
            new = names.get(name, UNDEFINED)
            if new is not old and (type(new) is not type(old) or new != old):
                names[name] = join([(new, None), (old, None)])
        self.writes.clear()


def _works(value: Any) -> bool:  # noqa: ANN401
    """Whether something can be done with a value: an object, or what a package gave."""
    return isinstance(value, Obj | Fn | Cls) or (isinstance(value, Unknown) and value.spec is not None)


def _outer(home: Scope, function: Fn) -> bool:
    """Whether a variable lives on when the call has ended."""
    if home.parent is None:
        return True
    at: Scope | None = function.scope
    while at is not None and at is not home:
        at = at.parent
    return at is home


def _key(value: Any, depth: int) -> Any:  # noqa: ANN401
    """What two arguments have in common for which a function does the same."""
    if isinstance(value, Unknown):
        settings = value.spec is None and is_settings(value.text) and value.text
        guess = None if value.guess is NO_GUESS else _key(value.guess, _DEPTH)
        return "?", value.spec, value.path, value.kind, value.template, settings, guess
    if isinstance(value, str):
        return str(value)
    if value is None or isinstance(value, bool | int | float):
        return type(value), value
    if isinstance(value, Guarded):
        return _key(value.value, depth)
    if depth < _DEPTH:
        if isinstance(value, Choice) and len(value.options) <= _WIDTH:
            return "|", *(_key(v, depth + 1) for v, _ in value.options)
        if isinstance(value, Arr) and len(value.items) <= _WIDTH and value.open is None:
            return "[", *(_key(v, depth + 1) for v in value.items)
        if isinstance(value, Obj) and value.kind == "object" and value.proto is None and len(value.props) <= _WIDTH:
            return "{", _key(value.open, depth), *((k, _key(v, depth + 1)) for k, v in value.props.items())
    return id(value)
