"""Intercept policies in force: as a proxy in front of a small MCP server, asked by the SDK's own client.

The proxy is Intercept itself where Go can build it from its module proxy, and in any case a reference of our own that
does what Intercept's documentation says. Without the former, nothing here says that the engine agrees.
"""

import sys
from pathlib import Path
from typing import Any

import anyio
import pytest
import yaml
from mcp import ClientSession, StdioServerParameters, stdio_client
from mcp.types import TextContent

from mcp_catalogue.policy import FORMATS
from tests.mcp_catalogue.policy import engines

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


def test_the_policy_holds_in_front_of_a_real_server(proxy: list[str], shop: Any, calls: Any, tmp_path: Path) -> None:
    names = [d.tool.name for d in shop] + ["never_seen"]
    command = [*proxy, "-c", str(policy_file(shop, tmp_path)), "--state-dir", str(tmp_path / "state")]
    command += ["--", sys.executable, str(HERE / "fixtures" / "shop_server.py"), *names]

    async def run() -> tuple[set[str], list[tuple[Any, str]]]:
        outcomes = []
        parameters = StdioServerParameters(command=command[0], args=command[1:])
        async with stdio_client(parameters) as (read, write), ClientSession(read, write) as client:
            await client.initialize()
            listed = {t.name for t in (await client.list_tools()).tools}
            # counters live as long as the proxy: calls that fill them come last
            for call in sorted(calls, key=lambda c: c.repeat):
                for _ in range(call.repeat):
                    await client.call_tool(call.tool, dict(call.args))
                (said,) = (await client.call_tool(call.tool, dict(call.args))).content
                assert isinstance(said, TextContent)
                outcomes.append((call, said.text))
        return listed, outcomes

    listed, outcomes = anyio.run(run)
    hidden = {c.tool for c in calls if c.expected["intercept"] == "hide"}
    assert listed == set(names) - hidden
    document = yaml.safe_load((tmp_path / "policy.yaml").read_text(encoding="utf-8"))
    ours = {rule["on_deny"] for body in document["tools"].values() for rule in body["rules"]}
    for call, text in outcomes:
        if call.expected["intercept"] == "pass":
            assert text == f"did {call.tool}", call
        else:
            assert text.startswith("[INTERCEPT POLICY DENIED]"), call
            words = text.removeprefix("[INTERCEPT POLICY DENIED] ")
            assert words in ours or call.expected["intercept"] == "hide" or call.tool == "never_seen", call


def test_intercept_accepts_every_policy(intercept: str, shop: Any, tool: Any, tmp_path: Path) -> None:
    from mcp_catalogue.model import Category, Severity  # noqa: PLC0415

    hostile = ["a: b", "yes", "null", "1e3", "012", "a.b.c", "取消订单", 'quo"te', "tab\t", "new\nline", "<<", "~"]
    odd = [tool(name, Category.WRITE, Severity.MEDIUM) for name in hostile]
    for decided in (shop, odd, [], *([d] for d in shop)):
        done = engines.intercept_reads(intercept, policy_file(decided, tmp_path))
        assert done.returncode == 0, done.stdout + done.stderr
