"""Labelled tools to make policies for, and the semantic suite that every format is held to."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pytest

from mcp_catalogue.model import (
    Category,
    Classification,
    Completeness,
    Condition,
    Confidence,
    DecidedBy,
    Operation,
    ServerFacts,
    ServerId,
    Severity,
    Signal,
    SignalId,
    Source,
    SourceKind,
    Status,
    Tool,
)
from mcp_catalogue.policy import Decided, ProfileName, decide

R, W, X, D, F = Category.READ, Category.WRITE, Category.EXECUTE, Category.DESTRUCTIVE, Category.FINANCIAL
LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL

FACTS = ServerFacts(
    id=ServerId("pkg:npm/shop"),
    name="shop",
    source=Source(kind=SourceKind.NPM),
    completeness=Completeness(status=Status.COMPLETE, enumerated=0),
)


class MakeTool(Protocol):
    def __call__(
        self,
        name: str,
        primary: Category,
        severity: Severity,
        *,
        args: Mapping[str, Any] | None = None,
        required: Sequence[str] | None = None,
        signals: Sequence[str] = (),
        operations: Sequence[Operation] = (),
        conditional: bool = False,
        description: str | None = None,
        profile: ProfileName = "balanced",
    ) -> Decided: ...


def make_tool(
    name: str,
    primary: Category,
    severity: Severity,
    *,
    args: Mapping[str, Any] | None = None,
    required: Sequence[str] | None = None,
    signals: Sequence[str] = (),
    operations: Sequence[Operation] = (),
    conditional: bool = False,
    description: str | None = None,
    profile: ProfileName = "balanced",
) -> Decided:
    schema = None
    if args is not None:
        schema = {"type": "object", "properties": args, "required": list(args if required is None else required)}
    guard = Condition(kind="env", expression="os.environ['MORE']", default_on=None, file="a.py", line=3)
    tool = Tool(name=name, description=description, input_schema=schema, condition=guard if conditional else None)
    label = Classification(
        primary=primary,
        also=(),
        severity=severity,
        confidence=Confidence.HIGH,
        decided_by=DecidedBy(),
        rationale="Made for a test.",
        operations=tuple(operations),
        signals=tuple(Signal(id=SignalId(s), floor=None) for s in signals),
    )
    return Decided(tool=tool, label=label, decision=decide(FACTS, tool, label, profile))


@pytest.fixture(scope="session")
def tool() -> MakeTool:
    return make_tool


Outcomes = Mapping[str, str]
"""Expected outcome per format: pass, ask, deny or hide (not listed to the client, and denied)."""


@dataclass(frozen=True)
class Call:
    """One call and what each format must do with it; `repeat` calls come before it."""

    tool: str
    args: Mapping[str, Any]
    expected: Outcomes
    repeat: int = 0


def _all(gateway: str, client: str, *, vscode: str | None = None, claude: str | None = None) -> Outcomes:
    return {
        "policylayer": gateway,
        "intercept": gateway,
        "claude-code": claude or client,
        "codex": client,
        "vscode": vscode or client,
    }


AMOUNT = {"amount": {"type": "integer"}, "to": {"type": "string"}}
OPERATIONS = (
    Operation(parameter="action", value="list", primary=R, severity=LOW),
    Operation(parameter="action", value="restart", primary=X, severity=HIGH),
)
SERVER = (
    make_tool("list_items", R, LOW),
    make_tool("add_note", W, MEDIUM, args={"text": {"type": "string"}}),
    make_tool("save_file", W, MEDIUM, args={"path": {"type": "string"}}, signals=["caller-path"]),
    make_tool("drop_table", D, CRITICAL),
    make_tool("pay", F, CRITICAL, args=AMOUNT),
    make_tool("refund", F, CRITICAL, args=AMOUNT, profile="permissive"),
    make_tool("service", X, HIGH, args={"action": {"type": "string"}}, operations=OPERATIONS),
    make_tool("debug_peek", R, LOW, conditional=True),
)
CALLS = (
    Call("list_items", {}, _all("pass", "pass")),
    Call("list_items", {}, _all("pass", "pass"), repeat=200),
    Call("add_note", {"text": "a"}, _all("pass", "ask")),
    Call("add_note", {"text": "a"}, _all("deny", "ask"), repeat=30),
    Call("save_file", {"path": "notes/today.md"}, _all("pass", "ask")),
    Call("save_file", {"path": "/srv/notes/today.md"}, _all("pass", "ask")),
    Call("save_file", {"path": "../outside"}, _all("deny", "ask")),
    Call("save_file", {"path": "home/.ssh/authorized_keys"}, _all("deny", "ask")),
    Call("save_file", {"path": "C:\\notes\\..\\system"}, _all("deny", "ask")),
    Call("save_file", {}, _all("deny", "ask")),
    Call("drop_table", {}, _all("hide", "hide", vscode="ask", claude="deny")),
    Call("pay", {"amount": 1, "to": "a"}, _all("deny", "ask")),
    Call("refund", {"amount": 200, "to": "a"}, _all("pass", "ask")),
    Call("refund", {"amount": 201, "to": "a"}, _all("deny", "ask")),
    Call("refund", {"amount": -5, "to": "a"}, _all("deny", "ask")),
    Call("refund", {"to": "a"}, _all("deny", "ask")),
    Call("refund", {"amount": 200, "to": "a"}, _all("deny", "ask"), repeat=5),
    Call("service", {"action": "list"}, _all("pass", "ask")),
    Call("service", {"action": "restart"}, _all("deny", "ask")),
    Call("service", {}, _all("deny", "ask")),
    Call("debug_peek", {}, _all("deny", "deny", vscode="ask")),
    Call("never_seen", {}, _all("deny", "deny", vscode="ask", claude="ask")),
)


@pytest.fixture(scope="session")
def shop() -> tuple[Decided, ...]:
    """A server with one tool for each kind of decision."""
    return SERVER


@pytest.fixture(scope="session")
def calls() -> tuple[Call, ...]:
    """Calls of the tools of `shop`, with the outcome that each format owes."""
    return CALLS


Engine = Callable[[str, Mapping[str, Any]], str]
"""Given tool and arguments, answers the outcome; remembers calls, as its counters do."""
