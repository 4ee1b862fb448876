"""Reading a tool's name: tokens, the verb wherever it stands, the object.

Handles snake, kebab and camel case, dots, slashes, acronyms and digits; product and server prefixes
(`asana_get_task`, `TwilioApi--DeleteRecord`); verbs that do not lead (`d1_database_delete`,
`records.bulkRemove`); and nouns that look like verbs (`list_deletes`, `get_order`, `payment_status`,
`transfer_quote`).
"""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache

import msgspec

from classifier.phrases import Phrase, classify_noun
from classifier.words import Lexicon, Verb

MAX_NAME = 200
"""Characters of a name that are read; the protocol suggests at most 128."""

_SEGMENT = re.compile(r"--|__|[./:]")
# Short names with digits stay whole: k8s, s3, ec2, v2, 3d.
_TOKEN = re.compile(
    r"[a-z]{1,3}\d{1,2}s?(?![a-z0-9])|[A-Z]{1,3}\d{1,2}(?![A-Za-z0-9])|\d{1,2}d(?![a-z])|[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+|[^\W\d_a-zA-Z]+"
)
_JOINTS = frozenset({"by", "for", "from", "in", "to", "with", "via", "of", "on", "at", "into", "as", "using", "per"})
_ADVERBS = frozenset(
    {
        "batch", "bulk", "multi", "mass", "safe", "safely", "quick", "quickly", "async", "auto", "smart", "simple",
        "advanced", "v1", "v2", "v3", "api", "mcp", "tool", "tools", "try", "do", "force", "hard", "soft", "direct",
        "raw", "please", "interactive", "sync", "remote", "local", "fast", "deep", "real", "time", "full",
        "all", "the", "my", "bulkwise", "agent", "ai", "then", "atomic", "partial", "incremental", "public",
    }
)  # fmt: skip
# What stands before a noun: "best_move" is no move.
_QUALITIES = frozenset(
    {"best", "top", "latest", "current", "last", "recent", "active", "pending", "upcoming", "max", "min", "total",
     "average", "popular", "similar", "related", "nearest", "nearby", "available", "supported", "past"}
)  # fmt: skip
_STATES = frozenset({"open", "new"})
_OPENED = frozenset({"open-target", "ui-page", "file", "device", "view", "browser"})  # "open_tabs" opens them
_READING = frozenset({"retrieve", "search"})
_NEAR = frozenset({"next", "previous"})  # `next_train`; what is played or turned is switched to
_EVENTS = frozenset({"change", "update"})  # `view_change_approval`
_PLAYED = frozenset(
    {"track", "song", "page", "slide", "tab", "video", "scene", "step", "frame", "chapter", "episode", "item", "window"}
)
_ABOUT = frozenset({"preview", "impact", "eligibility", "estimate"})  # `delete_preview` tells of it, or deletes one
_LOOKS = frozenset({"preview", "simulate"})
_ASKS = frozenset({"is", "are", "has", "have", "can", "does"})  # "is_write_enabled" is read as
_ASKING = "check"
_TAIL = frozenset({"tool", "tools", "async", "v1", "v2", "v3", "mcp", "fn", "handler"})
_MANY = frozenset({"batch", "bulk", "mass", "multi", "all", "many", "multiple"})
_OF = "of"
_AND = frozenset({"and", "or", "then"})
_STATE = "state-noun"


class NameReading(msgspec.Struct, frozen=True):
    """The phrases of a name (several where verbs are joined: `create_or_update_file`), and how it was read.

    `noun_only` where the name is a thing and no action; `information` where that thing is a piece of information
    (`order_status`); `many` where a word says that the call takes many.
    """

    tokens: tuple[str, ...]
    phrases: tuple[Phrase, ...] = ()
    noun_only: bool = False
    information: bool = False
    many: bool = False


def tokenize(name: str) -> tuple[tuple[str, ...], ...]:
    """Split a name into segments (`a--b`, `a.b`, `a/b`) of lower-case tokens."""
    return _tokenize(name[:MAX_NAME])


@lru_cache(maxsize=65536)
def _tokenize(name: str) -> tuple[tuple[str, ...], ...]:
    parts = []
    for segment in _SEGMENT.split(name):
        tokens = tuple([t.lower() for t in _TOKEN.findall(segment)])
        if tokens:
            parts.append(tokens)
    return tuple(parts)


