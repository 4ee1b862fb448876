"""The rationale: a sentence or three about this tool, composed from the evidence that decided."""

from classifier.combine import Verdict
from classifier.reading import Reading
from classifier.words import third
from mcp_catalogue.model import Category, EvidenceKind, Operation, Signal

_NOUN_OF_CLASS = {"order": "an order"}
_SIGNAL_WORDS = {
    "runs-code": "what it runs is given in",
    "free-form-query": "the query is free text, given in",
    "caller-path": "the caller chooses the path with",
    "open-world": "the caller chooses the address with",
    "external-communication": "the recipient is given in",
    "bulk": "one call can cover many through",
}


def compose(reading: Reading, verdict: Verdict, found: tuple[Operation, ...], raised: tuple[Signal, ...]) -> str:
    """Return the rationale of one tool."""
    parts = [_what(reading, verdict, found)]
    if verdict.deciding:
        parts.append(verdict.deciding[0].rule.says)
    if extra := _parameters(reading, raised):
        parts.append(extra)
    return " ".join(p for p in parts if p)


def _what(reading: Reading, verdict: Verdict, found: tuple[Operation, ...]) -> str:
    name, server = reading.tool.name, reading.context.server
    where = f" on {server}" if server else ""
    if not verdict.deciding:
        return (
            f"Neither the name nor the description of `{name}`{where} says what a call does, "
            "so it is taken for something that changes things."
        )
    claim = verdict.deciding[0]
    evidence = reading.at(claim.evidence)
    phrase = reading.phrases.get(claim.evidence)
    if claim.source == "operation":
        worst = [o for o in found if o.primary is claim.category]
        values = ", ".join(f"`{o.value}`" for o in worst[:3])
        return f"Through `{worst[0].parameter}`, `{name}`{where} accepts {values} among {len(found)} operations."
    if claim.source == "effect":
        return f"The code behind `{name}`{where} does more than its words say: {evidence.quote} in {evidence.file}."
    if phrase is None:
        return f"`{name}`{where} says so itself: “{_short(evidence.quote)}”."
    noun = phrase.noun if phrase.noun.isascii() else f"“{phrase.noun}”"
    verb = third(phrase.base).replace("_", " ")
    sentence = f"`{name}`{where} {verb} {noun}".rstrip()
    quoted = next(
        (e.quote for e in (evidence, *reading.evidence) if e.kind is EvidenceKind.DESCRIPTION and e.category), None
    )
    if quoted:
        return f"{sentence}; it is described as “{_short(quoted)}”."
    if reading.tool.description:
        return f"{sentence}, as its name says."
    return f"{sentence}, as its name says; it has no description."


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= 160 else text[:157].rsplit(" ", 1)[0] + " …"


def _parameters(reading: Reading, raised: tuple[Signal, ...]) -> str:
    for signal in raised:
        words = _SIGNAL_WORDS.get(signal.id)
        if words is None:
            continue
        names = [reading.at(i).quote for i in signal.evidence if reading.at(i).kind is EvidenceKind.PARAMETER]
        if names:
            listed = ", ".join(f"`{n}`" for n in dict.fromkeys(names[:3]))
            return f"{words[0].upper()}{words[1:]} {listed}."
    return ""


__all__ = ["Category", "compose"]
