"""Conditions under which something is registered, from the expression that guards it."""

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final, Literal

from crawler.extractors.typescript.values import NO_GUESS, Choice, Guarded, Unknown, likely, truth
from mcp_catalogue.model import Condition

Kind = Literal["flag", "env", "toolset", "mode", "platform", "auth"]
_WORDS: Final[tuple[tuple[Kind, tuple[str, ...]], ...]] = (
    ("env", ("process.env", "env.", "env[")),
    ("platform", ("platform", "darwin", "win32", "linux", "process.arch", "iswindows")),
    ("toolset", ("toolset", "toolgroup", "enabledtools", "canregister", "shouldregister", "isallowed", "toolallowed",
                 "isenabled", "toolenabled", "tools.includes", "tools.has", "disabledtools", "allowedtools", "categor",
                 "preset", "features", "scopes")),
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
    return _kind_of_words(text)


@lru_cache(4096)
def _kind_of_words(text: str) -> Kind:
    lowered = text.lower()
    for kind, words in _WORDS:
        if any(word in lowered for word in words):
            return kind
    return "flag"


def default_truth(value: Any) -> bool | None:  # noqa: ANN401
    """Whether `value` is true when the server is started without options; None when that is not known."""
    if isinstance(value, Unknown):
        return truth(likely(value)) if value.guess is not NO_GUESS else None
    if isinstance(value, Guarded):
        return default_truth(value.value)
    if not isinstance(value, Choice):
        return truth(value)
    on = [v for v, g in value.options if g is not None and g.default_on is True]
    possible = on or [v for v, g in value.options if g is None or g.default_on is None]
    verdicts = {default_truth(v) for v in possible}
    return verdicts.pop() if len(verdicts) == 1 else None


def condition(value: Any, text: str, file: str, line: int, *, negate: bool = False) -> Condition:  # noqa: ANN401
    """Return the condition that `value` is true (or false)."""
    default = default_truth(value)
    if negate and default is not None:
        default = not default
    words = text or "condition"
    expression = (
        words if not negate else words[1:] if words.startswith("!") and words[1:].isidentifier() else f"!({words})"
    )
    return Condition(kind=kind_of(value, text), expression=expression, default_on=default, file=file, line=line)
