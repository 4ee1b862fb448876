"""Geometry of the charts; the templates draw them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

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


@dataclass(frozen=True, slots=True)
class Growth:
    """The number of tools by day: points of the line, the day and count at both ends."""

    points: str
    first: tuple[str, int]
    last: tuple[str, int]


def growth_chart(days: Sequence[tuple[str, int, int]]) -> Growth | None:
    """Lay out the growth of the index, 620 by 120 units; None for fewer than two days. `days`: day, servers, tools."""
    if len(days) < 2:
        return None
    start, end = (date.fromisoformat(days[i][0]).toordinal() for i in (0, -1))
    most = days[-1][2] or 1
    points = " ".join(
        f"{(date.fromisoformat(day).toordinal() - start) / (end - start) * WIDTH:.1f},{120 - tools / most * 110:.1f}"
        for day, _, tools in days
    )
    return Growth(points, (days[0][0], days[0][2]), (days[-1][0], days[-1][2]))


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
