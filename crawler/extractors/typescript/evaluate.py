"""The partial evaluator: expressions.

It runs a program abstractly: both sides of an unknown condition, loops over what is known, calls into the
project's own functions, callbacks given to unknown functions once. A step budget bounds it; nothing of the
server is ever executed by Python.
"""

from typing import Any, Protocol

from crawler.extractors.typescript import ir, members
from crawler.extractors.typescript.callsite import UNHANDLED, CallSite
from crawler.extractors.typescript.conditions import condition, decisive
from crawler.extractors.typescript.relevance import Relevance
from crawler.extractors.typescript.values import (
    Arr,
    Cls,
    Exhausted,
    Fn,
    Guarded,
    Lazy,
    Obj,
    Scope,
    Unknown,
    truth,
)
from mcp_catalogue.model import Condition


class Listener(Protocol):
    """Who is told of servers and packages that come from outside."""

    def made(self, callee: Any, args: list[Any]) -> None:  # noqa: ANN401
        """Hear of `new callee(args)` on something from outside."""
        ...

    def reached(self, spec: str) -> None:
        """Hear of a call into a package from outside."""
        ...


class Sink(Protocol):
    """Who is told of calls that may register something."""

    def intercept(self, call: CallSite) -> Any:  # noqa: ANN401
        """Return the call's value, or UNHANDLED to let it be evaluated."""
        ...

    def foreign(self, cls: Cls) -> bool:
        """Whether a class is a copy of an SDK's own, and is taken as opaque."""
        ...

    def count(self) -> int:
        """How many tools were registered so far."""
        ...

    def cut_short(self, file: str, line: int, turns: int) -> None:
        """Note that a loop which registers tools ended `turns` turns early, for want of steps."""
        ...

    def interesting(self, function: Fn) -> bool:
        """Whether running `function`, which nobody is known to call, could register something."""
        ...


class Memory(Protocol):
    """Who is asked for calls that ran before, and told of state that changes."""

    def call(self, ev: "Evaluator", function: Fn, this: Any, args: list[Any]) -> Any:  # noqa: ANN401
        """Call a function of the project."""
        ...

    def assigned(self, home: Scope, name: str, value: Any) -> None:  # noqa: ANN401
        """Hear that a variable is about to change."""
        ...

    def written(self, ev: "Evaluator", owner: Obj, name: str, value: Any) -> None:  # noqa: ANN401
        """Hear that a property is about to change."""
        ...

    def turn(self) -> int:
        """Return what `repeats` asks for, at the start of a turn of a loop."""
        ...

    def repeats(self, start: int, turn: int) -> bool:
        """Whether the turns of a loop do what was done before and nothing else, as far as can be seen."""
        ...

    def idle(self, start: int) -> bool:
        """Whether nothing was seen since `start`, which `turn` gave."""
        ...

    def failed(self, file: str, line: int) -> None:
        """Hear that what is tried there ends in an error as far as it is known."""
        ...


