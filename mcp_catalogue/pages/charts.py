"""Geometry of the charts; the templates draw them."""

from collections.abc import Sequence
from dataclasses import dataclass

from mcp_catalogue.model import Category, Severity
from mcp_catalogue.pages.overview import Overview

WIDTH = 620.0


@dataclass(frozen=True, slots=True)
class Segment:
    """One piece of a bar, in user units of the drawing."""

    severity: Severity
    count: int
    x: float
    width: float


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar with its pieces from critical to low."""

    name: str
    count: int
    share: str
    segments: tuple[Segment, ...]


def bar(name: str, counts: Sequence[tuple[Severity, int]], *, most: int, whole: int, width: float = WIDTH) -> Bar:
    """Lay out one bar whose full width stands for `most` tools; `whole` is what its share is of."""
    x, segments = 0.0, []
    for severity, count in counts:
        piece = round(width * count / most, 1) if most else 0.0
        if count:
            segments.append(Segment(severity, count, round(x, 1), piece))
        x += piece
    total = sum(count for _, count in counts)
    return Bar(name, total, f"{100 * total / whole:.0f}\u00a0%" if whole else "", tuple(segments))


def profile(overview: Overview) -> tuple[Bar, ...]:
    """Return the risk profile of the index: one bar a category, in rising order of harm."""
    most = max((overview.category(c) for c in Category), default=0)
    return tuple(
        bar(c.value, [(s, overview.matrix[c, s]) for s in reversed(Severity)], most=most, whole=overview.tools)
        for c in Category
    )
