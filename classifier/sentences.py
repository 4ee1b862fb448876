"""Reading one sentence of English or of another European language.

The first word that is surely a verb, after everything that may stand before it, is the action; what follows up to a
preposition is its object. A sentence that starts with a noun is a heading.
"""

import re

from classifier.noun_phrases import NounPhrase, read_noun_phrase
from classifier.phrases import Clause, Phrase
from classifier.words import Lexicon, Verb

MAX_SENTENCE = 500
MAX_ASIDE = 60
"""Words after the object in which a further verb is looked for ("… and deletes it")."""
_WORD = re.compile(r"[^\W_][\w'’-]*|[,:;/&()|\[\]–—+→]|(?<=\s)-(?=\s)")
_GENERIC = frozenset({"action", "actions", "operation", "operations", "command", "commands"})
_CALLED = frozenset({"call", "invoke", "run", "execute"})
_ITSELF = frozenset({"tool", "function", "endpoint", "operation"})
_USING = frozenset({"with", "without", "it", "this", "once", "first", "before", "after", "when", "again", "only"})
_EXECUTE = frozenset({"execute", "executes", "run", "runs"})
_OPERATIONS = frozenset({"operations", "operation"})  # nothing of their own: what the rest says is done
_METHODS = frozenset({"get", "post", "put", "patch", "delete"})
_RELATIVE = frozenset({"that", "which", "to", "for", "can", "will", "lets", "you", "and"})
_ARTICLES = frozenset({"the", "a", "an"})
_LISTS = frozenset({"(", ":"})
_PURPOSE = frozenset({"used", "tool", "function", "endpoint", "to", "for", "that", "which"})
_ASIDE = frozenset({"and", "then", "or", "y", "und", "et", "e", "и"})
_PARTICLES = frozenset({"back", "down", "up", "off"})
_LOOSE = frozenset({"modify", "control"})  # a list of operations may follow
_PRONOUNS = frozenset({"it", "them"})
_TAKEN_BACK = frozenset({"update", "create", "send"})
_SUBORDINATE = frozenset({"until", "since", "whether", "how"})  # "seconds until the key expires"
_AFTER_NOUN = frozenset(
    {"for", "about", "between", "during", "since", "that", "which", "whose"}
)  # "alerts for a state"
_NOTHING = Clause()


def read_sentence(sentence: str, lexicon: Lexicon) -> Clause | None:
    """Return what `sentence` says is done; None where it is a condition, a warning or boilerplate."""
    return _Sentence(_WORD.findall(sentence[:MAX_SENTENCE]), lexicon).read()


