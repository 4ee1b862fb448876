"""One rule: what it looks at, what it says, and the cases that show it.

A rule file (`classifier/rules/<id>.toml`) gives evidence for one category, or raises one signal. Its `when` tables
say what it looks at; any one of them is enough, and within one every key given must hold.
"""

import tomllib
from collections.abc import Iterable
from typing import Any

import msgspec

from classifier.phrases import Phrase
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import Category, Confidence, RuleId, Severity, SignalId, Strength

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
    parameter (one of them is there, or of `without_beside` none); `unless` patterns of which none may occur where
    `text` does; `rules` and `categories` what was decided otherwise; `many` where name or object
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
    without_beside: frozenset[str] = _NONE
    unless: tuple[str, ...] = ()
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
    """One rule file. `says` is its part of a rationale; `also` categories that hold besides its own.

    `enforced` where the definition states what refuses more than that, so that arguments raise nothing.
    """

    id: RuleId
    title: str
    says: str
    rationale: str
    remediation: str
    references: tuple[str, ...]
    languages: tuple[str, ...]
    when: tuple[When, ...]
    matching: tuple[Case, ...] = ()
    other: tuple[Case, ...] = ()
    category: Category | None = None
    signal: SignalId | None = None
    strength: Strength = Strength.STRONG
    also: tuple[Category, ...] = ()
    confidence_cap: Confidence = Confidence.HIGH
    enforced: bool = False
    floor: Severity | None = None

    @property
    def harm(self) -> int:
        """Rank of the category, -1 for a signal."""
        return self.category.rank if self.category is not None else -1


def parse_rule(filename: str, raw: bytes) -> Rule:
    """Read one rule file. Raises `DataError`, naming the file, where it does not have a rule's form."""
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
