"""The rulebook: every rule file read, checked and compiled into tables.

A rule file (`classifier/rules/<id>.toml`) gives evidence for one category, or raises one signal. Its `when` tables
say what it looks at; any one of them is enough, and within one every key given must hold. The keys are
described at `When`. Text patterns of all rules are compiled into one RE2 set, so that a description of any
length is passed over once.
"""

import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

import msgspec
import re2

from classifier.names import tokenize
from classifier.phrases import Phrase
from classifier.schema import ACTION_NAMES, Parameter, Schema
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import Category, Confidence, Digest, RuleId, Severity, SignalId, Strength

MAX_CACHED = 200_000
"""Entries after which a table of remembered look-ups starts anew."""
_NONE: frozenset[str] = frozenset()


class When(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One condition of a rule. Every key that is given must hold.

    About the action read from the name, the main clause or an operation's value: `actions` and `verbs` (one of
    them is enough; both given: both), `verbs_not`; `objects` the class of its head noun, `near` that or the
    class of any other word of the object, `words` a word of it, `without_…` the reverse, `bare` no known object,
    `origin` something is named that it is taken from.
    About the rest: `context` and `without_context` what the server is about; `text` RE2 patterns over the
    description; `name_words` adjacent words of the name; `information` (`name` or `description`) where that is a
    noun for information; `parameters` names of parameters (`=to` the whole name, `path` its last words),
    `types` their JSON type, `beside` last words of another
    parameter (one of them is there); `rules` and `categories` what was decided otherwise; `many` where name or object
    says several.
    """

    actions: frozenset[str] = _NONE
    verbs: frozenset[str] = _NONE
    verbs_not: frozenset[str] = _NONE
    objects: frozenset[str] = _NONE
    near: frozenset[str] = _NONE
    without_objects: frozenset[str] = _NONE
    words: frozenset[str] = _NONE
    without_words: frozenset[str] = _NONE
    bare: bool = False
    origin: bool = False
    context: frozenset[str] = _NONE
    without_context: frozenset[str] = _NONE
    text: tuple[str, ...] = ()
    name_words: tuple[str, ...] = ()
    information: str = ""
    parameters: tuple[str, ...] = ()
    types: frozenset[str] = _NONE
    beside: frozenset[str] = _NONE
    rules: frozenset[str] = _NONE
    categories: frozenset[Category] = frozenset()
    many: bool = False
    hidden: bool = False
    priority: int = 0

    @property
    def about_action(self) -> bool:
        """Whether the condition is about an action at all."""
        return bool(self.actions or self.verbs)

    @property
    def weight(self) -> int:
        """How specific the condition is: of several that hold for one action, the most specific gives the evidence."""
        return (
            6 * bool(self.objects)
            + 5 * bool(self.near)
            + 4 * bool(self.verbs)
            + 3 * bool(self.words)
            + 2 * (bool(self.context) + self.origin)
            + 9 * bool(self.text)
            + self.bare
            + self.priority
        )

    def holds(self, phrase: Phrase, contexts: frozenset[str]) -> bool:
        """Tell whether the keys about the action and the server hold."""
        return (
            (not self.actions or phrase.action in self.actions)
            and (not self.verbs or phrase.base in self.verbs)
            and phrase.base not in self.verbs_not
            and (not self.objects or not self.objects.isdisjoint(phrase.classes))
            and (not self.near or not (self.near.isdisjoint(phrase.classes) and self.near.isdisjoint(phrase.nearby)))
            and self.without_objects.isdisjoint(phrase.classes)
            and (not self.words or not self.words.isdisjoint(phrase.words))
            and self.without_words.isdisjoint(phrase.words)
            and (not self.bare or not phrase.classes)
            and (not self.origin or bool(phrase.origin))
            and (not self.context or not self.context.isdisjoint(contexts))
            and self.without_context.isdisjoint(contexts)
        )

    @property
    def about_phrase(self) -> bool:
        """Whether the condition is about an action or its object."""
        return bool(self.actions or self.verbs or self.objects or self.near or self.words)

    def fits(self, contexts: frozenset[str]) -> bool:
        """Tell whether the keys about the server hold."""
        return (not self.context or not self.context.isdisjoint(contexts)) and self.without_context.isdisjoint(contexts)

    def holds_any(self, phrases: Iterable[Phrase], contexts: frozenset[str]) -> bool:
        """Tell whether the keys about the action hold for any of `phrases`."""
        return any(self.holds(phrase, contexts) for phrase in phrases)


class Case(msgspec.Struct, frozen=True, forbid_unknown_fields=True, omit_defaults=True):
    """A definition that a rule must, or must not, speak about."""

    name: str
    description: str | None = None
    server: str = ""
    parameters: dict[str, Any] = {}
    annotations: dict[str, Any] = {}


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One rule file. `says` is its part of a rationale; `also` categories that hold besides its own."""

    id: RuleId
    title: str
    says: str
    rationale: str
    remediation: str
    references: tuple[str, ...]
    languages: tuple[str, ...]
    when: tuple[When, ...]
    matching: tuple[Case, ...]
    other: tuple[Case, ...]
    category: Category | None = None
    signal: SignalId | None = None
    strength: Strength = Strength.STRONG
    also: tuple[Category, ...] = ()
    confidence_cap: Confidence = Confidence.HIGH
    floor: Severity | None = None


