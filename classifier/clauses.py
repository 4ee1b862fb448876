"""Reading a description: the main clause of the sentence that says what the tool does.

Preambles ("This tool lets you …", "Use this to …"), decoration, boilerplate, conditions, warnings and
negated sentences are passed over; joined verbs ("create, update or delete") are all kept. English and the
European languages are read from their first verb (German also from the last), Chinese from its first,
Japanese and Korean from the last of the sentence.
"""

import re
from collections.abc import Sequence
from itertools import chain

import msgspec
import msgspec.structs

from classifier.phrases import Phrase, classify_noun
from classifier.text import Folded
from classifier.words import Lexicon, Verb

MAX_SENTENCES = 12
MAX_SENTENCE = 500
MAX_CHARACTERS = 2000
"""How far a description is read for its main clause; phrases are looked for in all of it."""

_SENTENCE = re.compile(r"(?<=[.!?;])\s+|\n+|[。！？；]\s*")
_WORD = re.compile(r"[^\W_][\w'’-]*|[,:;/&()|\[\]–—+→]|(?<=\s)-(?=\s)")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_KANA = re.compile(r"[\u3040-\u30ff]")
_HANGUL = re.compile(r"[\uac00-\ud7af]")
_SKIP = frozenset(
    ["a", "an", "the", "this", "that", "these", "it", "its", "tool", "tools", "function", "functions", "endpoint", "api", "method", "command", "operation", "operations", "action", "mcp", "which", "will", "can", "could", "may", "is", "are", "be", "been", "used", "use", "uses", "using", "to", "for", "lets", "let", "allows", "allow", "enables", "enabling", "allowing", "letting", "helps", "help", "helper", "you", "your", "user", "users", "agent", "agents", "llm", "ai", "model", "client", "clients", "they", "one", "please", "then", "new", "simple", "simply", "directly", "when", "wants", "want", "needs", "need", "would", "like", "should", "must", "only", "both", "either", "also", "ability", "able", "capability", "utility", "beta", "alpha", "deprecated", "experimental", "optional", "preferred", "recommended", "primary", "interactively", "immediately", "interface", "perform", "performs", "performing", "provides", "provide", "providing", "do", "does", "safe", "este", "esta", "esto", "herramienta", "función", "permite", "permiten", "permette", "para", "o", "a", "os", "as", "um", "uma", "ferramenta", "função", "esta", "cet", "cette", "outil", "permet", "de", "d'", "un", "une", "le", "la", "les", "des", "ce", "dieses", "dieser", "diese", "werkzeug", "tool", "ermöglicht", "zum", "eine", "einen", "ein", "der", "die", "das", "den", "dem", "этот", "эта", "инструмент", "позволяет", "для", "el", "los", "las", "un", "una", "unos", "del", "intelligent", "intelligently", "quickly", "efficiently", "multiple", "single", "specified", "given", "bulk", "batch", "batch-", "programmatically", "mode", "feature", "support", "supports", "supporting", "handy", "powerful", "fast", "easily", "request", "and", "or", "admin", "via"]
)
_CONDITION = frozenset(
    ["if", "when", "unless", "before", "after", "note", "notes", "warning", "caution", "important", "example", "examples", "e.g", "returns", "return", "args", "arguments", "parameters", "params", "parameter", "input", "output", "raises", "requires", "required", "prerequisite", "prerequisites", "tip", "hint", "never", "not", "don't", "do-not", "cannot", "avoid", "see", "usage", "otherwise", "default", "defaults", "optional", "limitations", "why", "wann", "si", "falls", "returns:", "response", "result", "results", "wenn", "quando", "cuando", "если"]
)
_DETERMINERS = frozenset(
    ["a", "an", "the", "this", "that", "these", "those", "one", "all", "any", "some", "each", "every", "its", "your", "their", "his", "my", "our", "existing", "new", "specific", "specified", "given", "multiple", "several", "many", "more", "single", "current", "another", "other", "entire", "whole", "full", "selected", "certain", "un", "una", "uno", "el", "la", "los", "las", "os", "as", "o", "um", "uma", "le", "les", "des", "du", "de", "l'", "d'", "ein", "eine", "einen", "einem", "eines", "der", "die", "das", "den", "dem", "des", "del", "do", "da", "dos", "das", "no", "na"]
)
_STOP = frozenset(
    ["by", "for", "from", "in", "on", "to", "with", "using", "via", "at", "into", "as", "through", "against", "within", "during", "between", "about", "under", "after", "before", "and", "or", "but", "which", "that", "who", "whose", "where", "when", "if", "so", "unless", "until", "while", "based", "containing", "including", "matching", "such", "like", "is", "are", "was", "were", "be", "has", "have", "it", "them", "they", "you", "given", "without", "per", "across", "over", "out", "along", "then", "instead", "plus", "out-of", "por", "para", "con", "en", "desde", "com", "em", "sem", "avec", "pour", "dans", "sur", "par", "von", "aus", "mit", "für", "auf", "zu", "zum", "zur", "an", "в", "из", "на", "по", "для", "с"]
)
_PARTITIVE = frozenset(
    ["list", "set", "number", "contents", "content", "batch", "collection", "series", "group", "one", "more", "pair", "details", "detail", "information", "range", "type", "kind", "version", "copy", "part", "piece", "instance"]
)
_JOIN = frozenset(
    {",", "and", "or", "/", "&", "then", "y", "o", "e", "ou", "et", "und", "oder", "и", "или", "also", "|"}
)
_BREAKS = frozenset({":", "—", "–", "|", "-", "→", ")", "]"})
_PERFORM = frozenset(
    {"perform", "performs", "performing", "conduct", "conducts", "make", "makes", "do", "does", "carry", "carries"}
)
_GENERIC = frozenset({"action", "actions", "operation", "operations", "command", "commands"})
_YOU = frozenset(
    {"you", "users", "user", "agents", "agent", "llms", "llm", "models", "clients", "the", "ai", "claude", "to"}
)


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


