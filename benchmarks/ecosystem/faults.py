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
    UNTRUSTED = "a certificate that nobody vouches for"
    NOT_TLS = "plain text where TLS was announced"
    REBIND = "a name that leads to a private address the second time"


HEALED = frozenset({Fault.STORM, Fault.BROKEN_FIRST})
"""Faults that pass: their servers have to be in the store in the end."""

REBINDING = "-rebinding.registry.example"
"""The end of host names whose DNS rebinds."""

_DAMAGED = "a damaged"
_NOT_ANNOUNCED = "not the bytes that the registry announced"
TOLD: dict[Fault, tuple[str, ...]] = {
    Fault.RATE_LIMITED: ("limits requests",),
    Fault.BROKEN: ("status 500",),
    Fault.MISSING: ("has no package", "no public repository"),
    Fault.DRIP: ("comes too slowly",),
    Fault.TRUNCATED: ("without sending complete message body",),
    Fault.NOT_GZIP: ("content encoding is damaged", _DAMAGED),
    Fault.WRONG_DIGEST: (_NOT_ANNOUNCED,),
    Fault.LOOP: ("more than 5 redirects",),
    Fault.HUGE: ("larger than the limit", _DAMAGED),
    Fault.PRIVATE: ("the private address 169.254.169.254",),
    Fault.GARBAGE: (_NOT_ANNOUNCED, _DAMAGED),
    Fault.UNTRUSTED: ("the certificate cannot be verified",),
    Fault.NOT_TLS: ("SSL",),
    Fault.REBIND: ("the private address 127.0.0.1",),
}
"""The words that tell the cause of each fault that stays: of a document, or of an archive without a digest."""


def fault_of(number: int, every: int = EVERY) -> Fault | None:
    """Return the fault of one server where one in `every` has one, or None."""
    if number % every != every - 1:
        return None
    return tuple(Fault)[number // every % len(Fault)]
