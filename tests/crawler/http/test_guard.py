import socket
import threading
from collections.abc import Callable, Iterable

import httpcore
import httpx
import pytest

from crawler.http import BlockedAddressError, Guard, Http, Retry, make_transport
from crawler.http.guard import GuardedBackend, is_public
from mcp_catalogue.errors import FetchError


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "127.8.8.8",
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "0.0.0.0",
        "224.0.0.1",
        "255.255.255.255",
        "::1",
        "::",
        "fe80::1",
        "fe80::1%eth0",
        "fc00::1",
        "fd00:ec2::254",
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::a00:1",
        "2002:0a00:0001::1",
        "nonsense",
        "",
    ],
)
def test_private_addresses_are_known_whatever_they_are_wrapped_in(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize(
    "address", ["8.8.8.8", "1.1.1.1", "2606:4700::1", "64:ff9b::808:808", "203.0.113.9", "198.18.0.5"]
)
def test_public_addresses_pass(address: str) -> None:
    assert is_public(address)


class Recorder(httpcore.NetworkBackend):
    def __init__(self) -> None:
        self.connected: list[tuple[str, int]] = []

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002 - httpcore's signature
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> httpcore.NetworkStream:
        self.connected.append((host, port))
        return httpcore.MockStream([])


def answering(*answers: list[str]) -> Callable[[str, int], Iterable[str]]:
    left = list(answers)
    return lambda _host, _port: left.pop(0) if len(left) > 1 else left[0]


def test_the_connection_goes_to_the_address_that_was_checked() -> None:
    recorder = Recorder()
    guard = Guard(resolve=answering(["8.8.8.8"], ["127.0.0.1"]))
    GuardedBackend(guard, recorder).connect_tcp("rebinding.registry.example", 443)
    assert recorder.connected == [("8.8.8.8", 443)]


def test_one_private_address_among_public_ones_refuses_the_name() -> None:
    recorder = Recorder()
    with pytest.raises(BlockedAddressError, match=r"10\.0\.0\.1"):
        GuardedBackend(Guard(resolve=answering(["8.8.8.8", "10.0.0.1"])), recorder).connect_tcp(
            "x.registry.example", 443
        )
    assert recorder.connected == []


def test_what_the_user_configured_may_be_anywhere_at_its_own_port_only() -> None:
    recorder = Recorder()
    guard = Guard(trusted=frozenset({("registry.example", 443)}), resolve=answering(["10.0.0.1"]))
    GuardedBackend(guard, recorder).connect_tcp("registry.example", 443)
    with pytest.raises(BlockedAddressError):
        GuardedBackend(guard, recorder).connect_tcp("registry.example", 22)
    GuardedBackend(Guard(allow_private=True, resolve=answering(["10.0.0.1"])), recorder).connect_tcp("x", 1)
    assert recorder.connected == [("10.0.0.1", 443), ("10.0.0.1", 1)]


def test_sockets_on_this_machine_are_refused() -> None:
    with pytest.raises(BlockedAddressError):
        GuardedBackend(Guard(), Recorder()).connect_unix_socket("/run/docker.sock")


@pytest.fixture
def redirecting() -> Iterable[int]:
    """A host on loopback that leads on to a metadata address."""
    server = socket.create_server(("127.0.0.1", 0))
    done = threading.Event()

    def serve() -> None:
        while not done.is_set():
            try:
                connection, _ = server.accept()
            except OSError:
                return
            with connection:
                connection.recv(4096)
                connection.sendall(
                    b"HTTP/1.1 302 Found\r\nLocation: http://169.254.169.254/latest/meta-data\r\n"
                    b"Content-Length: 0\r\nConnection: close\r\n\r\n"
                )

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    yield server.getsockname()[1]
    done.set()
    server.shutdown(socket.SHUT_RDWR)
    server.close()
    thread.join(5)


def test_every_redirect_passes_the_guard(redirecting: int) -> None:
    guard = Guard(trusted=frozenset({("127.0.0.1", redirecting)}))
    with (
        Http(transport=make_transport(httpx.create_ssl_context(), guard), retry=Retry(attempts=1)) as http,
        pytest.raises(BlockedAddressError, match=r"169\.254\.169\.254"),
    ):
        http.get(f"http://127.0.0.1:{redirecting}/")


def test_loopback_is_refused_over_the_real_transport(redirecting: int) -> None:
    transport = make_transport(httpx.create_ssl_context(), Guard())
    with Http(transport=transport, retry=Retry(attempts=1)) as http, pytest.raises(BlockedAddressError):
        http.get(f"http://127.0.0.1:{redirecting}/")


def test_a_name_that_does_not_resolve_is_a_connection_problem() -> None:
    transport = make_transport(httpx.create_ssl_context(), Guard())
    with Http(transport=transport, retry=Retry(attempts=1)) as http, pytest.raises(FetchError, match="cannot connect"):
        http.get("https://host.invalid/")
