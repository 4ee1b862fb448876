"""Making hostile text harmless to read: what is invisible is shown, what has a direction says so.

`escape_text` is the one way by which text comes into a page: it escapes, and spells out the characters that escaping
leaves alone. The templates themselves hold none of these, so that a page holds none.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator
from enum import StrEnum
from functools import lru_cache

import markupsafe
from markupsafe import Markup

_CONTROL = r"\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff"
_INVISIBLE = (
    "\u00ad\u034f\u061c\u070f\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b\u200e\u200f\u2028-\u202e\u2060-\u206f"
    "\u3164\ufeff\uffa0\ufff0-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_JOINERS = r"(?<![^\x00-\x7f])[\u200c\u200d]|[\u200c\u200d](?![^\x00-\x7f])"  # a script or an emoji needs the rest
_VARIATION = r"(?:\A|(?<=[\x00-\x22\x24-\x29\x2b-\x2f\x3a-\x7f\ufe00-\ufe0f]))[\ufe00-\ufe0f]"
_HIDDEN = re.compile(f"[{_CONTROL}{_INVISIBLE}]+|{_JOINERS}|{_VARIATION}")
_PLAIN = bytes([0x09, 0x0A, *range(0x20, 0x7F)])
_CANDIDATE = re.compile(f"[{_CONTROL}{_INVISIBLE}\u200c\u200d\ufe00-\ufe0f]")
_SHORT = 64  # bytes
_RTL = re.compile("[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc]")
_TAG = re.compile("[\U000e0020-\U000e007e]+")


# The public `escape` wraps each piece in a `Markup`, which costs ten times the escaping; what is joined to a page
# is never escaped again. Older versions lack the inner function.
_escape: Callable[[str], str] = getattr(markupsafe, "_escape_inner", markupsafe.escape)


def escape_text(value: object) -> bytes:
    """Return `value` for HTML as UTF-8: escaped as `markupsafe.escape` does it, and visible. `bytes` are ready."""
    kind = type(value)
    if kind is str:
        if value.isascii() and value.isprintable():  # type: ignore[attr-defined]
            return _escape(value).encode()  # type: ignore[arg-type]
        return _escape(visible(value)).encode()  # type: ignore[arg-type]
    if kind is bytes:
        return value  # type: ignore[return-value]
    if kind is int:
        return str(value).encode()
    if isinstance(value, StrEnum):
        return value.encode()  # the taxonomy's own words
    if isinstance(value, Markup):
        return value.encode()
    return _escape(visible(str(value))).encode()


def visible(text: str) -> str:
    """Return `text` with each invisible or direction-changing character written out as `[U+202E]`."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text
    # measured: a twentieth of the time that a search in a long text takes
    rest = text.encode("utf-8", "surrogatepass").translate(None, _PLAIN)
    if not rest or not (_is_candidate if len(rest) < _SHORT else _is_candidate.__wrapped__)(rest):
        return text
    return _HIDDEN.sub(_spell, text.replace("\r\n", "\n"))


@lru_cache(maxsize=4096)
def _is_candidate(rest: bytes) -> bool:
    """Return whether anything among these letters may have to be spelled; texts have the same few quotes and dashes."""
    return _CANDIDATE.search(rest.decode("utf-8", "surrogatepass")) is not None


def _spell(found: re.Match[str]) -> str:
    """A run of tag characters is spelled as the text it smuggles; long runs of one character are counted."""
    run = _TAG.sub(lambda m: f"[hidden tag text: {_untag(m[0])}]", found[0])
    return re.sub(f"([{_CONTROL}{_INVISIBLE}]|{_JOINERS}|[\ufe00-\ufe0f])\\1*", _code, run)


def _untag(run: str) -> str:
    """Tag characters as letters; what HTML or JSON would take for markup is left as a code point."""
    letters = (chr(ord(c) - 0xE0000) for c in run)
    return "".join(c if c.isalnum() or c in " .,:;-_/()" else f"[U+{ord(c):04X}]" for c in letters)


def _code(found: re.Match[str]) -> str:
    code, times = f"U+{ord(found[0][0]):04X}", len(found[0])
    return f"[{code}]" if times == 1 else f"[{code} x{times}]"


def direction(text: str) -> str:
    """`rtl` where the first strong letter is Hebrew or Arabic, else `ltr`."""
    if text.isascii() or not _RTL.search(text):
        return "ltr"
    for letter in text:
        kind = unicodedata.bidirectional(letter)
        if kind in {"R", "AL"}:
            return "rtl"
        if kind == "L":
            return "ltr"
    return "ltr"


def shorten(text: str | None, length: int = 140) -> str:
    """Return the first line of `text`, cut at a word with an ellipsis where it is longer than `length`."""
    if not text:
        return ""
    if len(text) <= length and "\n" not in text:
        return text.strip()
    line = text.strip().split("\n", 1)[0].strip()[: length * 2]
    if len(line) <= length:
        return line
    cut = line[: length - 1]
    head, space, _ = cut.rpartition(" ")
    return (head if space and len(head) > length // 2 else cut).rstrip(" ,;:") + "\u2026"


def ticked(text: str) -> Iterator[tuple[str, bool]]:
    """Split `text` at its backticks; the second of each pair says whether the piece stood between two of them."""
    pieces = text.split("`")
    if len(pieces) % 2 == 0:
        pieces = [text]
    for place, piece in enumerate(pieces):
        yield piece, place % 2 == 1


def plural(count: int, one: str, many: str | None = None) -> str:
    """`1 tool`, `2,000 tools`."""
    return f"{count:,} {one if count == 1 else many or one + 's'}"


def rounded(count: int) -> str:
    """A count to two leading digits, as `about 12,000`; exact below 100."""
    if count < 100:
        return str(count)
    scale = 10 ** (len(str(count)) - 2)
    return f"about {count // scale * scale:,}"
