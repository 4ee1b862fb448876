"""What a tool's handler does, in Go.

The handler is run by the extractor's own partial evaluator with unknown arguments: both sides of what is not known, own
functions, methods, closures and what implements an own interface followed, callbacks handed to something outside too.
Every call that leaves the tree is looked up by import path and access path in `golang.toml`: `Client.Issues.Create` of
a value declared `*github.Client`, `Open().Exec` of what `sql.Open` gave. Depth and steps are bounded; nothing is
executed.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace

from crawler.effects.gofollow import Follower, Outside, Seen
from crawler.effects.goreads import Call, argument, read_call
from crawler.effects.gotable import Modules, modules
from crawler.extractors.golang.evaluate import OutOfBudgetError
from crawler.extractors.golang.index import GoIndex
from crawler.extractors.golang.sdk import is_sdk
from crawler.extractors.golang.values import Fn, Multi, Unknown, Value
from crawler.extractors.grammar import line
from mcp_catalogue.model import Effect, EffectId

STEPS = 4_000
"""Evaluated expressions and statements of one tool's handler with all that it calls."""
TOTAL = 120_000
"""The same for all handlers of one project."""
EFFECTS = 60
"""Effects kept of one tool."""
EVERY_TOOL = "every tool"
"""First link of the chain of an effect that does not tell one tool of a server from another."""
TEMPORARY = "temporary files"
"""First link of the chain of an effect on a file that the same call made, or on the server's own scratch files."""
_MAKERS = 4  # functions that return functions
_MANY = 5
_NEARLY_ALL = 0.8
_SCRATCH = frozenset({"CreateTemp()", "MkdirTemp()", "TempDir()", "TempFile()"})


@dataclass(slots=True)
class _Watcher:
    table: Modules
    run: Follower | None = None
    log: list[Seen] = field(default_factory=list)

    def call(self, module: str, call: Call) -> None:
        """Keep what the table knows."""
        entry = None if is_sdk(module) else self.table.find(module, call.path)
        if entry is None or self.run is None or not self.run.stack:
            return
        found = read_call(entry, call)
        if found is None:
            return
        id_, target = found
        stack = self.run.stack
        scratch = id_.startswith("file.") and (
            _scratch(argument(entry, call)) or (self.run.deferred and id_ == "file.delete")
        )
        names = tuple(f.name for f in stack)
        self.log.append(Seen(id_, target, stack[-1].file.path, line(call.node), names, scratch))

    def again(self, seen: Sequence[tuple[int, Seen]], names: tuple[str, ...]) -> None:
        """Note what a function did when it was run before."""
        self.log += [replace(one, names=(*names, *one.names[depth + 1 :])) for depth, one in seen]

    def effects(self) -> tuple[Effect, ...]:
        """Return what was met, each place once, and start anew."""
        found: dict[tuple[str, str | None, str, int], Effect] = {}
        for one in self.log:
            via = tuple(name for name in one.names[1:] if name)
            effect = Effect(
                id=EffectId(one.id), target=one.target, file=one.file, line=one.line,
                via=(TEMPORARY, *via) if one.scratch else via,
            )  # fmt: skip
            found.setdefault(_place(effect), effect)
        self.log = []
        return tuple(sorted(found.values(), key=lambda e: (e.file, e.line, e.id, e.target or "")))[:EFFECTS]


def effects_of(index: GoIndex, known: dict[int, Value], handlers: Sequence[Fn | None]) -> list[tuple[Effect, ...]]:
    """Run every tool's handler; return what was seen of each, in order. `known` are the project's evaluated globals."""
    watcher = _Watcher(modules())
    run = watcher.run = Follower(index, known, watcher)
    out: list[tuple[Effect, ...]] = []
    for handler in handlers:
        run.limit = min(run.steps + STEPS, TOTAL)
        with suppress(OutOfBudgetError, RecursionError):  # what was seen until then is true
            _enter(run, handler)
        out.append(watcher.effects())
    return _mark_shared(out)


def _enter(run: Follower, handler: Fn | None) -> None:
    """Run a handler, and the closure that it returns where it only makes one."""
    made: Value = handler
    for _ in range(_MAKERS):
        value = run.run(made, []) if isinstance(made, Fn) else None
        items = value.items if isinstance(value, Multi) else (value,)
        made = next((v for v in reversed(items) if isinstance(v, Fn)), None)
        if made is None:
            break


def _scratch(value: Value) -> bool:
    """Tell whether a path comes from a function that makes temporary files."""
    for _ in range(8):
        if isinstance(value, Outside) and _SCRATCH & set(value.path):
            return True
        if not isinstance(value, Unknown) or value.parent is None:
            return False
        value = value.parent
    return False


def _mark_shared(found: list[tuple[Effect, ...]]) -> list[tuple[Effect, ...]]:
    """Put `EVERY_TOOL` before the chain of what nearly every tool does in one place: logs, telemetry, sign-in."""
    if len(found) < _MANY:
        return found
    counts = Counter(place for effects in found for place in {_place(e) for e in effects})
    shared = {place for place, count in counts.items() if count >= _NEARLY_ALL * len(found)}
    return [tuple(replace(e, via=(EVERY_TOOL, *e.via)) if _place(e) in shared else e for e in one) for one in found]


def _place(effect: Effect) -> tuple[str, str | None, str, int]:
    return effect.id, effect.target, effect.file, effect.line
