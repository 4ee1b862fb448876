"""Abstract values: what the evaluator knows of a Python value without running anything.

Constants and containers are themselves (`str`, `int`, `list`, `dict`, …), so that mutation keeps identity;
everything else is one of the classes below. A container that holds a `Rest` has further elements that could
not be evaluated.
"""

import ast
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from crawler.extractors.python.guards import Guard
    from crawler.extractors.python.modules import Module
    from crawler.extractors.python.scope import Scope

Value = Any
"""A constant, a container, or an instance of a class of this module."""


@dataclass(frozen=True, slots=True)
class Place:
    """A line (from 1) of a file of the tree."""

    file: str
    line: int


class Text(str):
    """A string that remembers where its (first) literal stands."""

    __slots__ = ("place",)
    place: Place

    @staticmethod
    def at(text: str, place: Place) -> "Text":
        """Return `text` with its place."""
        made = Text(text)
        made.place = place
        return made


class Missing:
    """The type of `MISSING`."""

    def __repr__(self) -> str:
        return "MISSING"


MISSING = Missing()
"""No value at all, as opposed to None."""


@dataclass(frozen=True, slots=True, eq=False)
class Unknown:
    """A value that cannot be had statically.

    `kind` says what it depends on, where that is known (a `Condition` kind such as `env`); `default` is the value
    when the user sets nothing; `text` is the source expression.
    """

    reason: str = "unknown"
    kind: str | None = None
    default: Value = MISSING
    text: str = ""
    name: str = ""
    prefix: str = ""  # how the text begins, where that much is known


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One of several values, the likeliest first: what different branches assigned."""

    options: tuple[Value, ...]


MAX_OPTIONS = 8


def choose(*options: Value) -> Value:
    """Return one value for several, the likeliest first: flat, without repeats, and not more than a few."""
    flat: list[Value] = []
    for option in options:
        for one in option.options if isinstance(option, Choice) else (option,):
            if len(flat) < MAX_OPTIONS and not any(one is other for other in flat):
                flat.append(one)
    return flat[0] if len(flat) == 1 else Choice(tuple(flat))


@dataclass(frozen=True, slots=True, eq=False)
class Rest:
    """Stands inside a container for elements that are not known."""

    source: Value


@dataclass(frozen=True, slots=True, eq=False)
class Guarded:
    """An element that is there only where its guards hold."""

    value: Value
    guards: "tuple[Guard, ...]"


@dataclass(slots=True, eq=False)
class Lazy:
    """Something evaluated when somebody asks."""

    thunk: Callable[[], Value]
    value: Value = MISSING
    busy: bool = False
    changes: bool = False  # a call whose result may be discarded but not the call


@dataclass(frozen=True, slots=True)
class External:
    """Something outside the tree, by its dotted path: `fastmcp.FastMCP`."""

    path: str


@dataclass(slots=True, eq=False)
class Made:
    """The result of calling something external: `Field(…)`, `Tool(…)`, `os.getenv(…)`."""

    path: str
    args: list[Value]
    kwargs: dict[str, Value]
    place: Place
    attributes: dict[str, Value] = field(default_factory=dict)
    owner: Value = None  # the object whose method made it


@dataclass(frozen=True, slots=True, eq=False)
class Subscripted:
    """A type with arguments, `list[int]`, or any other subscription of something external."""

    base: Value
    args: tuple[Value, ...]


@dataclass(frozen=True, slots=True, eq=False)
class UnionType:
    """`A | B` between types."""

    options: tuple[Value, ...]


@dataclass(slots=True, eq=False)
class Function:
    """A function or lambda of the tree. `attributes` are those that decorators set on it."""

    node: "ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda"
    scope: "Scope"
    module: "Module"
    name: str
    owner: "Class | None" = None
    bound: Value = MISSING
    attributes: dict[str, Value] = field(default_factory=dict)
    injected: frozenset[str] = frozenset()
    wrapped: "Function | None" = None
    guards: "tuple[Guard, ...]" = ()

    def bind(self, instance: Value) -> "Function":
        """Return the method bound to `instance`; attributes stay shared."""
        return Function(
            self.node,
            self.scope,
            self.module,
            self.name,
            self.owner,
            instance,
            self.attributes,
            self.injected,
            self.wrapped,
            self.guards,
        )


@dataclass(slots=True, eq=False)
class Partial:
    """`functools.partial(function, …)`."""

    function: Value
    args: list[Value]
    kwargs: dict[str, Value]


@dataclass(slots=True, eq=False)
class Class:
    """A class of the tree; `attributes` are those of its own body, in order."""

    node: ast.ClassDef
    scope: "Scope"
    module: "Module"
    name: str
    bases: tuple[Value, ...]
    attributes: dict[str, Value] = field(default_factory=dict)
    keywords: Mapping[str, Value] = field(default_factory=dict)
    subclasses: list["Class"] = field(default_factory=list)
    decorators: tuple[Value, ...] = ()


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the tree."""

    cls: Class
    attributes: dict[str, Value] = field(default_factory=dict)
    place: Place | None = None
    member: str | None = None  # an enum member's name


@dataclass(frozen=True, slots=True, eq=False)
class ModuleValue:
    """A module of the tree as a value."""

    module: "Module"


@dataclass(slots=True, eq=False)
class Method:
    """A method of a value that the evaluator models itself (`list.append`, `server.tool`)."""

    owner: Value
    name: str


def ordered(value: Value) -> Value:
    """Return a set's elements in an order that does not change between runs; any other container as it is."""
    return sorted(value, key=str) if isinstance(value, (set, frozenset)) else value


def plain(value: Value, depth: int = 40) -> Any:  # noqa: ANN401 - JSON
    """Return `value` in JSON's own types; what is not known is left out of containers, None elsewhere."""
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int):
        return int(value)
    if isinstance(value, float):
        return float(value) if value == value and value not in (float("inf"), float("-inf")) else None  # noqa: PLR0124
    if depth <= 0:
        return None
    if isinstance(value, Unknown) and value.default is not MISSING:
        return plain(value.default, depth - 1)
    if isinstance(value, Choice):
        return plain(value.options[0], depth - 1)
    if isinstance(value, Guarded):
        return plain(value.value, depth - 1)
    if isinstance(value, dict):
        return {str(k): plain(v, depth - 1) for k, v in value.items() if isinstance(k, (str, int))}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(v, depth - 1) for v in ordered(value) if not isinstance(v, Rest)]
    if isinstance(value, Instance) and "value" in value.attributes:
        return plain(value.attributes["value"], depth - 1)
    return None
