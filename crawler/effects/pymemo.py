"""What own functions did, so that none is run twice with the same arguments for the tools of one server."""

import ast
from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass, field, replace

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.values import External, Function, Made, Place, Unknown, Value
from mcp_catalogue.model import Cut, Mark

READ_ONLY = "guard.read-only"
"""No effect, but what keeps a caller's statement from having one."""
_DEPTH = 8
_MOST = 20_000  # runs remembered for one project
_LONGEST = 400  # things remembered of one run


@dataclass(frozen=True, slots=True)
class Met:
    """An effect as it was met: `frames` are the own functions around the call, the handler first.

    Each with the line from which it was called.

    `reads` where what it runs on was opened for reading only.
    """

    id: str
    target: str | None
    place: Place
    mark: Mark | None
    frames: tuple[tuple[ast.AST, int], ...]
    reads: bool = False

    @property
    def nodes(self) -> tuple[ast.AST, ...]:
        """The functions without the lines."""
        return tuple(node for node, _ in self.frames)

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines from which they were called."""
        return tuple(line for _, line in self.frames)

    @property
    def via(self) -> tuple[str, ...]:
        """The names of the own functions between the handler and the call."""
        return tuple(getattr(node, "name", "lambda") for node, _ in self.frames[1:])


@dataclass(frozen=True, slots=True)
class _Run:
    result: Value
    depth: int
    met: tuple[Met, ...]  # with the frames below the function alone
    cuts: tuple[Cut, ...]
    alive: tuple[Value, ...]  # keeps what the key names by identity


@dataclass(slots=True)
class Memo:
    """Runs of own functions. `met` and `cuts` are those of the handler that is being run."""

    run: Interpreter
    met: list[Met] = field(default_factory=list)
    cuts: list[Cut] = field(default_factory=list)
    functions: dict[ast.AST, Function] = field(default_factory=dict)
    _called: dict[int, int] = field(default_factory=dict)  # depth → the line that called what runs there
    _known: dict[Hashable, _Run] = field(default_factory=dict)

    def remember(
        self, function: Function, args: list[Value], kwargs: dict[str, Value], place: Place, work: Callable[[], Value]
    ) -> Value:
        """Return what `work` gives, or gave; note what it does, or did."""
        depth = len(self.run.active)
        self.enter(function, place)
        key = self._key(function, args, kwargs)
        known = self._known.get(key)
        if known is not None and known.depth <= depth:
            above, sure = self.frames(), self.sure()
            here = [(first, place.line) for first, _ in known.met[0].frames[:1]] if known.met else []
            self.met += [
                replace(m, frames=(*above, *here, *m.frames[1:])) for m in known.met if sure or m.id != READ_ONLY
            ]
            self.cuts += known.cuts
            return known.result
        met, cuts = len(self.met), len(self.cuts)
        result = work()
        if len(self._known) < _MOST:
            below = {(m.id, m.target, m.place): m for m in reversed(self.met[met:])}
            found = tuple(replace(m, frames=m.frames[depth:]) for m in [*below.values()][::-1][:_LONGEST])
            alive = (function.bound, function.scope, *args, *kwargs.values())
            self._known[key] = _Run(result, depth, found, tuple(self.cuts[cuts:][:_LONGEST]), alive)
        return result

    def enter(self, function: Function, place: Place) -> None:
        """Note a function that is about to be run, and from where."""
        self.functions.setdefault(function.node, function)
        self._called[len(self.run.active)] = place.line

    def frames(self) -> tuple[tuple[ast.AST, int], ...]:
        """Return the own functions that are being run, the handler first, each with the line that called it."""
        return tuple((node, self._called.get(depth, 0)) for depth, node in enumerate(self.run.active))

    def sure(self) -> bool:
        """Tell whether what runs now runs whenever the handler gets there: in no branch, after no failure."""
        return self.run.muted <= 1 and all(guard.leaves for guard in self.run.guards)

    def _key(self, function: Function, args: Sequence[Value], kwargs: dict[str, Value]) -> Hashable:
        given = tuple(self._same(a, _DEPTH) for a in args)
        named = tuple(sorted((str(k), self._same(v, _DEPTH)) for k, v in kwargs.items()) if kwargs else ())
        return function.node, id(function.scope), id(function.bound), self.run.muted > 1, given, named

    def _same(self, value: Value, depth: int) -> Hashable:
        """Return what makes two arguments the same: constants by value, unknown ones by where they come from."""
        value = self.run.force(value)
        if value is None or isinstance(value, (bool, int, float, str)):
            return type(value).__name__, value if not isinstance(value, str) else str(value)
        if isinstance(value, Unknown) and depth:
            return "unknown", value.reason, value.text, value.prefix, self._same(value.default, depth - 1)
        if isinstance(value, Made) and depth and not value.attributes and not value.kwargs:
            owner = self._same(value.owner, depth - 1)
            return "made", value.path, owner, tuple(self._same(a, depth - 1) for a in value.args)
        if isinstance(value, External):
            return "external", value.path
        return "object", id(value)
