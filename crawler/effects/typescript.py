"""What a tool's handler does, in TypeScript and JavaScript.

The handler is run by the extractor's own partial evaluator, with unknown arguments: both sides of what is not
known, own functions followed, every call of something outside shown to a watcher that looks it up in the table.
A handler that serves several tools is run with the tool's own name, so that only its branch is taken.
"""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from crawler.effects.jstable import modules
from crawler.effects.table import Entry
from crawler.extractors.typescript.calls import call
from crawler.extractors.typescript.convert import to_text
from crawler.extractors.typescript.evaluate import UNHANDLED, CallSite, Evaluator, template_of
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.modules import Loader
from crawler.extractors.typescript.node import ROOT, real
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
from mcp_catalogue.model import Effect, EffectId

STEPS = 8_000
"""Evaluation steps of one tool's handler."""
TOTAL = 250_000
"""Evaluation steps of all handlers of one project."""
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
_TARGET = 160
_VERBS = {"SELECT": "select", "INSERT": "insert", "REPLACE": "insert", "UPSERT": "insert", "UPDATE": "update",
          "MERGE": "update", "DELETE": "delete", "TRUNCATE": "truncate", "DROP": "drop", "CREATE": "create",
          "ALTER": "alter", "GRANT": "grant", "REVOKE": "grant", "SHOW": "select", "DESCRIBE": "select",
          "EXPLAIN": "select", "PRAGMA": "select", "CALL": "raw", "EXEC": "raw", "COPY": "raw"}  # fmt: skip
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "fish", "cmd", "cmd.exe", "powershell", "powershell.exe", "pwsh"})
_SHELL_FLAGS = frozenset({"-c", "-lc", "-ic", "/c", "/s", "-command", "-encodedcommand"})
_HTTP = frozenset({"get", "head", "options", "post", "put", "patch", "delete"})


def effects_of(ev: Evaluator, found: Registrations, loader: Loader) -> dict[Key, tuple[Effect, ...]]:
    """Run every tool's handler; return the effects seen, in the order of file and line."""
    watcher = _Watcher(found)
    left = TOTAL
    named: dict[str, Any] | None = None
    result: dict[Key, tuple[Effect, ...]] = {}
    for key in list(found.tools):
        handler = found.handlers.get(key, UNDEFINED)
        with _fresh(ev, watcher, min(STEPS, left)):
            for run, this, args in _runs(handler, found, key[0]):
                _run(ev, run, this, args)
            if not watcher.any and not is_callable(handler):
                named = _by_name(ev, loader, set(found.tools)) if named is None else named
                _run(ev, named.get(key[0], UNDEFINED), UNDEFINED, [_argument("input")])
            left -= ev.budget - max(ev.left, 0)
        result[key] = watcher.take()
        if left <= 0:
            break
    return _mark_shared(result)


def _mark_shared(found: dict[Key, tuple[Effect, ...]]) -> dict[Key, tuple[Effect, ...]]:
    """Put `EVERY_TOOL` before the chain of what nearly every tool does in one place: logs, telemetry, settings."""
    if len(found) < _MANY:
        return found
    counts = Counter(
        _place(effect) for effects in found.values() for effect in {_place(e): e for e in effects}.values()
    )
    shared = {place for place, count in counts.items() if count >= _NEARLY_ALL * len(found)}
    return {
        key: tuple(replace(e, via=(EVERY_TOOL, *e.via)) if _place(e) in shared else e for e in effects)
        for key, effects in found.items()
    }


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
        self._table = modules()

    def foreign(self, cls: Cls) -> bool:
        """Whether a class is a copy of an SDK's own."""
        return self._found.foreign(cls)

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
        return UNHANDLED

    @property
    def any(self) -> bool:
        """Whether anything was seen since the last time."""
        return bool(self._seen)

    def take(self) -> tuple[Effect, ...]:
        """Return what was seen since the last time."""
        found = sorted(self._seen.values(), key=lambda e: (e.file, e.line, e.id, e.target or ""))
        self._seen.clear()
        return tuple(found)

    def _look(self, callee: Unknown, site: CallSite) -> None:
        path = _path(callee, constructed=site.name == "new")
        if not path:
            return
        entry = self._table.find(callee.spec or "global", path)
        if entry is None or (callee.spec is None and len(path) > len(entry.parts)):
            return
        for id_, target in _read(entry, path, site.args):
            self._keep(id_, target, site)

    def _keep(self, id_: str, target: str | None, site: CallSite) -> None:
        assert self._found.ev is not None  # noqa: S101 (set when the evaluator is made)
        stack = self._found.ev.stack
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


