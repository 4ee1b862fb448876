"""The word lists: which action a verb stands for, which class a noun belongs to, in every language covered.

The lists are data (`classifier/lexicon/*.toml`); this module derives inflected English forms and builds the
tables that names and clauses are read with. Every lookup is one dictionary access.
"""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib import resources
from typing import Any

import msgspec

from mcp_catalogue.errors import DataError

_CJK = ("zh", "ja", "ko")
_VOWELS = "aeiou"
_PREFIXED = {"re": frozenset({"send", "create", "run", "deploy"}), "un": frozenset({"create", "update", "switch"})}
"""Prefixes that further verbs are formed with ("resend", "uncomplete"), and the actions of what they stand before."""
_LONG = 4  # letters of a verb that takes one of them


@dataclass(frozen=True, slots=True)
class Verb:
    """One form of a verb: `noun_too` where the form is as often a noun, `finite` for third person or base."""

    action: str
    base: str
    noun_too: bool = False
    form: str = "base"  # base | third | gerund | noun


class Grammar(msgspec.Struct, frozen=True):
    """The small words of `classifier/lexicon/grammar.toml`, each list as a set."""

    skip: frozenset[str]
    condition: frozenset[str]
    determiners: frozenset[str]
    stop: frozenset[str]
    partitive: frozenset[str]
    join: frozenset[str]
    breaks: frozenset[str]
    of: frozenset[str]
    perform: frozenset[str]
    enable: frozenset[str]
    you: frozenset[str]
    uncounted: frozenset[str]


@dataclass(frozen=True, slots=True, eq=False)
class Lexicon:
    """The tables: Latin and Cyrillic words by form, compounds by their first word's longest length, CJK by script."""

    verbs: Mapping[str, Verb]
    nouns: Mapping[str, frozenset[str]]
    contexts: Mapping[str, frozenset[str]]
    grammar: Grammar
    longest: int
    cjk_verbs: Mapping[str, Verb]
    cjk_nouns: Mapping[str, frozenset[str]]
    cjk: Any = field(repr=False)  # an alternation of every CJK word, longest first

    def __reduce__(self) -> tuple[Any, tuple[()]]:
        """Rebuild in another process from the packaged data: a compiled RE2 pattern cannot be pickled."""
        return lexicon, ()


@lru_cache(maxsize=8192)
def third(base: str) -> str:
    """Return the third person singular of an English verb (of its first word: "log_in" gives "logs_in")."""
    head, _, rest = base.partition("_")
    if re.search(r"(s|x|z|ch|sh|[^aeiou]o)$", head):
        head += "es"
    elif re.search(r"[^aeiou]y$", head):
        head = head[:-1] + "ies"
    else:
        head += "s"
    return f"{head}_{rest}" if rest else head


def gerunds(base: str) -> tuple[str, ...]:
    """Return the possible spellings of an English verb's gerund."""
    head, _, rest = base.partition("_")
    tail = f"_{rest}" if rest else ""
    if head.endswith("ie"):
        forms = [head[:-2] + "ying"]
    elif head.endswith("e") and not head.endswith(("ee", "oe", "ye")):
        forms = [head[:-1] + "ing"]
    else:
        forms = [head + "ing"]
        if len(head) > 2 and head[-1] not in "aeiouwxyh" and head[-2] in _VOWELS and head[-3] not in _VOWELS:
            forms.append(head + head[-1] + "ing")
    return tuple(f + tail for f in forms)


def plural(word: str) -> str:
    """Return the plural of an English noun."""
    return third(word) if "_" not in word else word.rsplit("_", 1)[0] + "_" + third(word.rsplit("_", 1)[1])


