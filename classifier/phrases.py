"""What a name or a clause says: an action, and what it is done to."""

from collections.abc import Mapping, Sequence

import msgspec

_EMPTY: frozenset[str] = frozenset()


class Phrase(msgspec.Struct, frozen=True):
    """One action with its object.

    `noun` is the object as written (may be empty), `classes` what its head is (`classifier/lexicon/objects.toml`),
    `nearby` what its other words are; `sure` where the verb can hardly be a noun; `words` all words of the object.
    """

    action: str
    base: str
    noun: str = ""
    classes: frozenset[str] = _EMPTY
    nearby: frozenset[str] = _EMPTY
    sure: bool = True
    words: tuple[str, ...] = ()
    owner: tuple[str, ...] = ()  # words of what the thing belongs to ("the notes of a refund")
    origin: str = ""  # what the thing is taken from ("remove X from Y"), as written


def classify_noun(
    words: Sequence[str], nouns: Mapping[str, frozenset[str]], longest: int
) -> tuple[frozenset[str], frozenset[str]]:
    """Return the classes of the head (the longest known compound that ends the phrase) and of the words before it."""
    end = len(words)
    head = _EMPTY
    start = end
    for size in range(min(longest, end), 0, -1):
        key = "_".join(words[end - size : end]).replace("-", "_") if size > 1 else words[end - 1]
        if (found := nouns.get(key)) is not None:
            head, start = found, end - size
            break
    else:
        start = end - 1
        head = nouns.get(words[start].rpartition("-")[2], _EMPTY)  # "a gpu-pod" is a pod
    nearby = _EMPTY
    for word in words[: max(start, 0)]:
        if (found := nouns.get(word)) is not None:
            nearby |= found
    return head, nearby


class Clause(msgspec.Struct, frozen=True):
    """What a description says the tool does.

    `phrases` are the main clause's actions; `asides` actions of later joined clauses ("… and deletes it");
    `quote` the sentence they stand in, verbatim; `heading` is true where the sentence is a noun phrase only;
    `information` where that noun phrase names a piece of information.
    """

    phrases: tuple[Phrase, ...] = ()
    asides: tuple[Phrase, ...] = ()
    quote: str = ""
    heading: bool = False
    information: bool = False
