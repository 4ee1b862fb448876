"""What code evidence does to labels: the same definitions labelled with and without the effects of their handlers."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain

from classifier import Classifier
from mcp_catalogue.evaluate.gold import GoldSet
from mcp_catalogue.evaluate.labels import Figures, Judged, figures, judge_rows, severity_counts
from mcp_catalogue.model import Classification, ServerFacts, Severity, Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeFigures:
    """Both measurements over the rows whose tool was found in code, and the rows whose primary differs.

    `located` counts tools with a handler, `followed` those with at least one effect, of `tools` found in code;
    `severities` are of all of these, by the rules and with code.
    """

    tools: int
    located: int
    followed: int
    severities: tuple[Mapping[Severity, int], Mapping[Severity, int]]
    rules: Figures
    code: Figures
    changed: tuple[tuple[Judged, Judged], ...]


def with_effects(defined: ServerFacts, read: Iterable[ServerFacts]) -> ServerFacts:
    """Return `defined` with handler, place and effects of the tools of the same names in `read`, and no others."""
    code: dict[str, Tool] = {}
    for server in read:
        for tool in server.tools:
            code.setdefault(tool.name, tool)
    tools = tuple(
        replace(tool, effects=found.effects, handler=found.handler, location=found.location, cuts=found.cuts)
        for tool in defined.tools
        if (found := code.get(tool.name))
    )
    return replace(defined, tools=tools)


def measure_code(gold: GoldSet, servers: Mapping[str, ServerFacts], classifier: Classifier) -> CodeFigures:
    """Score `gold` over `servers`, which `with_effects` made: once by the definitions, once with the code."""
    kept = {(name, tool.name) for name, facts in servers.items() for tool in facts.tools}
    rows = tuple(row for row in gold.rows if (row.server, row.tool) in kept)
    found = replace(gold, servers=servers, rows=rows)
    without = {name: _without_code(facts, classifier) for name, facts in servers.items()}
    rules = list(judge_rows(found, without))
    labels = {name: classifier.server(facts) for name, facts in servers.items()}
    code = list(judge_rows(found, labels))
    tools = [tool for facts in servers.values() for tool in facts.tools]
    return CodeFigures(
        tools=len(tools),
        located=sum(tool.handler is not None for tool in tools),
        followed=sum(bool(tool.effects) for tool in tools),
        severities=(severity_counts(chain(*without.values())), severity_counts(chain(*labels.values()))),
        rules=figures(found, rules),
        code=figures(found, code),
        changed=tuple((a, b) for a, b in zip(rules, code, strict=True) if a.label.primary != b.label.primary),
    )


def _without_code(facts: ServerFacts, classifier: Classifier) -> tuple[Classification, ...]:
    return classifier.server(replace(facts, tools=tuple(replace(tool, effects=()) for tool in facts.tools)))
