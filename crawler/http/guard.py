"""Addresses that a listing may not lead to, checked after DNS and pinned to what was checked.

A name is resolved once, every address it has is judged, and the connection goes to one that was judged: a host
that answers differently the second time gains nothing. TLS still verifies the name. The check lies below the
redirects, so that each of them passes it anew.
"""

import ipaddress
import socket
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import httpcore

from mcp_catalogue.errors import FetchError

Resolve = Callable[[str, int], Iterable[str]]
# RFC 6052: IPv4 addresses inside IPv6 ones, as a NAT64 gateway reads them.
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# Set apart for documentation (RFC 5737) and benchmarks (RFC 2544): nobody's private network, and what proxies that
# answer DNS with stand-in addresses use.
_STAND_INS = tuple(
    ipaddress.IPv4Network(n) for n in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15")
)


class BlockedAddressError(FetchError):
    """A listing leads to an address that is not public."""


def resolve(host: str, port: int) -> list[str]:
    """Return the addresses of `host` in the system's order. Raises `httpcore.ConnectError`."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise httpcore.ConnectError(str(error)) from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


def is_public(address: str) -> bool:
    """Tell whether `address` leads to no private, local or metadata service, whatever it is wrapped in."""
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        inner = ip.ipv4_mapped or ip.sixtofour or (ip.teredo[1] if ip.teredo else None)
        if inner is None and ip in _NAT64:
            inner = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF)
        ip = inner or ip
    if isinstance(ip, ipaddress.IPv4Address) and any(ip in network for network in _STAND_INS):
        return True
    return ip.is_global and not ip.is_multicast


@dataclass(frozen=True, slots=True, kw_only=True)
class Guard:
    """Judges addresses. `trusted` are the (host, port) pairs that the user configured; they may be anywhere."""

    trusted: frozenset[tuple[str, int]] = frozenset()
    allow_private: bool = False
    resolve: Resolve = field(default=resolve)

    def addresses(self, host: str, port: int) -> list[str]:
        """Return the addresses of `host`, all of them checked. Raises `BlockedAddressError`."""
        found = list(self.resolve(host, port))
        if not self.allow_private and (host.lower(), port) not in self.trusted:
            bad = next((a for a in found if not is_public(a)), None)
            if bad is not None:
                raise BlockedAddressError(
                    f"{host}: refused, it leads to the private address {bad} (--allow-private lets it pass)"
                )
        return found


class GuardedBackend(httpcore.NetworkBackend):
    """Connects to the addresses that the guard has checked, and to nothing else."""

    def __init__(self, guard: Guard, inner: httpcore.NetworkBackend | None = None) -> None:
        self._guard = guard
        self._inner = inner or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """Connect to the first checked address that answers."""
        problem: Exception = httpcore.ConnectError(f"{host} has no address")
        for address in self._guard.addresses(host, port):
            try:
                return self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                problem = error
        raise problem

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None
    ) -> httpcore.NetworkStream:
        """Refuse: no listing names a socket on this machine."""
        del timeout, socket_options
        raise BlockedAddressError(f"{path}: refused, a socket on this machine")

    def sleep(self, seconds: float) -> None:
        """Wait, as httpcore asks between its own attempts (it makes none here)."""
        self._inner.sleep(seconds)
