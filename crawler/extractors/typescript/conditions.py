"""Conditions under which something is registered, from the expression that guards it."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final, Literal

from crawler.extractors.typescript.values import NO_GUESS, Choice, Unknown, likely, truth
from mcp_catalogue.model import Condition

Kind = Literal["flag", "env", "toolset", "mode", "platform", "auth"]
_WORDS: Final[tuple[tuple[Kind, tuple[str, ...]], ...]] = (
    ("env", ("process.env", "env.", "env[")),
    ("platform", ("platform", "darwin", "win32", "linux", "arch")),
    ("toolset", ("toolset", "toolgroup", "enabledtools", "disabledtools", "allowedtools", "categor", "preset",
                 "features", "scopes")),
    ("auth", ("auth", "token", "apikey", "api_key", "permission", "login", "account", "credential", "user", "session",
              "scope", "admin")),
    ("mode", ("mode", "readonly", "read_only", "transport", "stdio", "production", "experimental", "stateless")),
)  # fmt: skip


def decisive(guards: Sequence[Condition]) -> Condition | None:
    """Return the guard that tells most of several that must all hold: one that is off by default, or the innermost."""
    for state in (False, None):
        found = next((g for g in reversed(guards) if g.default_on is state), None)
        if found is not None:
            return found
    return guards[-1] if guards else None


def opposite(guard: Condition) -> Condition:
    """Return the condition that `guard` does not hold."""
    words = guard.expression
    inner = words[2:-1] if words.startswith("!(") and words.endswith(")") else f"!({words})"
    return replace(guard, expression=inner, default_on=None if guard.default_on is None else not guard.default_on)


def kind_of(value: Any, text: str) -> Kind:  # noqa: ANN401
    """Say what kind of condition a test is, from where its value comes or else from its words."""
    own = value.kind if isinstance(value, Unknown) else None
    if own in ("env", "platform"):
        return "env" if own == "env" else "platform"
    lowered = text.lower()
    for kind, words in _WORDS:
        if any(word in lowered for word in words):
            return kind
    return "flag"


def condition(value: Any, text: str, file: str, line: int, *, negate: bool = False) -> Condition:  # noqa: ANN401
    """Return the condition that `value` is true (or false)."""
    default: bool | None = None
    if (isinstance(value, Unknown) and value.guess is not NO_GUESS) or isinstance(value, Choice):
        default = truth(likely(value))
    if negate and default is not None:
        default = not default
    words = text or "condition"
    expression = words if not negate else words[1:] if words.startswith("!") and words[1:].isidentifier() else f"!({words})"
    return Condition(kind=kind_of(value, text), expression=expression, default_on=default, file=file, line=line)
