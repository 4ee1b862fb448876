"""Policies as panels, one for each client or engine."""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import NamedTuple

import msgspec

from mcp_catalogue.model import (
    Action,
    ArgumentCondition,
    Category,
    Classification,
    Confidence,
    DecidedBy,
    Decision,
    Limit,
    Severity,
    Tool,
)
from mcp_catalogue.pages.environment import fragment
from mcp_catalogue.policy import FORMATS
from mcp_catalogue.policy.base import Decided, Rendered

INLINE = ("policylayer", "intercept", "claude-code", "codex")
"""The formats on a tool's page; the rest stand on the server's."""
_TOOL, _TOOL_DASH = "zq0tool0qz", "zq0tool-0qz"
_JSON = msgspec.json.Encoder().encode
_CONDITIONS = msgspec.json.Decoder(tuple[ArgumentCondition, ...])
_SERVER, _SERVER_DASH = "zq0server0qz", "zq0server-0qz"
_SIMPLE_SERVER = re.compile(r"[a-z]+(?:-[a-z0-9]+){0,4}", re.ASCII)
_SIMPLE = re.compile(
    r"(?!(?:y|n|yes|no|on|off|true|false|null|nan|inf)\Z)[a-z][a-z0-9]*(?:[_-][a-z0-9]+){0,8}", re.ASCII | re.IGNORECASE
)
"""Names that no format has to cut or replace, or to quote unless for a dash; the stand-ins are such names."""
_LONGEST = 50  # characters of server and tool; beyond it some formats add a note


class Panel(msgspec.Struct, frozen=True, gc=False):
    """One format's policy with its sentence and the steps that put it in force."""

    id: str
    title: str
    syntax: str
    verified_with: str | None
    rendered: Rendered
    steps: tuple[str, ...]


class Control(NamedTuple):
    """Rendered parts: the panels, the first panel's sentence, the two answers with examples."""

    panels: bytes
    first: bytes
    asked: bytes


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


def control(decided: Decided, name: str) -> Control:
    """Return the part of a tool's page that shows policies.

    Policies of equal decisions differ in the names only, so they are rendered once with stand-ins. Measured: a
    third of the time of a page. Operations are the one thing besides a decision that a snippet rests on.
    """
    tool, decision = decided.tool.name, decided.decision
    if decided.label.operations or len(tool) + len(name) > _LONGEST or not _SIMPLE.fullmatch(tool):
        return _control(decided, name)
    conditions = _JSON(decision.conditions) if decision.conditions else b"[]"
    stand_in = _TOOL_DASH if "-" in tool else _TOOL
    panels, first, asked = _for_server(decision.action, decision.limit, conditions, stand_in, name)
    put = tool.encode().join  # a plain word
    return Control(put(panels), put(first), put(asked))


@lru_cache(maxsize=256)
def _for_server(
    action: Action, limit: Limit | None, conditions: bytes, tool: str, name: str
) -> tuple[list[bytes], ...]:
    """Return the three parts, each cut where the tool's name belongs."""
    stand_in = name
    if _SIMPLE_SERVER.fullmatch(name):
        stand_in = _SERVER_DASH if "-" in name else _SERVER
    made = _shared(action, limit, conditions, tool, stand_in)
    old, new, cut = stand_in.encode(), name.encode(), tool.encode()
    return tuple((part if old == new else part.replace(old, new)).split(cut) for part in made)


@lru_cache(maxsize=2048)
def _shared(action: Action, limit: Limit | None, conditions: bytes, tool: str, server: str) -> Control:
    decision = Decision(action=action, limit=limit, conditions=_CONDITIONS.decode(conditions))
    label = Classification(
        primary=Category.WRITE, also=(), severity=Severity.MEDIUM, confidence=Confidence.HIGH,
        decided_by=DecidedBy(), rationale="",
    )  # fmt: skip
    return _control(Decided(tool=Tool(name=tool, input_schema={}), label=label, decision=decision), server)


def _control(decided: Decided, name: str) -> Control:
    asked = {"rate": example(decided, Action.LIMIT, name), "block": example(decided, Action.HIDE, name)}
    return Control(*_panels(decided, name), fragment("parts/asked.html", asked))


def _panels(decided: Decided, name: str) -> tuple[bytes, bytes]:
    panels = tool_panels(decided, name)
    return fragment("parts/panels.html", {"panels": panels}), fragment("parts/first.html", {"panel": panels[0]})


def _panel(id_: str, rendered: Rendered, name: str) -> Panel:
    form = FORMATS[id_]
    return Panel(id_, form.title, form.syntax, form.verified_with, rendered, form.steps(server_name=name))