@cache
def lexicon() -> Lexicon:
    """Load the packaged word lists. Raises `DataError` where a word stands under two actions."""
    folder = resources.files("classifier") / "lexicon"
    read = {p: tomllib.loads((folder / f"{p}.toml").read_text("utf-8")) for p in ("actions", "objects", "contexts")}
    verbs, cjk_verbs = _verbs(read["actions"])
    nouns, cjk_nouns = _nouns(read["objects"])
    contexts: dict[str, frozenset[str]] = {}
    for name, table in read["contexts"].items():
        for word in table["words"].split():
            for form in (word, plural(word)):
                contexts[form] = contexts.get(form, frozenset()) | {name}
    import re2  # noqa: PLC0415  loaded only where text is matched

    options = re2.Options()
    options.longest_match = True
    words = sorted({*cjk_verbs, *cjk_nouns})
    grammar = tomllib.loads((folder / "grammar.toml").read_text("utf-8"))
    return Lexicon(
        grammar=Grammar(**{name: frozenset(listed.split()) for name, listed in grammar.items()}),
        verbs=verbs,
        nouns=nouns,
        contexts=contexts,
        longest=max(w.count("_") + 1 for w in (*verbs, *nouns)),
        cjk_verbs=cjk_verbs,
        cjk_nouns=cjk_nouns,
        cjk=re2.compile("|".join(re2.escape(w) for w in words), options=options),
    )


def _verbs(actions: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, Verb], dict[str, Verb]]:
    latin: dict[str, Verb] = {}
    cjk: dict[str, Verb] = {}
    derived: dict[str, Verb] = {}
    for action, table in actions.items():
        for word in table.get("en", "").split():
            base = word.rstrip("*")
            noun_too = word.endswith("*")
            _claim(latin, base, Verb(action, base, noun_too))
            _inflect(derived, Verb(action, base, noun_too))
        for word in table.get("nouns", "").split():
            derived.setdefault(word, Verb(action, _canonical(table, action), noun_too=True, form="noun"))
        for language in sorted(set(table) - {"base", "en", "nouns"}):
            target = cjk if language in _CJK else derived
            for word in table[language].split():
                target.setdefault(word, Verb(action, _canonical(table, action), form="third"))
    for verb in list(latin.values()):
        if verb.noun_too or "_" in verb.base or len(verb.base) < _LONG:
            continue
        for prefix, before in _PREFIXED.items():
            formed = replace(verb, base=prefix + verb.base, action="update" if prefix == "un" else verb.action)
            if verb.action in before and formed.base not in latin:
                derived.setdefault(formed.base, formed)
                _inflect(derived, formed)
    return {**derived, **latin}, cjk


def _inflect(table: dict[str, Verb], verb: Verb) -> None:
    table.setdefault(third(verb.base), replace(verb, form="third"))
    for gerund in gerunds(verb.base):
        table.setdefault(gerund, replace(verb, form="gerund"))


def _canonical(table: Mapping[str, str], action: str) -> str:
    if "base" in table:
        return table["base"]
    words = [w.rstrip("*") for w in table.get("en", "").split()]
    return action if action in words or not words else words[0]


def _claim(table: dict[str, Verb], word: str, verb: Verb) -> None:
    if (other := table.get(word)) is not None and other.action != verb.action:
        raise DataError(f"lexicon: {word!r} stands under both {other.action!r} and {verb.action!r}; keep one")
    table[word] = verb


def _nouns(objects: Mapping[str, Mapping[str, str]]) -> tuple[dict[str, frozenset[str]], dict[str, frozenset[str]]]:
    latin: dict[str, frozenset[str]] = {}
    cjk: dict[str, frozenset[str]] = {}

    def put(table: dict[str, frozenset[str]], words: Iterable[str], name: str) -> None:
        for word in words:
            table[word] = table.get(word, frozenset()) | {name}

    for name, table in objects.items():
        for language, words in table.items():
            listed = words.split()
            if language in _CJK:
                put(cjk, listed, name)
            elif language == "en":
                put(latin, [f for w in listed for f in dict.fromkeys((w, plural(w)))], name)
            else:
                put(latin, listed, name)
    return latin, cjk
