"""Which categories the parts of a definition claim: name, main clause, asides, parameters, text."""

import re
from itertools import islice

from msgspec.structs import replace

from classifier.clauses import MAX_CHARACTERS
from classifier.phrases import Clause, Phrase
from classifier.reading import Reading, evidence_of
from classifier.rulebook import Pattern, Rulebook
from classifier.sentences import read_sentence
from classifier.words import lexicon
from mcp_catalogue.model import EvidenceKind, Strength

_UNSURE = {Strength.STRONG: Strength.MEDIUM, Strength.MEDIUM: Strength.WEAK, Strength.WEAK: Strength.WEAK}

_CHANGES = frozenset({"update", "create"})
_READING = frozenset({"retrieve", "search", "validate", "compute"})
_TAUGHT = frozenset(
    {"update", "create", "deploy", "run", "generate"}
)  # what "provides instructions for …" may be about
_DENIED = re.compile(r"(?:\b(?:without|not|never|no|cannot)|n['’]t)\s+$")
_PASSIVE = frozenset({"are", "is", "was", "were", "will", "can", "may", "must", "should"})  # "writes are rejected"
MAX_LATER = 4
"""Sentences after the main clause that are read where the name says nothing."""
_SENTENCE = re.compile(
    r"(?:[.!?:;>}]\s+|\n\s*\n\s*)(?:[a-z]{2,12}ly )?([a-z]{3,20})\s+([a-z]{1,12})\b"
    r"[^\n]{0,250}?(?:(?=[.!?;](?:\s|$))|(?=\n)|$)"
)


def add_claims(reading: Reading, book: Rulebook) -> None:
    """Add the claims of everything but operations and code to `reading`."""
    tool, clause = reading.tool, reading.clause
    taught = any(p.action == "retrieve" and "guidance" in p.classes for p in clause.phrases)
    for phrase in reading.name.phrases:
        named = _refined(phrase, clause) or phrase
        if taught and named.action in _TAUGHT:
            named = replace(named, sure=False)
        _phrase(reading, book, "name", named)
    reads = _reads(reading)
    for phrase in clause.phrases:
        plain = reads and phrase.sure and phrase.action in _CHANGES and _ambiguous(phrase)
        _phrase(reading, book, "clause", replace(phrase, sure=False) if plain else phrase)
    for phrase in clause.asides:
        source = "heading" if clause.heading else "aside"
        _phrase(reading, book, source, phrase)
    if clause.phrases and not any(p.sure for p in reading.name.phrases):
        _later_sentences(reading, book)
    if not reading.spoken or reading.name.information:
        _information(reading, book)
    for rule in book.name_rules(reading.name.tokens):
        if rule.category is not None:
            reading.claim("text", rule, 0, None, evidence_of(rule, EvidenceKind.NAME, tool.name, "/name"))
    if not any(claim.rule.enforced for claim in reading.claims):
        _parameters(reading, book)
    _texts(reading)


def _reads(reading: Reading) -> bool:
    """Tell whether the name is plainly one of reading, so that "Group …" or "Order …" is how the answer is arranged."""
    phrases = reading.name.phrases
    return bool(phrases) and all(p.sure and p.action in _READING and not _ambiguous(p) for p in phrases)


def _ambiguous(phrase: Phrase) -> bool:
    verb = lexicon().verbs.get(phrase.base)
    return verb is not None and verb.noun_too and phrase.base not in {"set", "post", "change", "open"}


def _later_sentences(reading: Reading, book: Rulebook) -> None:
    """Claim what the sentences after the main clause do, where no name tells which of them is meant.

    What stands first may be a line about something else, put there or not; "Deletes the archive." says so anyway.
    """
    words = lexicon()
    head = reading.description.text[:MAX_CHARACTERS]
    start = max(0, (reading.tool.description or "")[:MAX_CHARACTERS].find(reading.clause.quote))
    for found in islice(_SENTENCE.finditer(head, min(start + 1, len(head))), MAX_LATER):
        first = words.verbs.get(found[1])
        if (
            found[2] in _PASSIVE
            or first is None
            or first.form != "third"
            or first.base == "accept"  # "Accepts a path or an address.": of its arguments
            or (first.noun_too and found[2] not in words.grammar.determiners)
        ):
            continue
        later = read_sentence(head[found.start(1) :].split("\n", 1)[0].split(". ", 1)[0], words)
        quote = reading.description.cut(found.start(1), found.end()).strip()
        for phrase in later.phrases if later is not None else ():
            if phrase.sure:
                _phrase(reading, book, "aside", phrase, quote)


