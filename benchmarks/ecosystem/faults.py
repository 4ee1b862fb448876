"""Faults of hosts, each befalling some of the servers: which ones is fixed by the server's number."""

from enum import StrEnum

EVERY = 97
"""About one server in a hundred has a fault, unless a smaller number is asked for."""


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


def fault_of(number: int, every: int = EVERY) -> Fault | None:
    """Return the fault of one server where one in `every` has one, or None."""
    if number % every != every - 1:
        return None
    return tuple(Fault)[number // every % len(Fault)]
