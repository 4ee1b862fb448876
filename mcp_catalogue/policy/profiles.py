"""The recommended action for each label, in three profiles, and the numbers that go with them.

`balanced` is the taxonomy's table; `strict` is a step more careful, `permissive` a step less. No profile lets a
critical tool pass without a person's approval, except a payment whose amount the schema lets us bound.
"""

from dataclasses import dataclass
from typing import Literal, NamedTuple

from mcp_catalogue.model import Action, Category, Limit, Severity

ProfileName = Literal["strict", "balanced", "permissive"]

_ALLOW, _LIMIT, _APPROVE, _HIDE = Action.ALLOW, Action.LIMIT, Action.APPROVE, Action.HIDE
_LOW, _MEDIUM, _HIGH, _CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
_ALL = (_LOW, _MEDIUM, _HIGH, _CRITICAL)


class _Row(NamedTuple):
    primary: Category
    severities: tuple[Severity, ...]
    strict: Action
    balanced: Action
    permissive: Action
    alternative: Action | None  # shown beside the balanced action; None: nothing else is worth showing


# One row per line of the taxonomy's table.
_ROWS = (
    _Row(Category.READ, (_LOW,), _ALLOW, _ALLOW, _ALLOW, None),
    _Row(Category.READ, (_MEDIUM,), _LIMIT, _ALLOW, _ALLOW, None),
    _Row(Category.READ, (_HIGH, _CRITICAL), _HIDE, _APPROVE, _LIMIT, _HIDE),
    _Row(Category.WRITE, (_LOW, _MEDIUM), _APPROVE, _LIMIT, _ALLOW, _APPROVE),
    _Row(Category.WRITE, (_HIGH, _CRITICAL), _HIDE, _APPROVE, _LIMIT, _HIDE),
    _Row(Category.EXECUTE, (_LOW, _MEDIUM, _HIGH), _HIDE, _APPROVE, _LIMIT, _LIMIT),
    _Row(Category.EXECUTE, (_CRITICAL,), _HIDE, _APPROVE, _APPROVE, _HIDE),
    _Row(Category.DESTRUCTIVE, _ALL, _HIDE, _HIDE, _APPROVE, _APPROVE),
    _Row(Category.FINANCIAL, _ALL, _HIDE, _APPROVE, _APPROVE, _HIDE),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """What to do with one label, and the alternative to show."""

    action: Action
    alternative: Action | None


def _choices(profile: ProfileName) -> dict[tuple[Category, Severity], Choice]:
    """Return the column of `profile`; where it departs from the balanced action, that is the alternative."""
    return {(row.primary, severity): _choice(row, profile) for row in _ROWS for severity in row.severities}


def _choice(row: _Row, profile: ProfileName) -> Choice:
    action = {"strict": row.strict, "balanced": row.balanced, "permissive": row.permissive}[profile]
    return Choice(action=action, alternative=row.alternative if action is row.balanced else row.balanced)


CHOICES: dict[ProfileName, dict[tuple[Category, Severity], Choice]] = {
    "strict": _choices("strict"),
    "balanced": _choices("balanced"),
    "permissive": _choices("permissive"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The numbers and names that argument conditions use; a caller may give the user's own.

    `amount` and `daily_amount` are in the tool's own unit (a schema does not say which). `path_prefixes` are
    folders, `recipient_domains` mail domains; empty means that none was given and no such condition is made.
    """

    amount: int
    daily_amount: int
    calls: Limit
    sends: Limit
    costs: Limit
    reads: Limit
    path_prefixes: tuple[str, ...] = ()
    recipient_domains: tuple[str, ...] = ()


def _bounds(scale: int) -> Bounds:
    return Bounds(
        amount=50 * scale,
        daily_amount=250 * scale,
        calls=Limit(max=15 * scale, window="hour"),
        sends=Limit(max=5 * scale, window="hour"),
        costs=Limit(max=10 * scale, window="day"),
        reads=Limit(max=30 * scale, window="minute"),
    )


# Our own starting values, meant to be edited: low enough to stop a loop, high enough for ordinary work.
BOUNDS: dict[ProfileName, Bounds] = {"strict": _bounds(1), "balanced": _bounds(2), "permissive": _bounds(4)}
