"""What a tool's handler does, in Python.

The handler is run by the extractor's own partial evaluator with unknown arguments: both sides of what is not known,
own functions, methods and modules followed, and every call of something outside shown to a watcher that looks it up
in `python.toml`. A handler that serves several tools (`call_tool`) is run with the tool's own name, so that only its
branch is taken. Depth and steps are bounded; nothing is executed.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial

from crawler.effects.pycuts import unfollowed
from crawler.effects.pyguards import OPENS, SESSIONS, checked, read_only
from crawler.effects.pymemo import READ_ONLY, Memo, Met
from crawler.effects.pyreads import TARGET, Call, argument, read_call
from crawler.effects.shared import EFFECTS, keeps_own, mark_shared, tidy
from crawler.effects.table import Entry, Table, table
from crawler.extractors.python.budget import Budget
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.server import Body
from crawler.extractors.python.values import (
    MISSING,
    External,
    Function,
    Made,
    Method,
    Partial,
    Place,
    Text,
    Unknown,
    Value,
)
from mcp_catalogue.model import Cut, CutReason, Effect, EffectId, Mark

STEPS = 12_000
"""Evaluated nodes of one tool's handler with all that it calls."""
TOTAL = 240_000
"""Evaluated nodes of all handlers of one project."""
DEPTH = 14
"""Own functions between a handler and an effect."""
_TARGETS = 3  # kept of one call, which may be in a loop
_LEAST = 1_000  # steps of any tool while there are some
_UNEVEN = 4  # how much more than its share of what is left a tool may take
_MAX_CUTS = 200
_MAX_MET = 4_000
_UPKEEP = ("cleanup", "clean_up", "sweep", "expire", "evict", "prune", "rotate", "legacy", "migrat", "staging", "stale")
_RUNNERS = frozenset({"to_thread", "run_in_executor", "run_sync", "submit", "run_in_threadpool"})


@dataclass(slots=True)
class Seen:
    """What one handler was seen to do, and where it could not be followed.

    `entered` are the own functions that the dispatcher called itself.
    """

    effects: tuple[Effect, ...] = ()
    entered: tuple[Function, ...] = ()
    cuts: tuple[Cut, ...] = ()


