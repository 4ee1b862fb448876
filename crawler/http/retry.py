"""When a request is sent again, and how long to wait before."""

import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

RETRIED_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504})


@dataclass(frozen=True, slots=True, kw_only=True)
class Retry:
    """Exponential backoff, jittered between half and the whole of each step; all times in seconds.

    A host's own `Retry-After` is followed as long as it is at most `longest`; one that asks for more ends the
    request, so that a crawl goes on with other hosts.
    """

    attempts: int = 4
    first: float = 0.5
    longest: float = 60.0
    jitter: Callable[[], float] = random.random

    def wait(self, attempt: int, headers: Mapping[str, str]) -> float | None:
        """Return the pause before attempt `attempt + 1` (from 1), or None where there is to be none."""
        if attempt >= self.attempts:
            return None
        asked = retry_after(headers)
        if asked is not None:
            return asked if asked <= self.longest else None
        return min(self.longest, self.first * 2.0 ** (attempt - 1)) * (0.5 + self.jitter() / 2)


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Read `Retry-After` (seconds or an HTTP date, RFC 9110), or GitHub's `X-RateLimit-Reset`, as seconds from now."""
    text = headers.get("retry-after", "").strip()
    if text.isdecimal() and len(text) < 10:
        return float(text)
    if text:
        try:
            until = parsedate_to_datetime(text)
        except ValueError:
            return None
        aware = until if until.tzinfo else until.replace(tzinfo=UTC)
        return max(0.0, (aware - datetime.now(UTC)).total_seconds())
    if headers.get("x-ratelimit-remaining") == "0":
        reset = headers.get("x-ratelimit-reset", "")
        if reset.isdecimal() and len(reset) < 12:
            return max(0.0, float(reset) - datetime.now(UTC).timestamp())
    return None