@dataclass(frozen=True, slots=True)
class Pattern:
    """One text pattern with the rule and the condition it belongs to."""

    rule: Rule
    when: When
    regexp: Any


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
    by_action: Mapping[str, tuple[tuple[int, Rule, When], ...]] = field(repr=False)
    by_verb: Mapping[str, tuple[tuple[int, Rule, When], ...]] = field(repr=False)
    patterns: tuple[Pattern, ...] = field(repr=False)
    text: Any = field(repr=False)
    by_parameter: Mapping[str, tuple[tuple[Rule, When], ...]] = field(repr=False)
    loose: tuple[tuple[Rule, When], ...] = field(repr=False)
    by_word: Mapping[str, tuple[tuple[Rule, When], ...]] = field(repr=False)
    signals: Mapping[str, tuple[tuple[Rule, When], ...]] = field(repr=False)
    hidden: tuple[Pattern, ...] = field(repr=False)
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
        for weight, rule, when in (*self.by_action.get(phrase.action, ()), *self.by_verb.get(phrase.base, ())):
            if (best is None or (weight, _harm(rule)) > (best[1], _harm(best[0]))) and when.holds(phrase, contexts):
                best = rule, weight
        if len(self._cache) > MAX_CACHED:
            self._cache.clear()
        self._cache[key] = best
        return best

    def parameter(self, name: str) -> ParameterName:
        """Return what the rules say about a parameter of this name."""
        try:
            return self._names[name]
        except KeyError:
            pass
        tokens = [t for segment in tokenize(name) for t in segment]
        tails = ["_".join(tokens[i:]) for i in range(max(0, len(tokens) - 3), len(tokens))]
        found = [r for key in (f"={'_'.join(tokens)}", *tails) for r in self.by_parameter.get(key, ())]
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
                if fits and (not when.beside or any(self.parameter(n).last in when.beside for n in schema.names)):
                    yield parameter, rule, when

    def name_rules(self, tokens: Sequence[str]) -> Iterator[Rule]:
        """Yield the rules whose words stand side by side in a name."""
        for index, token in enumerate(tokens):
            for rule, when in self.by_word.get(token, ()):
                if tuple(tokens[index : index + len(when.name_words)]) == when.name_words:
                    yield rule

    def signal_rules(
        self, decided: Iterable[RuleId], phrases: Iterable[Phrase], *, many: bool
    ) -> list[tuple[Rule, When]]:
        """Return the signal rules that may hold, by what decided, by action, verb and object, each once."""
        keys = [f"rule {r}" for r in decided]
        for phrase in phrases:
            keys += [f"action {phrase.action}", f"verb {phrase.base}", *[f"object {c}" for c in phrase.classes]]
            keys += [f"object {c}" for c in phrase.nearby]
        if many:
            keys.append("many")
        found = {id(when): (rule, when) for key in keys for rule, when in self.signals.get(key, ())}
        return list(found.values())

    def hidden_hits(self, folded: str) -> tuple[Pattern, ...]:
        """Return the patterns of orders to the model that occur in `folded`."""
        return tuple([self.hidden[i] for i in sorted(self.hidden_set.Match(folded) or ())]) if folded else ()

    def text_hits(self, folded: str) -> tuple[int, ...]:
        """Return the indexes of the patterns that occur in `folded`, in one pass."""
        return tuple(sorted(self.text.Match(folded) or ())) if folded else ()


