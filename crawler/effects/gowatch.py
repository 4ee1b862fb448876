"""What is shown of the run of a handler in Go: calls of what lies outside the tree, and where they come from."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from tree_sitter import Node

from crawler.effects.goreads import Call
from crawler.extractors.golang.values import Unknown, Value
from mcp_catalogue.model import Cut

Route = tuple[str, tuple[str, ...]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One effect as it was met: `names` are the own functions around the call, the handler first."""

    id: str
    target: str | None
    file: str
    line: int
    names: tuple[str, ...]
    scratch: bool


@dataclass(slots=True, eq=False)
class Outside(Unknown):
    """What a call of something outside gave: the import path and the access path of the call."""

    module: str = ""
    path: tuple[str, ...] = ()


class Watcher(Protocol):
    """Told of every call of something outside; `log` holds each effect and each cut met, in order."""

    log: list[Seen | Cut]

    def again(self, seen: Sequence[tuple[int, Seen | Cut]], names: tuple[str, ...]) -> None:
        """Note what a function did when it was run before: each effect with the depth at which it ran."""

    def call(self, module: str, call: Call) -> bool:
        """Look at one call; tells whether the table has it."""

    def lost(self, function: Value, where: Route | None, node: Node) -> None:
        """Note a call of which the table says nothing, where it may do something."""