_NOTHING = Clause()


def read_clause(folded: Folded, lexicon: Lexicon) -> Clause:
    """Read the main clause of a description."""
    head = folded.text[:MAX_CHARACTERS]
    fallback = _NOTHING
    start = 0
    count = 0
    cjk = not head.isascii() and _CJK.search(head) is not None
    for match in chain(_SENTENCE.finditer(head), (None,)):
        end = match.start() if match else len(head)
        sentence = head[start:end]
        if sentence.strip():
            clause = _cjk(sentence, lexicon) if cjk and _CJK.search(sentence) else _latin(sentence, lexicon)
            if clause is not None:
                quote = folded.cut(start, end).strip()
                clause = Clause(clause.phrases, clause.asides, quote[:300], clause.heading, clause.information)
                if clause.phrases:
                    return clause if not fallback.heading else _unsure(clause)
                if clause.asides:
                    return clause
                if fallback is _NOTHING:
                    fallback = clause
            count += 1
            if count >= MAX_SENTENCES:
                break
        start = match.end() if match else end
    return fallback


def _unsure(clause: Clause) -> Clause:
    """Return a clause that follows a heading: what it says may be about how to use the tool."""
    phrases = tuple(msgspec.structs.replace(p, sure=False) for p in clause.phrases)
    return msgspec.structs.replace(clause, phrases=phrases, asides=())


