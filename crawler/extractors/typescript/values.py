"""What expressions evaluate to.

Plain values are Python's own: `str` (as `Text`, which remembers its place), `int`, `float`, `bool`, None for
null. Everything that is not known is an `Unknown`, which may carry a *guess*: its value when the server is
started without any option (environment variables and flags unset), so that conditions have a likely side.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, Self

from crawler.extractors.typescript import ir
from crawler.extractors.typescript.literals import UNDEFINED, Undefined
from mcp_catalogue.model import Condition

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

NO_GUESS: Final = object()
Place = tuple[str, int]


class Text(str):
    """A string with the file and line of the literal that gave it."""

    __slots__ = ("file", "line")
    file: str
    line: int

    def __new__(cls, value: str, file: str, line: int) -> Self:
        """Make `value` with its place."""
        self = super().__new__(cls, value)
        self.file = file
        self.line = line
        return self


@dataclass(slots=True, eq=False)
class Unknown:
    """A value that cannot be told: why, the expression's text, and what is known of its origin.

    `kind` is a `Condition` kind where the value is configuration. `spec` and `path` say from which package a
    value was imported and what was done to it (`McpServer`, `new McpServer`, `z.string()`). `template` is what is
    known of a string, with `{}` for the rest.
    """

    reason: str
    text: str = ""
    kind: str | None = None
    guess: Any = NO_GUESS
    spec: str | None = None
    path: str = ""
    guards: tuple[Condition, ...] = ()
    template: str = ""
    added: dict[str, Any] | None = None  # functions that the project gave an object of a foreign class


@dataclass(slots=True, eq=False)
class Guarded:
    """An array item or property that exists only under a condition."""

    value: Any
    guard: Condition


@dataclass(slots=True, eq=False)
class Choice:
    """One of several values, each under its condition."""

    options: list[tuple[Any, Condition | None]]


@dataclass(slots=True, eq=False)
class Obj:
    """An object, a module namespace, a `Map` or a `Set` (`kind`); `open` when it may hold more than is known.

    `born` counts the unknown branches around the place where it was made, `held` the conditions that held there.
    """

    props: dict[str, Any] = field(default_factory=dict)
    proto: Any = None
    kind: str = "object"
    open: Unknown | None = None
    places: dict[str, Place] = field(default_factory=dict)
    entries: list[tuple[Any, Any]] = field(default_factory=list)
    place: Place | None = None
    guards: tuple[Condition, ...] = ()
    born: int = 0
    held: int = 0


@dataclass(slots=True, eq=False)
class Arr:
    """An array; `open` when it may hold more than is known."""

    items: list[Any] = field(default_factory=list)
    open: Unknown | None = None
    place: Place | None = None
    born: int = 0
    held: int = 0


@dataclass(slots=True, eq=False)
class Getter:
    """A property that is computed by a function."""

    function: Any


@dataclass(slots=True, eq=False)
class Lazy:
    """A binding that is evaluated on first use; `busy` while it is, so that a cycle ends."""

    compute: Callable[[], Any]
    busy: bool = False


class Scope:
    """Names visible at one place; `frame` is the running function's state."""

    __slots__ = ("frame", "module", "names", "parent")

    def __init__(self, parent: "Scope | None", frame: "Frame", module: Any) -> None:  # noqa: ANN401
        self.names: dict[str, Any] = {}
        self.parent = parent
        self.frame = frame
        self.module = module

    def inner(self) -> "Scope":
        """A block's scope inside this one."""
        return Scope(self, self.frame, self.module)


@dataclass(slots=True, eq=False)
class Frame:
    """One function call: `this`, the class whose method runs, what was returned so far and under what."""

    this: Any = UNDEFINED
    home: "Cls | None" = None
    base: int = 0
    returns: list[tuple[Any, Condition | None]] = field(default_factory=list)


@dataclass(slots=True, eq=False)
class Fn:
    """A function with the scope that it closes over."""

    node: ir.Function
    scope: Scope
    this: Any = UNDEFINED
    home: "Cls | None" = None
    props: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class Cls:
    """A class; `methods` and `getters` by name are filled on first use, `statics` in its `props`."""

    node: ir.Class
    scope: Scope
    parent: Any
    name: str
    props: dict[str, Any] = field(default_factory=dict)
    methods: dict[str, Any] = field(default_factory=dict)
    fields: list[ir.Member] = field(default_factory=list)
    ready: bool = False


NativeCall = Callable[["Evaluator", Any, list[Any], int], Any]


@dataclass(slots=True, eq=False)
class Native:
    """A function of the language or of a library that the evaluator knows; `props` are its members."""

    name: str
    call: NativeCall
    this: Any = UNDEFINED
    props: dict[str, Any] = field(default_factory=dict)


class Thrown(Exception):  # noqa: N818
    """`throw`, or the end of the process."""

    def __init__(self, value: Any = UNDEFINED) -> None:  # noqa: ANN401
        super().__init__()
        self.value = value


