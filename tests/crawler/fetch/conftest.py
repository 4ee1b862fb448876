import base64
import gzip
import hashlib
import io
import json
import tarfile
import zipfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from crawler.clientconfig import ClientConfig, Index, NpmRegistries
from crawler.fetch import Cache, FetchContext, GithubHosts
from crawler.http import Http, Retry

HOST = "https://registry.example"
Entries = Mapping[str, bytes | tarfile.TarInfo]


def make_tar(files: Entries, *, packing: str = "gz", commit: str | None = None) -> bytes:
    buffer = io.BytesIO()
    headers = {"comment": commit} if commit else None
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.PAX_FORMAT, pax_headers=headers) as archive:
        for name, content in files.items():
            if isinstance(content, tarfile.TarInfo):
                archive.addfile(content)
            else:
                info = tarfile.TarInfo(name)
                info.size = len(content)
                archive.addfile(info, io.BytesIO(content))
    return gzip.compress(buffer.getvalue(), mtime=0) if packing == "gz" else buffer.getvalue()


def make_zip(files: Mapping[str, bytes], **options: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            info = zipfile.ZipInfo(name)
            info.external_attr = options.get("mode", 0o100644) << 16
            archive.writestr(info, content, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def integrity(data: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


@dataclass
class Registry:
    """A PyPI, npm and GitHub in one handler; every path is put in by a test."""

    pages: dict[str, tuple[int, dict[str, str], bytes]] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)

    def put(self, path: str, body: object, *, status: Any = 200, **headers: str) -> None:
        data = body if isinstance(body, bytes) else json.dumps(body).encode()
        kind = {} if isinstance(body, bytes) else {"Content-Type": "application/json"}
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = (status, kind | named, data)

    def simple(self, name: str, *files: dict[str, object], **headers: str) -> None:
        body = {"meta": {"api-version": "1.0"}, "name": name, "files": list(files)}
        self.put(f"/simple/{name}/", body, Content_Type="application/vnd.pypi.simple.v1+json", **headers)

    def file(self, filename: str, data: bytes, **more: object) -> dict[str, object]:
        self.put(f"/files/{filename}", data)
        hashes = {"sha256": hashlib.sha256(data).hexdigest()}
        return {"filename": filename, "url": f"{HOST}/files/{filename}", "hashes": hashes, **more}

    def npm_version(self, name: str, version: str, data: bytes, **more: object) -> dict[str, object]:
        tarball = f"/{name}/-/x-{version}.tgz"
        self.put(tarball, data)
        dist = {"tarball": f"{HOST}{tarball}", "integrity": integrity(data)}
        return {"name": name, "version": version, "dist": dist, **more}

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        path = unquote(request.url.raw_path.decode())
        status, headers, body = self.pages.get(path, (404, {}, b"not found"))
        if headers.get("ETag") and request.headers.get("if-none-match") == headers["ETag"]:
            return httpx.Response(304)
        return httpx.Response(status, headers=headers, stream=httpx.ByteStream(body))

    @property
    def asked(self) -> list[str]:
        return [unquote(r.url.raw_path.decode()) for r in self.requests]


@pytest.fixture
def registry() -> Registry:
    return Registry()


ContextMaker = Callable[..., FetchContext]


@pytest.fixture
def make_context(registry: Registry, tmp_path: Path) -> Iterator[ContextMaker]:
    made: list[Http] = []

    def make(
        *, sources_dir: Path | None = None, pypi: tuple[Index, ...] | None = None, token: str | None = None
    ) -> FetchContext:
        http = Http(transport=lambda: httpx.MockTransport(registry), sleep=lambda _: None, retry=Retry(attempts=2))
        made.append(http)
        clients = ClientConfig(pypi=pypi or (Index(url=f"{HOST}/simple/"),), npm=NpmRegistries(default=f"{HOST}/"))
        hosts = GithubHosts(archives=f"{HOST}/codeload", api=f"{HOST}/api", token=token)
        return FetchContext(
            http=http, cache=Cache(tmp_path / "cache"), clients=clients, sources_dir=sources_dir, github=hosts
        )

    yield make
    for http in made:
        http.close()


@pytest.fixture
def context(make_context: ContextMaker) -> FetchContext:
    return make_context()


class Pack:
    tar = staticmethod(make_tar)
    zip = staticmethod(make_zip)
    integrity = staticmethod(integrity)
    host = HOST


@pytest.fixture
def pack() -> type[Pack]:
    return Pack
