"""The form of an answer, and the checks that it must pass before it counts.

An answer is used whole or not at all. What is wrong with one is a `Failure`, a value that is counted; nothing
here raises for a bad answer.
"""

import re
import unicodedata
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec

from classifier.judge.specimen import Specimen
from mcp_catalogue.model import Category

RATIONALE_LENGTH = 800  # characters; the prompt asks for 500
QUOTE_LENGTH = 400
QUOTES = 8
_LINK = re.compile(r"https?:|www\.|\]\(", re.IGNORECASE)
_FENCE = re.compile(r"\A```(?:json)?\s*\n(.*?)\n?```\Z", re.DOTALL)
# `contradiction` is not among them: it needs code beside words, which rules compare.
SIGNAL_IDS = (
    "runs-code", "free-form-query", "caller-path", "open-world", "incurs-cost", "external-communication", "bulk",
    "secrets", "access-control", "physical-world", "personal-data", "local-only", "claimed-safe",
    "hidden-instructions",
)  # fmt: skip


class Failure(StrEnum):
    """Why a question brought no usable answer."""

    REFUSED = "refused"  # the model declined, or a filter held the answer back
    EMPTY = "empty"
    TRUNCATED = "truncated"  # the limit on the answer's length was reached
    MALFORMED = "malformed"  # no JSON, or not of the schema's form
    UNKNOWN_LABEL = "unknown-label"  # a category or signal that does not exist
    OVERLONG = "overlong"
    UNQUOTED = "unquoted"  # no quote at all
    UNVERIFIED = "unverified"  # a quote that does not stand in what was shown
    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    RATE_LIMITED = "rate-limited"
    BAD_REQUEST = "bad-request"  # other 4xx
    SERVER_ERROR = "server-error"  # 5xx
    NOT_AN_ANSWER = "not-an-answer"  # 200, and not a chat completion
    NOT_ASKED = "not-asked"  # a limit was reached, the run was stopped, or the answer is not in the cache


@dataclass(frozen=True, slots=True)
class Reply:
    """What an endpoint sent for one question, as far as it matters: kept in the cache."""

    content: str | None
    refusal: str | None
    finish: str | None
    tokens_in: int
    tokens_out: int


@dataclass(frozen=True, slots=True)
class Quote:
    """A verbatim piece of the specimen with its place."""

    pointer: str
    quote: str


@dataclass(frozen=True, slots=True)
class Answer:
    """An answer that passed every check."""

    primary: Category
    also: tuple[Category, ...]
    signals: tuple[str, ...]
    rationale: str
    quotes: tuple[Quote, ...]


class _RawQuote(msgspec.Struct, forbid_unknown_fields=True):
    pointer: str
    quote: str


class _RawAnswer(msgspec.Struct, forbid_unknown_fields=True):
    quotes: list[_RawQuote]
    rationale: str
    primary: str
    also: list[str]
    signals: list[str]


def answer_schema() -> dict[str, Any]:
    """Return the JSON Schema of an answer, in the subset that strict structured output accepts."""
    category = {"type": "string", "enum": [c.value for c in Category]}
    quote = {"pointer": {"type": "string"}, "quote": {"type": "string"}}
    members = {
        "quotes": {"type": "array", "items": _object(quote)},
        "rationale": {"type": "string"},
        "primary": category,
        "also": {"type": "array", "items": category},
        "signals": {"type": "array", "items": {"type": "string", "enum": list(SIGNAL_IDS)}},
    }
    return _object(members)


def read_answer(reply: Reply, specimen: Specimen) -> Answer | Failure:
    """Check one reply against what was shown."""
    if reply.refusal or reply.finish == "content_filter":
        return Failure.REFUSED
    if reply.finish == "length":
        return Failure.TRUNCATED
    content = (reply.content or "").strip()
    if not content:
        return Failure.EMPTY
    fenced = _FENCE.match(content)
    try:
        raw = msgspec.json.decode(fenced[1] if fenced else content, type=_RawAnswer)
    except (msgspec.DecodeError, RecursionError):
        return Failure.MALFORMED
    return _check(raw, specimen)


def _check(raw: _RawAnswer, specimen: Specimen) -> Answer | Failure:
    known = {category.value for category in Category}
    if not known.issuperset([raw.primary, *raw.also]) or not set(SIGNAL_IDS).issuperset(raw.signals):
        return Failure.UNKNOWN_LABEL
    rationale = _plain(raw.rationale)
    too_long = len(rationale) > RATIONALE_LENGTH or any(len(q.quote) > QUOTE_LENGTH for q in raw.quotes)
    if too_long or len(raw.quotes) > QUOTES:
        return Failure.OVERLONG
    if not rationale or _LINK.search(rationale):
        return Failure.MALFORMED
    if not raw.quotes:
        return Failure.UNQUOTED
    quotes = tuple(_verify(quote, specimen) for quote in raw.quotes)
    if None in quotes:
        return Failure.UNVERIFIED
    primary = Category(raw.primary)
    return Answer(
        primary=primary,
        also=tuple(sorted({Category(c) for c in raw.also} - {primary, Category.READ}, key=lambda c: (-c.rank, c))),
        signals=tuple(sorted(set(raw.signals))),
        rationale=rationale,
        quotes=tuple(dict.fromkeys(q for q in quotes if q is not None)),
    )


def _verify(raw: _RawQuote, specimen: Specimen) -> Quote | None:
    """Accept a quote that stands in the specimen and is more than a stray letter."""
    text = raw.quote
    if not text.strip() or (len(text.strip()) < 2 and all(text != value for _, value in specimen.places)):
        return None
    pointer = specimen.find(raw.pointer, text)
    return None if pointer is None else Quote(pointer, text)


def _plain(text: str) -> str:
    """One line without characters that a reader cannot see."""
    return " ".join("".join(" " if unicodedata.category(c)[0] == "C" else c for c in text).split())


def _object(members: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "properties": members, "required": list(members), "additionalProperties": False}
