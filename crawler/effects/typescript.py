"""What a tool's handler does, in TypeScript and JavaScript.

The handler is run by the extractor's own partial evaluator, with unknown arguments: both sides of what is not
known, own functions followed, every call of something outside shown to a watcher that looks it up in the table.
A handler that serves several tools is run with the tool's own name, so that only its branch is taken.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

from crawler.effects.jsreads import composes, read_call
from crawler.effects.jstable import modules
from crawler.extractors.typescript.calls import call
from crawler.extractors.typescript.evaluate import UNHANDLED, CallSite, Evaluator
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.modules import Loader
from crawler.extractors.typescript.node import real
from crawler.extractors.typescript.sdk import Registrations
from crawler.extractors.typescript.tools import Key, is_callable
from crawler.extractors.typescript.values import (
    Arr,
    Cls,
    Exhausted,
    Fn,
    Guarded,
    Native,
    Obj,
    Text,
    Thrown,
    Unknown,
    likely,
    options,
)
from mcp_catalogue.model import Effect, EffectId, Handler

STEPS = 8_000
"""Evaluation steps of one tool's handler."""
TOTAL = 400_000
"""Evaluation steps of all handlers of one project: enough for fifty that need all of theirs."""
EFFECTS = 60
"""Effects kept of one tool."""
EVERY_TOOL = "every tool"
"""First link of the chain of an effect that does not tell one tool of a server from another."""
_MANY = 5
_NEARLY_ALL = 0.8
_READS = frozenset({"readFileSync", "readFile", "readdirSync", "readdir"})
_VIA = 8
_CALLER = "argument:"
_REGISTRY = 500
_EXECUTE = ("execute", "handler", "handle", "run", "callback", "call", "fn", "invoke")


@dataclass(frozen=True, slots=True)
class Followed:
    """What a tool's handler was seen to do, in the order of file and line; `handler` where a dispatcher leads to it."""

    effects: tuple[Effect, ...] = ()
    handler: Handler | None = None


def follow(ev: Evaluator, found: Registrations, loader: Loader) -> dict[Key, Followed]:
    """Run every tool's handler and return what was seen."""
    watcher = _Watcher(found)
    left = TOTAL
    named: dict[str, Any] | None = None
    result: dict[Key, Followed] = {}
    for key in list(found.tools):
        handler = found.handlers.get(key, UNDEFINED)
        place: Handler | None = None
        with _fresh(ev, watcher, min(STEPS, left)):
            for run, this, args in _runs(handler, found, key[0]):
                _run(ev, run, this, args)
                place = watcher.branch() or place or _span(run)
            if not watcher.any and not is_callable(handler):
                named = _by_name(ev, loader, set(found.tools)) if named is None else named
                kept = named.get(key[0], UNDEFINED)
                _run(ev, kept, getattr(kept, "this", UNDEFINED), [_argument("input")])
                place = _span(kept) or place
            left -= ev.budget - max(ev.left, 0)
        result[key] = Followed(watcher.take(), place)
        if left <= 0:
            break
    return _mark_shared(result)


def _span(function: Any) -> Handler | None:  # noqa: ANN401
    if not isinstance(function, Fn):
        return None
    return Handler(file=function.scope.module.path, start=function.node.line, end=function.node.end_line)


def _mark_shared(found: dict[Key, Followed]) -> dict[Key, Followed]:
    """Put `EVERY_TOOL` before the chain of what nearly every tool does in one place: logs, telemetry, settings."""
    if len(found) < _MANY:
        return found
    counts = Counter(place for one in found.values() for place in {_place(e) for e in one.effects})
    shared = {place for place, count in counts.items() if count >= _NEARLY_ALL * len(found)}
    return {
        key: replace(one, effects=tuple(_marked(e) if _place(e) in shared else e for e in one.effects))
        for key, one in found.items()
    }


def _marked(effect: Effect) -> Effect:
    return replace(effect, via=(EVERY_TOOL, *effect.via))


def _place(effect: Effect) -> tuple[str, str | None, str, int]:
    return effect.id, effect.target, effect.file, effect.line


@contextmanager
def _fresh(ev: Evaluator, watcher: "_Watcher", steps: int) -> Iterator[None]:
    """Lend the evaluator to one handler, and give it back as it was."""
    collections = ("cut", "guards", "logs", "active", "stack", "ran")
    held = {name: getattr(ev, name) for name in ("sink", "budget", "left", "floor", "depth", "trying", *collections)}
    ev.sink, ev.budget, ev.left, ev.floor, ev.depth, ev.trying = watcher, steps, steps, 0, 0, 0
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
    return Unknown("argument", name, spec=_CALLER)


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


