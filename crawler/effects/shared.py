"""What following handlers has in common in all languages: marks on effects, and where following ended."""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from mcp_catalogue.model import Cut, CutReason, Effect, Mark

EFFECTS = 60
"""Effects kept of one tool."""
CUTS = 8
"""Cuts kept of one tool."""
_MANY = 5
_NEARLY_ALL = 0.8
_REQUESTS = ("http", "api.read")

_KEPT = ("file.", "sql.create", "sql.alter", "sql.insert", "sql.update", "sql.other", "secret.")
_KEEPING = re.compile(
    r"(?i)(?:save|write|store|persist|load|read|init|ensure|open|flush|append|record|log|track)\w*"
    r"(?:config|settings?|preferences|tokens?|credentials?|session|cache|journal|audit|history|telemetry|usage|state)\b"
    r"|^_*(?:init(?:iali[sz]e)?|ensure)(?:_\w*)?(?:db|database|schema|tables?|ready|dirs?|director(?:y|ies)|folders?)$"
    r"|migrat|telemetry|^_*(?:init_?db|_initialize|create_tables|setup_logging)$"
)
_KEPT_WORDS = re.compile(
    r"(?i)(?:^|_)(?:config|settings?|prefs|preferences|credentials?|tokens?|bootstrap|legacy|cache|journal|audit)(?:_|$)"
)
_KEPT_FILES = re.compile(
    r"(?i)\.log$|(?:^|[/.])(?:cache|tokens?|credentials|config)(?:[/.]|$)|/\.config/|telemetry|audit"
)

Place = tuple[str, str | None, str, int]


def place_of(effect: Effect) -> Place:
    """Return what makes two effects the same."""
    return effect.id, effect.target, effect.file, effect.line


def tidy(cuts: Sequence[Cut]) -> tuple[Cut, ...]:
    """Return the first few cuts, each reason and call once, in order."""
    kept: dict[tuple[CutReason, str], Cut] = {}
    for cut in cuts:
        kept.setdefault((cut.reason, cut.detail), cut)
    return tuple(sorted(kept.values(), key=lambda c: (c.reason, c.file or "", c.line or 0, c.detail))[:CUTS])


def keeps_own(id_: str, target: str | None, via: Sequence[str]) -> bool:
    """Tell whether an effect is on what the server keeps for itself, by the words of own functions and of its path.

    A handler's own name does not count: `save_settings` as a tool saves settings for its caller.
    """
    if not id_.startswith(_KEPT):
        return False
    if any(_KEEPING.search(name) for name in via):
        return True
    if not id_.startswith("file."):
        return False
    if any(_KEPT_WORDS.search(name) for name in via):
        return True
    return target is not None and _KEPT_FILES.search(target) is not None


def mark_shared(found: Sequence[Sequence[Effect]], cuts: Sequence[Sequence[Cut]]) -> list[tuple[Effect, ...]]:
    """Put `Mark.EVERY_TOOL` before the chain of what nearly every tool does in one place.

    A tool whose run a budget ended is not counted against a place that it did not reach.
    """
    if len(found) < _MANY:
        return [tuple(effects) for effects in found]
    places = [{place_of(e) for e in effects} for effects in found]
    reached = Counter(place for some in places for place in some)
    ended = [all(c.reason is not CutReason.BUDGET for c in some) for some in cuts]
    shared = set()
    for place, count in reached.items():
        without = sum(whole and place not in some for whole, some in zip(ended, places, strict=True))
        # A request is what tools are for as a rule: one that few reached before their steps ended is no sign-in.
        least = len(found) / 2 if place[0].startswith(_REQUESTS) else _MANY - 1
        if count >= least and count >= _NEARLY_ALL * (count + without):
            shared.add(place)
    if sum(some <= shared for some in places) >= _NEARLY_ALL * len(places):
        # Nothing else is done by nearly all: a request that they share is what they are for, and no sign-in or log.
        shared = {place for place in shared if not place[0].startswith(_REQUESTS)}
    return [tuple(_marked(e) if place_of(e) in shared else e for e in effects) for effects in found]


def _marked(effect: Effect) -> Effect:
    if effect.via[:1] and effect.via[0] in frozenset(Mark):
        return effect
    return replace(effect, via=(Mark.EVERY_TOOL, *effect.via))