def _latin(sentence: str, lexicon: Lexicon) -> Clause | None:
    words = _WORD.findall(sentence[:MAX_SENTENCE])
    count = len(words)
    verbs = lexicon.verbs
    i = 0
    moved = False
    while i < count:
        word = words[i]
        if word in _CONDITION and not moved and not (word in verbs and i + 1 < count and words[i + 1] != ":"):
            return None
        if word in {"not", "never"} or (
            word == "is" and i > 0 and words[i - 1] in {"this", "it"} and _copula(words, i)
        ):
            return None
        if word == "to" and i == 0 and "," in words:
            return None
        if word in {"make", "makes", "perform", "performs"} and "request" in words[i : i + 5]:
            return _request(words, i, lexicon)
        if word in {"do", "does", "should", "must", "can"} and i + 1 < count and words[i + 1] in {"not", "never"}:
            return None
        if word in _PERFORM and not _GENERIC.isdisjoint(words[i + 1 : i + 5]):
            return Clause((Phrase("run", "perform", "action", sure=False, words=("action",)),))
        if word in _PERFORM and (nominal := _performed(words, i, lexicon)) is not None:
            return _from_verb(words, nominal, verbs[words[nominal]], lexicon)
        if word in {"enable", "enables", "enabling", "allow", "allows"} and i + 1 < count and words[i + 1] in _YOU:
            i += 2
            continue
        verb = verbs.get(word)
        if verb is None and "-" in word:
            verb = verbs.get(word.rsplit("-", 1)[1])
        if i + 1 < count and (joined := verbs.get(f"{word}_{words[i + 1]}")) is not None:
            words[i : i + 2] = [f"{word}_{words[i + 1]}"]
            count -= 1
            word, verb = words[i], joined
        if verb is not None and _is_verb(words, i, verb, lexicon):
            return _from_verb(words, i, verb, lexicon)
        if word in _SKIP or word in _BREAKS or not word[0].isalpha() or (word.endswith("ly") and len(word) > 4):
            i += 1
            continue
        after = next((j for j in range(i, min(count, i + 8)) if words[j] in _BREAKS), None)
        if after is not None and after + 1 < count and not (words[after] == "-" and False):
            i = after + 1
            moved = True
            continue
        return _heading(words, i, lexicon)
    return None


def _copula(words: Sequence[str], i: int) -> bool:
    """Tell "This is the public API" from "This is used to delete" and "This is a tool for deleting"."""
    return not any(
        w in {"used", "tool", "function", "endpoint", "to", "for", "that", "which"} for w in words[i + 1 : i + 7]
    )


def _request(words: Sequence[str], i: int, lexicon: Lexicon) -> Clause | None:
    """Read "Make a GET request to …": GET reads; of another method it only says that something is called."""
    method = next((w for w in words[i + 1 : i + 4] if w in {"get", "post", "put", "patch", "delete"}), None)
    if method is None:
        return _from_verb(words, i, lexicon.verbs["make"], lexicon)
    if "http" in words[i + 1 : i + 5] and method != "get":
        payload = lexicon.nouns["http_request"]
        return Clause((Phrase("run", "send", "http request", payload, words=("http", method, "request")),))
    if method not in {"get", "delete"}:
        return None
    return Clause((Phrase(lexicon.verbs[method].action, method, "", sure=False),))


def _performed(words: Sequence[str], i: int, lexicon: Lexicon) -> int | None:
    """Return where the noun stands that says what is performed ("performs a semantic search")."""
    for j in range(i + 1, min(i + 8, len(words))):
        if words[j] in _STOP and words[j] not in {"and", "or"}:
            return None
        verb = lexicon.verbs.get(words[j])
        if verb is not None and (verb.noun_too or verb.form in {"noun", "gerund"}):
            return j
    return None


def _is_verb(words: Sequence[str], i: int, verb: Verb, lexicon: Lexicon) -> bool:
    """Tell a verb at the head of a clause from a noun of the same form."""
    if i + 1 >= len(words):
        return not verb.noun_too or verb.form != "noun"
    following = words[i + 1]
    if verb.form == "noun":
        return following == "of"
    if following == ":" and verb.noun_too:
        return False
    if not verb.noun_too:
        return following != "of"
    if following in {"of", "is", "are", ":"}:
        return False
    if verb.form == "base":
        nouns = lexicon.nouns.get(following)
        alone = i + 2 >= len(words) or words[i + 2] in _STOP
        return not (nouns is not None and "state-noun" in nouns and alone)
    return True


