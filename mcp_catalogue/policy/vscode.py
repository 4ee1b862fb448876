r"""VS Code's tool approval settings: which tools a person must approve every time.

`chat.tools.eligibleForAutoApproval` with `false` takes the "always allow" choice away from a tool. Its key is the
tool's reference name: the plain name with dots as `_`, without the server, so it holds for tools of that name on every
server. There is no setting that denies or hides a single tool, and none that approves one in advance.

A tool's id (shown in notes, and used in tool sets and custom agents) is `mcp_`, the server's own name from
`serverInfo` in lower case cut to 13 characters, `_`, the tool's name, all cut to 64; a second server of the same
prefix gets `2`.
"""

import re
from collections.abc import Sequence

from mcp_catalogue.policy.base import Decided, Rendered
from mcp_catalogue.policy.lint import collisions, sanitised, unusable
from mcp_catalogue.policy.ruling import ABILITIES, Outcome, Ruling, level, nameable, of, rule_server, rule_tool
from mcp_catalogue.policy.words import json_text, shown, tool_sentence

_ABILITY = ABILITIES["vscode"]
# VS Code's McpToolName: Prefix, MaxPrefixLen 18 (with prefix and closing `_`), MaxLength.
_PREFIX, _PREFIX_NAME, _LONGEST = "mcp_", 13, 64
_SHORT = _LONGEST - len(_PREFIX) - _PREFIX_NAME - 1  # a shorter name is never cut
_IN_SERVER = re.compile(r"[^a-z0-9_.-]+")

_DEFAULT = "VS Code asks unless you chose to always allow it or the tool is annotated as read-only"
_OTHERS = "Other tools stay as your settings have them."


class VSCode:
    """See the module's text."""

    id = "vscode"
    title = "VS Code tool approval"
    syntax = "json"
    verified_with: str | None = None

    def tool(self, decided: Decided, *, server_name: str) -> Rendered:
        """Render the one setting."""
        ruling = rule_tool(decided, _ABILITY, in_server=False)
        told = ruling.outcome is Outcome.ASK or not nameable(ruling.name)
        says = tool_sentence(ruling, rest=_OTHERS) if told else f"{shown(ruling.name)}: {_DEFAULT}. {_OTHERS}"
        return _render([ruling], server_name, says)

    def server(self, tools: Sequence[Decided], *, server_name: str, complete: bool) -> Rendered:
        """Render one setting per tool that needs a person."""
        rulings = level(rule_server(tools, _ABILITY), reference_name)
        asked = sum(1 for r in of(rulings, Outcome.ASK) if nameable(r.name))
        says = [
            f"Tools read: {len(rulings)}; before every call of {asked} of them a person is asked.",
            f"For the other {len(rulings) - asked}, and for any tool not named here, {_DEFAULT}.",
            *([] if complete else ["Not every tool of this server could be read."]),
            "VS Code settings cannot deny or hide a tool.",
        ]
        return _render(rulings, server_name, " ".join(says))

    def steps(self, *, server_name: str) -> tuple[str, ...]:
        """Return how to add the setting."""
        return (
            "Open settings.json with the command Preferences: Open User Settings (JSON) and merge the setting into it.",
            "Run the command Chat: Reset Tool Confirmations, so that earlier choices do not stand in its way.",
            f"To take a tool away altogether, untick it under {shown(server_name)} in the chat's tools picker.",
        )


def tool_id(server_info_name: str, name: str) -> str:
    """Return VS Code's id of a tool, for the first server of this name."""
    prefix = _PREFIX + _IN_SERVER.sub("_", server_info_name.lower())[:_PREFIX_NAME] + "_"
    return (prefix + sanitised(name)).replace(".", "_")[:_LONGEST]


def reference_name(name: str) -> str:
    """Return the key under which the setting finds a tool."""
    return sanitised(name)


def _render(rulings: Sequence[Ruling], server_name: str, sentence: str) -> Rendered:
    named = [r for r in rulings if nameable(r.name)]
    asked = sorted({reference_name(r.name) for r in of(named, Outcome.ASK)})
    names = [r.name for r in named]
    notes = [*unusable(r.name for r in rulings), *collisions(names, reference_name)]
    notes += [
        f"{shown(n)}: its id is cut to {cut}"
        for n in sorted(names)
        if len(n) >= _SHORT and len(cut := tool_id(server_name, n)) == _LONGEST
    ]
    if asked:
        notes.append("A key holds for tools of that name on every server, for the setting does not see servers.")
    text = json_text({"chat.tools.eligibleForAutoApproval": dict.fromkeys(asked, False)})
    return Rendered(text=text, sentence=sentence, filename="settings.json", notes=tuple(notes))
