"""Intercept's policy YAML: a local proxy that checks every call against named rules.

Form and meaning after Intercept's POLICY reference and its validator: a rule is `evaluate` (all conditions must hold,
and a condition on an absent argument fails) or `deny`; `rate_limit` counts calls; `state` with `increment_from` sums
an argument over a window; `hide` removes a tool; `default: deny` denies every tool that is not a key of `tools`.
"""

from collections.abc import Iterator, Sequence
from functools import lru_cache
from typing import Any

from mcp_catalogue.model import ArgumentCondition, Limit
from mcp_catalogue.policy.base import Decided, Rendered
from mcp_catalogue.policy.conditions import DAY_SUM
from mcp_catalogue.policy.lint import unusable
from mcp_catalogue.policy.ruling import ABILITIES, Outcome, Ruling, nameable, of, rule_server, rule_tool
from mcp_catalogue.policy.words import condition_words, deny_words, server_sentence, shown, tool_sentence
from mcp_catalogue.policy.yaml_text import Ready, ready, yaml_text

_ABILITY = ABILITIES["intercept"]


class Intercept:
    """See the module's text."""

    id = "intercept"
    title = "Intercept policy"
    syntax = "yaml"
    verified_with: str | None = "Intercept 1.1.0"

    def tool(self, decided: Decided, *, server_name: str) -> Rendered:
        """Render `default: allow` with the one rule."""
        ruling = _sayable(rule_tool(decided, _ABILITY, in_server=False))
        sentence = tool_sentence(ruling, rest="Every other tool stays allowed.")
        return _render([ruling], "allow", sentence, server_name)

    def server(self, tools: Sequence[Decided], *, server_name: str, complete: bool) -> Rendered:
        """Render `default: deny` with every enumerated tool."""
        rulings = [_sayable(r) for r in rule_server(tools, _ABILITY)]
        sentence = server_sentence(rulings, unlisted="Every tool not named here is denied.", complete=complete)
        return _render(rulings, "deny", sentence, server_name)

    def steps(self, *, server_name: str) -> tuple[str, ...]:
        """Return how to check the file and put the proxy in front of the server."""
        return (
            "intercept validate -c policy.yaml",
            f"In your client's entry for {shown(server_name)}, put before its command: intercept -c policy.yaml --",
            "Restart the client; a denied call is answered with [INTERCEPT POLICY DENIED] and the rule's message.",
        )


def _sayable(ruling: Ruling) -> Ruling:
    """Deny a tool whose rule would need a counter that Intercept cannot address.

    A counter is addressed as `state.<tool>.<counter>`, which a dot in the tool's name makes ambiguous: the
    validator refuses such a file.
    """
    counts = ruling.limits or any(c.path.startswith(DAY_SUM) for c in ruling.conditions)
    if counts and "." in ruling.name:
        because = "Intercept cannot count calls of a tool with a dot in its name"
        return Ruling(name=ruling.name, outcome=Outcome.DENY, because=because)
    return ruling


def _render(rulings: Sequence[Ruling], default: str, sentence: str, server_name: str) -> Rendered:
    named = [r for r in rulings if nameable(r.name)]
    hidden = [r.name for r in of(named, Outcome.HIDE)]
    document: dict[str, Any] = {
        "version": "1",
        "description": f"{shown(server_name)}: {sentence}",
        "default": default,
    }
    if hidden:
        document["hide"] = hidden
    document["tools"] = {r.name: _tool(r) for r in named if r.outcome is not Outcome.HIDE}
    return Rendered(
        text=yaml_text(document),
        sentence=sentence,
        filename="policy.yaml",
        notes=tuple(unusable(r.name for r in rulings)),
    )


def _tool(ruling: Ruling) -> dict[str, Any] | Ready:
    """Return the entry of one tool; where it has no conditions of its own, those of other tools are the same."""
    if ruling.conditions:
        return {"rules": list(_rules(ruling))}
    return _alike(ruling.outcome, ruling.limits, ruling.because)


@lru_cache(maxsize=1024)
def _alike(outcome: Outcome, limits: tuple[Limit, ...], because: str) -> Ready:
    return ready({"rules": list(_rules(Ruling(name="", outcome=outcome, limits=limits, because=because)))}, depth=2)


def _rules(ruling: Ruling) -> Iterator[dict[str, Any]]:
    if ruling.outcome is Outcome.DENY:
        yield {"name": "denied", "action": "deny", "on_deny": deny_words(ruling)}
        return
    for number, condition in enumerate(ruling.conditions, 1):
        yield {"name": f"argument {number}", "action": "evaluate", **_evaluate(ruling.name, number, condition)}
    for limit in ruling.limits:
        yield {
            "name": f"calls per {limit.window}",
            "rate_limit": f"{limit.max}/{limit.window}",
            "on_deny": f"Denied by policy: the limit of {limit.max} calls per {limit.window} is reached.",
        }


def _evaluate(tool: str, number: int, condition: ArgumentCondition) -> dict[str, Any]:
    on_deny = f"Denied by policy: a call passes only where {condition_words(condition)}."
    if not condition.path.startswith(DAY_SUM):
        one = {"path": condition.path, "op": condition.op, "value": condition.value}
        return {"conditions": [one], "on_deny": on_deny}
    counter = f"sum_{number}"
    return {
        "conditions": [{"path": f"state.{tool}.{counter}", "op": condition.op, "value": condition.value}],
        "on_deny": on_deny,
        "state": {"counter": counter, "window": "day", "increment_from": condition.path.removeprefix(DAY_SUM)},
    }