@dataclass(slots=True)
class _Watcher:
    run: Interpreter
    table: Table
    memo: Memo
    entered: dict[int, Function] = field(default_factory=dict)
    written: list[Value] = field(default_factory=list)  # paths that this call wrote itself
    guards: list[Met] = field(default_factory=list)

    def call(self, path: str, owner: Value, args: list[Value], kwargs: dict[str, Value], place: Place) -> None:
        """Look one outside call up; what it is handed to call back is followed too."""
        entry = self.table.find(path)
        met = self._met(entry, Call(path, owner, args, kwargs), place) if entry is not None else None
        if met is not None and len(self.memo.met) < _MAX_MET:
            self.memo.met.append(met)
        loose = entry is None or entry.reads == "sql-text"  # a name that stands for a statement on anything
        if met is None and loose and (reason := unfollowed(self.table, path, owner)) is not None:
            self.cut(reason, path, place)
        self._session(entry, path, args, kwargs, place)
        if path.rpartition(".")[2] in _RUNNERS:
            self._handed(args, kwargs, place)
        for value in (*args, *kwargs.values()):
            function = self.run.force(value)
            while isinstance(function, Partial):
                function = self.run.force(function.function)
            if isinstance(function, Function) and function.node not in self.run.active:
                self.memo.enter(function, place)
                self.run.invoke(function, [], {}, place)

    def _session(
        self, entry: Entry | None, path: str, args: list[Value], kwargs: dict[str, Value], place: Place
    ) -> None:
        """Note a call after which a session only reads: `SET TRANSACTION READ ONLY`, `transaction(readonly=True)`."""
        opens = path.rpartition(".")[2] in SESSIONS or (entry is not None and entry.id.startswith("sql"))
        if opens and self.memo.sure() and read_only(self.run, None, args[:1], kwargs):
            self.memo.met.append(Met(READ_ONLY, None, place, None, self.memo.frames()))

    def guard(self) -> None:
        """Note what keeps the caller's own statements from writing, where every one of them is kept from it."""
        raw = [(i, met) for i, met in enumerate(self.memo.met) if met.id == "sql.raw" and met.mark is None]
        found: list[Met] = []
        for index, met in raw:
            held = self._held(index, met)
            if held is None:
                return
            found.append(held)
        self.guards = found

    def _held(self, index: int, met: Met) -> Met | None:
        """Return what keeps one statement from writing: how it was opened, what was said before, a check."""
        if met.reads:
            return replace(met, id=READ_ONLY)
        for earlier in self.memo.met[:index]:
            if earlier.id == READ_ONLY and (
                earlier.nodes[-1] in met.nodes
                or (len(earlier.nodes) > 1 and earlier.nodes[-2] in met.nodes and OPENS.search(earlier.via[-1]))
            ):
                return earlier
        chain = [
            (self.memo.functions[node], line)
            for node, line in zip(met.nodes, (*met.lines[1:], met.place.line), strict=True)
            if node in self.memo.functions
        ]
        check = checked(self.run, chain)
        if check is None:
            return None
        function, line = check
        words = ", ".join(sorted(line.words))
        return replace(met, id=READ_ONLY, target=words, place=Place(function.module.path, line.line))

    def _handed(self, args: list[Value], kwargs: dict[str, Value], place: Place) -> None:
        """Look up an outside function that is handed on with its arguments (`asyncio.to_thread(requests.get, url)`)."""
        for index, value in enumerate(args[:2]):
            function = self.run.first(value)
            owner = function.owner if isinstance(function, Method) else None
            if isinstance(function, External):
                self.call(function.path, None, args[index + 1 :], kwargs, place)
            elif isinstance(function, Method) and isinstance(owner, Made):
                self.call(f"{owner.path}().{function.name}", owner, args[index + 1 :], kwargs, place)

    def _own(self, id_: str, value: Value, owner: Value, via: tuple[str, ...]) -> bool:
        """Tell whether a path or process was made by this very call, or is upkeep of the server's own files."""
        value = self.run.force(value)
        if id_ == "process.kill":
            made = self.run.first(owner)
            return isinstance(made, Made) and any(
                m.id.startswith("process.") and m.place == made.place for m in self.memo.met
            )
        if id_ == "file.write" and value is not MISSING:
            self.written.append(value)
        if self._temporary(value):
            return True
        if id_ not in ("file.delete", "file.move"):
            return False
        if any(value is known for known in self.written) or self.run.muted > 1:
            return True
        return any(word in name.lower() for name in via for word in _UPKEEP)

    def _temporary(self, value: Value, depth: int = 5) -> bool:
        """Tell whether a path is made by `tempfile`, or below one that is."""
        known = self.run.first(value) if value is not MISSING else None
        if isinstance(known, Method):
            return known.name == "git_dir"  # what git keeps for itself
        if not isinstance(known, Made):
            return False
        if known.path.startswith("tempfile."):
            return True
        return bool(depth) and any(self._temporary(part, depth - 1) for part in known.args)

    def cut(self, reason: CutReason, detail: str, place: Place) -> None:
        """Note a call that cannot be followed."""
        if len(self.memo.cuts) < _MAX_CUTS:
            self.memo.cuts.append(Cut(reason=reason, detail=detail[:TARGET], file=place.file, line=place.line))

    def _met(self, entry: Entry, call: Call, place: Place) -> Met | None:
        """Return the effect that the table tells of a call, with its mark."""
        found = read_call(self.run, entry, call)
        if found is None:
            return None
        id_, target = found
        reads = id_ == "sql.raw" and read_only(self.run, call.owner, call.args[1:], call.kwargs)
        met = Met(id_, target, place, None, self.memo.frames(), reads)
        if self._own(id_, argument(entry, call), call.owner, met.via):
            return replace(met, mark=Mark.TEMPORARY)
        return replace(met, mark=Mark.OWN) if keeps_own(id_, target, met.via) else met

    def remember(
        self, function: Function, args: list[Value], kwargs: dict[str, Value], place: Place, work: Callable[[], Value]
    ) -> Value:
        """Run a function, or repeat what it did when it was run before."""
        return self.memo.remember(function, args, kwargs, place, work)

    def effects(self) -> tuple[Effect, ...]:
        """Return what was met, each place once, in order."""
        found: dict[tuple[str, str | None, Place], Effect] = {}
        places: Counter[tuple[str, Place]] = Counter()
        for met in (*self.guards, *(m for m in self.memo.met if m.id != READ_ONLY)):
            if (met.id, met.target, met.place) in found or places[met.id, met.place] >= _TARGETS:
                continue
            places[met.id, met.place] += 1
            via = met.via if met.mark is None else (met.mark, *met.via)
            effect = Effect(id=EffectId(met.id), target=met.target, file=met.place.file, line=met.place.line, via=via)
            found[met.id, met.target, met.place] = effect
        return tuple(sorted(list(found.values())[:EFFECTS], key=lambda e: (e.file, e.line, e.id, e.target or "")))

    def enter(self, function: Function) -> None:
        """Note an own function that is called straight from the handler."""
        if len(self.run.active) == 1:
            self.entered.setdefault(id(function.node), function)


