import re
from itertools import product
from typing import Any

import pytest

from mcp_catalogue.model import Action, Category, Operation, Severity
from mcp_catalogue.policy import BOUNDS, Bounds, decide
from mcp_catalogue.policy.conditions import PLAIN_PATH, READING_SQL, words
from mcp_catalogue.policy.profiles import CHOICES

R, W, X, D, F = Category.READ, Category.WRITE, Category.EXECUTE, Category.DESTRUCTIVE, Category.FINANCIAL
LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
ORDER = list(Action)


@pytest.mark.parametrize(
    ("primary", "severity", "action"),
    [
        (R, LOW, "allow"), (R, MEDIUM, "allow"), (R, HIGH, "approve"), (R, CRITICAL, "approve"),
        (W, MEDIUM, "limit"), (W, HIGH, "approve"), (W, CRITICAL, "approve"),
        (X, HIGH, "approve"), (X, CRITICAL, "approve"),
        (D, CRITICAL, "hide"), (F, CRITICAL, "approve"),
    ],
)  # fmt: skip
def test_balanced_is_the_taxonomys_table(tool: Any, primary: Category, severity: Severity, action: str) -> None:
    assert tool("t", primary, severity).decision.action == action


def test_every_label_has_a_choice_and_profiles_are_ordered() -> None:
    for key in product(Category, Severity):
        strict, balanced, permissive = (CHOICES[p][key].action for p in ("strict", "balanced", "permissive"))
        assert ORDER.index(permissive) <= ORDER.index(balanced) <= ORDER.index(strict), key


def test_a_limit_comes_with_a_rate_and_only_then(tool: Any) -> None:
    assert tool("t", W, MEDIUM).decision.limit is not None
    assert tool("t", R, LOW).decision.limit is None
    sending = tool("t", W, MEDIUM, signals=["external-communication"]).decision.limit
    assert sending.max < tool("t", W, MEDIUM).decision.limit.max


def test_an_amount_is_bounded_singly_and_by_the_day(tool: Any) -> None:
    conditions = tool("pay", F, CRITICAL, args={"amount": {"type": "integer"}}).decision.conditions
    assert [(c.path, c.op, c.value) for c in conditions] == [
        ("args.amount", "gt", 0),
        ("args.amount", "lte", 100),
        ("day_sum.args.amount", "lte", 500),
    ]


def test_a_sum_of_fractions_is_not_promised(tool: Any) -> None:
    conditions = tool("pay", F, CRITICAL, args={"amount": {"type": "number"}}).decision.conditions
    assert not any(c.path.startswith("day_sum.") for c in conditions)


def test_an_amount_that_is_text_is_left_to_the_person(tool: Any) -> None:
    assert not tool("pay", F, CRITICAL, args={"amount": {"type": "string"}}).decision.conditions


def test_reading_a_balance_gets_no_amount_condition(tool: Any) -> None:
    assert not tool("t", R, LOW, args={"amount": {"type": "integer"}}).decision.conditions


def test_permissive_lets_a_bounded_payment_pass_and_no_other(tool: Any) -> None:
    bounded = tool("pay", F, CRITICAL, args={"amount": {"type": "integer"}}, profile="permissive")
    assert bounded.decision.action is Action.LIMIT
    assert tool("pay", F, CRITICAL, profile="permissive").decision.action is Action.APPROVE


def test_values_that_alone_would_be_hidden_are_left_out(tool: Any) -> None:
    operations = [
        Operation(parameter="action", value="pay", primary=F, severity=CRITICAL),
        Operation(parameter="action", value="delete", primary=D, severity=CRITICAL),
        Operation(parameter="action", value="get", primary=R, severity=LOW),
    ]
    decided = tool("manage", F, CRITICAL, args={"action": {"type": "string"}}, operations=operations)
    assert [(c.path, c.op, c.value) for c in decided.decision.conditions] == [("args.action", "in", ["pay", "get"])]


def test_a_users_folders_and_domains_become_conditions(tool: Any) -> None:
    bounds = BOUNDS["balanced"]
    mine = Bounds(
        amount=bounds.amount, daily_amount=bounds.daily_amount, calls=bounds.calls, sends=bounds.sends,
        costs=bounds.costs, reads=bounds.reads, path_prefixes=("/srv/data/",), recipient_domains=("example.org",),
    )  # fmt: skip
    made = tool("read", R, LOW, args={"path": {"type": "string"}}, signals=["caller-path"])
    inside = decide(None, made.tool, made.label, bounds=mine).conditions[0].value  # type: ignore[arg-type]
    for path, ok in {
        "/srv/data": True,
        "/srv/data/a/.hidden": True,
        "/srv/data/..a": True,
        "/srv/data/../x": False,
        "/srv/data/a/..": False,
        "/srv/database": False,
        "/etc/passwd": False,
    }.items():
        assert bool(re.search(inside, path)) is ok, path
    send = tool("send", W, MEDIUM, args={"to": {"type": "string"}}, signals=["external-communication"])
    domain = decide(None, send.tool, send.label, bounds=mine).conditions[0].value  # type: ignore[arg-type]
    assert re.search(domain, "a@example.org")
    assert not re.search(domain, "a@example.org.evil.example")
    assert not re.search(domain, "a@evil.example,b@example.org")


@pytest.mark.parametrize("path", ["a", "a/b.txt", "/a/b", "C:\\a\\b", "~/a", "a/b/", ""])
def test_plain_paths(path: str) -> None:
    assert re.search(PLAIN_PATH, path)


@pytest.mark.parametrize("path", ["..", "../a", "a/../b", ".env", "a/.ssh/id", "a\\..\\b", "/.x"])
def test_paths_with_a_part_that_begins_with_a_dot(path: str) -> None:
    assert not re.search(PLAIN_PATH, path)


@pytest.mark.parametrize(
    ("statement", "ok"),
    [
        ("select 1", True), ("  SELECT\n* from t;", True), ("describe t", True),
        ("drop table t", False), ("select 1; drop table t", False), ("selection", False),
        ("with x as (delete) select", False),
    ],
)  # fmt: skip
def test_reading_statements(statement: str, *, ok: bool) -> None:
    assert bool(re.search(READING_SQL, statement)) is ok


def test_a_query_that_is_not_sql_is_left_alone(tool: Any) -> None:
    args = {"query": {"type": "string"}}
    sql = tool("run", X, HIGH, args=args, signals=["free-form-query"], description="Runs SQL.")
    other = tool("run", X, HIGH, args=args, signals=["free-form-query"], description="Runs Cypher.")
    assert sql.decision.conditions
    assert not other.decision.conditions


def test_hostile_schemas_make_no_condition(tool: Any) -> None:
    hostile: list[dict[str, Any]] = [
        {"a.amount": {"type": "integer"}},
        {"amount": "integer"},
        {"amount": {"type": {"x": 1}}},
        {"": {}},
    ]
    for args in hostile:
        assert not tool("pay", F, CRITICAL, args=args).decision.conditions


@pytest.mark.parametrize(
    ("name", "expected"),
    [("orderAmount", {"order", "amount"}), ("file_path", {"file", "path"}), ("SQLQuery", {"sql", "query"})],
)
def test_words_of_an_identifier(name: str, expected: set[str]) -> None:
    assert words(name) == expected


def test_the_reason_names_label_and_action(tool: Any) -> None:
    reason = tool("t", D, CRITICAL).decision.reason
    assert "Destructive" in reason
    assert "critical" in reason
    assert "hidden" in reason
