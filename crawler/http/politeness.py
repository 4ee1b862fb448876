"""How fast one host is asked: requests at once, requests per second, and pauses that the host itself asks for."""

import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field

from mcp_catalogue.errors import FetchError


@dataclass(frozen=True, slots=True, kw_only=True)
class HostLimit:
    """Bounds for one host: requests in flight, and requests begun per second (None: no bound)."""

    concurrent: int = 16
    per_second: float | None = None


DEFAULT_LIMITS: Mapping[str, HostLimit] = {"api.github.com": HostLimit(concurrent=4)}
"""Hosts whose documentation asks for less (GitHub: "Best practices for using the REST API")."""


@dataclass(slots=True)
class _Host:
    """What is known of one host; `free_at` is when the next request may begin, on the monotonic clock."""

    limit: HostLimit
    places: threading.BoundedSemaphore
    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0
    paused_until: float = 0.0
    refusals: int = 0


_REFUSALS = 5
"""Refusals in a row that ask for a long pause, before that counts for the host and not for one address alone."""


class Politeness:
    """Shared by all threads of a crawl. `hosts` gives the limits of single hosts, `default` those of all others."""

    def __init__(
        self,
        *,
        default: HostLimit | None = None,
        hosts: Mapping[str, HostLimit] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], object] = time.sleep,
    ) -> None:
        self._default = default or HostLimit()
        self._limits = {**DEFAULT_LIMITS, **(hosts or {})}
        self._hosts: dict[str, _Host] = {}
        self._lock = threading.Lock()
        self._clock = clock
        self._sleep = sleep

    @contextmanager
    def turn(self, host: str, patience: float) -> Iterator[None]:
        """Wait for a place at `host`, at most `patience` seconds of pause. Raises `FetchError` beyond that."""
        state = self._state(host)
        with state.places:
            pause = self._pause(state)
            if pause > patience:
                raise FetchError(f"{host}: the host limits requests and asks for a pause of {pause:.0f} s")
            if pause > 0:
                self._sleep(pause)
            yield

    def refused(self, host: str, seconds: float, *, longest: float) -> None:
        """Begin no request to `host` for `seconds`: it has asked for that.

        A pause of more than `longest` counts only once several requests in a row were answered so.
        """
        state = self._state(host)
        with state.lock:
            state.refusals += 1
            if seconds <= longest or state.refusals >= _REFUSALS:
                state.paused_until = max(state.paused_until, self._clock() + seconds)

    def accepted(self, host: str) -> None:
        """Note an answer that is no refusal."""
        state = self._state(host)
        if state.refusals:
            state.refusals = 0

    def _pause(self, state: _Host) -> float:
        if state.limit.per_second is None and not state.paused_until:
            return 0.0
        with state.lock:
            now = self._clock()
            begin = max(now, state.free_at, state.paused_until)
            if state.limit.per_second is not None:
                state.free_at = begin + 1 / state.limit.per_second
            return begin - now

    def _state(self, host: str) -> _Host:
        state = self._hosts.get(host)
        if state is None:
            with self._lock:
                limit = self._limits.get(host, self._default)
                new = _Host(limit, threading.BoundedSemaphore(limit.concurrent))
                state = self._hosts.setdefault(host, new)
        return state
