"""What a tool's handler does, in Go.

The handler is run by the extractor's own partial evaluator with unknown arguments: both sides of what is not known, own
functions, methods, closures and what implements an own interface followed, callbacks handed to something outside too.
Every call that leaves the tree is looked up by import path and access path in `golang.toml`: `Client.Issues.Create` of
a value declared `*github.Client`, `Open().Exec` of what `sql.Open` gave. Depth and steps are bounded; nothing is
executed.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from tree_sitter import Node

from crawler.effects.gocuts import unfollowed
from crawler.effects.gofollow import Follower
from crawler.effects.goreads import TARGET, Call, argument, read_call
from crawler.effects.gotable import Modules, modules
from crawler.effects.gowatch import Outside, Route, Seen
from crawler.effects.shared import EFFECTS, Place, mark_shared, place_of, tidy
from crawler.effects.table import Entry
from crawler.extractors.golang.evaluate import OutOfBudgetError
from crawler.extractors.golang.index import GoIndex
from crawler.extractors.golang.sdk import is_sdk
from crawler.extractors.golang.values import Fn, Multi, Unknown, Value
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import line, text
from mcp_catalogue.model import Cut, CutReason, Effect, EffectId, Mark

STEPS = 4_000
"""Evaluated expressions and statements of one tool's handler with all that it calls."""
TOTAL = 120_000
"""The same for all handlers of one project."""
_BUILTINS = frozenset(
    {"cap", "clear", "close", "complex", "copy", "delete", "max", "min", "panic", "print", "println", "recover"}
)
_MAKERS = 4  # functions that return functions
_SCRATCH = frozenset({"CreateTemp()", "MkdirTemp()", "TempDir()", "TempFile()"})


@dataclass(frozen=True, slots=True)
class Followed:
    """What one handler was seen to do, and where it could not be followed."""

    effects: tuple[Effect, ...] = ()
    cuts: tuple[Cut, ...] = ()


@dataclass(slots=True)
class _Watcher:
    table: Modules
    run: Follower | None = None
    log: list[Seen | Cut] = field(default_factory=list)

    def call(self, module: str, call: Call) -> bool:
        """Keep what the table knows."""
        entry = None if is_sdk(module) else self.table.find(module, call.path) or self._remote(module, call)
        if entry is None or self.run is None or not self.run.stack:
            return False
        found = read_call(entry, call)
        if found is None:
            return True
        id_, target = found
        stack = self.run.stack
        scratch = id_.startswith("file.") and (
            _scratch(argument(entry, call)) or (self.run.deferred and id_ == "file.delete")
        )
        names = tuple(f.name for f in stack)
        self.log.append(Seen(id_, target, stack[-1].file.path, line(call.node), names, scratch))
        return True

    def _remote(self, module: str, call: Call) -> Entry | None:
        """Read a method that takes a context, of a library that the table does not know, as that of a client."""
        first = call.args[0] if call.args else None
        given = isinstance(first, Unknown) and first.type.bare.name == "Context"
        return self.table.of_client(module, call.path[-1]) if given and len(call.path) > 1 else None

    def lost(self, function: Value, where: Route | None, node: Node) -> None:
        """Keep a call that may do something of which the table says nothing."""
        if self.run is None or not self.run.stack:
            return
        reason = unfollowed(function, where)
        called = " ".join(text(child(node, "function")).split())[:TARGET]
        if reason is not None and called not in _BUILTINS:
            file = self.run.stack[-1].file.path
            self.log.append(Cut(reason=reason, detail=called, file=file, line=line(node)))

    def again(self, seen: Sequence[tuple[int, Seen | Cut]], names: tuple[str, ...]) -> None:
        """Note what a function did when it was run before."""
        for depth, one in seen:
            self.log.append(one if isinstance(one, Cut) else replace(one, names=(*names, *one.names[depth + 1 :])))

    def take(self) -> Followed:
        """Return what was met, each place once, and start anew."""
        found: dict[Place, Effect] = {}
        for one in self.log:
            if isinstance(one, Cut):
                continue
            via = tuple(name for name in one.names[1:] if name)
            effect = Effect(
                id=EffectId(one.id), target=one.target, file=one.file, line=one.line,
                via=(Mark.TEMPORARY, *via) if one.scratch else via,
            )  # fmt: skip
            found.setdefault(place_of(effect), effect)
        cuts = tidy([one for one in self.log if isinstance(one, Cut)])
        self.log = []
        effects = sorted(found.values(), key=lambda e: (e.file, e.line, e.id, e.target or ""))[:EFFECTS]
        return Followed(tuple(effects), cuts)


def effects_of(index: GoIndex, known: dict[int, Value], handlers: Sequence[Fn | None]) -> list[Followed]:
    """Run every tool's handler; return what was seen of each, in order. `known` are the project's evaluated globals."""
    watcher = _Watcher(modules())
    run = watcher.run = Follower(index, known, watcher)
    out: list[Followed] = []
    for handler in handlers:
        run.limit = min(run.steps + STEPS, TOTAL)
        try:
            _enter(run, handler)
        except (OutOfBudgetError, RecursionError):  # what was seen until then is true
            watcher.log.append(Cut(reason=CutReason.BUDGET))
        if handler is None:
            watcher.log.append(Cut(reason=CutReason.NO_HANDLER))
        out.append(watcher.take())
    marked = mark_shared([one.effects for one in out], [one.cuts for one in out])
    return [Followed(effects, one.cuts) for effects, one in zip(marked, out, strict=True)]


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
