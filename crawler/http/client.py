"""The client: retries, redirects checked one by one, size limits while streaming, credentials kept apart.

The network is a constructor argument: `transport` makes an httpx transport, one per thread, because httpx slows
down when many requests share one pool. Tests give `lambda: httpx.MockTransport(handler)`.
"""

import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import BinaryIO, Self, cast

import httpx

from crawler.http.politeness import Politeness
from crawler.http.retry import RETRIED_STATUSES, Retry, retry_after
from crawler.http.urls import origin_of, redact, web_join
from mcp_catalogue import __version__
from mcp_catalogue.errors import FetchError

MIB = 1024 * 1024
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_RATE_LIMITED = frozenset({403, 429})
_LONGEST_PAUSE = 3600.0  # seconds; GitHub's own window


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """Bounds of one request.

    `document`, `archive`: bytes; `connect`, `read`: seconds without progress; `total`: seconds in all, retries and
    pauses included; `slowest`: bytes per second on the average, once `patience` seconds have passed.
    """

    document: int = 24 * MIB
    archive: int = 256 * MIB
    connect: float = 10.0
    read: float = 30.0
    total: float = 300.0
    slowest: float = 1024.0
    patience: float = 20.0
    redirects: int = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """An answer that is no transport failure: `url` and its `host` are where it came from in the end.

    Header names are in lower case.
    """

    url: str
    status: int
    host: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""


Authorize = Callable[[str], str | None]
"""Gives the `Authorization` header for an address, or None."""


def user_agent(contact: str | None = None) -> str:
    """Return the honest User-Agent; `contact` is an address under which the crawling person can be reached."""
    suffix = f"; +{contact}" if contact else ""
    return f"mcp-catalogue/{__version__} (static catalogue of MCP servers{suffix})"


_LIMITS = Limits()
_RETRY = Retry()


