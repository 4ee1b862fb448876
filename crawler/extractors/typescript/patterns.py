"""Regular expressions of the program, run by RE2: its time is linear, whatever pattern a server brings."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

import re2

from crawler.extractors.typescript.calls import call
from crawler.extractors.typescript.convert import to_text
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.values import Arr, Fn, Native, Obj, Text, Unknown, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

MAX_PATTERN: Final = 1_000
MAX_SUBJECT: Final = 50_000
MAX_MATCHES: Final = 1_000


@dataclass(slots=True, eq=False)
class Regex:
    """One regular expression; `compiled` is None where RE2 cannot run it (look-around, back-references)."""

    source: str
    flags: str
    compiled: Any = None
    last: int = 0

    def member(self, _: "Evaluator", name: str) -> Any:  # noqa: ANN401
        """Read a property or method."""
        if name == "source":
            return self.source
        if name == "flags":
            return self.flags
        if name == "test":
            return Native("test", lambda ev, _, args, __: _answer(self.exec(ev, args)))
        if name == "exec":
            return Native("exec", lambda ev, _, args, __: self.exec(ev, args))
        return self.last if name == "lastIndex" else None

    def exec(self, ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
        """`regex.exec(text)`: the match, null, or unknown."""
        given = args[0] if args else UNDEFINED
        text = to_text(given)
        if text is None or self.compiled is None or len(text) > MAX_SUBJECT:
            kind = given.kind if isinstance(given, Unknown) else None
            return Unknown("not-constant", f"/{self.source}/.exec(…)"[:120], kind)
        ev.spend(1 + len(text) // 200)
        stateful = "g" in self.flags or "y" in self.flags
        found = self.compiled.search(text, self.last if stateful else 0) if self.last <= len(text) else None
        if found is None:
            self.last = 0
            return None
        if stateful:
            self.last = found.end() + (found.end() == found.start())
        return match_value(found)


def compile_regex(source: str, flags: str) -> Regex:
    """Return a regular expression of the program; not runnable where RE2 does not take it."""
    made = Regex(source, flags)
    if len(source) <= MAX_PATTERN:
        text = source.replace("(?<=", "(?<!").replace("\\/", "/").replace("[^]", "[\\s\\S]")
        if "(?<!" not in text:
            text = text.replace("(?<", "(?P<")
        inline = "".join(f for f in "ims" if f in flags)
        options = re2.Options()
        options.log_errors = False
        options.max_mem = 1 << 20
        try:
            made.compiled = re2.compile(f"(?{inline}){text}" if inline else text, options)
        except (re2.error, ValueError, TypeError):
            made.compiled = None
    return made


def match_value(found: Any) -> Arr:  # noqa: ANN401
    """Return a match as the array that `exec` gives."""
    groups = [found.group(0), *(UNDEFINED if g is None else g for g in found.groups())]
    return Arr(groups)


def _answer(found: Any) -> Any:  # noqa: ANN401
    return found if isinstance(found, Unknown) else found is not None


def _all(ev: "Evaluator", regex: Regex, text: str) -> list[Any] | None:
    if regex.compiled is None or len(text) > MAX_SUBJECT:
        return None
    ev.spend(1 + len(text) // 200)
    out = []
    for found in regex.compiled.finditer(text):
        out.append(found)
        if len(out) >= (MAX_MATCHES if "g" in regex.flags else 1):
            break
    return out


def replace(ev: "Evaluator", text: str, args: list[Any]) -> Any:  # noqa: ANN401
    """`text.replace(pattern, replacement)` with a regular expression or a function."""
    pattern, replacement = args[0], args[1] if len(args) > 1 else UNDEFINED
    regex = pattern if isinstance(pattern, Regex) else None
    if regex is None and isinstance(pattern, str):
        regex = Regex(pattern, "", re2.compile(re2.escape(pattern)))
    found = _all(ev, regex, text) if regex is not None else None
    if found is None:
        return Unknown("not-constant", ".replace(…)")
    out: list[str] = []
    at = 0
    for match in found:
        made = _replacement(ev, match, replacement)
        if made is None:
            return Unknown("not-constant", ".replace(…)")
        out += [text[at : match.start()], made]
        at = match.end()
    out.append(text[at:])
    joined = "".join(out)
    return Text(joined, text.file, text.line) if isinstance(text, Text) else joined


def _replacement(ev: "Evaluator", match: Any, replacement: Any) -> str | None:  # noqa: ANN401
    groups = [UNDEFINED if g is None else g for g in match.groups()]
    if isinstance(replacement, Fn | Native):
        return to_text(call(ev, replacement, UNDEFINED, [match.group(0), *groups, match.start()]))
    text = to_text(likely(replacement))
    if text is None:
        return None
    text = text.replace("$&", match.group(0))
    for number, group in enumerate(groups, 1):
        text = text.replace(f"${number}", group if isinstance(group, str) else "")
    return text


def split(ev: "Evaluator", text: str, regex: Regex) -> Any:  # noqa: ANN401
    """`text.split(regex)`."""
    found = _all(ev, Regex(regex.source, regex.flags + "g", regex.compiled), text)
    if found is None:
        return Unknown("not-constant", ".split(…)")
    parts, at = [], 0
    for match in found:
        if match.end() > match.start() or 0 < match.start() < len(text):
            parts.append(text[at : match.start()])
            at = match.end()
    return Arr([*parts, text[at:]])


def matches(ev: "Evaluator", text: str, regex: Regex, *, every: bool) -> Any:  # noqa: ANN401
    """`text.match(regex)` and `text.matchAll(regex)`."""
    found = _all(ev, regex, text)
    if found is None:
        return Unknown("not-constant", ".match(…)")
    if every:
        return Arr([match_value(m) for m in found])
    if not found:
        return None
    return Arr([m.group(0) for m in found]) if "g" in regex.flags else match_value(found[0])


def constructor(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
    """`new RegExp(source, flags)`."""
    source, flags = (likely(args[0]) if args else None), (likely(args[1]) if len(args) > 1 else "")
    if isinstance(source, Regex):
        return Regex(source.source, source.flags, source.compiled)
    if isinstance(source, str):
        return compile_regex(str(source), str(flags) if isinstance(flags, str) else "")
    return Unknown("not-constant", "RegExp")


__all__ = ["Obj", "Regex", "compile_regex", "constructor", "matches", "replace", "split"]
