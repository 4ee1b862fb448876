"""Reading a description: the main clause of the sentence that says what the tool does.

Preambles ("This tool lets you …", "Use this to …"), decoration, boilerplate, conditions, warnings and
negated sentences are passed over; joined verbs ("create, update or delete") are all kept. English and the
European languages are read from their first verb, Chinese from its first, Japanese and Korean from the last of the
sentence.
"""

import re
from itertools import chain

from msgspec.structs import replace

from classifier.cjk import CJK, read_cjk
from classifier.phrases import Clause
from classifier.sentences import read_sentence
from classifier.text import Folded
from classifier.words import Lexicon

MAX_SENTENCES = 12
MAX_CHARACTERS = 2000
"""How far a description is read for its main clause; text patterns are looked for in all of it."""
MAX_QUOTE = 300

# Starts with one set of characters, which is searched for fast. A full stop belongs to its sentence.
_SENTENCE = re.compile(r"[.!?;\n。！？；](?:(?<=[.!?;])\s+|(?<=\n)\n*|(?<=[。！？；])\s*)")
_STOPS = frozenset(".!?;")
_NOTHING = Clause()


def read_clause(folded: Folded, lexicon: Lexicon) -> Clause:
    """Read the main clause of a description."""
    head = folded.text[:MAX_CHARACTERS]
    fallback = _NOTHING
    start = count = 0
    cjk = not head.isascii() and CJK.search(head) is not None
    for match in chain(_SENTENCE.finditer(head), (None,)):
        end = match.start() if match else len(head)
        if match and head[end] in _STOPS:
            end += 1
        sentence = head[start:end]
        if sentence.strip():
            clause = read_cjk(sentence, lexicon) if cjk and CJK.search(sentence) else read_sentence(sentence, lexicon)
            if clause is not None:
                clause = replace(clause, quote=folded.cut(start, end).strip()[:MAX_QUOTE])
                if clause.phrases and fallback.heading:
                    return _unsure(clause)
                if clause.phrases or clause.asides:
                    return clause
                fallback = clause if fallback is _NOTHING else fallback
            count += 1
            if count >= MAX_SENTENCES:
                break
        start = match.end() if match else end
    return fallback


def _unsure(clause: Clause) -> Clause:
    """Return a clause that follows a heading: what it says may be about how to use the tool."""
    return replace(clause, phrases=tuple([replace(p, sure=False) for p in clause.phrases]), asides=())