class Evaluator:
    """Evaluates expressions and runs statements of one project."""

    def __init__(self, sink: Sink, listener: Listener, builtins: dict[str, Any], budget: int) -> None:
        from crawler.extractors.typescript.nodes import NODES  # noqa: PLC0415 (they evaluate by this class)
        from crawler.extractors.typescript.readers import READERS  # noqa: PLC0415 (as above)

        self.nodes = NODES
        self.readers = READERS
        self.sink = sink
        self.listener: Listener = listener
        self.builtins = builtins
        self.budget = self.left = budget
        self.floor = 0
        self.cut: dict[int, int] = {}
        self.guards: list[Condition] = []
        self.logs: list[dict[tuple[int, str], tuple[Scope, Any]]] = []
        self.active: dict[int, int] = {}
        self.depth = 0
        self.stack: list[Fn] = []  # the functions being run, outermost first
        self.trying = 0
        self.ran: set[int] = set()
        self.closed: dict[int, list[Scope]] = {}
        self.spaces: dict[str, Any] = {}
        self.zod_version = "zod3"
        self.files: Any = None
        self.flags: dict[str, Any] = {}
        self.relevance = Relevance()
        self.memory: Memory | None = None

    def spend(self, steps: int = 1) -> None:
        """Count work; raises `Exhausted` when the budget is gone."""
        self.left -= steps
        if self.left < self.floor:
            raise Exhausted

    def under(self, guard: Condition | None) -> "_Under":
        """Run what follows under a condition."""
        return _Under(self, guard)

    def since(self, made: Arr | Obj) -> Condition | None:
        """Return the condition of a change to a collection: of an unknown branch, or off by default after an exit."""
        if len(self.logs) > made.born:
            return decisive(self.guards)
        return next((g for g in reversed(self.guards[made.held :]) if g.default_on is False), None)

    def value(self, node: ir.Node, scope: Scope) -> Any:  # noqa: ANN401
        """Evaluate an expression."""
        self.left -= 1
        if self.left < self.floor:
            raise Exhausted
        run = self.nodes.get(type(node))
        return run(self, node, scope) if run is not None else Unknown("not-evaluated")

    def lookup(self, name: str, scope: Scope) -> Any:  # noqa: ANN401
        """Return what `name` is bound to."""
        helper = self.builtins.get(name) if name.startswith("__") else None
        if helper is not None:
            return helper
        at: Scope | None = scope
        while at is not None:
            found = at.names.get(name, UNHANDLED)
            if found is not UNHANDLED:
                return self.force(found, at.names, name) if isinstance(found, Lazy) else found
            at = at.parent
        found = self.builtins.get(name, UNHANDLED)
        return Unknown("not-defined", name) if found is UNHANDLED else found

    def force(self, lazy: Lazy, home: dict[str, Any], name: str) -> Any:  # noqa: ANN401
        """Evaluate a lazy binding and keep the result in `home`."""
        if lazy.busy:
            return Unknown("cyclic", name)
        lazy.busy = True
        guards, self.guards = self.guards, []
        logs, self.logs = self.logs, []
        # A module's binding is kept for all who ask: whoever asks first does not limit it by its own share.
        floor, self.floor = self.floor, self.left // 2
        try:
            found = lazy.compute()
        except RecursionError:
            found = Unknown("nested-too-deep", name)
        except Exhausted:
            found = Unknown("too-much-work", name)
        finally:
            lazy.busy = False
            self.guards, self.logs, self.floor = guards, logs, floor
        if home.get(name) is lazy:
            home[name] = found
        return found

    def assign_name(self, scope: Scope, name: str, value: Any, *, declare: bool = False) -> None:  # noqa: ANN401
        """Bind or rebind `name`."""
        at: Scope | None = scope
        if not declare:
            while at is not None and name not in at.names:
                at = at.parent
        home = at or scope
        if self.logs:
            self.logs[-1].setdefault((id(home), name), (home, home.names.get(name, UNHANDLED)))
        if self.memory is not None and not declare:
            self.memory.assigned(home, name, value)
        home.names[name] = value

    def arguments(self, nodes: list[ir.Node], scope: Scope) -> list[Any]:
        """Evaluate arguments, spreads included."""
        out: list[Any] = []
        for node in nodes:
            if isinstance(node, ir.Spread):
                spread = members.to_array(self, self.value(node.value, scope))
                out.extend(i.value if isinstance(i, Guarded) else i for i in spread.items)
                if spread.open is not None:
                    out.append(spread.open)
            else:
                out.append(self.value(node, scope))
        return out

    def test(self, node: ir.Node, scope: Scope, text: str) -> tuple[bool | None, Condition | None, Condition | None]:
        """Evaluate a condition: its truth, and when unknown the conditions of its two sides."""
        value = self.value(node, scope)
        found = truth(value)
        if found is not None:
            return found, None, None
        line = node.line
        file = scope.module.path
        return None, condition(value, text, file, line), condition(value, text, file, line, negate=True)


class _Under:
    """A condition that holds inside a `with`; written out, because it is entered for every branch."""

    __slots__ = ("ev", "guard")

    def __init__(self, ev: Evaluator, guard: Condition | None) -> None:
        self.ev, self.guard = ev, guard

    def __enter__(self) -> None:
        if self.guard is not None:
            self.ev.guards.append(self.guard)

    def __exit__(self, *_: object) -> None:
        if self.guard is not None:
            self.ev.guards.pop()


__all__ = ["UNHANDLED", "CallSite", "Evaluator", "Listener", "Sink"]
