"""Compiling rules into the tables that they are looked up in."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import re2

from classifier.rule import Rule, When
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import RuleId

MAX_MEMORY = 128 << 20
"""Bytes that RE2 may use for one set; far more than the rules need, so that matching never falls back."""
_Pair = tuple[Rule, When]
_Ranked = tuple[tuple[int, int], Rule, When]  # weight and harm first, by which one of several that hold is chosen


@dataclass(frozen=True, slots=True)
class Pattern:
    """One text pattern with the rule and the condition it belongs to."""

    rule: Rule
    when: When
    regexp: Any
    unless: tuple[Any, ...] = ()


def _by_kind() -> dict[str, defaultdict[str, list[_Pair]]]:
    return {kind: defaultdict(list) for kind in ("rule", "action", "verb", "object", "many")}


@dataclass(frozen=True, slots=True)
class Tables:
    """Conditions by what they are looked up with, most of them by a word."""

    by_action: Mapping[str, list[_Ranked]] = field(default_factory=lambda: defaultdict(list))
    by_verb: Mapping[str, list[_Ranked]] = field(default_factory=lambda: defaultdict(list))
    by_parameter: Mapping[str, list[_Pair]] = field(default_factory=lambda: defaultdict(list))
    by_word: Mapping[str, list[_Pair]] = field(default_factory=lambda: defaultdict(list))
    signals: Mapping[str, Mapping[str, list[_Pair]]] = field(default_factory=_by_kind)
    informing: list[_Pair] = field(default_factory=list)
    patterns: list[Pattern] = field(default_factory=list)


def compile_rules(rules: Iterable[Rule]) -> Tables:
    """Sort every condition into its table. Raises `DataError` for a pattern that RE2 refuses."""
    tables = Tables()
    for rule in rules:
        for when in rule.when:
            unless = tuple(_regexp(rule.id, expression) for expression in when.unless)
            for expression in when.text:
                tables.patterns.append(Pattern(rule, when, _regexp(rule.id, expression), unless))
            for parameter in when.parameters:
                tables.by_parameter[parameter].append((rule, when))
            if not (when.text or when.parameters or when.hidden):
                _sort_in(rule, when, tables)
    return tables


def set_of(patterns: Iterable[Pattern]) -> re2.Set:
    """Return one RE2 set of all patterns; its match indexes are those of `patterns`."""
    chosen = re2.Set.SearchSet(_options())
    chosen_any = False
    for pattern in patterns:
        chosen.Add(pattern.regexp.pattern)
        chosen_any = True
    if not chosen_any:
        chosen.Add("a^")  # an empty set cannot be compiled; this matches nothing
    chosen.Compile()
    return chosen


def _sort_in(rule: Rule, when: When, tables: Tables) -> None:
    pair = (rule, when)
    if when.name_words:
        tables.by_word[when.name_words[0]].append(pair)
    elif when.information:
        tables.informing.append(pair)
    elif rule.signal is not None:
        kind, values = _signal_keys(rule, when)
        for value in sorted(values):
            tables.signals[kind][value].append(pair)
    elif when.about_action:
        ranked = ((when.weight, rule.harm), rule, when)
        for action in when.actions:
            tables.by_action[action].append(ranked)
        for verb in () if when.actions else when.verbs:
            tables.by_verb[verb].append(ranked)
    else:
        raise DataError(f"rule {rule.id}: a condition that looks at nothing")


def _signal_keys(rule: Rule, when: When) -> tuple[str, frozenset[str]]:
    """Return what a condition is looked up by: the rarest kind of key that it demands, with its values."""
    for kind, values in (
        ("rule", when.rules),
        ("object", when.objects | when.near),
        ("verb", when.verbs),
        ("action", when.actions),
    ):
        if values:
            return kind, values
    if when.many:
        return "many", frozenset({""})
    raise DataError(f"rule {rule.id}: a signal must look at rules, an action, an object, parameters, text or the name")


def _regexp(rule: RuleId, expression: str) -> re2._Regexp:
    try:
        return re2.compile(expression, options=_options())
    except re2.error as error:
        raise DataError(f"rule {rule}: pattern {expression!r}: {error}") from error


def _options() -> re2.Options:
    options = re2.Options()
    options.max_mem = MAX_MEMORY
    options.log_errors = False
    return options
