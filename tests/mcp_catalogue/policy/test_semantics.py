"""One suite of calls and outcomes, shared by all formats: each emitted text is read back as its engine documents it."""

import json
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
import yaml

from mcp_catalogue.policy import FORMATS


def _holds(op: str, actual: Any, expected: Any) -> bool:
    numeric = isinstance(actual, int | float) and not isinstance(actual, bool)
    match op:
        case "in":
            return actual in expected
        case "regex":
            return isinstance(actual, str) and re.search(expected, actual) is not None
        case "gt":
            return numeric and actual > expected
        case "lte":
            return numeric and actual <= expected
    raise AssertionError(op)


class Gateway:
    """Intercept and PolicyLayer: rules by argument, counters, `hide`, `default`. Absent arguments fail a condition."""

    def __init__(self, document: Mapping[str, Any], rules: Callable[[Mapping[str, Any]], Any]) -> None:
        self.document, self.rules, self.counters = document, rules, Counter[str]()

    def __call__(self, tool: str, args: Mapping[str, Any]) -> str:
        if tool in self.document.get("hide", []):
            return "hide"
        if tool not in self.document["tools"]:
            return {"deny": "deny", "allow": "pass"}[self.document["default"]]
        added: Counter[str] = Counter()
        for conditions, counter, most, increment in self.rules(self.document["tools"][tool]):
            for one in conditions:
                name = one["path"].removeprefix("args.")
                if name not in args or not _holds(one["op"], args[name], one["value"]):
                    return "deny"
            if counter is not None:
                amount = args[increment] if increment else 1
                if self.counters[f"{tool}.{counter}"] + amount > most:
                    return "deny"
                added[f"{tool}.{counter}"] += amount
            elif not conditions:
                return "deny"
        self.counters += added
        return "pass"


def _intercept_rules(body: Mapping[str, Any]) -> Any:
    for rule in body["rules"]:
        if "rate_limit" in rule:
            count, window = rule["rate_limit"].split("/")
            yield [], window, int(count), None
        elif "state" in rule:
            (one,) = rule["conditions"]
            yield [], rule["state"]["counter"], one["value"], rule["state"]["increment_from"].removeprefix("args.")
        elif rule["action"] == "deny":
            yield [], None, None, None
        else:
            yield rule["conditions"], None, None, None


def _policylayer_rules(body: Mapping[str, Any]) -> Any:
    for entry in body.get("deny_if", []):
        assert entry["conditions"] == []
        yield [], None, None, None
    for entry in body.get("require", []):
        yield entry["conditions"], None, None, None
    for limit in body.get("limits", []):
        yield [], limit["counter"], limit["max"], None


def claude_code(text: str) -> Callable[[str, Any], str]:
    permissions = json.loads(text)["permissions"]

    def call(tool: str, _args: Any) -> str:
        rule = f"mcp__shop__{tool}"
        # deny is read before ask, ask before allow; what no rule names is asked about
        for outcome in ("deny", "ask", "allow"):
            if rule in permissions.get(outcome, []):
                return {"allow": "pass"}.get(outcome, outcome)
        return "ask"

    return call


def codex(text: str) -> Callable[[str, Any], str]:
    server = tomllib.loads(text)["mcp_servers"]["shop"]

    def call(tool: str, _args: Any) -> str:
        if tool in server["disabled_tools"]:
            return "hide"
        if tool not in server["enabled_tools"]:
            return "deny"
        mode = server.get("tools", {}).get(tool, {}).get("approval_mode", server["default_tools_approval_mode"])
        return {"approve": "pass", "prompt": "ask"}[mode]

    return call


def vscode(text: str) -> Callable[[str, Any], str]:
    eligible = json.loads(text)["chat.tools.eligibleForAutoApproval"]
    # an eligible tool is asked about until its user chooses otherwise: the most that the setting gives is "pass"
    return lambda tool, _args: "ask" if eligible.get(tool) is False or tool == "never_seen" else "pass"


ENGINES: dict[str, Callable[[str], Callable[[str, Any], str]]] = {
    "policylayer": lambda text: Gateway(json.loads(text), _policylayer_rules),
    "intercept": lambda text: Gateway(yaml.safe_load(text), _intercept_rules),
    "claude-code": claude_code,
    "codex": codex,
    "vscode": vscode,
}


@pytest.mark.parametrize("form", FORMATS)
def test_every_call_comes_out_as_expected(form: str, shop: Any, calls: Any) -> None:
    text = FORMATS[form].server(shop, server_name="shop", complete=True).text
    for call in calls:
        engine = ENGINES[form](text)
        for _ in range(call.repeat):
            engine(call.tool, call.args)
        outcome = engine(call.tool, call.args)
        expected = call.expected[form]
        # Codex leaves a denied tool out of the model's list, which is as good as denied
        assert outcome == expected or (form == "codex" and {outcome, expected} == {"hide", "deny"}), call


@pytest.mark.parametrize("form", FORMATS)
def test_every_format_has_an_engine_and_every_call_an_expectation(form: str, calls: Any) -> None:
    assert form in ENGINES
    assert all(form in call.expected for call in calls)


@pytest.mark.parametrize("form", ["policylayer", "intercept"])
def test_a_snippet_changes_nothing_else(form: str, shop: Any) -> None:
    for decided in shop:
        engine = ENGINES[form](FORMATS[form].tool(decided, server_name="shop").text)
        assert engine("something_else", {}) == "pass"
