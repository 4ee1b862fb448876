"""Intercept policies in force: as a proxy in front of a small MCP server, asked by the SDK's own client.

The proxy is Intercept itself where there is one (`INTERCEPT_BINARY`, PATH, or built by Go from its module proxy), and
in any case a reference of our own that does what Intercept's documentation says. Without the former, nothing here says
that the engine agrees.
"""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import anyio
import pytest
import yaml
from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.types import TextContent

from mcp_catalogue.model import Action, Category, Severity
from mcp_catalogue.policy import BOUNDS, FORMATS, decide
from mcp_catalogue.policy.ruling import nameable
from tests.mcp_catalogue.policy import engines
from tests.mcp_catalogue.policy.conftest import AMOUNT, FACTS
from tests.mcp_catalogue.policy.test_forms import HOSTILE

HERE = Path(__file__).parent


def built_intercept() -> str:
    try:
        return engines.intercept()
    except engines.NotAvailableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def intercept() -> str:
    return built_intercept()


@pytest.fixture(scope="module", params=["reference", "intercept"])
def proxy(request: pytest.FixtureRequest) -> list[str]:
    if request.param == "reference":
        return [sys.executable, str(HERE / "fixtures" / "reference_proxy.py")]
    return [built_intercept()]


def policy_file(decided: Any, folder: Path) -> Path:
    path = folder / "policy.yaml"
    path.write_text(FORMATS["intercept"].server(decided, server_name="shop", complete=True).text, encoding="utf-8")
    return path


def test_the_format_names_the_version_that_is_asked() -> None:
    assert FORMATS["intercept"].verified_with == f"Intercept {engines.INTERCEPT}"


def test_the_policy_holds_in_front_of_a_real_server(proxy: list[str], shop: Any, calls: Any, tmp_path: Path) -> None:
    names = [d.tool.name for d in shop] + ["never_seen"]
    # counters live as long as the proxy: calls that fill them come last
    ordered = [call for call in sorted(calls, key=lambda c: c.repeat) for _ in range(call.repeat + 1)]
    command = in_front(proxy, policy_file(shop, tmp_path), names)
    listed, answers = anyio.run(said, command, tmp_path, [(call.tool, dict(call.args)) for call in ordered])
    last = {id(call): (call, text) for call, text in zip(ordered, answers, strict=True)}
    hidden = {c.tool for c in calls if c.expected["intercept"] == "hide"}
    assert listed == set(names) - hidden
    document = yaml.safe_load((tmp_path / "policy.yaml").read_text(encoding="utf-8"))
    ours = {rule["on_deny"] for body in document["tools"].values() for rule in body["rules"]}
    for call, text in last.values():
        if call.expected["intercept"] == "pass":
            assert text == f"did {call.tool}", call
        else:
            assert text.startswith("[INTERCEPT POLICY DENIED]"), call
            words = text.removeprefix("[INTERCEPT POLICY DENIED] ")
            assert words in ours or call.expected["intercept"] == "hide" or call.tool == "never_seen", call


NOTHING: Mapping[str, Any] = {}
Asked = Sequence[tuple[str, Mapping[str, Any]]]


async def said(command: list[str], home: Path, calls: Asked) -> tuple[set[str], list[str]]:
    """Return the tools that a client is shown, and the text that it gets for each call."""
    parameters = StdioServerParameters(command=command[0], args=command[1:], env=engines.intercept_home(home))
    async with stdio_client(parameters) as (read, write), ClientSession(read, write) as client:
        await client.initialize()
        listed = {t.name for t in (await client.list_tools()).tools}
        answers = []
        for name, args in calls:
            (content,) = (await client.call_tool(name, dict(args))).content
            assert isinstance(content, TextContent)
            answers.append(content.text)
        return listed, answers


def in_front(proxy: list[str], policy: Path, names: list[str]) -> list[str]:
    """Return the command of `proxy` with `policy` in front of a server with the tools `names`."""
    server = [sys.executable, str(HERE / "fixtures" / "shop_server.py"), *names]
    return [*proxy, "-c", str(policy), "--state-dir", str(policy.parent / "state"), "--", *server]


def test_names_mean_to_the_proxy_what_they_are(proxy: list[str], tool: Any, tmp_path: Path) -> None:
    names = sorted(name for name in HOSTILE if name.isprintable() or name in {"tab\t", "a\nb: c"})
    policy = policy_file([tool(name, Category.READ, Severity.LOW) for name in names], tmp_path)
    _, answers = anyio.run(said, in_front(proxy, policy, names), tmp_path, [(name, NOTHING) for name in names])
    for name, text in zip(names, answers, strict=True):
        assert text == f"did {name}" if nameable(name) else text.startswith("[INTERCEPT POLICY DENIED]"), name


@pytest.mark.parametrize(("name", "args"), [("drop_table", {}), ("pay", {"amount": 1}), ("refund", {"amount": 201})])
def test_a_snippet_denies_its_tool_and_nothing_else(
    proxy: list[str], shop: Any, tmp_path: Path, name: str, args: dict[str, Any]
) -> None:
    (one,) = [d for d in shop if d.tool.name == name]
    policy = tmp_path / "policy.yaml"
    policy.write_text(FORMATS["intercept"].tool(one, server_name="shop").text, encoding="utf-8")
    names = [d.tool.name for d in shop] + ["never_seen"]
    command = in_front(proxy, policy, names)
    listed, (denied, other, unknown) = anyio.run(
        said, command, tmp_path, [(name, args), ("list_items", {}), ("never_seen", {})]
    )
    assert listed == set(names) - ({name} if one.decision.action == Action.HIDE else set())
    assert denied.startswith("[INTERCEPT POLICY DENIED]")
    assert (other, unknown) == ("did list_items", "did never_seen")


def test_intercept_accepts_every_policy(intercept: str, shop: Any, tool: Any, tmp_path: Path) -> None:
    labels = [(c, s) for c in Category for s in (Severity.LOW, Severity.HIGH, Severity.CRITICAL)]
    odd = [[tool(name, *label, args=AMOUNT) for name in HOSTILE] for label in labels]
    for decided in (shop, *odd, [], *([d] for d in shop)):
        done = engines.intercept_reads(intercept, policy_file(decided, tmp_path))
        assert done.returncode == 0, done.stdout + done.stderr


def test_intercept_takes_the_users_folders_and_domains(intercept: str, tool: Any, tmp_path: Path) -> None:
    folders = ("/srv/my files/", "C:\\a+b", "/", "日本/(x)")
    bounds = replace(BOUNDS["permissive"], path_prefixes=folders, recipient_domains=("a-b.example", "@é.example"))
    text = {"type": "string"}
    sender = tool(
        "send",
        Category.WRITE,
        Severity.MEDIUM,
        args={"to": text, "path": text},
        signals=["caller-path", "external-communication"],
    )
    decision = decide(FACTS, sender.tool, sender.label, "permissive", bounds)
    assert len(decision.conditions) == 2
    path = policy_file([replace(sender, decision=decision)], tmp_path)
    done = engines.intercept_reads(intercept, path)
    assert done.returncode == 0, done.stdout + done.stderr