class Exhausted(Exception):  # noqa: N818
    """The step budget is used up."""


_UNTOLD: Final = (Unknown, Choice, Guarded)
_COMPOSED: Final = (Choice, Guarded)
_NUMBERS: Final = (int, float)
_PLAIN: Final = (str, bool, int, float, Undefined)


def truth(value: Any) -> bool | None:  # noqa: ANN401
    """Whether `value` counts as true; None when unknown."""
    if isinstance(value, _UNTOLD):
        if isinstance(value, Choice):
            found = {truth(v) for v, _ in value.options}
            return found.pop() if len(found) == 1 else None
        return None
    if value is None or isinstance(value, _PLAIN):
        return bool(value) and value == value  # noqa: PLR0124 (NaN is false)
    return True


def likely(value: Any) -> Any:  # noqa: ANN401
    """Return the value that holds when the server is started without options."""
    for _ in range(20):
        if not isinstance(value, _UNTOLD):
            return value
        if isinstance(value, Unknown):
            if value.guess is NO_GUESS:
                return value
            value = value.guess
        elif isinstance(value, Guarded):
            value = value.value
        elif isinstance(value, Choice) and value.options:
            on = [v for v, g in value.options if g is not None and g.default_on is True]
            rest = [v for v, g in value.options if g is None or g.default_on is None]
            value = (on or rest or [v for v, _ in value.options])[0]
        else:
            return value
    return value


def known(value: Any) -> bool:  # noqa: ANN401
    """Whether `value` is neither unknown nor one of several."""
    return not isinstance(value, _UNTOLD)


def options(value: Any) -> Iterator[tuple[Any, Condition | None]]:  # noqa: ANN401
    """Yield each value that `value` can be with its condition."""
    if isinstance(value, Choice):
        yield from value.options
    elif isinstance(value, Guarded):
        yield value.value, value.guard
    else:
        yield value, None


def join(pairs: list[tuple[Any, Condition | None]]) -> Any:  # noqa: ANN401
    """Return one value for alternatives: arrays are merged item by item, equal values become one."""
    if len(pairs) == 1 and not isinstance(pairs[0][0], _COMPOSED):
        return pairs[0][0]
    flat: list[tuple[Any, Condition | None]] = []
    places: dict[Any, int] = {}
    for value, guard in pairs:
        for inner, own in options(value) if isinstance(value, _COMPOSED) else ((value, None),):
            # Both must hold: an option that the outer condition takes out by default stays out.
            outer = guard is not None and (own is None or (guard.default_on is False and own.default_on is not False))
            held = guard if outer else own
            key = _identity(inner)
            index = places.get(key)
            if index is None:
                places[key] = len(flat)
                flat.append((inner, held))
            elif held is None or held.default_on:
                flat[index] = (inner, held)
    if not flat:
        return UNDEFINED
    if len(flat) == 1:
        return flat[0][0]
    if all(isinstance(v, Arr) for v, _ in flat):
        return _join_arrays(flat)
    return Choice(flat[:16])


def _identity(value: Any) -> Any:  # noqa: ANN401
    """A key that two values share exactly when they are the `same`."""
    if isinstance(value, str):
        return str, str(value)
    if isinstance(value, _NUMBERS):
        return (bool if isinstance(value, bool) else float), value
    return id(value)


def _join_arrays(arrays: list[tuple[Any, Condition | None]]) -> Arr:
    """Merge alternatives: what is in all of them without a condition stays so, the rest keeps its likeliest one."""
    found: list[tuple[Any, list[Condition | None]]] = []
    # The likeliest alternative first: of equal conditions the one that counts there is kept.
    for array, guard in sorted(arrays, key=lambda pair: pair[1] is not None and pair[1].default_on is False):
        for item in array.items:
            inner = item.value if isinstance(item, Guarded) else item
            own = item.guard if isinstance(item, Guarded) else None
            held = next((guards for other, guards in found if same(inner, other)), None)
            if held is None:
                held = []
                found.append((inner, held))
            held.append(own if own is not None and (guard is None or guard.default_on is not False) else guard)
            if own is None:
                held.append(None)
    merged: list[Any] = []
    for inner, guards in found:
        everywhere = sum(g is None for g in guards) == len(arrays)
        real = [g for g in guards if g is not None]
        best = max(real, key=lambda g: 1 if g.default_on is None else 2 * g.default_on, default=None)
        merged.append(inner if everywhere or best is None else Guarded(inner, best))
    return Arr(merged, next((a.open for a, _ in arrays if a.open), None), arrays[0][0].place)


def same(left: Any, right: Any) -> bool:  # noqa: ANN401
    """Strict equality of two known values."""
    if left is right:
        return True
    if isinstance(left, bool) or isinstance(right, bool):
        return isinstance(left, bool) and isinstance(right, bool) and left == right
    if isinstance(left, str):
        return isinstance(right, str) and left == right
    if isinstance(left, int | float):
        return isinstance(right, int | float) and left == right
    return False
