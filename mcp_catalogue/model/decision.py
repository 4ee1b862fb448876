"""Policy: what to do about a tool."""

from typing import Any, Literal

import msgspec

from mcp_catalogue.model.kinds import Action


class Limit(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """At most `max` calls per `window`."""

    max: int
    window: Literal["minute", "hour", "day"]


class ArgumentCondition(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """A call is permitted only where `path` (`args.amount`) stands in relation `op` to `value`."""

    path: str
    op: str
    value: Any


class Decision(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """The recommended handling of one tool, computed from a classification and never stored in it."""

    action: Action
    limit: Limit | None = None
    conditions: tuple[ArgumentCondition, ...] = ()
    alternative: Action | None = None
    reason: str = ""
