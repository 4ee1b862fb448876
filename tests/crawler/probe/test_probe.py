import json
import socket
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

pytest.importorskip("mcp")

from crawler.http import BlockedAddressError, Guard
from crawler.probe import ProbeLimits, probe
from mcp_catalogue.errors import FetchError, TargetError
from mcp_catalogue.model import Origin, SourceKind, Status

# Closing a connection to a server that broke off leaves the SDK's streams to the garbage collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::pytest.PytestUnraisableExceptionWarning")


def tool(name: str, **more: Any) -> dict[str, Any]:
    return {"name": name, "description": f"About {name}", "inputSchema": {"type": "object"}, **more}


class Server(ThreadingHTTPServer):
    """A server of the older era, as plain as its protocol allows."""

    pages: tuple[list[Any], ...] = ([],)
    endless = False
    status = 200
    seen: list[dict[str, Any]]
    sent_headers: list[dict[str, str]]

    def answer(self, message: dict[str, Any]) -> dict[str, Any]:
        method = message.get("method")
        if method == "initialize":
            info = {"name": "notes", "version": "1.2.0"}
            return {"result": {"protocolVersion": "2025-06-18", "capabilities": {"tools": {}}, "serverInfo": info}}
        if method == "tools/list":
            number = int((message.get("params") or {}).get("cursor") or 0)
            following = number if self.endless else number + 1
            more = self.endless or following < len(self.pages)
            return {"result": {"tools": self.pages[number], **({"nextCursor": str(following)} if more else {})}}
        return {"error": {"code": -32601, "message": "Method not found"}}


class Handler(BaseHTTPRequestHandler):
    server: Server

    def do_POST(self) -> None:
        message = json.loads(self.rfile.read(int(self.headers["content-length"])))
        self.server.seen.append(message)
        self.server.sent_headers.append({k.lower(): v for k, v in self.headers.items()})
        if self.server.status != 200 or "id" not in message:
            self._send(self.server.status if self.server.status != 200 else 202, b"")
            return
        body = {"jsonrpc": "2.0", "id": message["id"], **self.server.answer(message)}
        self._send(200, json.dumps(body).encode())

    def do_GET(self) -> None:
        self._send(405, b"")

    def do_DELETE(self) -> None:
        self._send(200, b"")

    def _send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None: ...


@pytest.fixture
def server() -> Iterator[Server]:
    with Server(("127.0.0.1", 0), Handler) as made:
        made.seen, made.sent_headers = [], []
        thread = threading.Thread(target=made.serve_forever, args=(0.05,), daemon=True)
        thread.start()
        yield made
        made.shutdown()
        thread.join(5)


PRIVATE = Guard(allow_private=True)
QUICK = ProbeLimits(seconds=20)


def url(server: Server) -> str:
    return f"http://127.0.0.1:{server.server_address[1]}/mcp"


def test_every_page_is_read_and_no_tool_is_called(server: Server) -> None:
    server.pages = ([tool("delete_note", annotations={"destructiveHint": True})], [tool("list_notes")])
    facts = probe(url(server), guard=PRIVATE, limits=QUICK)
    assert [t.name for t in facts.tools] == ["delete_note", "list_notes"]
    assert facts.tools[0].annotations.destructiveHint is True
    assert facts.tools[0].annotations.readOnlyHint is None
    assert facts.tools[0].origin is Origin.PROTOCOL
    assert facts.tools[0].digest
    assert (facts.server_name, facts.version) == ("notes", "1.2.0")
    assert facts.source.kind is SourceKind.PROBE
    assert facts.completeness.status is Status.COMPLETE
    assert "tools/call" not in {m.get("method") for m in server.seen}


def test_only_the_headers_that_were_given_are_credentials(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://user:word@127.0.0.1:9")
    server.pages = ([tool("x")],)
    probe(url(server), guard=PRIVATE, limits=QUICK)
    assert not any("authorization" in h or "cookie" in h for h in server.sent_headers)
    server.sent_headers.clear()
    probe(url(server), guard=PRIVATE, limits=QUICK, headers={"Authorization": "Bearer given"})
    assert {h["authorization"] for h in server.sent_headers} == {"Bearer given"}


def test_a_list_without_end_is_cut_and_said_to_be(server: Server) -> None:
    server.pages, server.endless = ([tool(f"t{i}") for i in range(60)],), True
    facts = probe(url(server), guard=PRIVATE, limits=ProbeLimits(seconds=20, tools=100))
    assert len(facts.tools) == 60
    server.endless = False
    server.pages = ([tool(f"t{i}") for i in range(300)],)
    facts = probe(url(server), guard=PRIVATE, limits=ProbeLimits(seconds=20, tools=100))
    assert facts.completeness.status is Status.PARTIAL
    assert "more than 100 tools" in facts.completeness.unreadable[0].detail


def test_an_answer_over_the_size_limit_ends_the_conversation(server: Server) -> None:
    server.pages = ([tool("big", title="x" * 400_000)],)
    with pytest.raises(FetchError, match="streamable-http"):
        probe(url(server), guard=PRIVATE, limits=ProbeLimits(seconds=20, received=100_000))


@pytest.mark.parametrize("status", [401, 404, 500])
def test_a_server_that_refuses_is_one_clear_line(server: Server, status: int) -> None:
    server.status = status
    with pytest.raises(FetchError) as caught:
        probe(url(server), guard=PRIVATE, limits=QUICK)
    assert "\n" not in str(caught.value)


def test_private_addresses_and_other_schemes_are_refused(server: Server) -> None:
    with pytest.raises(BlockedAddressError):
        probe(url(server).replace("http:", "https:"), limits=QUICK)
    for text in (url(server), "ftp://registry.example/", "pypi:x", "https://github.com/owner/repo"):
        with pytest.raises(TargetError):
            probe(text, limits=QUICK)
    assert server.seen == []


def test_a_server_that_never_answers_costs_no_more_than_its_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"http://127.0.0.1:{silent.getsockname()[1]}/mcp"
        with pytest.raises(FetchError, match="did not finish within 1 s"):
            probe(address, guard=PRIVATE, limits=ProbeLimits(seconds=1))
