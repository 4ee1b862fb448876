"""Policy: what to do about a tool."""

from dataclasses import dataclass, field
from typing import Any, Literal

from mcp_catalogue.model.kinds import Action


@dataclass(frozen=True, slots=True, kw_only=True)
class Limit:
    """At most `max` calls per `window`."""

    max: int
    window: Literal["minute", "hour", "day"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ArgumentCondition:
    """A call is permitted only where `path` (`args.amount`) stands in relation `op` to `value`."""

    path: str
    op: str
    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """The recommended handling of one tool, computed from a classification and never stored in it."""

    action: Action
    limit: Limit | None = None
    conditions: tuple[ArgumentCondition, ...] = field(default=())
    alternative: Action | None = None
    reason: str = ""