def common_prefix(names: Iterable[str], server: Iterable[str] = ()) -> frozenset[str]:
    """Return the leading tokens that most names of a server share, and the words of the server's own name."""
    firsts: dict[str, int] = {}
    total = 0
    for name in names:
        total += 1
        segments = tokenize(name)
        if segments:
            firsts[segments[0][0]] = firsts.get(segments[0][0], 0) + 1
    shared = {t for t, n in firsts.items() if total >= 3 and n >= 0.6 * total}
    own = {t for word in server for segment in tokenize(word) for t in segment}
    return frozenset(shared | own)


@lru_cache(maxsize=65536)
def read_name(name: str, prefix: frozenset[str], lexicon: Lexicon) -> NameReading:
    """Read one name; `prefix` are words that are the server's name rather than part of the action."""
    segments = tokenize(name)
    if not segments:
        return NameReading(())
    flat = [t for s in segments for t in s]
    tokens = list(segments[-1])
    if len(segments) > 1 and not any(t in lexicon.verbs for t in tokens):
        tokens = flat
    lead = tokens[:]
    while len(lead) > 1 and lead[0] in prefix and not _pure(lead[0], lexicon):
        lead = lead[1:]
    extra = [t for s in segments[:-1] for t in s if t not in prefix] if len(segments) > 1 and tokens != flat else []
    while len(lead) > 1 and (lead[-1] in _TAIL or lead[-1].isdigit() or (lead[-1] == "new" and lead[-2][-1] == "s")):
        lead = lead[:-1]  # "orders_new" are orders, "order_new" makes one
    if len(lead) > 1 and lead[0] in _ASKS:
        lead = [_ASKING, *lead[1:]]
    many = any(t in _MANY for t in lead)
    found = _find_verb(lead, lexicon)
    if found is None:
        head, nearby = classify_noun(lead, lexicon.nouns, lexicon.longest)
        information = _STATE in head or _STATE in nearby or _STATE in lexicon.nouns.get(lead[-1], ())
        return NameReading(tuple(flat), noun_only=True, information=information, many=many)
    position, sure, size = found
    sure = sure and (lead[-1] not in _ABOUT or position + size == len(lead))
    verbs = [_verb(lead, position, size, lexicon)]
    after = position + size
    while after + 1 < len(lead) and lead[after] in _AND and lead[after + 1] in lexicon.verbs:
        verbs.append(lexicon.verbs[lead[after + 1]])
        after += 2
    inside = lead[position + 1 : after] if size > 1 and lead[position] in lexicon.verbs else []
    noun = (
        _object(lead[after:])
        or inside
        or extra
        or [t for t in lead[:position] if t not in prefix and t not in _ADVERBS]
    )
    origin = _origin(lead[after:])
    head, nearby = classify_noun(noun, lexicon.nouns, lexicon.longest) if noun else (frozenset(), frozenset())
    for token in lead[after:]:
        nearby |= lexicon.nouns.get(token, frozenset())
    phrases = tuple(
        Phrase(
            v.action,
            lead[position] if inside else v.base,
            " ".join(noun),
            head,
            nearby,
            sure,
            tuple(noun),
            origin=origin,
        )
        for v in verbs
        if v is not None
    )
    return NameReading(tuple(flat), phrases, many=many)


def _pure(token: str, lexicon: Lexicon) -> bool:
    verb = lexicon.verbs.get(token)
    return verb is not None and not verb.noun_too and verb.form == "base"


def _verb(tokens: Sequence[str], position: int, size: int, lexicon: Lexicon) -> Verb:
    return lexicon.verbs["_".join(tokens[position : position + size])]


def _compound(tokens: Sequence[str], position: int, lexicon: Lexicon) -> int:
    """Return how many tokens from `position` form a known verb of several words, or 1."""
    for size in range(min(lexicon.longest, len(tokens) - position), 1, -1):
        if "_".join(tokens[position : position + size]) in lexicon.verbs:
            last, following = tokens[position + size - 1], tokens[position + size : position + size + 1]
            inside = last in lexicon.nouns and following and following[0] in lexicon.nouns
            return 1 if inside else size  # `create_order_note`: a note
    return 1


_Found = tuple[int, bool, int]  # the verb's position, whether it is surely a verb, its length in tokens


def _find_verb(tokens: Sequence[str], lexicon: Lexicon) -> _Found | None:
    """Return where the verb of a name stands."""
    verbs = lexicon.verbs
    if len(tokens) > 1 and (
        (tokens[0] in _STATES and any(_are_open(t, lexicon) for t in tokens[1:3]) and not _pure(tokens[1], lexicon))
        or (tokens[0] in _NEAR and tokens[-1] not in _PLAYED and not any(_pure(t, lexicon) for t in tokens[1:]))
    ):
        return None
    shielded = _noun_compounds(tokens, lexicon)
    if shielded and any(t in verbs for i, t in enumerate(tokens) if i not in shielded):
        return _find(["" if i in shielded else t for i, t in enumerate(tokens)], lexicon)
    return _find(tokens, lexicon)


