"""Codex's `config.toml`: which tools of a server exist for the model, and which need a person.

Keys as in Codex's configuration types: `enabled_tools` is an allow-list, `disabled_tools` is taken off it, and
`tools.<name>.approval_mode` is `approve` (runs), `prompt` (asks) or `auto` (Codex decides by annotations).
"""

import json
from collections.abc import Sequence
from functools import lru_cache

from mcp_catalogue.policy.base import Decided, Rendered
from mcp_catalogue.policy.lint import collisions, sanitised, too_long, unusable
from mcp_catalogue.policy.ruling import ABILITIES, Outcome, Ruling, nameable, of, rule_server, rule_tool
from mcp_catalogue.policy.words import server_sentence, shown, tool_sentence

_ABILITY = ABILITIES["codex"]
_LONGEST = 64


class Codex:
    """See the module's text."""

    id = "codex"
    title = "Codex config.toml"
    syntax = "toml"
    verified_with: str | None = "Codex 0.169.0"

    def tool(self, decided: Decided, *, server_name: str) -> Rendered:
        """Render the one rule."""
        ruling = rule_tool(decided, _ABILITY, in_server=False)
        lines = [f"[mcp_servers.{_key(server_name)}]"]
        if nameable(ruling.name):
            if ruling.outcome in {Outcome.HIDE, Outcome.DENY}:
                lines.append(f"disabled_tools = {_array([ruling.name])}")
            else:
                lines.append(_approval(ruling))
        rest = "Other tools stay as your configuration has them."
        return _rendered(lines, [ruling], server_name, tool_sentence(ruling, rest=rest))

    def server(self, tools: Sequence[Decided], *, server_name: str, complete: bool) -> Rendered:
        """Render the allow-list, the removed tools and one approval mode per tool."""
        rulings = rule_server(tools, _ABILITY)
        named = [r for r in rulings if nameable(r.name)]
        offered = of(named, Outcome.PASS, Outcome.LIMIT, Outcome.ASK)
        removed = of(named, Outcome.DENY, Outcome.HIDE)
        lines = [
            f"[mcp_servers.{_key(server_name)}]",
            f"enabled_tools = {_array([r.name for r in offered])}",
            f"disabled_tools = {_array([r.name for r in removed])}",
            'default_tools_approval_mode = "prompt"',
            *(_approval(r) for r in offered),
        ]
        unlisted = "Every tool not named in enabled_tools does not exist for Codex."
        return _rendered(lines, rulings, server_name, server_sentence(rulings, unlisted=unlisted, complete=complete))

    def steps(self, *, server_name: str) -> tuple[str, ...]:
        """Return how to add the keys to the server's table."""
        heading = f"[mcp_servers.{shown(_key(server_name))}]"
        return (
            f"codex mcp get {_shell(server_name)}   # the server must be configured under this name",
            f"Put the lines below its heading into ~/.codex/config.toml under {heading}.",
            "Start Codex anew and run /mcp to see which tools are left.",
        )


def _approval(ruling: Ruling) -> str:
    mode = "approve" if ruling.outcome is Outcome.PASS else "prompt"
    return f'tools.{_key(ruling.name)}.approval_mode = "{mode}"'


def _rendered(lines: Sequence[str], rulings: Sequence[Ruling], server_name: str, sentence: str) -> Rendered:
    names = sorted(r.name for r in rulings if nameable(r.name))

    prefix = f"mcp__{sanitised(server_name)}__"

    def to_id(name: str) -> str:
        return prefix + sanitised(name)

    notes = [*unusable(r.name for r in rulings), *collisions(names, to_id)]
    notes += too_long(
        [to_id(n) for n in names], _LONGEST, "Codex shortens the id; the rule, by plain name, still holds"
    )
    if sanitised(server_name) != server_name:
        notes.append(f"{shown(server_name)}: Codex accepts letters, digits, _ and - in a server's name")
    text = "\n".join(lines) + "\n"
    return Rendered(text=text, sentence=sentence, filename="config.toml", notes=tuple(notes))


def _key(name: str) -> str:
    """Return a TOML key: bare where TOML allows it, else a basic string."""
    return name if name and sanitised(name) == name else _string(name)


def _array(names: Sequence[str]) -> str:
    return "[" + ", ".join([_string(n) for n in names]) + "]"


@lru_cache(maxsize=4096)
def _string(text: str) -> str:
    """Return a TOML basic string: JSON's escapes are a part of TOML's, but for DEL, which TOML wants escaped."""
    lone = text.encode("utf-8", "replace").decode()
    return json.dumps(lone, ensure_ascii=False).replace("\x7f", "\\u007f")


def _shell(name: str) -> str:
    return name if sanitised(name) == name else f"'{shown(name)}'"
