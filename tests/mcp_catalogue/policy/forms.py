"""Reading a rendered policy as its engine documents it: which tools it names, and whether its form is right."""

import json
import tomllib
from pathlib import Path
from typing import Any

import jsonschema
import yaml

FIXTURES = Path(__file__).parent / "fixtures"


def names(form: str, text: str) -> set[str]:
    """Return the tool names that a rendered text holds, after reading it as its engine does."""
    if form == "codex":
        server = tomllib.loads(text)["mcp_servers"]["shop"]
        return {*server.get("enabled_tools", []), *server.get("disabled_tools", []), *server.get("tools", {})}
    if form in {"policylayer", "intercept"}:
        document = yaml.safe_load(text) if form == "intercept" else json.loads(text)
        return {*document.get("hide", []), *document["tools"]}
    body = json.loads(text)
    if form == "vscode":
        return set(body["chat.tools.eligibleForAutoApproval"])
    return {rule for rules in body["permissions"].values() for rule in rules}


def checked(form: str, text: str) -> None:
    text.encode()
    if form in {"intercept", "policylayer"}:
        schema = json.loads((FIXTURES / f"{form}.schema.json").read_bytes())
        document = yaml.safe_load(text) if form == "intercept" else json.loads(text)
        jsonschema.Draft202012Validator(schema).validate(document)
        if form == "intercept":
            counters_are_addressable(document)
    elif form == "claude-code":
        permissions = json.loads(text)["permissions"]
        assert set(permissions) <= {"allow", "ask", "deny"}
        rules = [rule for listed in permissions.values() for rule in listed]
        assert len(rules) == len(set(rules))
        for rule in rules:
            assert rule.startswith("mcp__shop__")
            assert not set(rule) & set("()*, \n")
    else:
        names(form, text)


def counters_are_addressable(document: Any) -> None:
    """Intercept splits `state.<tool>.<counter>` at the first two dots, and refuses what it cannot find again."""
    for tool, body in document["tools"].items():
        for rule in body["rules"]:
            if "rate_limit" in rule or "state" in rule:
                assert "." not in tool
