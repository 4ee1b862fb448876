"""The rulebook: every rule file read and compiled into tables, and the questions that are asked of it.

Text patterns of all rules are one RE2 set, so that a description of any length is passed over once, in linear time.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec

from classifier.compiled import Pattern, Tables, compile_rules, set_of
from classifier.names import tokenize
from classifier.phrases import Phrase
from classifier.rule import Case, Rule, When, parse_rule
from classifier.schema import ACTION_NAMES, Parameter, Schema
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import Digest, RuleId

MAX_CACHED = 200_000
"""Entries after which a table of remembered look-ups starts anew."""


class ParameterName(msgspec.Struct, frozen=True):
    """What the rules say about a parameter's name; `wanted` also where it may hold a choice of operations."""

    wanted: bool
    last: str
    rules: tuple[tuple[Rule, When], ...]


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """All rules, compiled. `digest` covers every rule and word list."""

    digest: Digest
    rules: Mapping[RuleId, Rule]
    source: str | None
    tables: Tables = field(repr=False)
    patterns: tuple[Pattern, ...] = field(repr=False)
    hidden: tuple[Pattern, ...] = field(repr=False)
    text_set: Any = field(repr=False)
    hidden_set: Any = field(repr=False)
    _names: dict[str, ParameterName] = field(default_factory=dict, repr=False)
    _cache: dict[tuple[Phrase, frozenset[str]], tuple[Rule, int] | None] = field(default_factory=dict, repr=False)

    def __reduce__(self) -> tuple[Any, tuple[str | None]]:
        """Load again in another process: compiled RE2 sets cannot be pickled."""
        return load, (self.source,)

    def rule_for(self, phrase: Phrase, contexts: frozenset[str]) -> tuple[Rule, int] | None:
        """Return the most specific rule that speaks about `phrase`, with its weight; None where none does."""
        key = (phrase, contexts)
        try:
            return self._cache[key]
        except KeyError:
            pass
        best: tuple[Rule, int] | None = None
        rank = (-1, -1)
        tables = self.tables
        for found, rule, when in (*tables.by_action.get(phrase.action, ()), *tables.by_verb.get(phrase.base, ())):
            if found > rank and when.holds(phrase, contexts):
                best, rank = (rule, found[0]), found
        if len(self._cache) > MAX_CACHED:
            self._cache.clear()
        self._cache[key] = best
        return best

    def wants(self, name: str) -> bool:
        """Tell whether a parameter of this name says anything to a rule."""
        known = self._names.get(name)
        return known.wanted if known is not None else self.parameter(name).wanted

    def parameter(self, name: str) -> ParameterName:
        """Return what the rules say about a parameter of this name."""
        try:
            return self._names[name]
        except KeyError:
            pass
        tokens = [t for segment in tokenize(name) for t in segment]
        tails = ["_".join(tokens[i:]) for i in range(max(0, len(tokens) - 3), len(tokens))]
        found = [r for key in (f"={'_'.join(tokens)}", *tails) for r in self.tables.by_parameter.get(key, ())]
        choice = name.lower().replace("-", "_") in ACTION_NAMES
        if len(self._names) > MAX_CACHED:
            self._names.clear()
        known = ParameterName(bool(found) or choice, tokens[-1] if tokens else "", tuple(found))
        self._names[name] = known
        return known

    def parameter_rules(self, schema: Schema) -> Iterator[tuple[Parameter, Rule, When]]:
        """Yield the parameters that a rule looks at, where their JSON type fits (an unknown type fits)."""
        for parameter in schema.parameters:
            for rule, when in self.parameter(parameter.name).rules:
                fits = not when.types or not parameter.type or parameter.type in when.types
                beside = not when.beside or self._any_ends(schema, when.beside)
                if fits and beside and not (when.without_beside and self._any_ends(schema, when.without_beside)):
                    yield parameter, rule, when

    def _any_ends(self, schema: Schema, words: frozenset[str]) -> bool:
        """Tell whether the name of any parameter ends in one of `words`."""
        return any(self.parameter(n).last in words for n in schema.names)

    def name_rules(self, tokens: Sequence[str]) -> Iterator[Rule]:
        """Yield the rules whose words stand side by side in a name."""
        for index, token in enumerate(tokens):
            for rule, when in self.tables.by_word.get(token, ()):
                if tuple(tokens[index : index + len(when.name_words)]) == when.name_words:
                    yield rule

    def signal_rules(
        self, decided: Iterable[RuleId], phrases: Iterable[Phrase], *, many: bool
    ) -> list[tuple[Rule, When]]:
        """Return the signal rules that may hold, by what decided, by action, verb and object, each once."""
        by = self.tables.signals
        pairs = [pair for rule in decided for pair in by["rule"].get(rule, ())]
        for phrase in phrases:
            pairs += by["action"].get(phrase.action, ())
            pairs += by["verb"].get(phrase.base, ())
            for name in (*phrase.classes, *phrase.nearby):
                pairs += by["object"].get(name, ())
        if many:
            pairs += by["many"].get("", ())
        found = {id(when): (rule, when) for rule, when in pairs}
        return list(found.values())

    def hidden_hits(self, folded: str) -> tuple[Pattern, ...]:
        """Return the patterns of orders to the model that occur in `folded`."""
        return tuple([self.hidden[i] for i in sorted(self.hidden_set.Match(folded) or ())]) if folded else ()

    def text_hits(self, folded: str) -> tuple[int, ...]:
        """Return the indexes of the patterns that occur in `folded`, in one pass."""
        return tuple(sorted(self.text_set.Match(folded) or ())) if folded else ()


def load(path: str | Path | None = None) -> Rulebook:
    """Load the rules from `path`, or the packaged ones.

    Raises `DataError`, naming the file, for a rule of the wrong form, without a matching and a non-matching case,
    whose id is not its file name, or whose pattern RE2 refuses.
    """
    folder: Traversable = Path(path) if path is not None else resources.files("classifier") / "rules"
    files = sorted((f for f in folder.iterdir() if f.name.endswith(".toml")), key=lambda f: f.name)
    if not files:
        raise DataError(f"no rules in {folder}; expected one TOML file per rule")
    digest = hashlib.sha256()
    rules: dict[RuleId, Rule] = {}
    for file in files:
        raw = file.read_bytes()
        digest.update(file.name.encode() + b"\0" + raw + b"\0")
        rule = parse_rule(file.name, raw)
        rules[rule.id] = rule
    for words in sorted((f for f in (resources.files("classifier") / "lexicon").iterdir()), key=lambda f: f.name):
        if words.name.endswith(".toml"):
            digest.update(words.name.encode() + b"\0" + words.read_bytes() + b"\0")
    tables = compile_rules(rules.values())
    hidden = tuple(p for p in tables.patterns if p.rule.signal == "hidden-instructions")
    return Rulebook(
        digest=Digest(f"sha256:{digest.hexdigest()}"),
        rules=rules,
        source=str(path) if path is not None else None,
        tables=tables,
        patterns=tuple(tables.patterns),
        hidden=hidden,
        text_set=set_of(tables.patterns),
        hidden_set=set_of(hidden),
    )


__all__ = ["Case", "Pattern", "Rule", "Rulebook", "When", "load"]
