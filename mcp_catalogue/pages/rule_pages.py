"""The rules, generated from their files: what each matches, why, its cases, and what it decided here."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

import msgspec

from classifier import rulebook
from classifier.rulebook import Case, Rule
from mcp_catalogue.pages.environment import Page
from mcp_catalogue.pages.measured import measured
from mcp_catalogue.pages.overview import Overview, ToolLink
from mcp_catalogue.pages.shell import Head, Shell, Site, shell


class RuleLine(msgspec.Struct, frozen=True, gc=False):
    """One rule in the list, with the number of tools that it decided."""

    id: str
    title: str
    speaks_for: str
    decided: int


@dataclass(frozen=True, slots=True)
class Condition:
    """One `when` of a rule: the keys that must all hold."""

    keys: tuple[tuple[str, str], ...]


class RulesPage(Page, frozen=True, kw_only=True):
    """What the template of `/rules/` may name."""

    template: ClassVar[str] = "rules.html"
    shell: Shell
    head: Head
    categories: tuple[RuleLine, ...]
    signals: tuple[RuleLine, ...]
    digest: str


class RulePage(Page, frozen=True, kw_only=True):
    """What the template of one rule may name."""

    template: ClassVar[str] = "rule.html"
    shell: Shell
    head: Head
    id: str
    title: str
    speaks_for: str
    strength: str
    rationale: str
    remediation: str
    conditions: tuple[Condition, ...]
    matching: tuple[Case, ...]
    other: tuple[Case, ...]
    decided: int
    measured: str | None
    sample: tuple[ToolLink, ...]


@lru_cache(maxsize=1)
def known_rules() -> frozenset[str]:
    """Return the ids that have a page."""
    return frozenset(_book().rules)


@lru_cache(maxsize=1)
def _book() -> rulebook.Rulebook:
    return rulebook.load()


def rule_pages(site: Site, overview: Overview) -> Iterator[tuple[str, RulesPage | RulePage]]:
    """Yield `/rules/` and the page of each rule."""
    rules = sorted(_book().rules.values(), key=lambda rule: rule.id)
    lines = {rule.id: RuleLine(rule.id, rule.title, _speaks_for(rule), _decided(overview, rule)) for rule in rules}
    summary = "Every rule that labels are made by: what it matches, why, with matching and other cases."
    yield (
        "rules/index.html",
        RulesPage(
            shell=shell(site, 1, "rules"),
            head=Head(
                title="Rules \u2013 MCP Risk Catalogue", summary=summary,
                canonical=site.absolute("rules/index.html"), twin="index.json",
            ),
            categories=tuple(lines[r.id] for r in rules if r.category is not None),
            signals=tuple(lines[r.id] for r in rules if r.category is None),
            digest=_book().digest,
        ),
    )  # fmt: skip
    _, precision = measured()
    for rule in rules:
        path = f"rules/{rule.id}.html"
        use = overview.rules.get(rule.id)
        yield (
            path,
            RulePage(
                shell=shell(site, 1, "rules"),
                head=Head(
                    title=f"{rule.title} \u2013 rule {rule.id}", summary=rule.rationale,
                    canonical=site.absolute(path), twin=f"{rule.id}.json",
                ),
                id=rule.id,
                title=rule.title,
                speaks_for=_speaks_for(rule),
                strength=rule.strength,
                rationale=rule.rationale,
                remediation=rule.remediation,
                conditions=tuple(Condition(tuple(_keys(when))) for when in rule.when),
                matching=rule.matching,
                other=rule.other,
                decided=_decided(overview, rule),
                measured=precision[rule.id].words if rule.id in precision else None,
                sample=use.links if use else (),
            ),
        )  # fmt: skip


def _speaks_for(rule: Rule) -> str:
    return str(rule.category) if rule.category is not None else f"signal {rule.signal}"


def _decided(overview: Overview, rule: Rule) -> int:
    use = overview.rules.get(rule.id)
    return use.count if use else 0


def _keys(when: rulebook.When) -> Iterator[tuple[str, str]]:
    usual = rulebook.When()
    for key in when.__struct_fields__:
        value = getattr(when, key)
        if value and value != getattr(usual, key):
            yield key.replace("_", " "), _words(value)


def _words(value: Any) -> str:  # noqa: ANN401 — any value of a rule file
    if isinstance(value, frozenset):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "yes" if value is True else str(value)
