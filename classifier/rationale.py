"""The rationale: a sentence or three about this tool, composed from the evidence that decided.

First what the tool does to what, and where that is said; then what follows from it (the deciding rule's own
sentence); then which arguments carry it. It quotes the definition and never says that something is safe.
"""

import unicodedata
from collections.abc import Iterable, Iterator

from classifier.combine import Claim, Verdict
from classifier.names import tokenize
from classifier.phrases import Phrase
from classifier.reading import Reading
from classifier.words import lexicon, third
from mcp_catalogue.model import Category, Evidence, EvidenceKind, Operation, Signal

MAX_QUOTE = 160
_SIGNAL_WORDS = {
    "runs-code": "What it runs is given in",
    "free-form-query": "The query is free text, given in",
    "caller-path": "The caller chooses the path with",
    "open-world": "The caller chooses the address with",
    "external-communication": "The recipient is given in",
    "bulk": "One call can cover many through",
}
_AMOUNTS = frozenset({"amount", "quantity", "qty", "size", "price", "volume", "value", "amounts", "notional", "shares"})
_IDENTITIES = frozenset(
    {"id", "ids", "uuid", "uuids", "key", "slug", "name", "path", "number", "sid", "symbol", "code"}
)
_ARTICLES = frozenset({"a", "an", "the", "all"})
_JOINTS = {
    "wait": "for", "look": "at", "listen": "to", "subscribe": "to", "unsubscribe": "from", "connect": "to",
    "reply": "to", "respond": "to", "interact": "with", "navigate": "to",
}  # fmt: skip
_LEADING = frozenset({"a", "an", "the", "my", "your", "this", "its", "their", "existing", "new"})
_TRAILING = frozenset(
    {"accessible", "available", "belonging", "matching", "containing", "open", "visible", "currently"}
)
_CONSONANTAL = ("user", "uni", "use", "usage", "uuid", "uri", "url", "one", "euro")
_LANGUAGES = {"zh": "Chinese", "ja": "Japanese", "ko": "Korean", "ru": "Russian"}


def compose(reading: Reading, verdict: Verdict, found: tuple[Operation, ...], raised: tuple[Signal, ...]) -> str:
    """Return the rationale of one tool."""
    parts = [_what(reading, verdict, found)]
    if verdict.deciding:
        parts.append(verdict.deciding[0].rule.says)
    parts.append(_arguments(reading, verdict, raised))
    return " ".join([p for p in parts if p])


def _what(reading: Reading, verdict: Verdict, found: tuple[Operation, ...]) -> str:
    name, server = reading.tool.name, _plain(reading.context.server)
    subject = f"`{name}` on {server}" if server else f"`{name}`"
    if not verdict.deciding:
        return (
            f"Neither the name nor the description of {subject} says what a call does, "
            "so it is taken for something that changes things."
        )
    claim = verdict.deciding[0]
    evidence = reading.at(claim.evidence)
    phrase = reading.phrases.get(claim.evidence)
    if claim.source == "operation":
        return _operations(subject, claim, found)
    if claim.source == "effect":
        return f"The code behind {subject} does more than its words say: {evidence.quote} in {evidence.file}."
    if claim.source == "parameter":
        return f"{subject} takes `{evidence.quote}`."
    if phrase is None:
        return _named(reading, subject, evidence)
    noun = _noun(phrase, claim.category)
    joint = f" {_JOINTS[phrase.base]}" if noun and phrase.base in _JOINTS else ""
    sentence = f"{subject} {third(phrase.base).replace('_', ' ')}{joint}{noun}"
    return f"{sentence}{_said_by(reading, claim)}."


def _named(reading: Reading, subject: str, evidence: Evidence) -> str:
    """Tell what there is to read where no action is named."""
    if evidence.kind is EvidenceKind.DESCRIPTION:
        return f"{subject} is described with the words “{_short(evidence.quote)}”."
    text = reading.clause.quote or next(
        (t.strip() for t in (reading.tool.description or "").split("\n") if t.strip()), ""
    )
    return f"{subject} is described as “{_short(text)}”." if text else f"{subject} has no description."


def _plain(server: str) -> str:
    """Return a server's name without emoji and other signs that are no part of a sentence."""
    kept = [c for c in server if unicodedata.category(c) not in {"So", "Sk", "Cn", "Co", "Cf"} and c != "\ufe0f"]
    return " ".join("".join(kept).split())


