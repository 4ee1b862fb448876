"""Reading sentences in Chinese (from the first verb), Japanese and Korean (from the last)."""

import re

from classifier.phrases import Clause, Phrase
from classifier.words import Lexicon

MAX_SENTENCE = 400
CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")
_VERB_LAST = re.compile(r"[\u3040-\u30ff\uac00-\ud7af]")  # kana or hangul: the verb ends the sentence
_BETWEEN = re.compile(r"[\s、,，/或和与及並并者以・やまたは또는및하거나·]+")
_SAID = re.compile(r'"[^"\n]{1,80}"|“[^”\n]{1,80}”')  # what somebody may say, and names
_FURTHER = re.compile(
    r"[·/,、・]\s*[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]"
)  # the list that a noun stands in goes on
_Found = tuple[int, int, str]


def read_cjk(sentence: str, lexicon: Lexicon) -> Clause:
    """Return what `sentence` says is done; a heading where it has no known verb."""
    sentence = _SAID.sub(lambda m: " " * len(m.group()), sentence[:MAX_SENTENCE])
    found: list[_Found] = [(m.start(), m.end(), m.group()) for m in lexicon.cjk.finditer(sentence)]
    actions = [one for one in found if one[2] in lexicon.cjk_verbs and _stands_alone(one, sentence)]
    if not actions:
        return Clause(heading=True)
    last = _VERB_LAST.search(sentence) is not None
    chosen = _joined(actions, sentence, last=last)
    left, right = min(s for s, _, _ in chosen), max(e for _, e, _ in chosen)
    listed = [one for one in found if one[2] in lexicon.cjk_nouns]
    nouns = [w for s, _, w in listed if (s < left if last else s >= right)]
    if not nouns:
        nouns = [w for s, e, w in listed if e <= left or s >= right]
    noun = (nouns[-1] if last else nouns[0]) if nouns else ""
    head = lexicon.cjk_nouns[noun] if noun else frozenset()
    nearby = frozenset().union(*(lexicon.cjk_nouns[w] for w in nouns)) if nouns else frozenset()
    verbs = [lexicon.cjk_verbs[w] for _, _, w in chosen]
    sure = not last or _FURTHER.search(sentence, right) is None
    return Clause(tuple([Phrase(v.action, v.base, noun, head, nearby, sure, tuple(nouns)) for v in verbs]))


def _stands_alone(one: _Found, sentence: str) -> bool:
    """A verb of one character counts only where no other word runs into it."""
    return len(one[2]) > 1 or one[0] == 0 or CJK.match(sentence[one[0] - 1]) is None


def _joined(actions: list[_Found], sentence: str, *, last: bool) -> list[_Found]:
    """Return the verb that counts with those joined to it by a comma or an "or"."""
    ordered = actions[::-1] if last else actions
    chosen = ordered[:1]
    for one in ordered[1:]:
        gap = sentence[one[1] : chosen[-1][0]] if last else sentence[chosen[-1][1] : one[0]]
        if _BETWEEN.fullmatch(gap) is None:
            break
        chosen.append(one)
    return chosen
