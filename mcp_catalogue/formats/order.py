"""Tools with their labels, riskiest first."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from mcp_catalogue.model import Classification, ServerRecord, Severity, Tool


@dataclass(frozen=True, slots=True)
class LabelledTool:
    """A tool with its label."""

    tool: Tool
    label: Classification

    @property
    def place(self) -> str:
        """`file:line` where the tool is registered, empty when unknown."""
        where = self.tool.location
        return f"{where.file}:{where.line}" if where else ""

    @property
    def categories(self) -> str:
        """The primary, and what else holds: `Destructive, also Financial`."""
        also = ", ".join(a.category for a in self.label.also)
        return f"{self.label.primary}, also {also}" if also else str(self.label.primary)


def riskiest_first(record: ServerRecord) -> list[LabelledTool]:
    """Return a server's tools by severity, then category, then confidence, then name."""
    pairs = zip(record.facts.tools, record.classifications, strict=True)
    return sorted((LabelledTool(tool, label) for tool, label in pairs), key=_risk)


def _risk(item: LabelledTool) -> tuple[int, int, int, str, int]:
    label = item.label
    return (
        -label.severity.rank,
        -label.primary.rank,
        -label.confidence.rank,
        item.tool.name,
        item.tool.variant or 0,
    )


def crossed(records: Iterable[ServerRecord], threshold: Severity) -> bool:
    """Return whether any tool is labelled `threshold` or worse."""
    return any(c.severity.rank >= threshold.rank for record in records for c in record.classifications)


def summary(record: ServerRecord) -> str:
    """Return one line: how many tools of which severity, and how much of the server was read."""
    counts = Counter(c.severity for c in record.classifications)
    parts = [f"{counts[s]} {s}" for s in reversed(Severity) if counts[s]]
    total = len(record.classifications)
    tools = f"{total} tool{'' if total == 1 else 's'}{': ' if parts else ''}{', '.join(parts)}"
    done = record.facts.completeness
    unread = [
        *([f"{len(done.unresolved)} registrations unresolved"] if done.unresolved else []),
        *([f"{len(done.unreadable)} files unreadable"] if done.unreadable else []),
        *(["more may appear at run time"] if done.may_have_more else []),
    ]
    return f"{tools}; read: {done.status}" + (f" ({', '.join(unread)})" if unread else "")
