"""A difference in words: for a terminal, and for a pull request."""

from collections.abc import Iterator

from mcp_catalogue.diff import Difference, Kind, ToolChange
from mcp_catalogue.formats.markdown import code, text
from mcp_catalogue.policy.words import shown

_SIGN = {Kind.ADDED: "+", Kind.REMOVED: "-", Kind.CHANGED: "~", Kind.RELABELLED: "~"}


def change_lines(found: Difference) -> Iterator[str]:
    """Yield one line per change, and one that says so where there is none."""
    for server in found.servers_added:
        yield f"+ server {shown(server, limit=200)}"
    for server in found.servers_removed:
        yield f"- server {shown(server, limit=200)}"
    for change in found.tools:
        yield f"{_SIGN[change.kind]} {shown(change.server, limit=200)} {shown(change.tool)}: {what_changed(change)}"
    if not (found.servers_added or found.servers_removed or found.tools):
        yield "no change"


def change_table(found: Difference) -> str:
    """Return the change as Markdown."""
    lines = [f"Server added: {code(s)}" for s in found.servers_added]
    lines += [f"Server removed: {code(s)}" for s in found.servers_removed]
    if found.tools:
        lines += ["", "| Change | Server | Tool | What |", "| --- | --- | --- | --- |"]
        lines += [f"| {c.kind} | {code(c.server)} | {code(c.tool)} | {text(what_changed(c))} |" for c in found.tools]
    return "\n".join(lines or ["No change."]) + "\n"


def what_changed(change: ToolChange) -> str:
    """Return what is different, as a clause."""
    before, after = change.before, change.after
    says: list[str] = []
    if before is None and after is not None:
        says.append(f"new, {after.primary} ({after.severity})")
    elif after is None and before is not None:
        says.append(f"gone, was {before.primary} ({before.severity})")
    elif before is not None and after is not None:
        if change.parts:
            says.append(f"{', '.join(p.replace('_', ' ') for p in change.parts)} changed")
        same = f"still {after.primary} ({after.severity})"
        moved = f"{before.primary} ({before.severity}) became {after.primary} ({after.severity})"
        says.append(same if before == after else moved)
    if change.hides:
        says.append("the definition now holds a hidden instruction")
    return "; ".join(says)
