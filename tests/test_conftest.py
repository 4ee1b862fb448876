import socket

import pytest


def test_a_unit_test_cannot_leave_this_machine() -> None:
    with socket.socket() as one, pytest.raises(AssertionError, match="mark it network"):
        one.connect(("192.0.2.1", 80))


def test_loopback_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server, socket.socket() as one:
        one.connect(server.getsockname())
        assert one.getpeername() == server.getsockname()
