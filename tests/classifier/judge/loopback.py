import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from openai import AsyncOpenAI

Body = dict[str, Any]


@dataclass
class Respond:
    """What the loopback endpoint sends: a status, headers and bytes; or it hangs, trickles or hangs up."""

    status: int = 200
    body: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    content_type: str = "application/json"
    misbehave: str | None = None  # hang | trickle | drop


def completion(content: str | None, *, finish: str = "stop", refusal: str | None = None, usage: bool = True) -> bytes:
    message = {"role": "assistant", "content": content, "refusal": refusal}
    whole: Body = {
        "id": "c",
        "object": "chat.completion",
        "created": 0,
        "model": "m",
        "choices": [{"index": 0, "message": message, "finish_reason": finish}],
    }
    if usage:
        whole["usage"] = {"prompt_tokens": 900, "completion_tokens": 100, "total_tokens": 1000}
    return json.dumps(whole).encode()


def answer(primary: str = "Write", **members: Any) -> str:
    base = {
        "quotes": [{"pointer": "/name", "quote": "archive_note"}],
        "rationale": "It files the note away.",
        "primary": primary,
        "also": [],
        "signals": [],
    }
    return json.dumps({**base, **members})


class LoopbackModel:
    """A real HTTP server on loopback that speaks chat completions; `script` answers each request."""

    def __init__(self) -> None:
        self.requests: list[Body] = []
        self.paths: list[str] = []
        self.script: Callable[[Body, int], Respond] = lambda _body, _n: Respond(body=completion(answer()))
        self.release = threading.Event()
        self._lock = threading.Lock()
        model = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with model._lock:
                    model.requests.append(body)
                    model.paths.append(self.path)
                    number = len(model.requests)
                model.send(self, model.script(body, number))

            def log_message(self, *_: object) -> None:
                pass

        class Server(ThreadingHTTPServer):
            def handle_error(self, *_: object) -> None:
                pass  # a client that gave up is what some tests are about

        self._server = Server(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/v1"

    def send(self, handler: BaseHTTPRequestHandler, respond: Respond) -> None:
        if respond.misbehave == "drop":
            handler.close_connection = True
            handler.connection.close()
            return
        if respond.misbehave == "hang":
            self.release.wait(20)
            handler.close_connection = True
            return
        handler.send_response(respond.status)
        handler.send_header("Content-Type", respond.content_type)
        handler.send_header("Content-Length", str(len(respond.body)))
        for name, value in respond.headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        if respond.misbehave == "trickle":
            for byte in respond.body:
                if self.release.is_set():
                    break
                handler.wfile.write(bytes([byte]))
                handler.wfile.flush()
                time.sleep(0.02)
            handler.close_connection = True
            return
        handler.wfile.write(respond.body)

    def client(self, **settings: Any) -> AsyncOpenAI:
        return AsyncOpenAI(base_url=self.url, api_key="none", **{"max_retries": 0, "timeout": 5.0, **settings})

    def stop(self) -> None:
        self.release.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)
