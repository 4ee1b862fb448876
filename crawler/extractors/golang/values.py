"""What an expression evaluates to: constants, containers, functions, and what stays unknown."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from tree_sitter import Node

from crawler.extractors.golang.index import GoFile
from crawler.extractors.golang.types import ANY, Type


class Placed(str):
    """A string constant that remembers the literal it came from."""

    __slots__ = ("file", "line")

    file: str
    line: int


def placed(value: str, file: str, line: int) -> Placed:
    """Return `value` with its place."""
    result = Placed(value)
    result.file, result.line = file, line
    return result


@dataclass(slots=True, eq=False)
class Unknown:
    """A value that cannot be known; `parent` is the unknown that it was taken from."""

    type: Type = ANY
    parent: "Unknown | None" = None
    field: str = ""


@dataclass(slots=True, eq=False)
class Obj:
    """A struct value; assignments change it in place, pointers are not told apart."""

    type: Type
    fields: dict[str, "Value"] = field(default_factory=dict)
    node: Node | None = None
    file: str = ""
    lines: dict[str, int] = field(default_factory=dict)  # the line where a field was set
    handler: "Fn | None" = None
    owner: "Obj | None" = None  # the object that holds this one in a field

    def copy(self) -> "Obj":
        """Return a shallow copy, as Go's assignment of a struct makes it."""
        return Obj(self.type, dict(self.fields), self.node, self.file, dict(self.lines), self.handler, self.owner)


@dataclass(slots=True, eq=False)
class Seq:
    """A slice or array; `open` when it may hold more."""

    items: list["Value"] = field(default_factory=list)
    type: Type = ANY
    open: bool = False


@dataclass(slots=True, eq=False)
class Table:
    """A map; `open` when it may hold more."""

    items: dict[Any, "Value"] = field(default_factory=dict)
    type: Type = ANY
    open: bool = False


@dataclass(slots=True, eq=False)
class Multi:
    """Several results of one call."""

    items: tuple["Value", ...]


@dataclass(slots=True, eq=False)
class Fn:
    """A function of the server's own: a declaration or a literal with its scope, perhaps bound to a receiver."""

    node: Node
    file: GoFile
    scope: "Scope | None" = None
    receiver: "Value" = None
    bound: dict[str, Type] = field(default_factory=dict)
    name: str = ""


@dataclass(slots=True, eq=False)
class Foreign:
    """A name of a foreign package, or a method of a value that came from one."""

    package: str
    name: str
    types: tuple[Type, ...] = ()
    receiver: "Value" = None


@dataclass(slots=True, eq=False)
class Native:
    """A function whose effect is known to this reader: an SDK's option."""

    call: Callable[[list["Value"]], "Value"]


@dataclass(slots=True, eq=False)
class TypeValue:
    """A type used as a value: a conversion's target."""

    type: Type


Value = str | int | float | bool | Unknown | Obj | Seq | Table | Multi | Fn | Foreign | Native | TypeValue | None


@dataclass(slots=True, eq=False)
class Scope:
    """Local names, with the enclosing scope."""

    parent: "Scope | None" = None
    names: dict[str, Value] = field(default_factory=dict)

    def find(self, name: str) -> "Scope | None":
        """Return the scope that holds `name`."""
        here: Scope | None = self
        while here is not None:
            if name in here.names:
                return here
            here = here.parent
        return None
