"""The partial evaluator's state and its way between modules; expressions, statements and calls stand beside it.

Modules are run top to bottom as Python would, on abstract values. What is cheap and concerns registration is
evaluated at once; assignments at module level and calls that cannot register anything wait (`Lazy`) until somebody
asks for them. Where a test cannot be decided both branches run, under a guard.
"""

import ast
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from enum import Enum, auto
from itertools import islice
from typing import Any, Protocol

from crawler.extractors.python.budget import MAX_ASIDE, MAX_CALLS, Budget, BudgetExceededError
from crawler.extractors.python.guards import Guard
from crawler.extractors.python.modules import Module, Modules
from crawler.extractors.python.needles import makes_tools, nodes
from crawler.extractors.python.relevance import Relevance
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.server import Registration, Server
from crawler.extractors.python.treepath import TreePath
from crawler.extractors.python.values import (
    MISSING,
    Choice,
    External,
    Function,
    Guarded,
    Lazy,
    ModuleValue,
    Place,
    Unknown,
    Value,
)
from mcp_catalogue.model import CutReason


class Signal(Enum):
    """How control left a block."""

    NEXT = auto()
    RETURN = auto()
    RAISE = auto()
    BREAK = auto()
    CONTINUE = auto()


_MAX_NODES = 200
_SMALL = 500  # steps from which on cutting off is worth its while
_MAX_WRITTEN = 200  # characters of an expression that is shown to people
# What a shape of code that the evaluator does not foresee can raise in it: that piece of work is reported as cut.
_UNFORESEEN = (TypeError, ValueError, AttributeError, LookupError, ArithmeticError)


class Watcher(Protocol):
    """Somebody who follows what a handler does. While there is one, calls run at once instead of being put off."""

    def call(self, path: str, owner: Value, args: list[Value], kwargs: dict[str, Value], place: Place) -> None:
        """See a call of something outside: `path` is dotted, `owner` the object whose method it is."""
        ...

    def cut(self, reason: CutReason, detail: str, place: Place) -> None:
        """See a call that the evaluator does not follow."""
        ...

    def remember(
        self, function: Function, args: list[Value], kwargs: dict[str, Value], place: Place, work: Callable[[], Value]
    ) -> Value:
        """Do `work`, the run of a function of the tree, or give what the same run gave before."""
        ...

    def enter(self, function: Function) -> None:
        """See a call of one of the tree's own functions."""
        ...