def _run(ev: Evaluator, function: Any, this: Any, args: list[Any]) -> None:  # noqa: ANN401
    try:
        call(ev, function, this, args)
    except (Exhausted, Thrown, RecursionError):
        return


class _Watcher:
    """Told of every call; keeps those that the table knows."""

    def __init__(self, found: Registrations) -> None:
        self._found = found
        self._seen: dict[tuple[str, str | None, str, int], Effect] = {}
        self._inside: dict[int, Fn | None] = {}
        self._table = modules()

    def foreign(self, cls: Cls) -> bool:
        """Whether a class is a copy of an SDK's own."""
        return self._found.foreign(cls)

    def count(self) -> int:
        """Nothing is registered here."""
        return 0

    def cut_short(self, file: str, line: int, turns: int) -> None:
        """Nothing is registered here."""

    def made(self, callee: Any, args: list[Any]) -> None:  # noqa: ANN401
        """Nothing is registered here."""

    def reached(self, spec: str) -> None:
        """Nothing is registered here."""

    def interesting(self, function: Fn) -> bool:  # noqa: ARG002
        """Every callback may do something."""
        return True

    def intercept(self, site: CallSite) -> Any:  # noqa: ANN401
        """Look at one call, and let it be evaluated."""
        for callee, _ in options(site.callee):
            value = callee.value if isinstance(callee, Guarded) else callee
            if isinstance(value, Native) and value.name in _READS and (not site.args or real(site.args[0]) is None):
                value = Unknown("external", spec="fs", path=value.name)  # the package's own files apart
            if isinstance(value, Unknown) and len(self._seen) < EFFECTS:
                self._look(value, site)
        if site.name == "isArray" and site.args and isinstance(site.args[0], Unknown):
            return Unknown("argument", spec=_CALLER)  # a check of what is not known can come out either way
        if site.name == "createTransport" and site.args and composes(likely(site.args[0])):
            return Unknown("external", "composer", spec=_CALLER)
        return UNHANDLED

    @property
    def any(self) -> bool:
        """Whether anything was seen since the last time."""
        return bool(self._seen)

    def take(self) -> tuple[Effect, ...]:
        """Return what was seen since the last time."""
        found = sorted(self._seen.values(), key=lambda e: (e.file, e.line, e.id, e.target or ""))
        self._seen.clear()
        self._inside.clear()
        return tuple(found)

    def branch(self) -> Handler | None:
        """The one own function, called straight from what was run, in which everything was seen."""
        return _span(next(iter(self._inside.values()))) if len(self._inside) == 1 else None

    def _look(self, callee: Unknown, site: CallSite) -> None:
        path = _path(callee, constructed=site.name == "new")
        if not path:
            return
        entry = self._table.find(callee.spec or "global", path)
        if entry is None or (callee.spec is None and len(path) > len(entry.parts)):
            return
        for id_, target in read_call(entry, path, site.args):
            self._keep(id_, target, site)

    def _keep(self, id_: str, target: str | None, site: CallSite) -> None:
        assert self._found.ev is not None  # noqa: S101 (set when the evaluator is made)
        stack = self._found.ev.stack
        first = stack[1] if len(stack) > 1 else None
        self._inside.setdefault(id(first.node) if first else 0, first)
        via = tuple(f.node.name for f in stack[1:] if f.node.name)[-_VIA:]
        effect = Effect(id=EffectId(id_), target=target, file=site.module.path, line=site.line, via=via)
        self._seen.setdefault((id_, target, effect.file, effect.line), effect)


def _path(callee: Unknown, *, constructed: bool) -> tuple[str, ...]:
    """The access path from the module: `new S3Client.send` → (`new S3Client`, `send`)."""
    text = callee.path if callee.spec is not None else callee.text
    parts = [part for part in re.split(r"\.(?![^(]*\))", text.replace("(…)", "()")) if part not in ("", "default", "*")]
    if callee.spec is not None and (not parts or parts[0].startswith("()")):
        parts = ["default" + parts[0], *parts[1:]] if parts else ["default()"]
        if parts == ["default"]:
            parts = ["default()"]
    if constructed and parts:
        parts[-1] = f"new {parts[-1]}"
    return tuple(part.replace("()()", "()") for part in parts)
