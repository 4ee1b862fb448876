"""The history as rows: what changed, when, and the label before and after."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from mcp_catalogue.export.base import Change
from mcp_catalogue.store.events import Change as Stored


def history_rows(changes: Iterable[Stored]) -> Iterator[Change]:
    """Yield one row per change, oldest first. Definitions are left to the digests: only labels are repeated."""
    for change in changes:
        yield {
            "at": change.at,
            "server": change.server,
            "tool": change.tool,
            "variant": change.variant,
            "event": str(change.event),
            "digest_before": _pick(change.before, "tool", "digest"),
            "digest_after": _pick(change.after, "tool", "digest"),
            "primary_before": _pick(change.before, "label", "primary"),
            "primary_after": _pick(change.after, "label", "primary"),
            "severity_before": _pick(change.before, "label", "severity"),
            "severity_after": _pick(change.after, "label", "severity"),
        }


def _pick(side: Mapping[str, Any] | None, part: str, key: str) -> str | None:
    value = ((side or {}).get(part) or {}).get(key)
    return value if isinstance(value, str) else None
