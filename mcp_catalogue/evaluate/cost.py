"""What a measurement itself took: processor time by its quantiles, and memory."""

import sys
from collections.abc import Sequence


def quantile(values: Sequence[float], share: float) -> float:
    """Return the smallest of `values` that `share` of them do not exceed; 0 of none."""
    ordered = sorted(values)
    place = max(0, -int(-share * len(ordered) // 1) - 1)
    return ordered[place] if ordered else 0.0


def peak_megabytes() -> float | None:
    """Return the most memory that this process has held, in MB; None where the system does not tell (Windows)."""
    try:
        import resource  # noqa: PLC0415 - absent on Windows
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024  # bytes there, kilobytes elsewhere
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6
