"""The SDK's client over a guarded, bounded connection. Imports the SDK: only `crawler.probe.ask` imports this, late."""

import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import AsyncExitStack, asynccontextmanager

import anyio.to_thread
import httpcore
import httpcore2
import httpx2
from mcp import Client
from mcp.client.sse import sse_client
from mcp.client.streamable_http import streamable_http_client
from mcp.types import Implementation

from crawler.http import Guard, user_agent
from mcp_catalogue import __version__
from mcp_catalogue.errors import FetchError


@asynccontextmanager
async def connected(
    url: str, headers: dict[str, str], guard: Guard, most: int, transport: str
) -> AsyncIterator[Client]:
    """Give a client that has agreed on a version with the server; at most `most` bytes are received."""
    http = _http(headers, guard, most)
    async with AsyncExitStack() as stack:
        if transport == "sse":
            streams = sse_client(url, httpx_client_factory=lambda headers=None, timeout=None, auth=None: http)  # noqa: ARG005
        else:
            await stack.enter_async_context(http)  # the SDK opens the other one by itself
            streams = streamable_http_client(url, http_client=http)
        info = Implementation(name="mcp-catalogue", version=__version__)
        client = Client(streams, client_info=info, cache=None, read_timeout_seconds=30)
        yield await stack.enter_async_context(client)


def _http(headers: dict[str, str], guard: Guard, most: int) -> httpx2.AsyncClient:
    return httpx2.AsyncClient(
        transport=_Bounded(guard, most),
        headers={"User-Agent": user_agent(), **headers},
        timeout=httpx2.Timeout(30.0, connect=10.0),
        trust_env=False,
        follow_redirects=False,
    )


class _Bounded(httpx2.AsyncHTTPTransport):
    """Counts what arrives over all requests of one conversation."""

    def __init__(self, guard: Guard, most: int) -> None:
        context = ssl.create_default_context()
        super().__init__(verify=context)
        # As in crawler.http.transport: there is no argument for the network backend.
        self._pool = httpcore2.AsyncConnectionPool(ssl_context=context, network_backend=_Guarded(guard))
        self._left = most

    async def handle_async_request(self, request: httpx2.Request) -> httpx2.Response:
        """Send one request, and count its answer as it is read."""
        response = await super().handle_async_request(request)
        response.stream = _Counted(response.stream, self)
        return response

    def take(self, size: int) -> None:
        """Raise `FetchError` where the conversation has grown over its bound."""
        self._left -= size
        if self._left < 0:
            raise FetchError("the server sends more than the limit")


class _Counted(httpx2.AsyncByteStream):
    def __init__(self, inner: object, transport: _Bounded) -> None:
        self._inner = inner
        self._transport = transport

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for chunk in self._inner:  # type: ignore[attr-defined]
            self._transport.take(len(chunk))
            yield chunk

    async def aclose(self) -> None:
        await self._inner.aclose()  # type: ignore[attr-defined]


class _Guarded(httpcore2.AsyncNetworkBackend):
    """Connects to the addresses that the guard has checked."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._inner = httpcore2.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - httpcore's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.AsyncNetworkStream:
        """Connect to the first checked address that answers."""
        try:
            addresses = await anyio.to_thread.run_sync(self._guard.addresses, host, port)
        except httpcore.ConnectError as error:
            raise httpcore2.ConnectError(str(error)) from error
        problem: Exception = httpcore2.ConnectError(f"{host} has no address")
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                problem = error
        raise problem

    async def sleep(self, seconds: float) -> None:
        """Wait, as httpcore asks between its own attempts."""
        await self._inner.sleep(seconds)
