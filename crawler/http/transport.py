"""The real transport: guarded, through the environment's proxies where it names any."""

import ssl
from collections.abc import Callable, Mapping
from contextlib import suppress
from urllib.request import getproxies, proxy_bypass

import httpcore
import httpx

from crawler.http.guard import Guard, GuardedBackend


def make_transport(verify: ssl.SSLContext, guard: Guard) -> Callable[[], httpx.BaseTransport]:
    """Return what makes one transport per thread. `HTTPS_PROXY`, `HTTP_PROXY` and `NO_PROXY` are followed."""
    proxies = {scheme: address for scheme, address in getproxies().items() if scheme in {"http", "https"}}

    def make() -> httpx.BaseTransport:
        direct = GuardedTransport(verify, guard)
        return ProxiedTransport(direct, verify, guard, proxies) if proxies else direct

    return make


class GuardedTransport(httpx.HTTPTransport):
    """httpx's transport over a pool whose connections pass the guard."""

    def __init__(self, verify: ssl.SSLContext, guard: Guard) -> None:
        super().__init__(verify=verify)
        # httpx offers no argument for the network backend; the pool is replaced before it is used.
        self._pool = httpcore.ConnectionPool(
            ssl_context=verify,
            max_connections=10,
            max_keepalive_connections=10,
            keepalive_expiry=30.0,
            network_backend=GuardedBackend(guard),
        )


class ProxiedTransport(httpx.BaseTransport):
    """Sends through the proxy of the address' scheme, unless `NO_PROXY` excepts the host.

    A proxy resolves names itself, so the guard judges here what this machine resolves; a name that only the
    proxy can resolve is the proxy's to refuse.
    """

    def __init__(
        self, direct: httpx.BaseTransport, verify: ssl.SSLContext, guard: Guard, proxies: Mapping[str, str]
    ) -> None:
        self._direct = direct
        self._guard = guard
        self._proxies = {s: httpx.HTTPTransport(verify=verify, proxy=address) for s, address in proxies.items()}

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Choose the way for one request."""
        host = request.url.host
        proxy = self._proxies.get(request.url.scheme)
        if proxy is None or proxy_bypass(host):
            return self._direct.handle_request(request)
        with suppress(httpcore.ConnectError):
            self._guard.addresses(host, request.url.port or 443)
        return proxy.handle_request(request)

    def close(self) -> None:
        """Close all ways."""
        self._direct.close()
        for proxy in self._proxies.values():
            proxy.close()
