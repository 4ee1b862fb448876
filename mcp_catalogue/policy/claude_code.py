"""Claude Code's `permissions`: which tools run, which are asked about, which are refused.

Rules are `mcp__<server>__<tool>` with the name under which the user configured the server. `deny` is read before
`ask`, `ask` before `allow`; a rule with parentheses or a wildcard where none is read is dropped in silence, so none
is written. There is no rule for "every other tool": those stay at the client's own default, which is to ask.
"""

from collections.abc import Callable, Sequence

from mcp_catalogue.policy.base import Decided, Rendered
from mcp_catalogue.policy.lint import changed, collisions, sanitised, too_long, unusable
from mcp_catalogue.policy.ruling import ABILITIES, Outcome, Ruling, level, nameable, of, rule_server, rule_tool
from mcp_catalogue.policy.words import json_text, server_sentence, shown, tool_sentence

_ABILITY = ABILITIES["claude-code"]
_LONGEST = 64  # characters of a tool's id; longer ones were refused by the model's interface


class ClaudeCode:
    """See the module's text."""

    id = "claude-code"
    title = "Claude Code permissions"
    syntax = "json"
    verified_with: str | None = "Claude Code 2.1.329"

    def tool(self, decided: Decided, *, server_name: str) -> Rendered:
        """Render the one rule."""
        ruling = rule_tool(decided, _ABILITY, in_server=False)
        rest = "Rules for other tools stay as they are in your settings."
        return _render([ruling], server_name, tool_sentence(ruling, rest=rest))

    def server(self, tools: Sequence[Decided], *, server_name: str, complete: bool) -> Rendered:
        """Render one rule per enumerated tool."""
        rulings = level(rule_server(tools, _ABILITY), sanitised)
        unlisted = (
            "Claude Code cannot deny tools that are not named: it asks about them, "
            "unless your settings or the permission mode allow them."
        )
        return _render(rulings, server_name, server_sentence(rulings, unlisted=unlisted, complete=complete))

    def steps(self, *, server_name: str) -> tuple[str, ...]:
        """Return how to add the rules to the settings."""
        return (
            f"claude mcp list   # the server must be configured under the name {shown(server_name)}",
            "Merge the lists into the permissions of .claude/settings.json (project) or ~/.claude/settings.json (you).",
            "claude doctor   # lists every rule that Claude Code skipped; /permissions inside it shows those it took",
        )


def _render(rulings: Sequence[Ruling], server_name: str, sentence: str) -> Rendered:
    named = [r for r in rulings if nameable(r.name)]

    prefix = f"mcp__{sanitised(server_name)}__"

    def to_id(name: str) -> str:
        return prefix + sanitised(name)

    permissions = {
        "allow": _ids(of(named, Outcome.PASS), to_id),
        "ask": _ids(of(named, Outcome.ASK), to_id),
        "deny": _ids(of(named, Outcome.DENY), to_id),
    }
    names = [r.name for r in named]
    notes = [*unusable(r.name for r in rulings), *collisions(names, to_id)]
    notes += changed(sorted(names), sanitised)
    notes += too_long(_ids(named, to_id), _LONGEST, "the client may not offer this tool at all")
    if sanitised(server_name) != server_name:
        notes.append(f"{shown(server_name)}: written {sanitised(server_name)} in rules, as the client writes it")
    if "__" in sanitised(server_name):
        notes.append(f"{shown(server_name)}: two underscores in the server's name make its rules ambiguous")
    if of(rulings, Outcome.PASS, Outcome.ASK):
        notes.append("The mode bypassPermissions skips allow and ask; only deny holds there.")
        notes.append("In a project's settings, allow counts only once you have trusted the folder in Claude Code.")
    kept = {"permissions": {k: v for k, v in permissions.items() if v}}
    return Rendered(text=json_text(kept), sentence=sentence, filename="settings.json", notes=tuple(notes))


def _ids(rulings: Sequence[Ruling], to_id: Callable[[str], str]) -> list[str]:
    return sorted({to_id(r.name) for r in rulings})
