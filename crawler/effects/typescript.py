"""What a tool's handler does, in TypeScript and JavaScript.

The handler is run by the extractor's own partial evaluator, with unknown arguments: both sides of what is not
known, own functions followed, every call of something outside shown to a watcher that looks it up in the table.
A handler that serves several tools is run with the tool's own name, so that only its branch is taken.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from crawler.effects.jsmemory import Memory
from crawler.effects.jsopaque import CALLER
from crawler.effects.jswatch import Watcher, span
from crawler.effects.shared import mark_shared
from crawler.extractors.typescript.calls import call
from crawler.extractors.typescript.evaluate import Evaluator
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.modules import Loader
from crawler.extractors.typescript.sdk import Registrations
from crawler.extractors.typescript.tools import Key, is_callable
from crawler.extractors.typescript.values import (
    Arr,
    Exhausted,
    Fn,
    Obj,
    Text,
    Thrown,
    Unknown,
    likely,
    options,
)
from mcp_catalogue.model import Cut, CutReason, Effect, Handler

STEPS = 12_000
"""Evaluation steps of one tool's handler."""
TOTAL = 1_000_000
"""Evaluation steps of all handlers of one project: enough for two hundred that need many."""
FEW = 1_500
"""Evaluation steps that every handler gets while any are left; beyond them, five quarters of an equal share."""
_REGISTRY = 500
_EXECUTE = ("execute", "handler", "handle", "run", "callback", "call", "fn", "invoke")


@dataclass(frozen=True, slots=True)
class Followed:
    """What a tool's handler was seen to do, in the order of file and line; `handler` where a dispatcher leads to it.

    `cuts` are the places where it could not be followed.
    """

    effects: tuple[Effect, ...] = ()
    cuts: tuple[Cut, ...] = ()
    handler: Handler | None = None


def follow(ev: Evaluator, found: Registrations, loader: Loader) -> dict[Key, Followed]:
    """Run every tool's handler and return what was seen."""
    watcher = Watcher(found, ev)
    memory = Memory(watcher)
    left = TOTAL
    named: dict[str, Any] | None = None
    result: dict[Key, Followed] = {}
    for index, key in enumerate(list(found.tools)):
        share = max(FEW, left * 5 // (4 * (len(found.tools) - index)))
        handler = found.handlers.get(key, UNDEFINED)
        place: Handler | None = None
        ran = False
        with _fresh(ev, watcher, memory, min(STEPS, share, left)):
            for run, this, args in _runs(handler, found, key[0]):
                ran |= _run(ev, watcher, run, this, args)
                place = watcher.branch() or place or span(run)
            if not watcher.any and not is_callable(handler):
                named = _by_name(ev, loader, set(found.tools)) if named is None else named
                kept = named.get(key[0], UNDEFINED)
                ran |= _run(ev, watcher, kept, getattr(kept, "this", UNDEFINED), [_argument("input")])
                place = span(kept) or place
            left -= ev.budget - max(ev.left, 0)
        memory.settle()
        if not ran:
            watcher.ended(CutReason.NO_HANDLER)
        effects, cuts = watcher.take()
        result[key] = Followed(effects, cuts, place)
        if left <= 0:
            break
    marked = mark_shared([one.effects for one in result.values()], [one.cuts for one in result.values()])
    spent = Followed(cuts=(Cut(reason=CutReason.BUDGET, detail="steps"),))
    done = {
        key: Followed(effects, one.cuts, one.handler)
        for (key, one), effects in zip(result.items(), marked, strict=True)
    }
    return {key: done.get(key, spent) for key in found.tools}


@contextmanager
def _fresh(ev: Evaluator, watcher: Watcher, memory: Memory, steps: int) -> Iterator[None]:
    """Lend the evaluator to one handler, and give it back as it was."""
    collections = ("cut", "guards", "logs", "active", "stack")
    single = ("sink", "budget", "left", "floor", "depth", "trying", "ran", "memory")
    held = {name: getattr(ev, name) for name in (*single, *collections)}
    ev.sink, ev.budget, ev.left, ev.floor, ev.depth, ev.trying = watcher, steps, steps, 0, 0, 0
    ev.ran, ev.memory = _Anew(), memory
    for name in collections:
        setattr(ev, name, type(held[name])())
    try:
        yield
    finally:
        for name, value in held.items():
            setattr(ev, name, value)


def _runs(handler: Any, found: Registrations, name: str) -> Iterator[tuple[Any, Any, list[Any]]]:  # noqa: ANN401
    """Yield what a call of the tool runs: its own handler, else the handlers of `tools/call` with its name."""
    arguments = _argument("input")
    own = [v for v, _ in options(handler) if is_callable(v) and not isinstance(v, Unknown)]
    for function in own:
        yield function, getattr(function, "this", UNDEFINED), [arguments, _argument("extra")]
    if not own:
        params = Obj({"name": Text(name, "", 0), "arguments": arguments})
        for caller in found.callers:
            request = Obj({"method": Text("tools/call", "", 0), "params": params})
            yield likely(caller), UNDEFINED, [request, _argument("extra")]


def _argument(name: str) -> Unknown:
    """What a caller gives: unknown, and no setting of the server, whatever the parameter is called."""
    return Unknown("argument", name, spec=CALLER)


def _by_name(ev: Evaluator, loader: Loader, keys: set[Key]) -> dict[str, Any]:
    """Functions that the project keeps under a tool's name: `{name: "x", execute}`, `handlers.x`."""
    wanted = {key[0] for key in keys}
    found: dict[str, Any] = {}

    def look(value: Any, depth: int) -> None:  # noqa: ANN401
        value = likely(value)
        if isinstance(value, Arr):
            for item in value.items[:_REGISTRY]:
                look(item, depth + 1)
        elif isinstance(value, Obj) and depth < 3:
            name = likely(value.props.get("name"))
            function = next((f for n in _EXECUTE if isinstance(f := likely(value.props.get(n)), Fn)), None)
            if isinstance(name, str) and name in wanted and function is not None:
                found.setdefault(str(name), Fn(function.node, function.scope, value, function.home))
            for key, prop in list(value.props.items())[:_REGISTRY]:
                inner = likely(prop)
                if key in wanted and isinstance(inner, Fn):
                    found.setdefault(key, inner)
                elif isinstance(inner, Obj | Arr):
                    look(inner, depth + 1)

    for module in [m for m in loader.modules.values() if m is not None]:
        for name in list(module.scope.names):
            try:
                look(ev.lookup(name, module.scope), 0)
            except (Exhausted, Thrown, RecursionError):
                return found
    return found


def _run(ev: Evaluator, watcher: Watcher, function: Any, this: Any, args: list[Any]) -> bool:  # noqa: ANN401
    """Run what may be a function; tell whether it is one."""
    try:
        call(ev, function, this, args)
    except (Exhausted, RecursionError):
        watcher.ended(CutReason.BUDGET, "steps")
    except Thrown:
        watcher.ended(CutReason.DYNAMIC_CALL, "nothing but an error is reached")
    if ev.cut:
        watcher.ended(CutReason.BUDGET, "steps")
    return is_callable(function) and not isinstance(function, Unknown)


class _Anew(set[int]):
    """Callbacks that ran: none, since one that runs again may close over other values."""

    def __contains__(self, _: object) -> bool:
        return False
