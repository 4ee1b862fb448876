"""Tools that a server hides again after they were registered: `remove_tool`, `disable` and `enable` of FastMCP.

What is hidden stays in the manifest under a condition, located at the call: a setting may show it again.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from crawler.extractors.python.comprehensions import elements
from crawler.extractors.python.guards import Guard, guard_of
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.truth import truth
from crawler.extractors.python.values import MISSING, Place, Unknown, Value


@dataclass(frozen=True, slots=True)
class Change:
    """One call that hides (or shows) the tools of these names or with one of these tags; `only` hides all others."""

    shows: bool
    names: frozenset[str]
    tags: frozenset[str]
    only: bool
    guard: Guard


def change_of(
    run: Interpreter, method: str, args: list[Value], kwargs: dict[str, Value], place: Place
) -> Change | None:
    """Return what a call of `remove_tool`, `disable` or `enable` changes; None where its tools are not known."""
    named = kwargs.get("names", kwargs.get("name", args[0] if args else MISSING))
    single = run.first(named) if named is not MISSING else None
    names = frozenset({str(single)}) if isinstance(single, str) else texts_of(run, single)
    tags = texts_of(run, kwargs.get("tags"))
    if not names and not tags:
        return None
    only = run.first(kwargs.get("only")) is True
    return Change(method == "enable", names, tags, only, _guard(run.guards, method, place))


def texts_of(run: Interpreter, value: Value) -> frozenset[str]:
    """Return the texts that a container holds."""
    known = run.first(value)
    if not isinstance(known, (list, tuple, set, frozenset, dict)):
        return frozenset()
    return frozenset(str(v) for v in (run.first(e) for e in elements(run, known)) if isinstance(v, str))


def _guard(guards: Sequence[Guard], method: str, place: Place) -> Guard:
    """The test under which a tool is still there after a call that hides it under `guards`."""
    if not guards:
        return Guard(f"shown again after {method}()", "toolset", default=False, place=place)
    defaults = [g.default for g in guards]
    hidden = False if False in defaults else None if None in defaults else True
    text = " and ".join(dict.fromkeys(g.expression for g in guards))
    kind = next((g.kind for g in reversed(guards) if g.kind), None)
    return guard_of(text, place, negated=True, kind=kind, default=hidden)


def hidden_by(changes: Iterable[Change], name: str, tags: frozenset[str]) -> tuple[Guard, ...]:
    """Return the guards under which a tool is listed after all changes, the last of which counts most."""
    found: list[Guard] = []
    for change in changes:
        meant = name in change.names or not tags.isdisjoint(change.tags)
        if change.shows and meant:
            found.clear()
        elif (change.shows and change.only) or (meant and not change.shows):
            found.append(change.guard)
    return tuple(found)


def enabled_guard(run: Interpreter, value: Value, place: Place) -> tuple[Guard, ...]:
    """Return the guard that `enabled=…` of a registration puts around its tool."""
    known, guess = truth(run, value)
    if known is True:
        return ()
    whole = run.force(value)
    text, kind = (whole.text or "enabled", whole.kind) if isinstance(whole, Unknown) else ("enabled", None)
    return (Guard(text, kind, False if known is False else guess, place),)