def _from_verb(words: Sequence[str], i: int, verb: Verb, lexicon: Lexicon) -> Clause:
    verbs = lexicon.verbs
    found = [verb]
    j = i + 1
    while j < len(words):
        k = j
        while k < len(words) and words[k] in _JOIN:
            k += 1
        if k == j or k >= len(words):
            break
        following = verbs.get(words[k])
        if (
            following is None
            or following.form == "noun"
            or (following.noun_too and following.form == "third" and verb.form != "third")
        ):
            break
        found.append(following)
        j = k + 1
    noun, origin, end = _noun_phrase(words, j)
    head, nearby = classify_noun(noun, lexicon.nouns, lexicon.longest) if noun else (frozenset(), frozenset())
    owner: tuple[str, ...] = ()
    if end < len(words) and words[end] == "of":
        belongs, _, _ = _noun_phrase(words, end + 1)
        owner = tuple(belongs)
        for word in belongs:
            nearby |= lexicon.nouns.get(word, frozenset())
    sure = not verb.noun_too or len(found) > 1 or (j < len(words) and words[j] in _DETERMINERS) or verb.form == "third"
    if not origin and len(found) > 1 and {"create", "update"} & (actions := {v.action for v in found}):
        origin = "it" if "remove" in actions else ""  # "add or remove": what can be put on and taken off
    text, tokens = " ".join(noun), tuple(noun)
    phrases = tuple([Phrase(v.action, v.base, text, head, nearby, sure, tokens, owner, origin) for v in found])
    if verb.action == "manage" and (listed := _listed(words, end, lexicon)):
        listed_phrases = tuple(
            Phrase(v.action, v.base, " ".join(noun), head, nearby, True, tuple(noun)) for v in listed
        )
        return Clause(listed_phrases)
    return Clause(phrases, _asides(words, end, verb, lexicon))


def _listed(words: Sequence[str], start: int, lexicon: Lexicon) -> list[Verb]:
    """Return the operations listed after a colon or in brackets: "Manage labels: create, update or delete"."""
    opening = next(
        (i for i in range(start, min(len(words), start + 25)) if words[i] in {":", "(", "-", "—", "–"}), None
    )
    if opening is None:
        return []
    found = []
    for word in words[opening + 1 : opening + 40]:
        verb = lexicon.verbs.get(word)
        if verb is not None and verb.form != "gerund":
            found.append(verb)
        elif word in {")", "]"}:
            break
    return found if len(found) >= 2 else []


def _asides(words: Sequence[str], start: int, main: Verb, lexicon: Lexicon) -> tuple[Phrase, ...]:
    result = []
    for i in range(start, min(len(words) - 1, start + 60)):
        if words[i] not in {"and", "then", "y", "und", "et", "e", "и"}:
            continue
        verb = lexicon.verbs.get(words[i + 1])
        if verb is None or verb.form not in {main.form, "base"} or (verb.form == "base") != (main.form == "base"):
            continue
        following = words[i + 2] if i + 2 < len(words) else ""
        if verb.noun_too and following not in _DETERMINERS and following not in {"it", "them"}:
            continue
        noun, origin, _ = _noun_phrase(words, i + 2)
        head, nearby = classify_noun(noun, lexicon.nouns, lexicon.longest) if noun else (frozenset(), frozenset())
        sure = not verb.noun_too or following in {"it", "them"}
        result.append(Phrase(verb.action, verb.base, " ".join(noun), head, nearby, sure, tuple(noun), origin=origin))
    return tuple(result)


