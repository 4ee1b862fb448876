"""What an action is done to: the words from a verb to the next preposition."""

from collections.abc import Sequence

import msgspec

from classifier.phrases import Phrase, classify_noun
from classifier.words import Grammar, Lexicon

MAX_WORDS = 8
_EMPTY: frozenset[str] = frozenset()
_COUNTS = frozenset({"one", "single", "the"})
_OR = ["or"]
_CLAUSE = frozenset({"the", "a", "an", "all", "how", "what", "which", "whether", "your", "its"})
_QUALITIES = ("ed", "ing", "ive", "ial", "full")
_MODAL = frozenset({"can", "will", "may", "could", "should", "must", "has", "is"})


class NounPhrase(msgspec.Struct, frozen=True):
    """An object as read: its words and classes, what it belongs to, what it is taken from, and the index after it."""

    words: tuple[str, ...]
    classes: frozenset[str]
    nearby: frozenset[str]
    owner: tuple[str, ...]
    origin: str
    end: int

    def phrase(self, action: str, base: str, *, sure: bool, origin: str) -> Phrase:
        """Return the phrase of an action done to this object."""
        text = " ".join(self.words)
        return Phrase(action, base, text, self.classes, self.nearby, sure, self.words, self.owner, origin)


def read_noun_phrase(words: Sequence[str], start: int, lexicon: Lexicon) -> NounPhrase:
    """Read the object that starts at `start`; it may be empty."""
    grammar = lexicon.grammar
    noun, end = _words(words, start, grammar)
    classes, nearby = classify_noun(noun, lexicon.nouns, lexicon.longest) if noun else (_EMPTY, _EMPTY)
    following = words[end] if end < len(words) else ""
    owner: list[str] = []
    if following in grammar.of:
        owner, _ = _words(words, end + 1, grammar)
        for word in owner:
            nearby |= lexicon.nouns.get(word, _EMPTY)
    origin = " ".join(words[end + 1 : end + 5]) if following == "from" else ""
    return NounPhrase(tuple(noun), classes, nearby, tuple(owner), origin, end)


def _words(words: Sequence[str], start: int, grammar: Grammar) -> tuple[list[str], int]:
    noun: list[str] = []
    i, count = start, len(words)
    breaks, determiners, of = grammar.stop, grammar.determiners, grammar.of
    while i < count and len(noun) < MAX_WORDS:
        word = words[i]
        if word in of and (not noun or noun[-1] in grammar.partitive):
            noun = []  # "a list of members": the members are meant
        elif word in {"(", "["} or (noun and (word == "that" or word in of)):
            break
        elif word in determiners or (word.endswith("ly") and not noun):
            if word in _COUNTS and i + 2 < count and noun and words[i + 2] in _MODAL:
                break  # "a number the agent can use"
            i += 2 * (word in _COUNTS and words[i + 1 : i + 2] == _OR)  # "one or more members"
        elif noun and word.endswith(("ed", "ing")) and _says_more(word, words[i + 1 : i + 2], breaks):
            break
        elif word == "or" and len(noun) == 1 and noun[0].endswith(_QUALITIES) and words[i + 1 : i + 2] != []:
            noun = []  # "queued or running jobs"
        elif word == "," and noun and i + 1 < count and "-" in words[i + 1]:
            pass  # "a short-lived, pre-authenticated address"
        elif word in breaks or not word[0].isalnum():
            break
        else:
            noun.append(word)
        i += 1
    return noun, i


def _says_more(word: str, following: Sequence[str], breaks: frozenset[str]) -> bool:
    """Tell a participle that says more of a noun: "a screener tuned for …", "a report showing the …"."""
    if not following:
        return False
    return following[0] in _CLAUSE if word.endswith("ing") else following[0] in breaks and not word.endswith("eed")
