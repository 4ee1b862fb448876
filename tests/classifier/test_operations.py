"""A parameter that chooses an operation, and one that only names the operation somebody asks about."""

from collections.abc import Callable
from typing import Any

import pytest

from mcp_catalogue.model import Category, Classification

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
