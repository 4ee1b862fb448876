"""From decisions to what a given format can say: the table of fallbacks, and one ruling per tool name."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from typing import Literal

import msgspec

from mcp_catalogue.model import Action, ArgumentCondition, Category, Limit, Severity
from mcp_catalogue.policy.base import Decided
from mcp_catalogue.policy.conditions import DAY_SUM, properties


class Outcome(StrEnum):
    """What happens to calls of a tool, from mildest to strictest."""

    PASS = "pass"  # noqa: S105 - an outcome, not a password
    LIMIT = "limit"
    ASK = "ask"
    DENY = "deny"
    HIDE = "hide"

    @property
    def rank(self) -> int:
        """0 for pass to 4 for hide."""
        return _RANK[self]


_RANK = {outcome: rank for rank, outcome in enumerate(Outcome)}


@dataclass(frozen=True, slots=True, kw_only=True)
class Ability:
    """What a format can say: the outcome that stands for each action, and whether it sees a call's arguments."""

    actions: dict[Action, Outcome]
    arguments: bool
    denies_unlisted: bool


# The table action x format. What a format cannot say falls to the stricter side; VS Code has no way to deny or
# hide a tool in its settings, so there a person is asked, and the words beside the policy say so.
ABILITIES: dict[str, Ability] = {
    "policylayer": Ability(
        actions={
            Action.ALLOW: Outcome.PASS,
            Action.LIMIT: Outcome.LIMIT,
            Action.APPROVE: Outcome.DENY,
            Action.HIDE: Outcome.HIDE,
        },
        arguments=True,
        denies_unlisted=True,
    ),
    "intercept": Ability(
        actions={
            Action.ALLOW: Outcome.PASS,
            Action.LIMIT: Outcome.LIMIT,
            Action.APPROVE: Outcome.DENY,
            Action.HIDE: Outcome.HIDE,
        },
        arguments=True,
        denies_unlisted=True,
    ),
    "claude-code": Ability(
        actions={
            Action.ALLOW: Outcome.PASS,
            Action.LIMIT: Outcome.ASK,
            Action.APPROVE: Outcome.ASK,
            Action.HIDE: Outcome.DENY,
        },
        arguments=False,
        denies_unlisted=False,
    ),
    "codex": Ability(
        actions={
            Action.ALLOW: Outcome.PASS,
            Action.LIMIT: Outcome.ASK,
            Action.APPROVE: Outcome.ASK,
            Action.HIDE: Outcome.HIDE,
        },
        arguments=False,
        denies_unlisted=True,
    ),
    "vscode": Ability(
        actions={
            Action.ALLOW: Outcome.PASS,
            Action.LIMIT: Outcome.ASK,
            Action.APPROVE: Outcome.ASK,
            Action.HIDE: Outcome.ASK,
        },
        arguments=False,
        denies_unlisted=False,
    ),
}


CONDITIONAL = "it exists only under a condition in the server's code"