def _read(entry: Entry, path: tuple[str, ...], args: list[Any]) -> Iterator[tuple[str, str | None]]:
    if entry.reads == "http":
        yield from _http(entry, path[-1], args)
    elif entry.reads == "sql":
        yield from _sql(args)
    elif entry.reads == "process":
        yield _process(entry, args)
    else:
        yield entry.id, _text(args, next((t for t in entry.target if isinstance(t, int)), None))


def _http(entry: Entry, name: str, args: list[Any]) -> Iterator[tuple[str, str | None]]:
    first = likely(args[0]) if args else UNDEFINED
    config = first if isinstance(first, Obj) else likely(args[1]) if len(args) > 1 else UNDEFINED
    url = _member(first, "url") if isinstance(first, Obj) else first
    target = _host(url if url is not UNDEFINED else None)
    if entry.id != "http":
        yield entry.id, target
        return
    method = _member(config, "method") if isinstance(config, Obj) else UNDEFINED
    unknown = isinstance(config, Unknown) or (isinstance(config, Obj) and config.open is not None)
    if method is UNDEFINED:
        yield ("http.request" if unknown and name != "get" else "http.get"), target
        return
    for option, _ in options(method):
        verb = to_text(likely(option))
        known = verb is not None and verb.lower() in _HTTP
        yield (f"http.{verb.lower()}" if known and verb is not None else "http.request"), target


def _process(entry: Entry, args: list[Any]) -> tuple[str, str | None]:
    """A shell is one by its call, by the option `shell`, or by being the program that is given a command."""
    program = _text(args, 0)
    options_ = likely(args[-1]) if args else UNDEFINED
    shell = isinstance(options_, Obj) and likely(_member(options_, "shell")) not in (UNDEFINED, False, None)
    words = likely(args[1]) if len(args) > 1 else UNDEFINED
    if program is not None and isinstance(words, Arr) and program.rpartition("/")[2].lower() in _SHELLS:
        flagged = [i for i, word in enumerate(words.items) if str(_known(word) or "").lower() in _SHELL_FLAGS]
        if flagged:
            return "process.shell", _text(words.items, flagged[0] + 1)
    return ("process.shell" if shell else entry.id), program


def _member(value: Obj, name: str) -> Any:  # noqa: ANN401
    found = value.props.get(name, UNDEFINED)
    return found.value if isinstance(found, Guarded) else found


def _host(url: Any) -> str | None:  # noqa: ANN401
    """Host and path of an address as far as constants reach, without its query."""
    text = _known(url)
    if text is None:
        return None
    text = re.sub(r"^[a-z]+://", "", text).partition("?")[0]
    return text[:_TARGET] if text.strip("{}/") else None


def _sql(args: list[Any]) -> Iterator[tuple[str, str | None]]:
    statement = likely(args[0]) if args else UNDEFINED
    if isinstance(statement, Obj):
        statement = next(
            (s for n in ("text", "sql", "query") if (s := _member(statement, n)) is not UNDEFINED), UNDEFINED
        )
    seen = False
    for option, _ in options(statement):
        text = _known(option)
        verb = _verb(text) if text is not None else None
        if verb is not None:
            seen = True
            yield f"sql.{verb}", " ".join((text or "").split())[:_TARGET]
    if not seen and statement is not UNDEFINED and not isinstance(statement, Fn):
        yield "sql.raw", None


def _verb(text: str) -> str | None:
    plain = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL).lstrip(" \n\t(;").upper()
    first = re.match(r"[A-Z]+", plain)
    if first is not None and first[0] == "WITH":
        first = re.search(r"\)\s*(INSERT|UPDATE|DELETE|MERGE|SELECT)\b", plain)
        return _VERBS[first[1]] if first else "select"
    return _VERBS.get(first[0]) if first is not None else None


def _text(args: list[Any], index: int | None) -> str | None:
    if index is None or index >= len(args):
        return None
    text = _known(args[index])
    text = " ".join((text or "").split()).removeprefix(f"{ROOT}/")[:_TARGET]
    return text if text.strip("{}/ ") else None


def _known(value: Any) -> str | None:  # noqa: ANN401
    """A string as far as it is known, with `{}` for the rest; None where nothing is."""
    if isinstance(value, Unknown):
        return template_of(value)
    value = likely(value)
    return to_text(value) if isinstance(value, str) else None
