"""Patterns and statements of the intermediate form."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crawler.extractors.typescript.ir_node import Node

# --- patterns -----------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Default:
    """A pattern with a default value."""

    target: Any
    value: Node


@dataclass(slots=True, eq=False)
class ObjectPattern:
    """`{key: target, ...rest}`."""

    props: list[tuple[Any, Any]]
    rest: Any


@dataclass(slots=True, eq=False)
class ArrayPattern:
    """`[a, , b, ...rest]`; a hole is None."""

    items: list[Any]
    rest: Any


# --- statements ---------------------------------------------------------------------------------------


@dataclass(slots=True, eq=False)
class Expression(Node):
    """An expression as a statement."""

    value: Node


@dataclass(slots=True, eq=False)
class Declare(Node):
    """`const`, `let` or `var` with one pattern; `init` lowers the initialiser on first use, None without one."""

    target: Any
    init: Callable[[], Node] | None
    kind: str
    heavy: bool  # whether evaluating it can have effects: a call, `new`, `await`
    start: int = 0
    end: int = 0


@dataclass(slots=True, eq=False)
class Return(Node):
    """`return value`."""

    value: Node | None


@dataclass(slots=True, eq=False)
class If(Node):
    """`if`, with the text of its test."""

    test: Node
    yes: list[Node]
    no: list[Node]
    text: str


@dataclass(slots=True, eq=False)
class Loop(Node):
    """`for (;;)`, `while` and `do`."""

    init: list[Node]
    test: Node | None
    update: Node | None
    body: list[Node]
    once: bool


@dataclass(slots=True, eq=False)
class ForEach(Node):
    """`for … of` and `for … in`."""

    target: Any
    declared: bool
    source: Node
    keys: bool
    body: list[Node]


@dataclass(slots=True, eq=False)
class Switch(Node):
    """`switch`; a default has no test."""

    value: Node
    cases: list[tuple[Node | None, list[Node]]]
    text: str


@dataclass(slots=True, eq=False)
class Try(Node):
    """`try` with its parts."""

    body: list[Node]
    target: Any
    handler: list[Node] | None
    final: list[Node]


@dataclass(slots=True, eq=False)
class Throw(Node):
    """`throw value`."""

    value: Node | None


@dataclass(slots=True, eq=False)
class Block(Node):
    """A block with a scope of its own."""

    body: list[Node]


@dataclass(slots=True, eq=False)
class Jump(Node):
    """`break` or `continue`."""

    kind: str
    label: str


@dataclass(slots=True, eq=False)
class Labeled(Node):
    """A labelled statement."""

    label: str
    body: Node


@dataclass(slots=True, eq=False)
class Enum(Node):
    """A TypeScript enum: names with their value expressions."""

    name: str
    members: list[tuple[str, Node | None, int]]


@dataclass(slots=True, eq=False)
class Namespace(Node):
    """A TypeScript namespace."""

    name: str
    body: list[Node]


@dataclass(slots=True, eq=False)
class Import(Node):
    """`import`: `names` are (imported, local) with `default` and `*`; empty for a side effect."""

    spec: str
    names: list[tuple[str, str]]


@dataclass(slots=True, eq=False)
class Export(Node):
    """`export`: (local or imported, exported) names; `spec` for a re-export, `*` for all."""

    spec: str | None
    names: list[tuple[str, str]]


@dataclass(slots=True, eq=False)
class ExportDefault(Node):
    """`export default value` and `export = value`."""

    value: Node
