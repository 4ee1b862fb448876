"""A served site and a browser to look at it with."""

import os
import shutil
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from benchmarks.site.records import records
from mcp_catalogue.pages.build import build
from mcp_catalogue.store import Store
from tests.browser.driver import Browser


class Served:
    """A folder under `/mcp/`, with a list of every request that was made, of whatever host."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.asked: list[tuple[str, str]] = []

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}/mcp/{path}"

    def strangers(self) -> list[tuple[str, str]]:
        """Requests for another host, or outside the site."""
        home = f"127.0.0.1:{self.port}"
        return [r for r in self.asked if r[0] != home or not r[1].startswith(("/mcp/", "/favicon.ico"))]


def serve(folder: Path) -> Iterator[Served]:
    class Handler(SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

        def do_GET(self) -> None:
            found.asked.append((self.headers.get("Host", ""), self.path))
            if not self.path.startswith("/mcp/"):
                self.send_error(404)
                return
            self.path = self.path.removeprefix("/mcp")
            super().do_GET()

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Handler, directory=str(folder)))
    found = Served(server.server_address[1])
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield found
    finally:
        server.shutdown()
        server.server_close()


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("browser")
    with Store.open(root / "catalogue.db", create=True) as store, store.transaction():
        for record in records(200):
            store.put(record, at="2026-11-18T10:00:00Z")
    build(root / "catalogue.db", root / "site", processes=1)
    return root / "site"


@pytest.fixture(scope="session")
def served(folder: Path) -> Iterator[Served]:
    yield from serve(folder)


@pytest.fixture(scope="session")
def browser(served: Served) -> Iterator[Browser]:
    if not (shutil.which("chromium") and shutil.which("chromedriver")):
        if os.environ.get("CI"):
            pytest.fail("CI needs chromium and chromedriver (Debian: chromium, chromium-driver)")
        pytest.skip("needs chromium and chromedriver (Debian: chromium, chromium-driver)")
    with Browser.start(hosts=served.port) as started:
        yield started
