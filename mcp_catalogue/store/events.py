"""What the history records, as values."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

from mcp_catalogue.model import Severity


class Event(StrEnum):
    """One kind of change."""

    SERVER_ADDED = "server-added"
    SERVER_GONE = "server-gone"
    SERVER_BACK = "server-back"
    TOOL_ADDED = "tool-added"
    TOOL_REMOVED = "tool-removed"
    DEFINITION_CHANGED = "definition-changed"
    RELABELLED = "relabelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One entry of the history.

    `at` is ISO 8601 in UTC. `before` and `after` have the keys `tool` (a `Tool`) and `label` (a
    `Classification`) in their JSON form, and are None where there was or is nothing.
    """

    at: str
    server: str
    tool: str | None
    variant: int | None
    event: Event
    before: Mapping[str, Any] | None = None
    after: Mapping[str, Any] | None = None


class ToolDates(NamedTuple):
    """When a tool was first seen, and when its definition and its label last changed (ISO 8601, UTC)."""

    first_seen: str
    definition_changed: str
    relabelled: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Counts over the whole store; `severities` from critical to low; `incomplete` servers were read in part."""

    servers: int
    tools: int
    incomplete: int
    severities: Mapping[Severity, int]