def _parameters(reading: Reading, book: Rulebook) -> None:
    for parameter, rule, when in book.parameter_rules(reading.schema):
        sure = [p for p in reading.name.phrases if p.sure] or reading.spoken
        if rule.category is None or (parameter.depth and not _wrapped(reading)):
            continue  # a field of one of several arguments shapes a record and not the call
        if when.holds_any(sure, reading.context.subjects):
            evidence = evidence_of(rule, EvidenceKind.PARAMETER, parameter.name, parameter.pointer)
            reading.claim("parameter", rule, when.weight, None, evidence)


def _wrapped(reading: Reading) -> bool:
    """Tell whether all arguments lie inside one ("params")."""
    properties = (reading.tool.input_schema or {}).get("properties")
    return not isinstance(properties, dict) or len(properties) <= 1


def _texts(reading: Reading) -> None:
    """Claim what text patterns say by themselves; those about an action told which rule reads it, in `_phrase`."""
    for hit in reading.hits:
        when = hit.when
        if hit.rule.category is None or when.about_action or not when.fits(reading.context.subjects):
            continue
        if quote := quoted(hit, reading):
            evidence = evidence_of(hit.rule, EvidenceKind.DESCRIPTION, quote, "/description")
            reading.claim("text", hit.rule, when.weight, None, evidence)


def quoted(hit: Pattern, reading: Reading) -> str:
    """Return the words that a pattern found, as they stand in the description."""
    found = hit.regexp.search(reading.description.text)
    return reading.description.cut(found.start(), found.end()).strip() if found else ""


def _phrase(reading: Reading, book: Rulebook, source: str, phrase: Phrase, quote: str = "") -> None:
    subjects = reading.context.subjects
    found = book.rule_for(phrase, subjects)
    if found is None:
        return
    rule, weight = found
    for hit in reading.hits:
        when = hit.when
        if (
            hit.rule.category is not None
            and when.about_action
            and when.weight > weight
            and when.holds(phrase, subjects)
            and not _negated(hit, reading.description.text)
        ):
            rule, weight = hit.rule, when.weight
    sure = phrase.sure and source in {"name", "clause"}
    strength = rule.strength if sure else _UNSURE[rule.strength]
    if source == "name":
        evidence = evidence_of(rule, EvidenceKind.NAME, reading.tool.name, "/name", strength)
    else:
        evidence = evidence_of(rule, EvidenceKind.DESCRIPTION, quote or reading.clause.quote, "/description", strength)
    reading.claim(source, rule, weight, phrase, evidence)


def _negated(hit: Pattern, text: str) -> bool:
    """Tell whether a pattern occurs only where it is denied ("without overwriting an existing file")."""
    if any(pattern.search(text) for pattern in hit.unless):
        return True
    return all(_DENIED.search(text[max(0, m.start() - 16) : m.start()]) for m in hit.regexp.finditer(text))


def _refined(phrase: Phrase, clause: Clause) -> Phrase | None:
    """Return the name's phrase with the description's object, where that says more of the same thing.

    `update_refund`, "Update refund notes" or "the notes of a refund": what is updated are notes. `remove_user`, "Remove
    a user from a list": it is taken off something.
    """
    last = phrase.words[-1].rstrip("s") if phrase.words else ""
    for other in clause.phrases:
        if not last or other.action != phrase.action or not other.words:
            continue
        same = last == other.words[-1].rstrip("s") or phrase.action == "remove"
        if same and other.origin and not phrase.origin:
            return replace(phrase, origin=other.origin)
        around = [w.rstrip("s") for w in (*other.words[:-1], *other.owner)]
        if last in around and last != other.words[-1].rstrip("s"):
            return replace(phrase, noun=other.noun, classes=other.classes, nearby=other.nearby, words=other.words)
    return None


def _information(reading: Reading, book: Rulebook) -> None:
    """Claim what a name or a description says that names a thing and no action."""
    tool, clause = reading.tool, reading.clause
    for rule, when in book.tables.informing:
        if when.information == "name" and reading.name.information:
            evidence = evidence_of(rule, EvidenceKind.NAME, tool.name, "/name", Strength.WEAK)
            reading.claim("name", rule, 0, None, evidence)
        elif (
            clause.heading
            and clause.quote
            and (
                (when.information == "description" and clause.information)
                or (when.information == "heading" and not clause.asides and reading.name.noun_only)
            )
        ):
            evidence = evidence_of(rule, EvidenceKind.DESCRIPTION, clause.quote, "/description", Strength.WEAK)
            reading.claim("heading", rule, 0, None, evidence)
