"""What is rendered once with stand-ins is what each tool alone would get."""

from dataclasses import replace

import pytest

from benchmarks.site.records import records
from mcp_catalogue.model import ArgumentCondition, Category, Decision, Operation, Severity
from mcp_catalogue.pages.control import _control, control
from mcp_catalogue.policy import decide
from mcp_catalogue.policy.base import Decided

RECORDS = list(records(120))
DECIDED = [
    Decided(tool=t, label=c, decision=decide(r.facts, t, c))
    for r in RECORDS
    for t, c in zip(r.facts.tools, r.classifications, strict=True)
]


@pytest.mark.parametrize("server", ["srv", "my-server", "x-1", "My.Server", "a_b"])
def test_shared_parts_equal_those_of_each_tool(server: str) -> None:
    assert DECIDED
    for decided in DECIDED:
        assert control(decided, server) == _control(decided, server)


@pytest.mark.parametrize(
    "name",
    ["get", "getThing", "get-thing", "Get_It", "no", "Yes", "a", "x-1", "get_2", "get.it", "zq0tool", "None", "42"],
)
def test_names_of_every_habit_are_written_as_alone(name: str) -> None:
    for decided in DECIDED[:40]:
        changed = replace(decided, tool=replace(decided.tool, name=name))
        for server in ("srv", "my-server"):
            assert control(changed, server) == _control(changed, server)


def test_every_action_and_conditions_are_kept_apart() -> None:
    one = DECIDED[0]
    found = set()
    for action in ("allow", "limit", "approve", "hide"):
        for bound in (10, 20, None):
            given = (ArgumentCondition(path="args.amount", op="lte", value=bound),) if bound else ()
            decision = Decision(action=type(one.decision.action)(action), conditions=given)
            changed = replace(one, decision=decision)
            assert control(changed, "srv") == _control(changed, "srv")
            found.add(control(changed, "srv").panels)
    assert len(found) > 6


def test_a_snippet_that_rests_on_operations_is_not_shared() -> None:
    one = next(d for d in DECIDED if d.decision.action == "approve" and d.tool.input_schema)
    schema = {"type": "object", "properties": {"action": {"type": "string"}}, "required": ["action"]}
    reads = Operation(parameter="action", value="list", primary=Category.READ, severity=Severity.LOW)
    ends = Operation(parameter="action", value="end", primary=Category.DESTRUCTIVE, severity=Severity.CRITICAL)
    changed = replace(
        one, tool=replace(one.tool, input_schema=schema), label=replace(one.label, operations=(reads, ends))
    )
    assert control(changed, "srv") == _control(changed, "srv")
    assert b"list" in control(changed, "srv").panels