class Ruling(msgspec.Struct, frozen=True, kw_only=True, gc=False):
    """What a format says about one tool name. `conditions` and `limits` hold for calls that pass or are asked about.

    `because` is a clause for the user: why this outcome stands here, e.g. "the policy cannot ask".
    """

    name: str
    outcome: Outcome
    limits: tuple[Limit, ...] = ()
    conditions: tuple[ArgumentCondition, ...] = ()
    because: str = ""

    def without_sums(self) -> "Ruling":
        """Return the same with sums per day bounded by a number of calls, for a format that counts calls only.

        A call of at most `a` may come `daily // a` times a day without the sum passing `daily`.
        """
        if not self.conditions:
            return self
        sums = {c.path.removeprefix(DAY_SUM): c.value for c in self.conditions if c.path.startswith(DAY_SUM)}
        most = {c.path: c.value for c in self.conditions if c.op == "lte"}
        calls = [int(daily // most[path]) for path, daily in sums.items() if most.get(path)]
        return msgspec.structs.replace(
            self,
            conditions=tuple(c for c in self.conditions if not c.path.startswith(DAY_SUM)),
            limits=merge_limits(*self.limits, *(Limit(max=max(n, 1), window="day") for n in calls)),
        )


def merge_limits(*limits: Limit) -> tuple[Limit, ...]:
    """Return the tightest limit of each window, shortest window first."""
    tightest = {w: min((m.max for m in limits if m.window == w), default=None) for w in _WINDOWS}
    return tuple(Limit(max=most, window=window) for window, most in tightest.items() if most is not None)


_WINDOWS: tuple[Literal["minute", "hour", "day"], ...] = ("minute", "hour", "day")


def rule_tool(decided: Decided, ability: Ability, *, in_server: bool) -> Ruling:
    """Return the ruling for one tool. In a server's policy (`in_server`) a conditional tool is denied."""
    tool, decision = decided.tool, decided.decision
    if in_server and tool.condition is not None:
        denied = Outcome.HIDE if decision.action is Action.HIDE else Outcome.DENY
        return Ruling(name=tool.name, outcome=_at_least(denied, ability), because=CONDITIONAL)
    outcome = ability.actions[decision.action]
    if decision.action is Action.APPROVE and outcome is Outcome.DENY:
        return _instead_of_asking(decided)
    if outcome in {Outcome.DENY, Outcome.HIDE}:
        return Ruling(name=tool.name, outcome=outcome)
    if not ability.arguments and decision.conditions:
        seen = "this format does not see arguments, so a person has to look at them"
        because = "" if outcome is Outcome.ASK else seen
        return Ruling(name=tool.name, outcome=Outcome.ASK, because=because)
    limits = (decision.limit,) if outcome is Outcome.LIMIT and decision.limit else ()
    conditions = decision.conditions if ability.arguments else ()
    return Ruling(name=tool.name, outcome=outcome, limits=limits, conditions=conditions)


def rule_server(tools: Sequence[Decided], ability: Ability) -> tuple[Ruling, ...]:
    """Return one ruling per tool name, sorted; of several tools of one name the strictest ruling stands."""
    worst: dict[str, Ruling] = {}
    for decided in tools:
        ruling = rule_tool(decided, ability, in_server=True)
        held = worst.get(ruling.name)
        worst[ruling.name] = ruling if held is None else _stricter(held, ruling)
    return tuple([worst[name] for name in sorted(worst)])


def level(rulings: Sequence[Ruling], to_id: Callable[[str], str]) -> tuple[Ruling, ...]:
    """Return the rulings with each raised to the strictest of those that the client writes with the same id."""
    strictest: dict[str, Ruling] = {}
    for ruling in rulings:
        held = strictest.get(to_id(ruling.name))
        if held is None or ruling.outcome.rank > held.outcome.rank:
            strictest[to_id(ruling.name)] = ruling
    return tuple(
        r
        if r.outcome is top.outcome
        else msgspec.structs.replace(r, outcome=top.outcome, because="the client cannot tell it apart")
        for r in rulings
        for top in (strictest[to_id(r.name)],)
    )


@lru_cache(maxsize=4096)
def nameable(name: str) -> bool:
    """Return whether a rule can name this tool alone: engines read `*` as every tool, and no file holds half a pair."""
    return bool(name.strip()) and name != "*" and (name.isascii() or not any("\ud800" <= c <= "\udfff" for c in name))


def of(rulings: Iterable[Ruling], *outcomes: Outcome) -> list[Ruling]:
    """Return the rulings with one of `outcomes`, in order."""
    return [r for r in rulings if r.outcome in outcomes]


def _at_least(outcome: Outcome, ability: Ability) -> Outcome:
    """Return `outcome`, or the strictest thing the format can say where it cannot say that."""
    sayable = set(ability.actions.values()) | ({Outcome.DENY} if ability.denies_unlisted else set())
    return outcome if outcome in sayable else max(sayable, key=lambda o: o.rank)


def _stricter(one: Ruling, other: Ruling) -> Ruling:
    if one.outcome is not other.outcome:
        return max(one, other, key=lambda r: r.outcome.rank)
    return Ruling(
        name=one.name,
        outcome=one.outcome,
        limits=merge_limits(*one.limits, *other.limits),
        conditions=tuple({(c.path, c.op, repr(c.value)): c for c in (*one.conditions, *other.conditions)}.values()),
        because=one.because or other.because,
    )


def _instead_of_asking(decided: Decided) -> Ruling:
    """Deny what needs a person, but let those values of an operation parameter pass that alone only read."""
    tool, label = decided.tool, decided.label
    name = tool.name
    reading = [o for o in label.operations if o.primary is Category.READ and o.severity.rank <= Severity.MEDIUM.rank]
    parameters = {o.parameter for o in label.operations}
    required = {parameter for parameter, _, needed in properties(tool) if needed} if reading else set()
    if not reading or len(parameters) != 1 or not parameters <= required:
        return Ruling(
            name=name, outcome=Outcome.DENY, because="it needs a person's approval, and this format cannot ask for it"
        )
    condition = ArgumentCondition(path=f"args.{parameters.pop()}", op="in", value=[o.value for o in reading])
    because = "the rest needs a person's approval, and this format cannot ask for it"
    return Ruling(name=name, outcome=Outcome.PASS, conditions=(condition,), because=because)
