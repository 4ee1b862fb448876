"""PolicyLayer's policy.json, version 1: a gateway's rules for one server, by tool and by argument.

Form as PolicyLayer documents it under "Writing policies": `default`, `hide`, and per tool `require` (a call must meet
the conditions), `deny_if` (an entry without conditions denies every call) and `limits`. The gateway is a hosted
service, so nothing here has been run against it.
"""

from collections.abc import Sequence
from typing import Any

from mcp_catalogue.model import ArgumentCondition
from mcp_catalogue.policy.base import Decided, Rendered
from mcp_catalogue.policy.lint import unusable
from mcp_catalogue.policy.ruling import ABILITIES, Outcome, Ruling, nameable, of, rule_server, rule_tool
from mcp_catalogue.policy.words import condition_words, deny_words, json_text, server_sentence, shown, tool_sentence

_ABILITY = ABILITIES["policylayer"]


class PolicyLayer:
    """See the module's text."""

    id = "policylayer"
    title = "PolicyLayer policy.json"
    syntax = "json"
    verified_with: str | None = None

    def tool(self, decided: Decided, *, server_name: str) -> Rendered:
        """Render `default: allow` with the one rule."""
        del server_name
        ruling = _sayable(rule_tool(decided, _ABILITY, in_server=False))
        sentence = tool_sentence(ruling, rest="Every other tool stays allowed.")
        return _render([ruling], "allow", sentence)

    def server(self, tools: Sequence[Decided], *, server_name: str, complete: bool) -> Rendered:
        """Render `default: deny` with every enumerated tool."""
        del server_name
        rulings = [_sayable(r) for r in rule_server(tools, _ABILITY)]
        sentence = server_sentence(rulings, unlisted="Every tool not named here is denied.", complete=complete)
        return _render(rulings, "deny", sentence)

    def steps(self, *, server_name: str) -> tuple[str, ...]:
        """Return how to attach the document to a grant."""
        return (
            f"Register the server {shown(server_name)} in PolicyLayer and create a grant for your client.",
            "Paste policy.json into the grant's policy as raw JSON.",
            "Point your MCP client at the gateway address of the grant instead of at the server.",
        )


def _sayable(ruling: Ruling) -> Ruling:
    """Turn a sum per day, which `limits` cannot count, into as many calls per day as the sum allows at most."""
    return ruling.without_sums()


def _render(rulings: Sequence[Ruling], default: str, sentence: str) -> Rendered:
    named = [r for r in rulings if nameable(r.name)]
    hidden = [r.name for r in of(named, Outcome.HIDE)]
    document: dict[str, Any] = {"version": "1", "default": default}
    if hidden:
        document["hide"] = hidden
    document["tools"] = {r.name: _tool(r) for r in named if r.outcome is not Outcome.HIDE}
    text = json_text(document)
    return Rendered(
        text=text, sentence=sentence, filename="policy.json", notes=tuple(unusable(r.name for r in rulings))
    )


def _tool(ruling: Ruling) -> dict[str, Any]:
    if ruling.outcome is Outcome.DENY:
        return {"deny_if": [{"conditions": [], "on_deny": deny_words(ruling)}]}
    body: dict[str, Any] = {}
    if ruling.conditions:
        body["require"] = [_require(c) for c in ruling.conditions]
    if ruling.limits:
        body["limits"] = [
            {"counter": f"{ruling.name}_per_{m.window}", "window": m.window, "max": m.max, "scope": "grant"}
            for m in ruling.limits
        ]
    return body


def _require(condition: ArgumentCondition) -> dict[str, Any]:
    one = {"path": condition.path, "op": condition.op, "value": condition.value}
    return {"conditions": [one], "on_deny": f"Denied by policy: a call passes only where {condition_words(condition)}."}
