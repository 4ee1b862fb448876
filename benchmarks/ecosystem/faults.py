"""Faults of hosts, each befalling some of the servers: which ones is fixed by the server's number."""

from enum import StrEnum

_EVERY = 97  # about one server in a hundred has a fault


class Fault(StrEnum):
    """What a host does wrong."""

    STORM = "429 with Retry-After at first"
    RATE_LIMITED = "429 that asks for a day"
    BROKEN_FIRST = "503 at first"
    BROKEN = "500 always"
    MISSING = "404"
    DRIP = "one byte at a time, never ending"
    TRUNCATED = "less than the length announced"
    NOT_GZIP = "gzip announced, text sent"
    WRONG_DIGEST = "other bytes than announced"
    LOOP = "a redirect to itself"
    HUGE = "a document of 100 MB"
    PRIVATE = "a redirect to a metadata address"
    GARBAGE = "an archive that is none"


HEALED = frozenset({Fault.STORM, Fault.BROKEN_FIRST})
"""Faults that pass: their servers have to be in the store in the end."""


def fault_of(number: int) -> Fault | None:
    """Return the fault of one server, or None."""
    if number % _EVERY != _EVERY - 1:
        return None
    return tuple(Fault)[number // _EVERY % len(Fault)]
