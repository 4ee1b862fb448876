"""What a judge does to labels and what it costs: figures for those who have a model.

`measure` reviews the same servers once, or twice with nothing shared between the runs, and says how many primary
labels flipped from one run to the other.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from classifier.judge import Judge, JudgeSettings, Meter
from mcp_catalogue.model import Classification, Digest, ServerFacts

if TYPE_CHECKING:  # the client takes half a second to load
    from openai import AsyncOpenAI

MakeClient = Callable[[], "AsyncOpenAI"]
Servers = Sequence[tuple[ServerFacts, tuple[Classification, ...]]]


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgeFigures:
    """Figures of one measurement.

    `answered` counts tools with an opinion, `cost_per_1000` is in the prices' unit per thousand tools asked about
    (None without prices, or where answers came from the cache), `flips` counts primaries that differ between two
    runs (None where there was one run), `outcomes` and `failures` are the meter's of the first run.
    """

    tools: int
    answered: int
    calls: int
    cached: int
    tokens_in: int
    tokens_out: int
    cost_per_1000: float | None
    flips: int | None
    outcomes: Mapping[str, int]
    failures: Mapping[str, int]
    stopped: str | None


def measure(
    servers: Servers,
    settings: JudgeSettings,
    rulebook: Digest,
    *,
    twice: bool = False,
    client: MakeClient | None = None,
) -> tuple[list[tuple[Classification, ...]], JudgeFigures]:
    """Return each server's labels after the judge, and the figures. A second run uses no cache and costs again."""
    labels, meter = _run(servers, settings, rulebook, client)
    flips = None
    if twice:
        again, _ = _run(servers, replace(settings, cache=None), rulebook, client)
        pairs = [(a, b) for one, two in zip(labels, again, strict=True) for a, b in zip(one, two, strict=True)]
        flips = sum(a.primary is not b.primary for a, b in pairs if a.judge is not None and b.judge is not None)
    asked = sum(meter.outcomes.values())
    cost = meter.cost(settings)
    figures = JudgeFigures(
        tools=asked,
        answered=asked - meter.outcomes["unanswered"],
        calls=meter.calls,
        cached=meter.cached,
        tokens_in=meter.tokens_in,
        tokens_out=meter.tokens_out,
        cost_per_1000=None if cost is None or meter.cached or not asked else 1000 * cost / asked,
        flips=flips,
        outcomes=dict(sorted(meter.outcomes.items())),
        failures={str(reason): count for reason, count in sorted(meter.failures.items())},
        stopped=meter.stopped,
    )
    return labels, figures


def _run(
    servers: Servers, settings: JudgeSettings, rulebook: Digest, client: MakeClient | None
) -> tuple[list[tuple[Classification, ...]], Meter]:
    own = client() if client else None  # each run closes its own
    with Judge(settings, rulebook=rulebook, client=own) as judge:
        labels = [labels for _, labels, _ in judge.review_all(servers)]
    return labels, judge.meter
