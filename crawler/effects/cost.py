"""The processor time that following handlers takes, apart from the rest of an extraction: for measurements alone."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass


@dataclass(slots=True)
class Meter:
    """Seconds of processor time spent so far."""

    seconds: float = 0.0


_METER: ContextVar[Meter | None] = ContextVar("meter", default=None)


@contextmanager
def metered() -> Iterator[Meter]:
    """Give a meter of everything that is followed inside."""
    meter = Meter()
    token = _METER.set(meter)
    try:
        yield meter
    finally:
        _METER.reset(token)


@contextmanager
def following() -> Iterator[None]:
    """Count what happens inside, where somebody measures."""
    meter = _METER.get()
    started = time.process_time() if meter is not None else 0.0
    try:
        yield
    finally:
        if meter is not None:
            meter.seconds += time.process_time() - started
