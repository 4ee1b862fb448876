"""Time, as a constructor argument."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], str]
"""Answers the present as ISO 8601 in UTC, to the second: `2026-01-31T12:00:00Z`."""

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def now() -> str:
    """Answer the present."""
    return datetime.now(UTC).strftime(_FORM)


def later(moment: str, by: timedelta) -> str:
    """Answer `moment` moved on by `by`."""
    return (datetime.strptime(moment, _FORM).replace(tzinfo=UTC) + by).strftime(_FORM)
