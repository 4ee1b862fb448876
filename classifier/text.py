"""Text as matching sees it, and the way back to the characters that were written.

Matching is done on lower case without compatibility forms, look-alike letters inside Latin words, zero-width
characters or bidirectional marks; a quote is always cut from the original.
"""

import re
import unicodedata

import msgspec

MAX_TEXT = 50_000
"""Characters of one text that are looked at; what lies beyond says nothing that the start does not."""

# Letters of Cyrillic and Greek that look like Latin ones (Unicode's confusables, single letters only).
_LOOKALIKES = str.maketrans(
    "аеорсухіјѕԁɡһӏԛԝвкмнтзбΑΒΕΖΗΙΚΜΝΟΡΤΥΧαορυνικ", "aeopcyxijsdghlqwbkmhtzбABEZHIKMNOPTYXaopuvik"
)
_MIXED = re.compile(r"[^\W\d_]*(?:[A-Za-z][\u0370-\u04ff\u0261]|[\u0370-\u04ff\u0261][A-Za-z])[^\W\d_]*")
_INVISIBLE = re.compile(
    "[\u00ad\u034f\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
# Anything that a slower look may find to be invisible or a look-alike.
_SUSPECT = re.compile(
    "[\u00ad\u034f\u0370-\u04ff\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\u0261\U000e0000-\U000e007f]"
)
_ZERO_WIDTH_IN_WORD = re.compile("[A-Za-z][\u200b-\u200d\u2060\ufeff\u00ad]+[A-Za-z]")
_TAGS = re.compile("[\U000e0000-\U000e007f]")
_BIDI_OPEN = "\u202a\u202b\u202d\u202e\u2066\u2067\u2068"
_BIDI = re.compile("[\u202a-\u202e\u2066-\u2069]")
_BIDI_CLOSE = "\u202c\u2069"


class Folded(msgspec.Struct, frozen=True):
    """A text with the form that is matched; `offsets[i]` is where character `i` of that form stands in the text."""

    original: str
    text: str
    offsets: tuple[int, ...] | None = None

    def cut(self, start: int, end: int) -> str:
        """Return the original characters behind `text[start:end]`."""
        if self.offsets is None:
            return self.original[start:end]
        if start >= end:
            return ""
        return self.original[self.offsets[start] : self.offsets[end - 1] + 1]


def fold(text: str) -> Folded:
    """Fold `text` (cut at `MAX_TEXT` characters) for matching."""
    text = text[:MAX_TEXT]
    if text.isascii():
        return Folded(text, text.lower())
    suspect = _SUSPECT.search(text) is not None
    if not suspect or not (_INVISIBLE.search(text) or _MIXED.search(text)):
        lowered = _FOREIGN.sub(_plain, text.lower())
        if len(lowered) == len(text):
            return Folded(text, lowered)
    return _fold_slowly(text)


class _Table(dict[int, int]):
    """What a character is matched as: its compatibility form in lower case, where that is one character."""

    def __missing__(self, code: int) -> int:
        plain = unicodedata.normalize("NFKC", _whole(chr(code))).lower()
        self[code] = ord(plain) if len(plain) == 1 else code
        return self[code]


_TABLE = _Table()
_FOREIGN = re.compile("[^\x00-\x7f]+")  # the only characters that the table changes


def _plain(match: re.Match[str]) -> str:
    return match.group().translate(_TABLE)


def _whole(char: str) -> str:
    """Return `char`, or the replacement character for half of a surrogate pair, which no encoding can carry."""
    return "\ufffd" if "\ud800" <= char <= "\udfff" else char


def _fold_slowly(text: str) -> Folded:
    mixed = {i for m in _MIXED.finditer(_INVISIBLE.sub("", text)) for i in range(*m.span())}
    result: list[str] = []
    offsets: list[int] = []
    position = 0
    for index, char in enumerate(text):
        if _INVISIBLE.match(char):
            continue
        plain = char if char.isascii() else unicodedata.normalize("NFKC", _whole(char))
        if position in mixed:
            plain = plain.translate(_LOOKALIKES)
        plain = plain.lower()
        if len(plain) != 1:
            plain = _whole(char)
        result.append(plain)
        offsets.append(index)
        position += 1
    return Folded(text, "".join(result), tuple(offsets))


def hidden_characters(text: str) -> str:
    """Return the first place where characters hide something, or "".

    Tag characters, bidirectional overrides that are not closed, and zero-width marks inside a Latin word count;
    joiners between emoji and marks that a script needs do not.
    """
    if text.isascii() or not _SUSPECT.search(text):
        return ""
    if found := _TAGS.search(text):
        start = found.start()
        # Flags of regions are spelled with tags after a black flag.
        if start == 0 or text[start - 1] != "\U0001f3f4":
            return text[max(0, start - 1) : start + 12]
    if found := _ZERO_WIDTH_IN_WORD.search(text):
        return found.group()
    if not _BIDI.search(text):
        return ""
    depth = 0
    first = -1
    for index, char in enumerate(text):
        if char in _BIDI_OPEN:
            first = index if depth == 0 else first
            depth += 1
        elif char in _BIDI_CLOSE:
            depth = max(0, depth - 1)
        elif char == "\n" and depth:
            break
    return text[first : first + 20] if depth else ""
