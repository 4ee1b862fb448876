"""Policies as panels, one for each client or engine."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from mcp_catalogue.model import Action, Decision, Limit, ServerFacts
from mcp_catalogue.policy import FORMATS
from mcp_catalogue.policy.base import Decided, Rendered

INLINE = ("policylayer", "intercept", "claude-code", "codex")
"""The formats on a tool's page; the rest stand on the server's."""
_NAME = re.compile(r"[^a-zA-Z0-9_-]+")


@dataclass(frozen=True, slots=True)
class Panel:
    """One format's policy with its sentence and the steps that put it in force."""

    id: str
    title: str
    syntax: str
    verified_with: str | None
    rendered: Rendered
    steps: tuple[str, ...]


def server_name(facts: ServerFacts) -> str:
    """Return the name under which clients usually configure the server: its own, else the end of its package name."""
    raw = facts.server_name or facts.name.rsplit("/", 1)[-1] or facts.id.rsplit("/", 1)[-1]
    return _NAME.sub("-", raw).strip("-")[:48] or "server"


def tool_panels(decided: Decided, name: str) -> tuple[Panel, ...]:
    """Return the snippets for one tool in the formats shown inline."""
    return tuple(_panel(id_, FORMATS[id_].tool(decided, server_name=name), name) for id_ in INLINE)


def server_panels(tools: Sequence[Decided], name: str, *, complete: bool) -> tuple[Panel, ...]:
    """Return the whole-server policy in every format."""
    return tuple(
        _panel(id_, form.server(tools, server_name=name, complete=complete), name) for id_, form in FORMATS.items()
    )


def example(decided: Decided, action: Action, name: str) -> Rendered:
    """Return the snippet that would hold this tool to 10 calls a minute, or hide it, where both can be said."""
    limit = Limit(max=10, window="minute") if action is Action.LIMIT else None
    decision = Decision(action=action, limit=limit)
    return FORMATS[INLINE[0]].tool(replace(decided, decision=decision), server_name=name)


def _panel(id_: str, rendered: Rendered, name: str) -> Panel:
    form = FORMATS[id_]
    return Panel(id_, form.title, form.syntax, form.verified_with, rendered, form.steps(server_name=name))