class _Sentence:
    """The words of one sentence; indexes are places in them."""

    __slots__ = ("apart", "grammar", "lexicon", "verbs", "words")

    def __init__(self, words: list[str], lexicon: Lexicon) -> None:
        self.words = words
        self.apart = not _PARTICLES.isdisjoint(words)
        self.lexicon = lexicon
        self.verbs = lexicon.verbs
        self.grammar = lexicon.grammar

    def read(self) -> Clause | None:
        words, i, moved = self.words, 0, False
        while i < len(words):
            if self._says_when(i, moved=moved):
                return None
            if (special := self._special(i)) is not None:
                return special
            if words[i] in self.grammar.enable and self._at(i + 1) in self.grammar.you:
                i += 2
                continue
            if words[i] in _CALLED and self._speaks_of_itself(i):
                return None
            verb = self._verb(i)
            path = i > 0 and words[i - 1] == "/"  # "uses the /flags endpoint"
            if verb is not None and not path and self._is_verb(i, verb):
                return self._clause(i, verb)
            if path or self._skips(i):
                i += 1
                continue
            after = next((j for j in range(i, min(len(words), i + 8)) if words[j] in self.grammar.breaks), len(words))
            if after + 1 >= len(words):
                return self._heading(i)
            i, moved = after + 1, True
        return None

    def _at(self, i: int) -> str:
        return self.words[i] if i < len(self.words) else ""

    def _speaks_of_itself(self, i: int) -> bool:
        """Tell "call this tool when …" and "call with no arguments to see …": how to use it, not what it does."""
        following = self._at(i + 1)
        return (following == "this" and self._at(i + 2) in _ITSELF) or (
            self.words[i] in {"call", "invoke"} and following in _USING
        )

    def _says_when(self, i: int, *, moved: bool) -> bool:
        """Tell a condition, a warning, a negation, a copula ("This is the API") or an instruction ("To …, set …")."""
        word, following = self.words[i], self._at(i + 1)
        if word in self.grammar.condition and not moved:
            return not (word in self.verbs and following not in {"", ":"})
        if word in {"not", "never"} or (word == "to" and i == 0 and "," in self.words):
            return True
        if word in {"do", "does", "should", "must", "can"}:
            return following in {"not", "never"}
        copula = word == "is" and i > 0 and self.words[i - 1] in {"this", "it"}
        return copula and _PURPOSE.isdisjoint(self.words[i + 1 : i + 7])

    def _special(self, i: int) -> Clause | None:
        """Read "make a GET request", "performs an operation", "performs a search"."""
        words, word = self.words, self.words[i]
        if word in _EXECUTE and not _OPERATIONS.isdisjoint(words[i + 1 : i + 5]):
            return Clause((Phrase("run", "perform", "action", sure=False, words=("action",)),))
        if word not in self.grammar.perform:
            return None
        if "request" in words[i : i + 5] and word in {"make", "makes", "perform", "performs"}:
            return self._request(i)
        if "crud" in words[i + 1 : i + 5]:
            return Clause(tuple([Phrase(a, a, sure=False) for a in ("create", "update", "delete")]))
        if not _GENERIC.isdisjoint(words[i + 1 : i + 5]):
            return Clause((Phrase("run", "perform", "action", sure=False, words=("action",)),))
        for j in range(i + 1, min(i + 8, len(words))):
            if words[j] in self.grammar.stop and words[j] not in {"and", "or"}:
                break
            verb = self.verbs.get(words[j])
            if verb is not None and (verb.noun_too or verb.form in {"noun", "gerund"}):
                return self._clause(j, verb)
        return None

    def _request(self, i: int) -> Clause:
        """Read a request: GET reads, any other HTTP method runs what stands behind it."""
        words = self.words
        method = next((w for w in words[i + 1 : i + 4] if w in _METHODS), None)
        if method is None:
            return self._clause(i, self.verbs["make"])
        if "http" in words[i + 1 : i + 5] and method != "get":
            payload = self.lexicon.nouns["http_request"]
            return Clause((Phrase("run", "send", "http request", payload, words=("http", method, "request")),))
        if method not in {"get", "delete"}:
            return _NOTHING
        return Clause((Phrase(self.verbs[method].action, method, sure=False),))

    def _verb(self, i: int) -> Verb | None:
        """Return the verb at `i`, with a particle that belongs to it ("log in") drawn into one word."""
        words, word = self.words, self.words[i]
        if (joined := self.verbs.get(f"{word}_{self._at(i + 1)}")) is not None:
            words[i : i + 2] = [f"{word}_{words[i + 1]}"]
            return joined
        for j in range(i + 2, min(i + 7, len(words)) if self.apart else 0):
            if words[j] in _PARTICLES and (apart := self.verbs.get(f"{word}_{words[j]}")) is not None:
                words[i] = f"{word}_{words.pop(j)}"  # "roll the machine back"
                return apart
        verb = self.verbs.get(word)
        if verb is None and word.count("-") == 1:
            return self.verbs.get(word.replace("-", "_")) or self.verbs.get(word.rsplit("-", 1)[1])
        return verb

    def _is_verb(self, i: int, verb: Verb) -> bool:
        """Tell a verb at the head of a clause from a noun of the same form."""
        following = self._at(i + 1)
        if verb.form == "noun":
            return following == "of"
        if not following:
            return True
        if not verb.noun_too:
            return following != "of" or verb.base == "list"  # "list of tables" is what it gives
        if following in {"of", "is", "are", ":"} or (verb.form == "third" and following in _AFTER_NOUN):
            return False
        if verb.form != "base":
            return True
        if i > 0 and self.words[i - 1] in _ARTICLES:
            return False  # "The next firing"
        alone = i + 2 >= len(self.words) or self.words[i + 2] in self.grammar.stop
        return not (alone and "state-noun" in self.lexicon.nouns.get(following, ()))

    def _skips(self, i: int) -> bool:
        word = self.words[i]
        adverb = word.endswith("ly") and len(word) > 4
        return word in self.grammar.skip or word in self.grammar.breaks or not word[0].isalpha() or adverb

    def _clause(self, i: int, verb: Verb) -> Clause:
        """Read the clause whose verb stands at `i`."""
        following = self.verbs.get(self._at(i + 1))
        takes_back = verb.action == "stop" and following is not None and following.form == "gerund"
        if takes_back and following is not None and following.action in _TAKEN_BACK:
            verb, i = following, i + 1  # "stop following": as much as following
        found, j = self._joined(i, verb)
        noun = read_noun_phrase(self.words, j, self.lexicon)
        sure = len(found) > 1 or not verb.noun_too or verb.form == "third" or self._at(j) in self.grammar.determiners
        origin = noun.origin
        if not origin and len(found) > 1 and {"create", "update"} & (actions := {v.action for v in found}):
            origin = "it" if "remove" in actions else ""  # "add or remove": what can be put on and taken off
        if (verb.action == "manage" or verb.base in _LOOSE) and (listed := self._listed(noun.end)):
            return Clause(tuple([noun.phrase(v.action, v.base, sure=True, origin=origin) for v in listed]))
        phrases = tuple([noun.phrase(v.action, v.base, sure=sure, origin=origin) for v in found])
        return Clause(phrases, self._asides(noun, verb))

    def _joined(self, i: int, verb: Verb) -> tuple[list[Verb], int]:
        """Return the verbs joined from `i` on ("create, update or delete") and the index after them."""
        words, found, j = self.words, [verb], i + 1
        while j < len(words):
            k = j
            while k < len(words) and words[k] in self.grammar.join:
                k += 1
            following = self.verbs.get(self._at(k)) if k > j else None
            if following is None or following.form == "noun":
                break
            if following.noun_too and following.form == "third" and verb.form != "third":
                break
            found.append(following)
            j = k + 1
        return found, j

    def _listed(self, start: int) -> list[Verb]:
        """Return the operations listed after a colon or in brackets: "Manage labels: create, update or delete"."""
        words = self.words
        opens = {":", "(", "-", "—", "–"}
        opening = next((i for i in range(start, min(len(words), start + 25)) if words[i] in opens), len(words))
        found = []
        for word in words[opening + 1 : opening + 40]:
            verb = self.verbs.get(word)
            if verb is not None and verb.form != "gerund":
                found.append(verb)
            elif word in {")", "]"}:
                break
        return found if len(found) > 1 else []

    def _asides(self, after: NounPhrase, main: Verb) -> tuple[Phrase, ...]:
        """Return what later clauses of the sentence do ("… and marks it as read")."""
        words, result = self.words, []
        for i in range(after.end, min(len(words) - 1, after.end + MAX_ASIDE)):
            if words[i] not in _ASIDE or words[i - 1] == "start":  # "start and finish dates"
                continue
            verb = self.verbs.get(words[i + 1])
            if verb is None or verb.form not in {main.form, "base"} or (verb.form == "base") != (main.form == "base"):
                continue
            following = self._at(i + 2)
            if f"{words[i + 1]}_{following}" in self.lexicon.nouns:
                continue  # "issues and pull requests"
            if words[i] == "or" and (
                words[i + 1] in self.lexicon.nouns or not following or following in self.grammar.stop
            ):
                continue  # "branches or commits"
            pronoun = following in _PRONOUNS
            if verb.noun_too and not pronoun and following not in self.grammar.determiners:
                continue
            noun = read_noun_phrase(words, i + 2, self.lexicon)
            sure = pronoun or not verb.noun_too
            result.append(noun.phrase(verb.action, verb.base, sure=sure, origin=noun.origin))
        return tuple(result)

    def _heading(self, i: int) -> Clause:
        """Read a sentence that starts with a noun: a verb may follow ("that deletes …", "for deleting …")."""
        words, verbs = self.words, self.verbs
        for j in range(i + 1, min(len(words), i + 30)):
            if words[j] in _SUBORDINATE:
                break
            if words[j] in _GENERIC and not _LISTS.isdisjoint(words[j + 1 : j + 5]) and (listed := self._listed(j + 1)):
                noun = read_noun_phrase(words, i, self.lexicon)  # "All label operations (create, delete)"
                return Clause(tuple([noun.phrase(v.action, v.base, sure=False, origin="") for v in listed]))
            verb = verbs.get(words[j])
            if verb is None or verb.form == "noun" or (verb.noun_too and verb.form != "gerund"):
                continue
            if words[j - 1] in self.grammar.of and verb.form != "gerund":
                continue  # "pedidos de compra"
            if words[j - 1] in _RELATIVE or (verb.form == "third" and not verb.noun_too):
                clause = self._clause(j, verb)
                return Clause((), clause.phrases + clause.asides, heading=True)
        relative = self._at(i + 1) == "that" and self._at(i + 2) in self.grammar.stop  # "deals that have …"
        joined = self._at(i + 1) in self.grammar.join and self._at(i + 3) in self.grammar.determiners
        article = self._at(i + 1) in self.grammar.determiners and self._at(i + 1) not in self.grammar.of
        if joined or (article and not relative):
            return _NOTHING  # "Rebase the branch": a verb, though an unknown one
        noun = read_noun_phrase(words, i, self.lexicon)
        return Clause(heading=True, information="state-noun" in noun.classes or "state-noun" in noun.nearby)
