"""The hosts: an MCP registry, an npm and a PyPI registry and a GitHub under one loopback address.

    python -m benchmarks.ecosystem.imitation --servers 1000 [--generation 1] [--faults 97] [--largest BYTES]

Prints its addresses, without and with TLS, then serves until its standard input closes, then prints its own CPU time
and what was fetched as JSON.
"""

import argparse
import asyncio
import base64
import json
import resource
import sys
from collections import Counter
from collections.abc import Callable
from urllib.parse import parse_qs, unquote, urlsplit

from benchmarks.ecosystem.faults import REBINDING, Fault, fault_of
from benchmarks.ecosystem.packages import Package, announced, build
from benchmarks.ecosystem.untrusted import untrusted

_DRIP_SECONDS = 5.0
_HANDSHAKE = b"\x16"  # how a TLS connection begins (RFC 8446, 5.1)


class Ecosystem:
    """What is asked and what is answered; knows nothing of sockets."""

    def __init__(self, servers: int, generation: int, largest: int, *, faults: int) -> None:
        self.servers = servers
        self.generation = generation
        self.largest = largest
        self.faults = faults
        self.base = self.secure = ""
        self.rebound = 0
        self.asked: Counter[int] = Counter()
        self.downloads: Counter[str] = Counter()

    def package(self, number: int) -> Package:
        """Return one server; a later generation changes one in a hundred."""
        changed = self.generation if number % 100 == 7 else 0
        return Package(number, changed)

    def answer(self, target: str, conditions: str | None) -> "Answer":
        """Return the answer to one GET request."""
        parts = urlsplit(target)
        segments = [unquote(s) for s in parts.path.split("/") if s]
        match segments:
            case ["registry", "v0.1", "servers"]:
                query = parse_qs(parts.query)
                return self._page(int(query.get("limit", ["100"])[0]), query.get("cursor", [""])[0])
            case ["simple", name]:
                return self._document(name, conditions, self._simple)
            case ["npm", name, "latest"]:
                return self._document(name, conditions, self._npm)
            case ["files", name, _]:
                return self._archive(name)
            case ["api", "repos", _, name, "tarball", _]:
                return self._tarball(name, conditions)
        return Answer(404, b"{}")

    def _page(self, limit: int, cursor: str) -> "Answer":
        start = int(base64.urlsafe_b64decode(cursor or base64.urlsafe_b64encode(b"0")))
        end = min(start + limit, self.servers)
        entries = [self._entry(self.package(number)) for number in range(start, end)]
        if self.faults and start:
            entries.append(entries[0])  # a duplicate on every page
        following = base64.urlsafe_b64encode(str(end).encode()).decode() if end < self.servers else ""
        if self.faults and end >= self.servers:
            following = cursor or following  # the last cursor repeats
        return Answer(200, _json({"servers": entries, "metadata": {"count": len(entries), "nextCursor": following}}))

    def _entry(self, package: Package) -> dict[str, object]:
        repository = {"url": f"https://github.com/bench/{package.name}", "source": "github"}
        listed = (
            [] if package.ecosystem == "github" else [{"registryType": package.ecosystem, "identifier": package.name}]
        )
        server = {
            "name": f"bench/{package.name}",
            "version": package.version,
            "repository": repository,
            "packages": listed,
        }
        return {"server": server, "_meta": {}}

    def _simple(self, package: Package) -> bytes:
        filename = f"{package.name.replace('-', '_')}-{package.version}.tar.gz"
        sha256 = announced(package, self.largest)[0]
        url = f"{self.base}/files/{package.name}/{filename}"
        file = {"filename": filename, "url": url, "hashes": {"sha256": sha256}, "yanked": False}
        return _json({"meta": {"api-version": "1.1"}, "name": package.name, "files": [file]})

    def _npm(self, package: Package) -> bytes:
        digest = base64.b64encode(bytes.fromhex(announced(package, self.largest)[1])).decode()
        tarball = f"{self.base}/files/{package.name}/{package.name}-{package.version}.tgz"
        return _json(
            {
                "name": package.name,
                "version": package.version,
                "dist": {"tarball": tarball, "integrity": f"sha512-{digest}"},
            }
        )

    def _document(self, name: str, conditions: str | None, body: Callable[[Package], bytes]) -> "Answer":
        package = self.package(_number(name))
        faulty = self._faulty(package, early=True)
        if faulty is not None:
            return faulty
        tag = f'"{package.number}.{package.generation}"'
        if conditions == tag:
            return Answer(304, b"", {"ETag": tag})
        kind = "application/vnd.pypi.simple.v1+json" if package.ecosystem == "pypi" else "application/json"
        return Answer(200, body(package), {"ETag": tag, "Content-Type": kind})

    def _archive(self, name: str) -> "Answer":
        package = self.package(_number(name))
        self.downloads[name] += 1
        return self._faulty(package, early=False) or Answer(200, build(package, self.largest))

    def _tarball(self, name: str, conditions: str | None) -> "Answer":
        package = self.package(_number(name))
        faulty = self._faulty(package, early=True) or self._faulty(package, early=False)
        if faulty is not None:
            return faulty
        tag = f'"{package.number}.{package.generation}"'
        if conditions == tag:
            return Answer(304, b"", {"ETag": tag})
        self.downloads[name] += 1
        return Answer(200, build(package, self.largest), {"ETag": tag})

    def _faulty(self, package: Package, *, early: bool) -> "Answer | None":
        """Return the fault's answer to a request for the document (`early`) or for the archive, if it has one."""
        fault = fault_of(package.number, self.faults) if self.faults else None
        if fault is None or (fault in _LATE) is early:
            return None
        self.asked[package.number] += 1
        first = self.asked[package.number] == 1
        match fault:
            case Fault.STORM:
                return Answer(429, b"", {"Retry-After": "1"}) if first else None
            case Fault.BROKEN_FIRST:
                return Answer(503, b"") if first else None
            case Fault.TRUNCATED:
                return Answer(200, build(package, self.largest)[:1000], length=1_000_000)
            case Fault.WRONG_DIGEST:
                return Answer(200, build(Package(package.number + 1), self.largest))
        return _PLAIN.get(fault) or Answer(302, b"", {"Location": self._elsewhere(fault, package)})

    def _elsewhere(self, fault: Fault, package: Package) -> str:
        address = _address(package)
        match fault:
            case Fault.UNTRUSTED:
                return self.secure + address
            case Fault.NOT_TLS:
                return self.base.replace("http:", "https:") + address
            case Fault.REBIND:
                return f"http://{package.number:06d}{REBINDING}:{self.base.rpartition(':')[2]}{address}"
        return address


