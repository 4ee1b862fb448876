"""The one decision on a tool: shown on pages, printed by the command line, exported, and rendered by every format."""

from mcp_catalogue.model import (
    BASE_SEVERITY,
    Action,
    ArgumentCondition,
    Category,
    Classification,
    Confidence,
    Decision,
    Limit,
    ServerFacts,
    Tool,
)
from mcp_catalogue.policy.conditions import conditions_for, may_have_conditions, properties
from mcp_catalogue.policy.profiles import BOUNDS, CHOICES, Bounds, ProfileName

_WHY = {
    Category.READ: "it only reads",
    Category.WRITE: "it adds or changes things",
    Category.EXECUTE: "what it does depends on its arguments",
    Category.DESTRUCTIVE: "what it removes or cancels does not come back",
    Category.FINANCIAL: "it can move money or bind its user",
}
_THEREFORE = {
    Action.ALLOW: "calls may pass",
    Action.LIMIT: "calls may pass at a limited rate",
    Action.APPROVE: "a person should approve every call",
    Action.HIDE: "it should be hidden from the model",
}


def decide(
    facts: ServerFacts,
    tool: Tool,
    classification: Classification,
    profile: ProfileName = "balanced",
    bounds: Bounds | None = None,
) -> Decision:
    """Return the recommended handling of `tool`, a pure function of its label, its schema and the profile.

    `bounds` replaces the profile's numbers, folders and domains. `facts` gives no say to the server about itself.
    """
    del facts
    label = classification
    signals = tuple([(signal.id, signal.floor) for signal in label.signals])
    if bounds is not None or label.operations or may_have_conditions(label):
        return _decide(tool, label, profile, bounds or BOUNDS[profile])
    alike = (profile, label.primary, label.severity, label.confidence, signals)
    made = _MADE.get(alike)
    if made is None:
        if len(_MADE) >= _MOST:
            _MADE.clear()
        made = _MADE[alike] = _decide(tool, label, profile, BOUNDS[profile])
    return made


_MOST = 4096
_MADE: dict[tuple[object, ...], Decision] = {}
"""Decisions that rest on nothing but the label, by all of it that they rest on: most tools are alike in that."""


def _decide(tool: Tool, label: Classification, profile: ProfileName, bounds: Bounds) -> Decision:
    choice = CHOICES[profile][label.primary, label.severity]
    action, alternative = choice.action, choice.alternative
    found = conditions_for(tool, label, action, bounds)
    if profile == "permissive" and label.primary is Category.FINANCIAL and any(c.op == "lte" for c in found):
        action, alternative = Action.LIMIT, Action.APPROVE
    if action is Action.ALLOW and alternative is None and _signals(label) & {"open-world", "incurs-cost"}:
        alternative = Action.LIMIT
    return Decision(
        action=action,
        limit=_limit(label, bounds) if action is Action.LIMIT else None,
        conditions=(*found, *_permitted_values(tool, label, action, profile)),
        alternative=alternative,
        reason=_reason(label, action),
    )


def _signals(label: Classification) -> set[str]:
    return {s.id for s in label.signals}


def _limit(label: Classification, bounds: Bounds) -> Limit:
    signals = _signals(label)
    if label.primary is Category.FINANCIAL or "incurs-cost" in signals:
        return bounds.costs
    if signals & {"external-communication", "bulk"}:
        return bounds.sends
    return bounds.reads if label.primary is Category.READ else bounds.calls


def _permitted_values(
    tool: Tool, label: Classification, action: Action, profile: ProfileName
) -> tuple[ArgumentCondition, ...]:
    """Return one condition per operation parameter that leaves out the values that alone would be hidden."""
    if action is Action.HIDE or not label.operations:
        return ()
    required = {name for name, _, needed in properties(tool) if needed}
    found = []
    for parameter in dict.fromkeys(o.parameter for o in label.operations):
        mine = [o for o in label.operations if o.parameter == parameter]
        kept = [o.value for o in mine if CHOICES[profile][o.primary, o.severity].action is not Action.HIDE]
        if parameter in required and kept and len(kept) < len(mine):
            found.append(ArgumentCondition(path=f"args.{parameter}", op="in", value=kept))
    return tuple(found)


def _reason(label: Classification, action: Action) -> str:
    raising = sorted(s.id for s in label.signals if s.floor is not None and s.floor is label.severity)
    above = label.severity.rank > BASE_SEVERITY[label.primary].rank
    extra = f" ({', '.join(raising)})" if raising and above else ""
    doubt = "; the label is uncertain" if label.confidence is Confidence.LOW else ""
    return f"{label.primary}, {label.severity}{extra}: {_WHY[label.primary]}, so {_THEREFORE[action]}{doubt}."
