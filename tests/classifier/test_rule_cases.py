"""Every rule speaks about its matching cases and is silent about the others."""

from functools import cache
from typing import Any

import pytest

from classifier import Classifier
from classifier.rulebook import Case, Rule, load
from mcp_catalogue.model import (
    Annotations,
    Classification,
    Completeness,
    RuleId,
    ServerFacts,
    ServerId,
    Source,
    SourceKind,
    Status,
    Tool,
)

RULES = load().rules


@cache
def classifier() -> Classifier:
    return Classifier()


def facts(server: str, *tools: Tool) -> ServerFacts:
    return ServerFacts(
        id=ServerId(f"manifest:{server or 'server'}"),
        name=server or "server",
        source=Source(kind=SourceKind.MANIFEST),
        completeness=Completeness(status=Status.COMPLETE, enumerated=len(tools)),
        tools=tools,
    )


def schema(properties: dict[str, Any]) -> dict[str, Any] | None:
    return {"type": "object", "properties": properties} if properties else None


def label(case: Case) -> Classification:
    tool = Tool(
        name=case.name,
        description=case.description,
        input_schema=schema(case.parameters),
        annotations=Annotations(**case.annotations),
    )
    return classifier().server(facts(case.server, tool))[0]


def speaks(rule: Rule, case: Case) -> bool:
    return rule.id in {e.rule for e in label(case).evidence}


@pytest.mark.parametrize("rule_id", sorted(RULES))
def test_rule_speaks_about_its_cases(rule_id: RuleId) -> None:
    rule = RULES[rule_id]
    silent = [c for c in rule.matching if not speaks(rule, c)]
    assert not silent, f"{rule_id} says nothing about {silent}"
    loud = [c for c in rule.other if speaks(rule, c)]
    assert not loud, f"{rule_id} speaks about {loud}"


def test_every_category_has_rules() -> None:
    assert {r.category for r in RULES.values() if r.category} == {
        "Read",
        "Write",
        "Execute",
        "Destructive",
        "Financial",
    }