def _operations(subject: str, claim: Claim, found: tuple[Operation, ...]) -> str:
    worst = [o for o in found if o.primary is claim.category]
    values = _and(f"`{o.value}`" for o in worst[:3])
    milder = sorted({str(o.primary) for o in found if o.primary is not claim.category})
    rest = f" beside {_and(milder)} operations" if milder else ""
    return f"Through `{worst[0].parameter}`, {subject} accepts {values}{rest}."


def _noun(phrase: Phrase, category: Category) -> str:
    """Return the object as one reads it aloud, with its article."""
    words = phrase.noun.split()
    while len(words) > 1 and words[0] in _LEADING:
        words = words[1:]
    while len(words) > 1 and (words[-1] in _TRAILING or (words[-1].endswith("ed") and words[-2].endswith("s"))):
        words = words[:-1]
    noun = " ".join(words)
    if not noun:
        return ""
    if not noun.isascii():
        return f" “{noun}”"
    last = noun.rsplit(" ", 1)[-1]
    if last.endswith("s") and not last.endswith("ss"):
        return f" {noun}"
    if category is Category.READ or last in lexicon().grammar.uncounted:
        return f" the {noun}" if category is Category.READ else f" {noun}"
    return f" {'an' if noun[0] in 'aeiou' and not noun.startswith(_CONSONANTAL) else 'a'} {noun}"


def _said_by(reading: Reading, claim: Claim) -> str:
    """Tell where that is said; a quote is given where it adds to the name."""
    text = reading.tool.description
    if not text:
        return ", as its name says; it has no description"
    evidence = reading.at(claim.evidence)
    every = (evidence, *reading.evidence)
    quote = next((e.quote for e in every if e.kind is EvidenceKind.DESCRIPTION and e.category), "")
    if not quote:
        return ", as its name says"
    if _repeats(quote, reading.tool.name):
        return f"; the description says no more than the name (“{_short(quote)}”)"
    language = _LANGUAGES.get(reading.tool.description_language or "", "")
    described = f"described in {language}" if language else "described"
    return f"; it is {described} as “{_short(quote)}”"


def _repeats(quote: str, name: str) -> bool:
    """Tell whether a sentence has no word but those of the name, in any number or person."""
    known = {t for s in tokenize(name) for t in s}
    for word in quote.split():
        plain = word.strip(".,:").lower()
        if plain in known or plain in _ARTICLES:
            continue
        if not plain.endswith("s") or (plain[:-1] not in known and all(third(w) != plain for w in known)):
            return False
    return True


def _short(text: str) -> str:
    text = " ".join(text.split()).rstrip(".:;, ")
    if text.count("(") > text.count(")"):
        text = text[: text.rindex("(")].rstrip() or text
    return text if len(text) <= MAX_QUOTE else text[: MAX_QUOTE - 3].rsplit(" ", 1)[0] + " …"


def _arguments(reading: Reading, verdict: Verdict, raised: tuple[Signal, ...]) -> str:
    """Return a sentence about the arguments that carry the risk."""
    if sentence := _signal_arguments(reading, raised):
        return sentence
    if verdict.primary.rank < Category.DESTRUCTIVE.rank:
        return ""
    amounts = list(_ending_in(reading, _AMOUNTS))
    if verdict.primary is Category.FINANCIAL and amounts:
        return f"How much is given in {_and(amounts[:2])}."
    if chosen := list(_ending_in(reading, _IDENTITIES)):
        return f"Which one is given in {_and(chosen[:2])}."
    if reading.tool.input_schema is not None and not reading.schema.names:
        return "It takes no argument that would narrow it."
    return ""


def _signal_arguments(reading: Reading, raised: tuple[Signal, ...]) -> str:
    for signal in raised:
        words = _SIGNAL_WORDS.get(signal.id)
        if words is None:
            continue
        evidence = [reading.at(i) for i in signal.evidence]
        names = dict.fromkeys(f"`{e.quote}`" for e in evidence if e.kind is EvidenceKind.PARAMETER)
        if names:
            return f"{words} {_and(list(names)[:3])}."
    return ""


def _ending_in(reading: Reading, words: frozenset[str]) -> Iterator[str]:
    for name in reading.schema.names:
        tokens = [t for s in tokenize(name) for t in s]
        if tokens and tokens[-1] in words:
            yield f"`{name}`"


def _and(items: Iterable[str]) -> str:
    listed = list(items)
    return " and ".join([", ".join(listed[:-1]), listed[-1]]) if len(listed) > 1 else "".join(listed)
