"""`docs/rules/`: one page per rule, and the list of them, generated from the rule files and word lists."""

from collections.abc import Iterator, Mapping
from typing import Any

import msgspec

from classifier.rulebook import Case, Rule, load

HEAD = "<!-- Generated from classifier/rules by `catalogue docs --write`; change the rule, not this page. -->\n"
_TEXT = {"text", "name_words", "parameters"}


def rules_reference() -> Mapping[str, str]:
    """Return the pages by their path in the checkout."""
    rules = sorted(load().rules.values(), key=lambda rule: rule.id)
    pages = {f"docs/rules/{rule.id}.md": "\n".join(_page(rule)) + "\n" for rule in rules}
    return {"docs/rules/index.md": "\n".join(_index(rules)) + "\n", **pages}


def _index(rules: list[Rule]) -> Iterator[str]:
    yield HEAD
    yield "# Rules\n"
    yield "One file each in `classifier/rules`; an id is permanent and names the pattern. How their evidence becomes a"
    yield "label is told in [classification](../classification.md).\n"
    for title, chosen in (
        ("Evidence for a category", [r for r in rules if r.category is not None]),
        ("Signals", [r for r in rules if r.signal is not None]),
    ):
        yield f"## {title}\n"
        yield "| rule | speaks for | strength | title |"
        yield "|---|---|---|---|"
        for rule in chosen:
            yield f"| [{rule.id}]({rule.id}.md) | {_speaks_for(rule)} | {rule.strength} | {rule.title} |"
        yield ""


def _page(rule: Rule) -> Iterator[str]:
    yield HEAD
    yield f"# {rule.id}\n"
    yield f"{rule.title}.\n"
    yield f"- speaks for: {_speaks_for(rule)}"
    yield f"- strength: {rule.strength}, never surer than {rule.confidence_cap}"
    yield f"- languages: {', '.join(rule.languages)}"
    yield f"- references: {', '.join(f'`{r}`' for r in rule.references)}\n"
    yield "## Why\n"
    yield f"{rule.rationale}\n"
    yield f"In a rationale it says: {rule.says}\n"
    yield "## What the author of a server can do\n"
    yield f"{rule.remediation}\n"
    yield "## What it looks at\n"
    yield "Any one of these is enough; within one, everything must hold.\n"
    for number, when in enumerate(rule.when, 1):
        given: dict[str, Any] = {k: v for k, v in msgspec.to_builtins(when, order="sorted").items() if v}
        shown = "; ".join(f"{key} {_values(key, value)}" for key, value in given.items())
        yield f"{number}. {shown}"
    yield ""
    yield "## Cases\n"
    for title, cases in (("speaks about", rule.matching), ("is silent about", rule.other)):
        yield f"It {title}:\n"
        yield from (_case(case) for case in cases)
        yield ""


def _speaks_for(rule: Rule) -> str:
    if rule.signal is not None:
        return f"signal {rule.signal}" + (f" (at least {rule.floor})" if rule.floor else "")
    return f"{rule.category}" + (f", also {', '.join(rule.also)}" if rule.also else "")


def _values(key: str, value: Any) -> str:  # noqa: ANN401  a field of a condition
    if isinstance(value, list | tuple):
        return ", ".join(f"<code>{_html(str(v))}</code>" if key in _TEXT else str(v) for v in value)
    return "yes" if value is True else str(value)


def _html(text: str) -> str:
    """Escape a pattern so that no reader of Markdown takes a part of it for markup."""
    return "".join(c if c.isalnum() or c in " -=_" else f"&#{ord(c)};" for c in text)


def _case(case: Case) -> str:
    parts = [f"`{case.name}`"]
    if case.description is not None:
        parts.append(f"“{_visible(case.description)}”")
    if case.server:
        parts.append(f"on {case.server}")
    if case.parameters:
        parts.append("with " + ", ".join(f"`{name}`" for name in case.parameters))
    return "- " + " ".join(parts)


def _visible(text: str) -> str:
    return "".join(c if c.isprintable() else f"[U+{ord(c):04X}]" for c in text)
