"""The figures of `data/measurements.json`, where there are any: how right labels were on sets that readers labelled."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from mcp_catalogue.resources import resource_dir


@dataclass(frozen=True, slots=True)
class Part:
    """So many of so many."""

    part: int
    whole: int

    @property
    def words(self) -> str:
        """Return the share in per cent with what it is of."""
        return f"{100 * self.part / self.whole:.1f}\u00a0% ({self.part:,} of {self.whole:,})" if self.whole else "none"


@dataclass(frozen=True, slots=True)
class MeasuredClass:
    """Precision and recall of one category, None where nothing could be divided."""

    category: str
    precision: float | None
    recall: float | None
    labelled: int


@dataclass(frozen=True, slots=True)
class MeasuredSet:
    """The figures of one labelled set and the rulebook that they belong to."""

    name: str
    rulebook: str
    servers: int
    strict: Part
    lenient: Part
    critical_recall: Part
    false_critical: Part
    classes: tuple[MeasuredClass, ...]


@lru_cache(maxsize=1)
def measured() -> tuple[tuple[MeasuredSet, ...], Mapping[str, Part]]:
    """Return the figures of every set, and over all sets how often each rule was right when it decided first."""
    path = resource_dir("data") / "measurements.json"
    if not path.is_file():
        return (), {}
    sets = json.loads(path.read_text(encoding="utf-8")).get("labels", {})
    rules: dict[str, Part] = {}
    for entry in sets.values():
        for rule, share in entry["figures"]["rules"].items():
            before = rules.get(rule, Part(0, 0))
            rules[rule] = Part(before.part + share["part"], before.whole + share["whole"])
    return tuple(_set(name, entry) for name, entry in sorted(sets.items())), rules


def _set(name: str, entry: Mapping[str, Any]) -> MeasuredSet:
    figures = entry["figures"]
    return MeasuredSet(
        name=name,
        rulebook=entry["rulebook"],
        servers=figures["servers"],
        strict=_part(figures["strict"]),
        lenient=_part(figures["lenient"]),
        critical_recall=_part(figures["critical_recall"]),
        false_critical=_part(figures["false_critical"]),
        classes=tuple(
            MeasuredClass(category, found["precision"], found["recall"], found["labelled"])
            for category, found in figures["classes"].items()
        ),
    )


def _part(share: Mapping[str, Any]) -> Part:
    return Part(share["part"], share["whole"])
