import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from crawler.clientconfig import ClientConfig, Index, NpmRegistries
from crawler.fetch import Cache, FetchContext, GithubHosts
from crawler.http import Http, Politeness, Retry
from crawler.sources import SOURCES, Listing, Skipped, SourceContext

HOST = "https://registry.example"


@dataclass
class Web:
    """Answers by path with query; a path without an answer is a 404."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)
    host: str = HOST

    def put(self, path: str, body: object, status: int = 200, headers: dict[str, str] | None = None) -> None:
        data = (
            body if isinstance(body, bytes) else body.encode() if isinstance(body, str) else json.dumps(body).encode()
        )
        self.pages[path] = (status, headers or {"Content-Type": "application/json"}, data)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        status, headers, body = self.pages.get(request.url.raw_path.decode(), (404, {}, b"not found"))
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    @property
    def asked(self) -> list[str]:
        return [r.url.raw_path.decode() for r in self.requests]


@pytest.fixture
def web() -> Web:
    return Web()


@pytest.fixture
def fetching(web: Web, tmp_path: Path) -> Iterator[FetchContext]:
    politeness = Politeness(clock=lambda: 0.0, sleep=lambda _: None)
    http = Http(
        transport=lambda: httpx.MockTransport(web),
        sleep=lambda _: None,
        retry=Retry(attempts=2),
        politeness=politeness,
    )
    clients = ClientConfig(pypi=(Index(url=f"{HOST}/simple/"),), npm=NpmRegistries(default=f"{HOST}/npm/"))
    github = GithubHosts(archives=f"{HOST}/codeload", api=f"{HOST}/api")
    with http:
        yield FetchContext(http=http, cache=Cache(tmp_path / "cache"), clients=clients, github=github)


Run = Callable[..., list[Listing | Skipped]]


@pytest.fixture
def run(fetching: FetchContext, tmp_path: Path) -> Run:
    def enumerate_one(
        kind: str, options: dict[str, Any] | None = None, since: str | None = None
    ) -> list[Listing | Skipped]:
        context = SourceContext(fetching=fetching, folder=tmp_path, since=since)
        return list(SOURCES[kind](context).listings(options or {}))

    return enumerate_one
