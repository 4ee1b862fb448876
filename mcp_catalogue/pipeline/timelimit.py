"""A limit on how long one server may take, where the platform can interrupt a computation."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from mcp_catalogue.errors import TargetError

SECONDS = 120
"""Far above the few hundred milliseconds that a large server takes; what needs more would hold up all others."""


class _Late(BaseException):
    """Not an `Exception`, so that nothing on the way takes it for a problem of one file."""


@contextmanager
def time_limit(what: str, seconds: float = SECONDS) -> Iterator[None]:
    """Raise `TargetError` where the block takes longer than `seconds`; no limit outside a main thread or on Windows."""
    if not hasattr(signal, "setitimer") or threading.current_thread() is not threading.main_thread():
        yield
        return

    def late(_number: int, _frame: FrameType | None) -> None:
        raise _Late

    before = signal.signal(signal.SIGALRM, late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    except _Late:
        raise TargetError(f"{what}: reading it took longer than {seconds:g} s and was given up") from None
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
