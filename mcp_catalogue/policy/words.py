"""The sentences beside a policy: each is made from the rulings that were rendered, so that it cannot say more."""

import json
import unicodedata
from collections.abc import Sequence

import msgspec

from mcp_catalogue.model import ArgumentCondition, Limit
from mcp_catalogue.policy.conditions import DAY_SUM, PLAIN_PATH, READING_SQL
from mcp_catalogue.policy.ruling import CONDITIONAL, Outcome, Ruling, nameable


def shown(text: str, limit: int = 60) -> str:
    """Return text as one short line: control and invisible characters as escapes, cut at `limit` characters."""
    plain = text.isascii() and text.isprintable()
    safe = text[: limit + 1] if plain else "".join(c if _visible(c) else f"\\u{ord(c):04x}" for c in text[: limit + 1])
    return safe if len(text) <= limit and len(safe) <= 2 * limit else safe[: limit - 1] + "…"


def _visible(character: str) -> bool:
    return character.isprintable() and unicodedata.category(character) != "Cf"


def json_text(document: object) -> str:
    """Return indented JSON that can be written as UTF-8: a lone surrogate in a name becomes an escape."""
    try:
        return msgspec.json.format(msgspec.json.encode(document), indent=2).decode() + "\n"
    except UnicodeEncodeError:
        return json.dumps(document, indent=2) + "\n"


def condition_words(condition: ArgumentCondition) -> str:
    """Return one condition in words."""
    value = ", ".join(shown(str(v)) for v in condition.value) if condition.op == "in" else shown(str(condition.value))
    if condition.path.startswith(DAY_SUM):
        return f"{shown(condition.path.removeprefix(DAY_SUM))} adds up to at most {value} a day"
    meaning = _PATTERNS.get(str(condition.value)) if condition.op == "regex" else None
    return f"{shown(condition.path)} {meaning or f'{_RELATION[condition.op]} {value}'}"


_PATTERNS = {
    PLAIN_PATH: "has no part that begins with a dot",
    READING_SQL: "is one statement that begins with select, show or describe",
}
_RELATION = {
    "eq": "is", "neq": "is not", "in": "is one of", "not_in": "is none of", "lt": "is below", "lte": "is at most",
    "gt": "is above", "gte": "is at least", "regex": "matches", "contains": "contains", "exists": "is given:",
}  # fmt: skip


def outcome_words(ruling: Ruling) -> str:
    """Return what happens to calls of one tool, as a clause that follows its name."""
    verb = {
        Outcome.PASS: limit_words(ruling.limits),
        Outcome.LIMIT: limit_words(ruling.limits),
        Outcome.ASK: "a person is asked before every call",
        Outcome.DENY: "every call is denied",
        Outcome.HIDE: "the tool is hidden and every call denied",
    }[ruling.outcome]
    where = " and ".join(condition_words(c) for c in ruling.conditions)
    clause = f"{verb} only where {where}; other calls are denied" if where else verb
    return f"{clause} ({ruling.because})" if ruling.because else clause


def limit_words(limits: Sequence[Limit]) -> str:
    """Return how many calls pass."""
    if not limits:
        return "calls pass"
    return "at most " + " and ".join(f"{m.max} calls per {m.window}" for m in limits) + " pass"


def deny_words(ruling: Ruling) -> str:
    """Return what the model reads when a call is denied."""
    return f"Denied by policy: {ruling.because or 'this tool is not permitted'}."


def tool_sentence(ruling: Ruling, *, rest: str) -> str:
    """Return the sentence for a snippet of one tool; `rest` says what holds for every other tool."""
    if not nameable(ruling.name):
        return f"No rule can name this tool, so the policy holds none for it. {rest}"
    return f"{shown(ruling.name)}: {outcome_words(ruling)}. {rest}"


def server_sentence(rulings: Sequence[Ruling], *, unlisted: str, complete: bool) -> str:
    """Return the sentence for a whole server; `unlisted` says what happens to a tool that the file does not name."""
    listed = [r for r in rulings if nameable(r.name)]
    outcomes = [r.outcome for r in listed]
    parts = [
        f"{count} {one if count == 1 else many}"
        for outcome, (one, many) in _COUNTED.items()
        if (count := outcomes.count(outcome))
    ]
    says = [f"Tools read: {len(listed)}; {', '.join(parts)}." if parts else "No tool of this server was read."]
    if bounded := sum(1 for r in listed if r.conditions):
        says.append(f"Argument conditions hold for {bounded} of them: a call outside them is denied.")
    if guarded := sum(1 for r in listed if r.because == CONDITIONAL):
        says.append(f"Of these, {guarded} would exist only under a condition in the server's code.")
    if nameless := len(rulings) - len(listed):
        says.append(f"Besides, {nameless} have a name that no rule can hold.")
    if not complete:
        says.append("Not every tool of this server could be read.")
    return " ".join([*says, unlisted])


_COUNTED = {
    Outcome.PASS: ("passes", "pass"),
    Outcome.LIMIT: ("passes at a limited rate", "pass at a limited rate"),
    Outcome.ASK: ("is asked about", "are asked about"),
    Outcome.DENY: ("is denied", "are denied"),
    Outcome.HIDE: ("is hidden and denied", "are hidden and denied"),
}