def _signal_keys(when: When) -> list[str]:
    """Return what a condition is looked up by: the rarest of the keys that it demands."""
    for kind, values in (
        ("rule", when.rules),
        ("object", when.objects | when.near),
        ("verb", when.verbs),
        ("action", when.actions),
    ):
        if values:
            return sorted(f"{kind} {value}" for value in values)
    if when.many:
        return ["many"]
    raise DataError("a signal's condition must look at rules, an action, an object, parameters, text or the name")


def _set_of(patterns: Iterable[Pattern], options: Any) -> Any:  # noqa: has no types
    chosen = re2.Set.SearchSet(options)
    for pattern in patterns:
        chosen.Add(pattern.regexp.pattern)
    chosen.Compile()
    return chosen


def _harm(rule: Rule) -> int:
    return rule.category.rank if rule.category is not None else -1


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
        rule = _rule(file.name, raw)
        rules[rule.id] = rule
    for words in sorted((f for f in (resources.files("classifier") / "lexicon").iterdir()), key=lambda f: f.name):
        if words.name.endswith(".toml"):
            digest.update(words.name.encode() + b"\0" + words.read_bytes() + b"\0")
    return _compile(rules, Digest(f"sha256:{digest.hexdigest()}"), str(path) if path is not None else None)


def _rule(filename: str, raw: bytes) -> Rule:
    try:
        rule = msgspec.convert(tomllib.loads(raw.decode("utf-8")), Rule)
    except (msgspec.ValidationError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"rule {filename}: {error}") from error
    if filename != f"{rule.id}.toml":
        raise DataError(f"rule {filename}: its id is {rule.id!r}; the file must be named {rule.id}.toml")
    if not rule.matching or not rule.other:
        raise DataError(f"rule {filename}: needs at least one [[matching]] and one [[other]] case")
    if (rule.category is None) == (rule.signal is None):
        raise DataError(f"rule {filename}: give either a category or a signal")
    return rule


def _compile(rules: Mapping[RuleId, Rule], digest: Digest, source: str | None) -> Rulebook:
    by_action: dict[str, list[tuple[int, Rule, When]]] = {}
    by_verb: dict[str, list[tuple[int, Rule, When]]] = {}
    by_parameter: dict[str, list[tuple[Rule, When]]] = {}
    loose: list[tuple[Rule, When]] = []
    by_word: dict[str, list[tuple[Rule, When]]] = {}
    signals: dict[str, list[tuple[Rule, When]]] = {}
    patterns: list[Pattern] = []
    options = re2.Options()
    options.max_mem = 128 << 20
    options.log_errors = False
    text = re2.Set.SearchSet(options)
    for rule in rules.values():
        for when in rule.when:
            for expression in when.text:
                try:
                    text.Add(expression)
                    patterns.append(Pattern(rule, when, re2.compile(expression, options=options)))
                except re2.error as error:
                    raise DataError(f"rule {rule.id}: pattern {expression!r}: {error}") from error
            for parameter in when.parameters:
                by_parameter.setdefault(parameter, []).append((rule, when))
            if when.text or when.parameters or when.hidden:
                continue
            if when.name_words:
                by_word.setdefault(when.name_words[0], []).append((rule, when))
            elif when.information:
                loose.append((rule, when))
            elif rule.signal is not None:
                for key in _signal_keys(when):
                    signals.setdefault(key, []).append((rule, when))
            elif when.actions:
                for action in when.actions:
                    by_action.setdefault(action, []).append((when.weight, rule, when))
            elif when.verbs:
                for verb in when.verbs:
                    by_verb.setdefault(verb, []).append((when.weight, rule, when))
            else:
                raise DataError(f"rule {rule.id}: a condition that looks at nothing")
    if not patterns:
        text.Add("a^")
    text.Compile()
    hidden = tuple(p for p in patterns if p.rule.signal == "hidden-instructions")
    return Rulebook(
        digest=digest,
        rules=dict(rules),
        source=source,
        by_action={k: tuple(v) for k, v in by_action.items()},
        by_verb={k: tuple(v) for k, v in by_verb.items()},
        patterns=tuple(patterns),
        text=text,
        by_parameter={k: tuple(v) for k, v in by_parameter.items()},
        loose=tuple(loose),
        by_word={k: tuple(v) for k, v in by_word.items()},
        signals={k: tuple(v) for k, v in signals.items()},
        hidden=hidden,
        hidden_set=_set_of(hidden, options),
    )