def _noun_phrase(words: Sequence[str], start: int) -> tuple[list[str], str, int]:
    """Return the object's words, what it is taken from, and the index after it."""
    noun: list[str] = []
    i = start
    while i < len(words):
        word = words[i]
        if word == "of" or word in {"de", "of", "von", "del", "do", "da", "des"}:
            if (noun and noun[-1] in _PARTITIVE) or not noun:
                noun = []
                i += 1
                continue
            if word == "of":
                break
        if word in {"(", "["}:
            break
        if word in _DETERMINERS or (word.endswith("ly") and not noun):
            i += 1
            continue
        if word == "," and noun and i + 1 < len(words) and "-" in words[i + 1]:
            i += 1
            continue  # "a short-lived, pre-authenticated address"
        if word in _STOP or not (word[0].isalnum()):
            break
        noun.append(word)
        i += 1
        if len(noun) >= 8:
            break
    origin = ""
    if i < len(words) and words[i] == "from":
        origin = " ".join(words[i + 1 : i + 5])
    return noun, origin, i


def _heading(words: Sequence[str], i: int, lexicon: Lexicon) -> Clause:
    """Read a sentence that starts with a noun: a verb may follow ("that deletes …", "for deleting …")."""
    verbs = lexicon.verbs
    for j in range(i + 1, min(len(words), i + 30)):
        if words[j - 1] in {"that", "which", "to", "for", "can", "will", "lets", "you", "and"} or (
            words[j] in verbs and verbs[words[j]].form == "third" and not verbs[words[j]].noun_too
        ):
            verb = verbs.get(words[j])
            if verb is None or verb.form == "noun" or (verb.noun_too and verb.form != "gerund"):
                continue
            clause = _from_verb(words, j, verb, lexicon)
            return Clause((), clause.phrases + clause.asides, heading=True)
    if i + 1 < len(words) and words[i + 1] in _DETERMINERS and "of" not in words[i + 1 : i + 2]:
        return Clause()  # "Rebase the branch": a verb, though an unknown one
    noun, _, _ = _noun_phrase(words, i)
    head, nearby = classify_noun(noun, lexicon.nouns, lexicon.longest) if noun else (frozenset(), frozenset())
    return Clause(heading=True, information="state-noun" in head or "state-noun" in nearby)


def _cjk(sentence: str, lexicon: Lexicon) -> Clause | None:
    found = [(m.start(), m.end(), m.group()) for m in lexicon.cjk.finditer(sentence[:400])]
    actions = [
        (s, e, w)
        for s, e, w in found
        if w in lexicon.cjk_verbs and (len(w) > 1 or s == 0 or not _CJK.match(sentence[s - 1]))
    ]
    if not actions:
        return None
    last = bool(_KANA.search(sentence) or _HANGUL.search(sentence))
    chosen = [actions[-1]] if last else [actions[0]]
    rest = reversed(actions[:-1]) if last else actions[1:]
    for start, end, word in rest:
        gap = sentence[end : chosen[-1][0]] if last else sentence[chosen[-1][1] : start]
        if re.fullmatch(r"[\s、,，/或和与及並并者以・やまたは또는및하거나·]*", gap) and gap:
            chosen.append((start, end, word))
        else:
            break
    verbs = [lexicon.cjk_verbs[w] for _, _, w in chosen]
    left, right = min(s for s, _, _ in chosen), max(e for _, e, _ in chosen)
    nouns = [w for s, _, w in found if w in lexicon.cjk_nouns and (s < left if last else s >= right)]
    if not nouns:
        nouns = [w for s, e, w in found if w in lexicon.cjk_nouns and (e <= left or s >= right)]
    head: frozenset[str] = frozenset()
    nearby: frozenset[str] = frozenset()
    noun = ""
    if nouns:
        noun = nouns[-1] if last else nouns[0]
        head = lexicon.cjk_nouns[noun]
        for other in nouns:
            nearby |= lexicon.cjk_nouns[other]
    phrases = tuple(Phrase(v.action, v.base, noun, head, nearby, True, tuple(nouns)) for v in verbs)
    return Clause(phrases)