class Answer:
    """Status, body, headers; `length` overrides the announced one, `drip` sends a byte at a time."""

    def __init__(
        self,
        status: int,
        body: bytes,
        headers: dict[str, str] | None = None,
        *,
        length: int | None = None,
        drip: bool = False,
    ) -> None:
        self.body = body
        self.drip = drip
        self.close = length is not None or drip
        named = {
            "Content-Length": str(len(body) if length is None else length),
            "Content-Type": "application/json",
            **(headers or {}),
        }
        lines = "".join(f"{name}: {value}\r\n" for name, value in named.items())
        self.head = f"HTTP/1.1 {status} X\r\n{lines}\r\n".encode()


_LATE = frozenset({Fault.TRUNCATED, Fault.WRONG_DIGEST, Fault.GARBAGE, Fault.DRIP})
_PLAIN = {
    Fault.RATE_LIMITED: Answer(429, b"", {"Retry-After": "86400"}),
    Fault.BROKEN: Answer(500, b""),
    Fault.MISSING: Answer(404, b""),
    Fault.DRIP: Answer(200, b"x" * 100_000, drip=True),
    Fault.NOT_GZIP: Answer(200, b'{"plain": "text"}', {"Content-Encoding": "gzip"}),
    Fault.HUGE: Answer(200, b" " * 100_000_000),
    Fault.PRIVATE: Answer(302, b"", {"Location": "http://169.254.169.254/latest/meta-data"}),
    Fault.GARBAGE: Answer(200, b"<html>not an archive</html>"),
}


class Connection(asyncio.Protocol):
    """As little HTTP as a client needs: GET requests one after another on a connection."""

    def __init__(self, ecosystem: Ecosystem) -> None:
        self._ecosystem = ecosystem
        self._buffer = b""
        self._transport: asyncio.Transport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the transport."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Answer each whole request."""
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            lines = head.decode("latin-1").split("\r\n")
            named = {key.lower(): value.strip() for key, _, value in (line.partition(":") for line in lines[1:])}
            self._ecosystem.rebound += REBINDING in named.get("host", "")
            self._send(self._ecosystem.answer(lines[0].split(" ")[1], named.get("if-none-match")))
        if self._buffer[:1] == _HANDSHAKE:
            self._send(Answer(400, b""))
            self._transport.close()

    def _send(self, answer: Answer) -> None:
        self._transport.write(answer.head)
        if answer.drip:
            self._drip(answer.body, 0)
            return
        self._transport.write(answer.body)
        if answer.close:
            self._transport.close()

    def _drip(self, body: bytes, sent: int) -> None:
        if sent < len(body) and not self._transport.is_closing():
            self._transport.write(body[sent : sent + 1])
            asyncio.get_running_loop().call_later(_DRIP_SECONDS, self._drip, body, sent + 1)


def _address(package: Package) -> str:
    if package.ecosystem == "github":
        return f"/api/repos/bench/{package.name}/tarball/HEAD"
    return f"/npm/{package.name}/latest" if package.ecosystem == "npm" else f"/simple/{package.name}/"


def _number(name: str) -> int:
    return int(name.rpartition("-")[2])


def _json(body: object) -> bytes:
    return json.dumps(body, separators=(",", ":")).encode()


async def serve(ecosystem: Ecosystem, port: int) -> None:
    """Serve until standard input closes."""
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Connection(ecosystem), "127.0.0.1", port)
    ecosystem.base = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    secure = await loop.create_server(lambda: Connection(ecosystem), "127.0.0.1", 0, ssl=untrusted())
    ecosystem.secure = f"https://127.0.0.1:{secure.sockets[0].getsockname()[1]}"
    print(ecosystem.base, ecosystem.secure, flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    used = resource.getrusage(resource.RUSAGE_SELF)
    report = {"cpu": used.ru_utime + used.ru_stime, "rebound": ecosystem.rebound}
    print(json.dumps({**report, "fetched": sorted(ecosystem.downloads)}))


def main() -> None:
    """Read the options and serve."""
    parser = argparse.ArgumentParser(description="Imitate the ecosystem on loopback.")
    parser.add_argument("--servers", type=int, default=1000)
    parser.add_argument("--generation", type=int, default=0)
    parser.add_argument("--largest", type=int, default=16 * 1024 * 1024)
    parser.add_argument("--faults", type=int, default=0, help="one server in this many has a fault")
    parser.add_argument("--port", type=int, default=0)
    options = parser.parse_args()
    ecosystem = Ecosystem(options.servers, options.generation, options.largest, faults=options.faults)
    asyncio.run(serve(ecosystem, options.port))


if __name__ == "__main__":
    main()