def effects_of(run: Interpreter, bodies: Sequence[Body]) -> list[Seen]:
    """Run every tool's handler; return what was seen of each, in order."""
    spent = 0
    memo = Memo(run)
    out: list[Seen] = []
    for number, body in enumerate(bodies):
        if spent >= TOTAL:
            out.append(Seen(cuts=(Cut(reason=CutReason.BUDGET),)))
            continue
        memo.met, memo.cuts = [], []
        watcher = _Watcher(run, table("python"), memo)
        fair = max(_LEAST, _UNEVEN * (TOTAL - spent) // (len(bodies) - number))
        with _lent(run, watcher, min(STEPS, TOTAL - spent, fair)) as budget:
            if not run.bounded(partial(_enter, run, body, watcher)):
                memo.cuts.insert(0, Cut(reason=CutReason.BUDGET))
            run.bounded(watcher.guard)
            spent += budget.spent
        out.append(Seen(watcher.effects(), tuple(watcher.entered.values()), tidy(memo.cuts)))
    marked = mark_shared([s.effects for s in out], [s.cuts for s in out])
    return [replace(seen, effects=effects) for seen, effects in zip(out, marked, strict=True)]


@contextmanager
def _lent(run: Interpreter, watcher: _Watcher, steps: int) -> Iterator[Budget]:
    """Lend the evaluator to one handler, and give it back as it was."""
    held = (run.budget, run.guards, run.active, run.watcher, run.muted, run.orphan, run.max_calls)
    budget = Budget(steps)
    run.budget, run.guards, run.active, run.watcher = budget, [], [], watcher
    run.muted, run.orphan, run.max_calls = 1, False, DEPTH
    try:
        yield budget
    finally:
        run.budget, run.guards, run.active, run.watcher, run.muted, run.orphan, run.max_calls = held


def _enter(run: Interpreter, body: Body, watcher: _Watcher) -> None:
    function = run.first(body.function)
    while isinstance(function, Partial):
        function = run.first(function.function)
    if isinstance(function, Function):
        while function.wrapped is not None:
            function = function.wrapped
        watcher.memo.functions[function.node] = function
        run.invoke(function, [], {}, Place(function.module.path, function.node.lineno))
        return
    dispatcher = run.first(body.dispatcher)
    if isinstance(dispatcher, Function):
        place = Place(dispatcher.module.path, dispatcher.node.lineno)
        watcher.memo.functions[dispatcher.node] = dispatcher
        run.invoke(dispatcher, _dispatched(dispatcher, body.name, place), {}, place)
    else:
        watcher.memo.cuts.append(Cut(reason=CutReason.NO_HANDLER))


def _dispatched(dispatcher: Function, name: str, place: Place) -> list[Value]:
    """The arguments of a dispatcher: `(name, arguments)`, `(context, params)` or `(request)`."""
    text = Text.at(name, place)
    given = Unknown("argument", text="arguments")
    spec = dispatcher.node.args
    names = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    if dispatcher.bound is not MISSING and dispatcher.bound is not None:
        names = names[1:]
    params = Made("mcp.types.CallToolRequestParams", [], {"name": text, "arguments": given}, place)
    if len(names) >= 2 and names[1] in ("params", "request", "req"):
        return [Unknown("context"), params]
    if len(names) == 1:
        return [Made("mcp.types.CallToolRequest", [], {"params": params}, place)]
    return [text, given]
