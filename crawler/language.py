"""Which language a description is written in: by script, then by the commonest small words."""

from collections import Counter

# Most frequent function words that few of the other languages share.
_WORDS = {
    "en": [
        "the",
        "of",
        "and",
        "to",
        "a",
        "in",
        "is",
        "for",
        "with",
        "from",
        "by",
        "an",
        "this",
        "that",
        "are",
        "or",
        "on",
        "be",
        "as",
        "it",
        "get",
        "list",
        "create",
    ],
    "es": [
        "el",
        "la",
        "los",
        "las",
        "de",
        "del",
        "un",
        "una",
        "para",
        "con",
        "por",
        "que",
        "y",
        "en",
        "se",
        "lista",
        "obtiene",
        "devuelve",
        "crea",
    ],
    "pt": [
        "o",
        "os",
        "um",
        "uma",
        "de",
        "do",
        "da",
        "para",
        "com",
        "por",
        "que",
        "em",
        "não",
        "lista",
        "obtém",
        "retorna",
        "cria",
        "uma",
        "ao",
    ],
    "fr": [
        "le",
        "la",
        "les",
        "des",
        "du",
        "un",
        "une",
        "pour",
        "avec",
        "par",
        "que",
        "et",
        "dans",
        "est",
        "liste",
        "récupère",
        "renvoie",
        "crée",
    ],
    "de": [
        "der",
        "die",
        "das",
        "ein",
        "eine",
        "und",
        "für",
        "mit",
        "von",
        "zu",
        "ist",
        "im",
        "den",
        "liste",
        "gibt",
        "zurück",
        "erstellt",
    ],
}
_BY_WORD: dict[str, list[str]] = {}
for _language, _list in _WORDS.items():
    for _word in _list:
        _BY_WORD.setdefault(_word, []).append(_language)


def language_of(text: str | None) -> str | None:
    """Return a BCP 47 primary subtag (`en`, `zh`, `ja`, `ko`, `ru`, `es`, `pt`, `fr`, `de`), or None if unsure."""
    if not text:
        return None
    sample = text[:2000]
    if sample.isascii() is False:
        scripts = Counter(filter(None, map(_script, sample)))
        letters = sum(ch.isalpha() for ch in sample) or 1
        if scripts["ja"] and (scripts["ja"] + scripts["zh"]) * 6 >= letters:
            return "ja"
        for code in ("ko", "zh", "ru"):
            if scripts[code] * 6 >= letters:
                return code
    votes = Counter(code for word in sample.lower().split() for code in _BY_WORD.get(word.strip(".,;:!?()"), ()))
    if not votes:
        return "en" if sample.isascii() else None
    return max(sorted(votes), key=lambda code: (votes[code], code == "en"))


def _script(ch: str) -> str | None:
    point = ord(ch)
    if 0x3040 <= point <= 0x30FF:
        return "ja"
    if 0xAC00 <= point <= 0xD7A3:
        return "ko"
    if 0x4E00 <= point <= 0x9FFF or 0x3400 <= point <= 0x4DBF:
        return "zh"
    if 0x0400 <= point <= 0x04FF:
        return "ru"
    return None
