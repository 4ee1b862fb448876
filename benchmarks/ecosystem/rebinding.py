"""The command `catalogue` under a DNS that rebinds: `python -m benchmarks.ecosystem.rebinding crawl …`.

A name of `REBINDING` leads to a public address the first time it is asked for, and to this machine ever after.
"""

import socket
from collections import Counter
from typing import Any

from benchmarks.ecosystem.faults import REBINDING
from mcp_catalogue.cli.app import main

_PUBLIC = "203.0.113.7"  # RFC 5737: nobody has it, so the first connection comes to nothing


class Rebinding:
    """Stands in for `socket.getaddrinfo`, with its arguments and answers."""

    def __init__(self) -> None:
        self._asked: Counter[str] = Counter()
        self._others = socket.getaddrinfo

    def __call__(self, host: Any, port: Any, *more: Any, **named: Any) -> Any:  # noqa: ANN401 - as the function's own
        """Answer for our own names, and leave others to the system."""
        if isinstance(host, str) and host.endswith(REBINDING):
            self._asked[host] += 1
            host = _PUBLIC if self._asked[host] == 1 else "127.0.0.1"
        return self._others(host, port, *more, **named)


if __name__ == "__main__":
    socket.getaddrinfo = Rebinding()
    main()
