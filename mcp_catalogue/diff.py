"""What changed between two readings of servers: tools, definitions, risk, and words that hide an instruction."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from mcp_catalogue.model import Category, Classification, ServerRecord, Severity, Tool

_PARTS = ("title", "description", "input_schema", "output_schema", "annotations")
_HIDDEN = "hidden-instructions"
_Key = tuple[str, int]


class Kind(StrEnum):
    """What happened to a tool."""

    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"
    RELABELLED = "relabelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Risk:
    """A tool's label at one time."""

    primary: Category
    severity: Severity


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolChange:
    """One tool that is not what it was.

    `parts` names what differs in the definition; a tool of kind `relabelled` has the same definition and another
    label. `hides` is true where the new definition holds an instruction for the model that the old one did not.
    """

    server: str
    tool: str
    variant: int | None
    kind: Kind
    parts: tuple[str, ...] = ()
    before: Risk | None = None
    after: Risk | None = None
    hides: bool = False

    @property
    def rose_to(self) -> Severity | None:
        """Severity that this change brings: of a new tool, of one that got worse, or of words that now hide."""
        if self.after is None:
            return None
        worse = self.before is None or self.after.severity.rank > self.before.severity.rank
        return self.after.severity if worse or self.hides else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Everything that changed; servers by id, tools by server and name."""

    servers_added: tuple[str, ...]
    servers_removed: tuple[str, ...]
    tools: tuple[ToolChange, ...]

    def crosses(self, threshold: Severity) -> bool:
        """Return whether any change brings a risk of `threshold` or worse."""
        return any(c.rose_to is not None and c.rose_to.rank >= threshold.rank for c in self.tools)


def difference(old: Iterable[ServerRecord], new: Iterable[ServerRecord]) -> Difference:
    """Compare two readings. Servers are matched by id; where each side holds just one, these two are compared."""
    before, after = {r.facts.id: r for r in old}, {r.facts.id: r for r in new}
    if len(before) == len(after) == 1 and before.keys() != after.keys():
        before = dict(zip(after, before.values(), strict=True))
    changes = [
        change
        for server in sorted({*before, *after})
        for change in _tools(server, _by_key(before.get(server)), _by_key(after.get(server)))
    ]
    return Difference(
        servers_added=tuple(sorted(after.keys() - before.keys())),
        servers_removed=tuple(sorted(before.keys() - after.keys())),
        tools=tuple(changes),
    )


def _by_key(record: ServerRecord | None) -> dict[_Key, tuple[Tool, Classification]]:
    if record is None:
        return {}
    pairs = zip(record.facts.tools, record.classifications, strict=True)
    return {(tool.name, tool.variant or 0): (tool, label) for tool, label in pairs}


def _tools(
    server: str,
    before: Mapping[_Key, tuple[Tool, Classification]],
    after: Mapping[_Key, tuple[Tool, Classification]],
) -> Iterator[ToolChange]:
    for key in sorted({*before, *after}):
        found = _change(before.get(key), after.get(key))
        if found is not None:
            yield ToolChange(server=server, tool=key[0], variant=key[1] or None, **found)


def _change(old: tuple[Tool, Classification] | None, new: tuple[Tool, Classification] | None) -> dict[str, Any] | None:
    if old is None and new is not None:
        return {"kind": Kind.ADDED, "after": _risk(new[1]), "hides": _hides(new[1])}
    if new is None and old is not None:
        return {"kind": Kind.REMOVED, "before": _risk(old[1])}
    if old is None or new is None:
        return None
    parts = tuple(part for part in _PARTS if getattr(old[0], part) != getattr(new[0], part))
    before, after = _risk(old[1]), _risk(new[1])
    if not parts and before == after:
        return None
    return {
        "kind": Kind.CHANGED if parts else Kind.RELABELLED,
        "parts": parts,
        "before": before,
        "after": after,
        "hides": _hides(new[1]) and not _hides(old[1]),
    }


def _risk(label: Classification) -> Risk:
    return Risk(primary=label.primary, severity=label.severity)


def _hides(label: Classification) -> bool:
    return any(signal.id == _HIDDEN for signal in label.signals)
