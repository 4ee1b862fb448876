"""The intermediate form that the evaluator walks: JavaScript without types, parentheses and other noise.

Nodes hold the 1-based line where they start. Function and class bodies are kept as syntax nodes and lowered on
first use, so that what is never called costs nothing.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from crawler.extractors.typescript.ir_node import Node
from crawler.extractors.typescript.ir_statements import (
    ArrayPattern,
    Block,
    Declare,
    Default,
    Enum,
    Export,
    ExportDefault,
    Expression,
    ForEach,
    If,
    Import,
    Jump,
    Labeled,
    Loop,
    Namespace,
    ObjectPattern,
    Return,
    Switch,
    Throw,
    Try,
)


@dataclass(slots=True, eq=False)
class Const(Node):
    """A string, number, boolean, null or undefined."""

    value: Any


@dataclass(slots=True, eq=False)
class Template(Node):
    """A template string: literal pieces and expressions in turn."""

    parts: list[Any]


@dataclass(slots=True, eq=False)
class Concat(Node):
    """A chain of `+`, flattened from left to right."""

    parts: list[Node]


@dataclass(slots=True, eq=False)
class Name(Node):
    """An identifier; `this`, `super` and `import.meta` too."""

    id: str


@dataclass(slots=True, eq=False)
class Spread(Node):
    """`...value` in a call, an array or an object."""

    value: Node


@dataclass(slots=True, eq=False)
class Array(Node):
    """An array literal."""

    items: list[Node]


@dataclass(slots=True, eq=False)
class Prop(Node):
    """One property: `kind` is `value`, `get`, `set` or `spread`; `key` a string or a computed expression."""

    kind: str
    key: Any
    value: Node


@dataclass(slots=True, eq=False)
class Object(Node):
    """An object literal."""

    props: list[Prop]


@dataclass(slots=True, eq=False)
class Param:
    """One formal parameter: `field` when the constructor also stores it on `this`."""

    target: Any
    rest: bool = False
    field: str | None = None


@dataclass(slots=True, eq=False)
class Function(Node):
    """A function of any form. `body()` gives its parameters and statements, lowered on first use."""

    name: str
    arrow: bool
    start: int
    end: int
    end_line: int
    body: Callable[[], "Body"]
    body_line: int = 0


@dataclass(slots=True, eq=False)
class Body:
    """What a call binds and runs."""

    params: list[Param]
    statements: list[Node]


@dataclass(slots=True, eq=False)
class Member(Node):
    """One class member: `kind` is `method`, `get`, `set`, `field` or `block`."""

    kind: str
    static: bool
    key: Any
    value: Any


@dataclass(slots=True, eq=False)
class Class(Node):
    """A class; `members()` are lowered on first use."""

    name: str
    parent: Node | None
    start: int
    end: int
    end_line: int
    members: Callable[[], list[Member]]


@dataclass(slots=True, eq=False)
class Get:
    """A link of a chain: `.name`, at byte `pos`."""

    name: str
    optional: bool
    line: int
    pos: int


@dataclass(slots=True, eq=False)
class Index:
    """A link of a chain: `[key]`."""

    key: Node
    optional: bool
    line: int


@dataclass(slots=True, eq=False)
class Call:
    """A link of a chain: `(args)` from line `line` to `end_line`; `pos` is the byte of the parenthesis."""

    args: list[Node]
    optional: bool
    line: int
    end_line: int
    pos: int


@dataclass(slots=True, eq=False)
class Tagged:
    """A link of a chain: a template string given to a tag."""

    template: Template
    line: int


@dataclass(slots=True, eq=False)
class Chain(Node):
    """A base followed by property accesses and calls, evaluated in a loop."""

    base: Node
    links: list[Any]


@dataclass(slots=True, eq=False)
class New(Node):
    """`new callee(args)`."""

    callee: Node
    args: list[Node]
    pos: int


@dataclass(slots=True, eq=False)
class Unary(Node):
    """A prefix operator."""

    op: str
    value: Node


@dataclass(slots=True, eq=False)
class Binary(Node):
    """An operator that evaluates both sides."""

    op: str
    left: Node
    right: Node


@dataclass(slots=True, eq=False)
class Logical(Node):
    """`&&`, `||` or `??`."""

    op: str
    left: Node
    right: Node


@dataclass(slots=True, eq=False)
class Conditional(Node):
    """`test ? yes : no`, with the text of the test."""

    test: Node
    yes: Node
    no: Node
    text: str


@dataclass(slots=True, eq=False)
class Assign(Node):
    """`target op value`; `op` is `=` or an operator with it."""

    target: Any
    op: str
    value: Node


@dataclass(slots=True, eq=False)
class Sequence(Node):
    """The comma operator."""

    items: list[Node]


@dataclass(slots=True, eq=False)
class Await(Node):
    """`await` and `yield`: transparent."""

    value: Node


@dataclass(slots=True, eq=False)
class Pattern(Node):
    """A regular expression."""

    source: str
    flags: str


@dataclass(slots=True, eq=False)
class Opaque(Node):
    """What is not evaluated: regular expressions, JSX, too deep nesting; with a short text."""

    text: str


__all__ = [
    "Array",
    "ArrayPattern",
    "Assign",
    "Await",
    "Binary",
    "Block",
    "Body",
    "Call",
    "Chain",
    "Class",
    "Concat",
    "Conditional",
    "Const",
    "Declare",
    "Default",
    "Enum",
    "Export",
    "ExportDefault",
    "Expression",
    "ForEach",
    "Function",
    "Get",
    "If",
    "Import",
    "Index",
    "Jump",
    "Labeled",
    "Logical",
    "Loop",
    "Member",
    "Name",
    "Namespace",
    "New",
    "Node",
    "Object",
    "ObjectPattern",
    "Opaque",
    "Param",
    "Pattern",
    "Prop",
    "Return",
    "Sequence",
    "Spread",
    "Switch",
    "Tagged",
    "Template",
    "Throw",
    "Try",
    "Unary",
]
