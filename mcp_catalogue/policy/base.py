"""What a policy format is: a module that turns decisions into one client's or engine's own file.

A format says what it emitted and what it could not: `notes` are sentences for the user, `verified_with` names
the engine and version that accepts the output, or is None ("not verified by the engine").
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from mcp_catalogue.model import Classification, Decision, Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A tool with its label and the decision made for it."""

    tool: Tool
    label: Classification
    decision: Decision


@dataclass(frozen=True, slots=True, kw_only=True)
class Rendered:
    """One policy as text, the sentence that says exactly what it does, and what will not take effect."""

    text: str
    sentence: str
    filename: str
    notes: tuple[str, ...] = ()


class PolicyFormat(Protocol):
    """One policy format. `server_name` is the name under which the user configured the server."""

    id: str
    title: str
    syntax: str  # json | yaml | toml, for the page's code block
    verified_with: str | None

    def tool(self, decided: Decided, *, server_name: str) -> Rendered:
        """Render a snippet for one tool: everything else stays allowed."""
        ...

    def server(self, tools: Sequence[Decided], *, server_name: str, complete: bool) -> Rendered:
        """Render a whole-server policy: default deny plus every enumerated tool."""
        ...

    def steps(self, *, server_name: str) -> tuple[str, ...]:
        """Return the steps that put the policy in force, each a sentence or a command that works as printed."""
        ...