class Http:
    """Sends GET requests for every thread of a crawl. Use as a context manager, or call `close`."""

    def __init__(  # noqa: PLR0913 - each is a seam that a test or a caller sets by name
        self,
        *,
        transport: Callable[[], httpx.BaseTransport],
        authorize: Authorize = lambda _url: None,
        limits: Limits = _LIMITS,
        retry: Retry = _RETRY,
        contact: str | None = None,
        sleep: Callable[[float], object] = time.sleep,
        politeness: Politeness | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.limits = limits
        self._transport = transport
        self._politeness = politeness or Politeness(sleep=sleep)
        self._authorize = authorize
        self._retry = retry
        self._sleep = sleep
        self._clock = clock
        self._base_headers = {"User-Agent": user_agent(contact), "Accept": "*/*", "Accept-Encoding": "gzip, deflate"}
        timeout = httpx.Timeout(limits.read, connect=limits.connect)
        self._extensions = {"timeout": timeout.as_dict()}
        self._local = threading.local()
        self._transports: list[httpx.BaseTransport] = []
        self._lock = threading.Lock()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of all threads."""
        with self._lock:
            for transport in self._transports:
                transport.close()
            self._transports.clear()

    def get(self, url: str, *, headers: Mapping[str, str] | None = None, limit: int | None = None) -> Reply:
        """Return the answer with its body in memory. Raises `FetchError` where there is none in the end.

        Statuses that a retry may cure are retried; every other one is the caller's to judge.
        """
        chunks: list[bytes] = []

        def take(response: httpx.Response) -> None:
            chunks.clear()
            # what came unencoded is taken as it is: httpx's decoders cost a tenth of a small request
            pieces = response.iter_bytes() if "content-encoding" in response.headers else _stream(response)
            self._bounded(pieces, chunks.append, limit or self.limits.document, url)

        reply = self._send(url, headers or {}, take)
        return Reply(url=reply.url, status=reply.status, headers=reply.headers, body=b"".join(chunks))

    def download(
        self, url: str, sink: BinaryIO, *, headers: Mapping[str, str] | None = None, limit: int | None = None
    ) -> Reply:
        """Write the bytes as sent, undecoded, to `sink`, which is emptied before each attempt."""

        def take(response: httpx.Response) -> None:
            sink.seek(0)
            sink.truncate()
            if response.status_code == httpx.codes.OK:
                self._bounded(_stream(response), sink.write, limit or self.limits.archive, url)

        return self._send(url, {"Accept-Encoding": "identity", **(headers or {})}, take)

    def _bounded(self, chunks: Iterable[bytes], take: Callable[[bytes], object], limit: int, url: str) -> None:
        """Hand on a body piece by piece; raise `FetchError` where it is too large or comes too slowly."""
        started, size = self._clock(), 0
        for chunk in chunks:
            size += len(chunk)
            if size > limit:
                raise FetchError(f"{redact(url)}: larger than the limit of {limit // MIB or 1} MiB")
            spent = self._clock() - started
            if spent > self.limits.patience and (size < spent * self.limits.slowest or spent > self.limits.total):
                raise FetchError(f"{redact(url)}: comes too slowly, {size} bytes in {spent:.0f} s")
            take(chunk)

    def _send(self, url: str, headers: Mapping[str, str], take: Callable[[httpx.Response], None]) -> Reply:
        started = self._clock()
        attempt = 0
        while True:
            attempt += 1
            reply, problem = self._attempt(url, headers, take)
            if reply is not None and not _again(reply):
                self._politeness.accepted(reply.host)
                return reply
            asked = retry_after(reply.headers) if reply else None
            if reply is not None and asked:
                refusal = min(asked, _LONGEST_PAUSE)
                self._politeness.refused(reply.host, refusal, longest=self._retry.longest)
            pause = self._retry.wait(attempt, reply.headers if reply else {})
            if pause is None or self._clock() - started + pause > self.limits.total:
                if reply is not None and reply.status in _RATE_LIMITED:
                    raise FetchError(f"{redact(url)}: the host limits requests ({reply.status}); try again later")
                raise FetchError(f"{redact(url)}: {problem} (after {attempt} attempts)")
            if not asked:  # a pause that the host asked for is waited for before its next turn, by every thread
                self._sleep(pause)

    def _attempt(
        self, url: str, headers: Mapping[str, str], take: Callable[[httpx.Response], None]
    ) -> tuple[Reply | None, str]:
        """Send once, through redirects. Returns the answer, or None and what went wrong."""
        try:
            with self._open(url, headers) as response:
                take(response)
                status, headers = response.status_code, _headers(response)
                reply = Reply(url=str(response.url), status=status, host=response.url.host, headers=headers)
                return reply, f"status {status}"
        except httpx.TimeoutException:
            return None, "no answer in time"
        except httpx.ConnectError as error:
            if "CERTIFICATE_VERIFY_FAILED" in str(error):
                hint = "set SSL_CERT_FILE to your company's certificates, if it has its own"
                raise FetchError(f"{redact(url)}: the certificate cannot be verified; {hint}") from error
            return None, f"cannot connect ({_reason(error)})"
        except httpx.InvalidURL as error:
            raise FetchError(f"{redact(url)}: not a usable address ({_reason(error)})") from error
        except httpx.DecodingError:
            return None, "the answer's content encoding is damaged"
        except httpx.TransportError as error:
            return None, f"the connection failed ({_reason(error)})"

    @contextmanager
    def _open(self, url: str, headers: Mapping[str, str]) -> Iterator[httpx.Response]:
        """Send through redirects, straight to the transport: no cookies, no state between requests."""
        transport = self._own_transport()
        current = url
        for _ in range(self.limits.redirects + 1):
            sent = self._headers(current, url, headers)
            request = httpx.Request("GET", _checked(current, url), headers=sent, extensions=self._extensions)
            with self._politeness.turn(request.url.host, self.limits.total):
                response = transport.handle_request(request)
                response.request = request
                try:
                    location = response.headers.get("location")
                    if response.status_code not in _REDIRECTS or not location:
                        yield response
                        return
                    current = web_join(current, location) or ""
                finally:
                    response.close()
        raise FetchError(f"{redact(url)}: more than {self.limits.redirects} redirects")

    def _headers(self, url: str, first: str, headers: Mapping[str, str]) -> dict[str, str]:
        """Return the headers for `url`; those meant for `first` alone do not follow to another host."""
        sent = {**self._base_headers, **headers}
        if url != first and origin_of(url) != origin_of(first):
            sent.pop("Authorization", None)
        authorization = self._authorize(url)
        if authorization:
            sent.setdefault("Authorization", authorization)
        return sent

    def _own_transport(self) -> httpx.BaseTransport:
        transport: httpx.BaseTransport | None = getattr(self._local, "transport", None)
        if transport is None:
            transport = self._local.transport = self._transport()
            with self._lock:
                self._transports.append(transport)
        return transport


def _again(reply: Reply) -> bool:
    if reply.status in RETRIED_STATUSES:
        return True
    # GitHub answers 403 to both of its rate limits, and says so in a header.
    limited = "retry-after" in reply.headers or reply.headers.get("x-ratelimit-remaining") == "0"
    return reply.status == httpx.codes.FORBIDDEN and limited


def _checked(url: str, first: str) -> httpx.URL:
    """Refuse what is no web address, and a redirect that gives up encryption."""
    address = httpx.URL(url)
    if address.scheme not in {"http", "https"} or not address.host:
        raise FetchError(f"{redact(first)}: refused to go to an address that is not http or https")
    if address.scheme == "http" and first.startswith("https:"):
        raise FetchError(f"{redact(first)}: refused a redirect from https to http")
    return address


def _stream(response: httpx.Response) -> Iterable[bytes]:
    """Return the body's bytes as they came."""
    return cast("httpx.SyncByteStream", response.stream)


def _headers(response: httpx.Response) -> dict[str, str]:
    """Return the headers by lower-case name; what came several times is joined (RFC 9110, 5.3)."""
    found: dict[str, str] = {}
    for raw, data in response.headers.raw:
        name, value = raw.lower().decode("latin-1"), data.decode("utf-8", "replace")
        found[name] = f"{found[name]}, {value}" if name in found else value
    return found


def _reason(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0][:200] or type(error).__name__