class Interpreter(ABC):
    """One run over one project. `crawler.extractors.python.engine` joins it with expressions, statements and calls."""

    def __init__(self, modules: Modules, relevant: Relevance) -> None:
        self.modules = modules
        self.relevant = relevant
        self.budget = Budget()
        self.depth = 0
        self.guards: list[Guard] = []
        self.active: list[ast.AST] = []  # functions being run, innermost last
        self.entries: set[ast.AST] = set()  # functions that the manifest starts
        self.executed: set[ast.AST] = set()
        self.dynamic: list[Place] = []  # imports by computed names
        self.returns: list[list[tuple[Value, bool | None]]] = []  # with whether that return is taken by default
        self.frames: list[int] = []  # how many guards stood when each running function was called
        self.yields: list[list[Value]] = []
        self.servers: list[Server] = []
        self.assumed: dict[str, Server] = {}
        self.environment: dict[str, bool | None] = {}  # name → whether it must be set, None when that is unknown
        self.arguments: dict[str, bool] = {}  # command-line argument → whether it is required
        self.transports: set[str] = set()
        self.building: set[ast.AST] = set()  # classes being made for unknown parameters
        self.declared: dict[ast.AST, dict[str, ast.expr]] = {}  # class → the types that it declares of its attributes
        self.idle: dict[ast.AST, Place] = {}  # loops that would make tools, and went over nothing
        self.looped: set[ast.AST] = set()  # loops that went over something
        self.listing = False  # running a handler that lists tools
        self.muted = 0  # inside what runs only after a failure
        self.undecided = 0  # branches of the running function that may not be taken
        self.unsure = 0  # inside loops over what is not known
        self.orphan = False  # running functions whose callers were not found
        self.adopted: set[ast.AST] = set()  # those functions, whose arguments nobody has seen
        self.max_calls = MAX_CALLS
        self.watcher: Watcher | None = None  # who is shown calls of what lies outside
        self._written: dict[ast.AST, str] = {}
        self.uses_sdk = False
        self.main_sdk = "official"

    @abstractmethod
    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        """Return the value of an expression; never raises but for a spent budget."""

    @abstractmethod
    def block(self, body: Sequence[ast.stmt], scope: Scope) -> Signal:
        """Run statements and say how control left them."""

    @abstractmethod
    def call(self, target: Value, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
        """Return the result of a call."""

    @abstractmethod
    def invoke(self, function: Function, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
        """Run a function's body at once."""

    @abstractmethod
    def attribute(self, owner: Value, name: str, place: Place) -> Value:
        """Return `owner.name`."""

    def bounded(self, work: Callable[[], object]) -> bool:
        """Do `work` within a share of the budget; answer whether it came to its end."""
        self.budget.share()
        guards, depth = list(self.guards), self.depth
        stacks: tuple[list[Any], ...] = (self.active, self.returns, self.frames, self.yields)
        sizes = [len(stack) for stack in stacks]
        counters = (self.muted, self.undecided, self.unsure)
        try:
            work()
        except (BudgetExceededError, RecursionError, MemoryError, *_UNFORESEEN):
            self.guards, self.depth = guards, depth
            self.muted, self.undecided, self.unsure = counters
            for stack, size in zip(stacks, sizes, strict=True):
                del stack[size:]
            return False
        return True

    def capped(self, work: Callable[[], Value], most: int = MAX_ASIDE) -> Value:
        """Do `work`, which registers nothing itself, with a part of the steps that are left; unknown where they end."""
        held = self.budget.left
        allowed = min(most, held // 2)
        if allowed < _SMALL:
            return work()
        self.budget.left = allowed
        guards, depth = list(self.guards), self.depth
        counters = (self.muted, self.undecided, self.unsure)
        try:
            return work()
        except BudgetExceededError:
            self.guards, self.depth = guards, depth
            self.muted, self.undecided, self.unsure = counters
            return Unknown("budget")
        finally:
            self.budget.left += held - allowed

    # --- modules ------------------------------------------------------------------------------------

    def start(self, module: Module) -> None:
        """Run the top level of `module`, once."""
        if module.started:
            return
        module.started = True
        module.scope.names.setdefault("__name__", "__main__")
        module.scope.names.setdefault("__doc__", ast.get_docstring(module.tree, clean=False))
        module.scope.names.setdefault("__file__", TreePath(module.dependency, module.path))
        module.scope.names.setdefault("__package__", module.package.replace("/", "."))
        if module.is_package:
            module.scope.names.setdefault("__path__", [TreePath(module.dependency, module.package)])
        depth, self.depth = self.depth, 0
        try:
            with self.unwatched():
                self.block(module.tree.body, module.scope)
        finally:
            self.depth = depth
            module.finished = True

    def member(self, module: Module, name: str) -> Value:
        """Return `name` of `module`, or MISSING; runs the module's top level first."""
        self.start(module)
        value = module.scope.names.get(name, MISSING)
        if value is MISSING and not module.finished:
            value = self.early(module, name)
        if value is MISSING and module.is_package:
            below = self.modules.find(name, module, 1)
            if below is not None:
                return ModuleValue(below)
        return value

    def early(self, module: Module, name: str) -> Value:
        """Bind a name of a module that is still running (a cyclic import) ahead of its time."""
        statement = module.static.get(name)
        if statement is None:
            return MISSING
        self.block([statement], module.scope)
        return module.scope.names.get(name, MISSING)

    def import_module(self, name: str, importer: Module, level: int = 0) -> Value:
        """Return the module as a value: of the tree, or external."""
        found = self.modules.find(name, importer, level)
        if found is not None:
            if self.relevant.module(found):
                self.start(found)
            return ModuleValue(found)
        return External(name if not level else f"{'.' * level}{name}")

    def start_mentioning(self, name: str) -> None:
        """Run the project's modules that mention `name`: they may define subclasses of it."""
        word = name.encode()
        for path in self.modules.own:
            if word in self.modules.read(path):
                found = self.modules.load(path)
                if found is not None:
                    self.start(found)

    def wanted(self, where: tuple[str | None, str]) -> bool:
        """Tell whether running the file at (dependency, path) can register a tool."""
        return self.relevant.path(self.modules, where)

    def folder(self, name: str, importer: Module) -> Value:
        """Return a package without `__init__.py` as a value."""
        _ = importer
        return Unknown("namespace", text=name)

    def note_item(self, target: ast.Subscript, value: Value, scope: Scope) -> None:
        """Notice `server.request_handlers[ListToolsRequest] = handler`."""
        if not isinstance(target.value, ast.Attribute) or target.value.attr != "request_handlers":
            return
        owner = self.first(self.evaluate(target.value.value, scope))
        key = self.first(self.evaluate(target.slice, scope))
        if isinstance(owner, Server) and isinstance(key, External) and key.path.endswith("CallToolRequest"):
            owner.attributes["<call_tool>"] = self.first(value)
        if isinstance(owner, Server) and isinstance(key, External) and key.path.endswith("ListToolsRequest"):
            place = Place(scope.module.path, target.lineno)
            owner.registrations.append(
                Registration("listing", self.first(value), {}, place, tuple(self.guards), "lowlevel")
            )

    def import_name(self, base: str, name: str, importer: Module, level: int = 0) -> Value:
        """Return what `from base import name` binds."""
        found = self.modules.find(base, importer, level)
        if found is not None:
            value = self.member(found, name)
            if value is not MISSING:
                return value
            below = self.modules.find(name, found, 1) if found.is_package else None
            return ModuleValue(below) if below else Unknown("not-found", text=name)
        below = self.modules.find(f"{base}.{name}" if base else name, importer, level)
        if below is not None:
            if self.relevant.module(below):
                self.start(below)
            return ModuleValue(below)
        if level:
            return Unknown("not-found", text=name)
        return External(f"{base}.{name}")

    def note_loop(self, node: ast.AST, body: Iterable[ast.AST], place: Place, *, empty: bool) -> None:
        """Keep in mind a loop that would make tools and went over nothing, until it goes over something."""
        if not empty:
            self.idle.pop(node, None)
            self.looped.add(node)
        elif self.watcher is None and not self.muted and node not in self.looped and makes_tools(body):
            self.idle[node] = place

    def written(self, node: ast.AST) -> str:
        """Return an expression as text; functions run several times meet the same ones again."""
        text = self._written.get(node)
        if text is None:
            small = sum(1 for _ in islice(nodes(node), _MAX_NODES)) < _MAX_NODES
            text = self._written[node] = ast.unparse(node)[:_MAX_WRITTEN] if small else "…"
        return text

    # --- values -------------------------------------------------------------------------------------

    def force(self, value: Value) -> Value:
        """Evaluate what was put off; values that put each other off are cyclic."""
        for _ in range(_LONGEST_CHAIN):
            if not isinstance(value, Lazy):
                return value
            if value.value is MISSING:
                if value.busy:
                    return Unknown("cyclic")
                value.busy = True
                try:
                    value.value = value.thunk()
                finally:
                    value.busy = False
            value = value.value
        return Unknown("cyclic")

    def first(self, value: Value) -> Value:
        """Force `value` and take the likeliest of several, or an unknown's default."""
        value = self.force(value)
        for _ in range(8):
            if isinstance(value, Choice):
                value = self.force(value.options[0])
            elif isinstance(value, Guarded):
                value = self.force(value.value)
            elif isinstance(value, Unknown) and value.default is not MISSING:
                value = self.force(value.default)
            else:
                break
        return value

    @contextmanager
    def unwatched(self) -> Iterator[None]:
        """Run the body without showing its calls to anybody."""
        held, self.watcher = self.watcher, None
        try:
            yield
        finally:
            self.watcher = held

    @contextmanager
    def guarded(self, guard: Guard | None) -> Iterator[None]:
        """Run the body under `guard`."""
        if guard is None:
            yield
            return
        self.guards.append(guard)
        try:
            yield
        finally:
            self.guards.pop()


__all__ = ["Interpreter", "Signal", "Watcher"]

_LONGEST_CHAIN = 100
"""Values that put each other off, one after another; imports in circles make longer ones."""
