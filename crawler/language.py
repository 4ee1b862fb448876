"""Which language a description is written in: by script, then by the commonest small words."""

import re
from collections import Counter, defaultdict

MAX_SAMPLE = 2000
_SHARE = 6  # one letter in six of a script decides: names and code in Latin letters stand in every text
# Frequent function words and verbs of tool descriptions; a word that several languages share votes for each.
_WORDS = {
    "en": "the of and to a in is for with from by an this that are or on be as it get list create returns all",
    "es": "el la los las de del un una para con por que y en se lista obtiene devuelve crea todos",
    "pt": "o os um uma de do da para com por que em não lista obtém retorna cria ao todos",
    "fr": "le la les des du un une pour avec par que et dans est liste récupère renvoie crée tous",
    "de": "der die das ein eine und für mit von zu ist im den liste gibt zurück erstellt alle",
    "it": "il lo gli di un una per con che e nel è elenca ottiene restituisce crea tutti della",
}
_BY_WORD: dict[str, list[str]] = defaultdict(list)
for _language, _text in _WORDS.items():
    for _word in _text.split():
        _BY_WORD[_word].append(_language)
_SCRIPTS = (
    (0x3040, 0x30FF, "ja"), (0xAC00, 0xD7A3, "ko"), (0x4E00, 0x9FFF, "zh"), (0x3400, 0x4DBF, "zh"),
    (0x0400, 0x04FF, "ru"),
)  # fmt: skip
_FOREIGN = re.compile("[\u0400-\ud7a3]")
"""What can be of one of these scripts: typographic marks and accents in Latin text are not."""


def language_of(text: str | None) -> str | None:
    """Return a BCP 47 primary subtag (`en`, `zh`, `ja`, `ko`, `ru`, `es`, `pt`, `fr`, `de`, `it`), None if unsure."""
    if not text:
        return None
    sample = text[:MAX_SAMPLE]
    if not sample.isascii():
        scripts = Counter(filter(None, map(_script, _FOREIGN.findall(sample))))
        letters = sum(ch.isalpha() for ch in sample) or 1
        if scripts["ja"] and (scripts["ja"] + scripts["zh"]) * _SHARE >= letters:
            return "ja"
        for code in ("ko", "zh", "ru"):
            if scripts[code] * _SHARE >= letters:
                return code
    votes = Counter(code for word in sample.lower().split() for code in _BY_WORD.get(word.strip(".,;:!?()`'\""), ()))
    if not votes:
        return "en" if sample.isascii() else None
    return max(sorted(votes), key=lambda code: (votes[code], code == "en"))


def _script(ch: str) -> str | None:
    point = ord(ch)
    return next((name for first, last, name in _SCRIPTS if first <= point <= last), None)
