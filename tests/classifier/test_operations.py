"""A parameter that chooses an operation, and one that only names the operation somebody asks about."""

import time
from collections.abc import Callable
from typing import Any

import pytest

from classifier import Classifier
from mcp_catalogue.model import Category, Classification, ServerFacts, Tool

Label = Callable[..., Classification]


def choice(values: list[str], description: str = "") -> dict[str, Any]:
    return {"type": "string", "enum": values, "description": description}


@pytest.mark.parametrize(
    ("name", "description", "parameters"),
    [
        (
            "check_shelf_rights",
            "Check whether a reader may do this.",
            {"operation": choice(["read", "lend", "delete"])},
        ),
        ("list_audit_events", "List audit events.", {"action": choice(["created", "deleted", "moved"])}),
        ("search_journal", "Search the journal by what happened.", {"action": choice(["create", "update", "delete"])}),
        (
            "verify_access",
            "Verify access to a vault.",
            {"operation": {"type": "string", "description": "The operation to check: 'open', 'erase' or 'delete'."}},
        ),
    ],
)
def test_what_is_asked_about_is_no_operation(
    label: Label, name: str, description: str, parameters: dict[str, Any]
) -> None:
    found = label(name, description, parameters=parameters)
    assert found.primary is Category.READ
    assert found.operations == ()


@pytest.mark.parametrize(
    ("name", "description", "parameters"),
    [
        ("list_drawers", "List drawers.", {"action": choice(["list", "delete"])}),
        ("search_drawers", "Search drawers.", {"action": choice(["find", "purge"], "The action to perform.")}),
        ("get_drawer", "Get a drawer.", {"operation": choice(["erase"], "What to do with it.")}),
        ("drawers", "Work with drawers.", {"operation": choice(["open", "delete"])}),
    ],
)
def test_a_choice_of_operations_stays_one(
    label: Label, name: str, description: str, parameters: dict[str, Any]
) -> None:
    assert label(name, description, parameters=parameters).primary is Category.DESTRUCTIVE


def union(*values: str) -> dict[str, Any]:
    return {
        "anyOf": [{"type": "object", "properties": {"action": {"type": "string", "const": value}}} for value in values]
    }


def referred() -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {"body": {"$ref": "#/$defs/Body"}},
        "$defs": {
            "Body": {"type": "object", "properties": {"action": {"$ref": "#/$defs/Action"}}},
            "Action": {"type": "string", "enum": ["wake", "terminate"]},
        },
    }


def test_a_choice_of_objects_is_told_by_what_tells_them_apart(label: Label) -> None:
    found = label("drawers", "Work with drawers.", parameters={"action": union("list", "delete")})
    assert found.primary is Category.DESTRUCTIVE
    assert {o.value for o in found.operations} == {"list", "delete"}
    assert label("drawers", "Work with drawers.", parameters={"filter": union("list", "delete")}).operations == ()


def test_what_a_schema_refers_to_is_read(classifier: Classifier, facts_of: Callable[..., ServerFacts]) -> None:
    tool = Tool(name="vm_action", description="Change what a machine does.", input_schema=referred())
    found = classifier.server(facts_of("rack", tool))[0]
    assert found.primary is Category.DESTRUCTIVE
    assert "/input_schema/$defs/Action/enum/1" in {e.pointer for e in found.evidence}


def test_a_schema_that_refers_to_itself_ends(classifier: Classifier, facts_of: Callable[..., ServerFacts]) -> None:
    node = {"anyOf": [{"$ref": "#/$defs/Node"}, {"type": "null"}]}
    schema = {
        "properties": {"action": {"$ref": "#/$defs/Node"}, "x": {"$ref": "#/$defs/None"}, "y": {"$ref": "else"}},
        "$defs": {"Node": {"anyOf": [node], "properties": {"action": node}, "items": node}},
    }
    assert classifier.server(facts_of("rack", Tool(name="list_nodes", input_schema=schema)))[0].operations == ()


def test_a_schema_of_many_references_to_itself_is_read_fast(
    classifier: Classifier, facts_of: Callable[..., ServerFacts]
) -> None:
    many = {"anyOf": [{"$ref": "#/$defs/Node"}] * 50, "properties": {"action": {"$ref": "#/$defs/Node"}}}
    schema = {"properties": {f"action{n}": {"$ref": "#/$defs/Node"} for n in range(50)}, "$defs": {"Node": many}}
    started = time.process_time()
    classifier.server(facts_of("rack", Tool(name="list_nodes", input_schema=schema)))
    assert time.process_time() - started < 1