def _find(tokens: Sequence[str], lexicon: Lexicon) -> _Found | None:
    verbs, count, start = lexicon.verbs, len(tokens), 0
    if tokens[start] in _QUALITIES and (count == 2 or not any(_pure(t, lexicon) for t in tokens)):
        return None
    while (
        start < count - 1
        and tokens[start] in _ADVERBS
        and tokens[start] not in verbs
        and _compound(tokens, start, lexicon) == 1
    ):
        start += 1
    first = verbs.get(tokens[start])
    if (size := _compound(tokens, start, lexicon)) > 1:
        return start, True, size
    plural = first is not None and first.form == "third" and count == start + 1  # `changes`: what has changed
    if first is not None and not first.noun_too and first.form in {"base", "third"} and not plural:
        return start, True, 1
    if count > 1 and _STATE in lexicon.nouns.get(tokens[-1], ()):
        pure = next((i for i in range(start + 1, count - 1) if _pure(tokens[i], lexicon)), None)
        return (pure, True, 1) if pure is not None else None
    looks = count > 1 and tokens[-2] in _LOOKS  # "symbol_preview_rename"
    if count > 1 and not looks and _pure(tokens[-1], lexicon) and (first is None or tokens[-1] not in lexicon.nouns):
        return count - 1, True, 1
    return _inside(tokens, start, lexicon) or _ambiguous(tokens, start, lexicon)


def _are_open(last: str, lexicon: Lexicon) -> bool:
    """Tell things that are open (`open_purchase_orders`) from one that is opened."""
    return last.endswith("s") and not last.endswith("ss") and _OPENED.isdisjoint(lexicon.nouns.get(last, ()))


def _inside(tokens: Sequence[str], start: int, lexicon: Lexicon) -> _Found | None:
    """Return the first sure verb behind what leads (`yfinance_get_top`)."""
    for i in range(start + 1, len(tokens)):
        if tokens[i - 1] in _JOINTS:
            return None
        if (size := _compound(tokens, i, lexicon)) > 1:
            return i, True, size
        if _pure(tokens[i], lexicon) and not (
            tokens[i] in _EVENTS and i == start + 1 and tokens[start] in lexicon.verbs
        ):
            return i, True, 1
    return None


def _ambiguous(tokens: Sequence[str], start: int, lexicon: Lexicon) -> _Found | None:
    """Return a verb that could as well be a noun: the last word where nothing else can be, else the first."""
    verbs, nouns, count = lexicon.verbs, lexicon.nouns, len(tokens)
    last = verbs.get(tokens[-1])
    asks = any((v := verbs.get(t)) is not None and v.action in _READING for t in tokens[:-1])  # `store_query_group`
    lone = count > 1 and tokens[start] not in verbs and not asks and _JOINTS.isdisjoint(tokens)
    if lone and last is not None and tokens[-1] not in nouns and last.form == "base":
        return count - 1, True, 1
    for i in range(start, count):
        if tokens[i] in _JOINTS:
            return None
        found = verbs.get(tokens[i])
        if found is not None and found.form == "noun" and i + 1 < count and tokens[i + 1] not in _JOINTS:
            continue  # "payment_schedule", "deletion_policy"
        if found is not None and found.form in {"base", "noun"}:
            leads = i == start and i + 1 < count and tokens[i + 1] not in _JOINTS
            return i, leads and found.form == "base" and tokens[i] not in nouns, 1
    return None


def _noun_compounds(tokens: Sequence[str], lexicon: Lexicon) -> frozenset[int]:
    """Return the positions of known nouns of several words that begin with what could be a verb (`pull_request`)."""
    result: set[int] = set()
    for i, token in enumerate(tokens):
        if token not in lexicon.verbs:
            continue
        for size in range(min(lexicon.longest, len(tokens) - i), 1, -1):
            key = "_".join(tokens[i : i + size])
            if key in lexicon.nouns and key not in lexicon.verbs:
                result.update(range(i, i + size))
                break
    return frozenset(result)


def _object(tokens: Sequence[str]) -> list[str]:
    words: list[str] = []
    for token in tokens:
        if token in _JOINTS or token in _AND:
            if words and token == _OF:
                words = []
                continue
            if words:
                break
            continue
        if token in _MANY or token.isdigit():
            continue
        words.append(token)
    return words


def _origin(tokens: Sequence[str]) -> str:
    if "from" in tokens:
        return " ".join(tokens[tokens.index("from") + 1 :])
    return ""
