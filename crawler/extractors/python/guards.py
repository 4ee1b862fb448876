"""Guards: tests that decide at run time whether a tool is registered."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, cast

from crawler.extractors.python.values import Place
from mcp_catalogue.model import Condition

Kind = Literal["flag", "env", "toolset", "mode", "platform", "auth"]
_MAX_EXPRESSION = 200

# Words of an expression that say what it depends on, first match wins.
_WORDS: tuple[tuple[Kind, re.Pattern[str]], ...] = (
    ("platform", re.compile(r"platform|\bos\.name\b|darwin|win32|windows", re.IGNORECASE)),
    ("env", re.compile(r"environ|getenv|\benv\b", re.IGNORECASE)),
    ("auth", re.compile(r"auth|token|api_?key|credential|permission|scope|logged_in|secret", re.IGNORECASE)),
    ("toolset",
     re.compile(r"toolset|(?:en|dis)abled_tools|tool_?groups?|categor|modules?\b|features?\b|tier", re.IGNORECASE)),
    ("mode", re.compile(r"mode|read_?only|write|transport|debug|admin", re.IGNORECASE)),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Guard:
    """One undecided test. `default` is its truth when the user sets nothing, None when that is unknown."""

    expression: str
    kind: str | None
    default: bool | None
    place: Place
    leaves: bool = False  # the code before left the function, instead of standing around what follows


def guard_of(text: str, place: Place, *, negated: bool, kind: str | None, default: bool | None) -> Guard:
    """Make the guard of a branch: of the test that is written as `text`, or of its negation."""
    if negated:
        text = f"not ({text})" if " " in text else f"not {text}"
        default = None if default is None else not default
    return Guard(text[:_MAX_EXPRESSION], kind, default, place)


def condition_of(guards: Sequence[Guard]) -> Condition | None:
    """Join the guards that stand around a registration into one condition, located at the innermost."""
    if not guards:
        return None
    inner = guards[-1]
    distinct = list(dict.fromkeys(g.expression for g in guards))
    defaults = [g.default for g in guards]
    on = False if False in defaults else None if None in defaults else True
    kind = next((g.kind for g in reversed(guards) if g.kind), None) or _kind(inner.expression)
    return Condition(
        kind=cast("Kind", kind),
        expression=" and ".join(distinct)[:_MAX_EXPRESSION],
        default_on=on,
        file=inner.place.file,
        line=inner.place.line,
    )


def _kind(expression: str) -> Kind:
    return next((kind for kind, pattern in _WORDS if pattern.search(expression)), "flag")
