"""Read samples and tell what that took."""

import time
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass

from benchmarks.extraction.trees import Sample
from crawler.effects.cost import metered
from crawler.extract import extract
from mcp_catalogue.evaluate.cost import peak_megabytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """What reading one sample took: seconds of processor time, those that followed handlers apart; its tools."""

    name: str
    size: int
    seconds: float
    effects: float
    tools: int


def read(sample: Sample) -> Cost:
    """Extract the servers of one sample, in this process."""
    started = time.process_time()
    with metered() as meter:
        tools = sum(len(found.facts.tools) for found in extract(sample.tree))
    spent = time.process_time() - started
    return Cost(name=sample.name, size=sample.size, seconds=spent - meter.seconds, effects=meter.seconds, tools=tools)


def best(sample: Sample, rounds: int = 3) -> Cost:
    """Read a sample several times and keep the fastest: what else the machine does only ever slows it."""
    return min((read(sample) for _ in range(rounds)), key=lambda c: c.seconds + c.effects)


def read_all(samples: Iterable[Sample]) -> tuple[list[Cost], float | None]:
    """Read samples one after another in one process of their own; give the most memory that it held, in MB."""
    with ProcessPoolExecutor(1) as pool:
        costs = [pool.submit(read, sample).result() for sample in samples]
        return costs, pool.submit(peak_megabytes).result()


@dataclass(frozen=True, slots=True, kw_only=True)
class Pooled:
    """Seconds on the clock, and of processor time in the workers, that reading took with several processes."""

    clock: float
    processor: float


def pooled(samples: Sequence[Sample], processes: int) -> Pooled:
    """Read samples, the largest first, with so many processes, already started and holding them."""
    order = sorted(range(len(samples)), key=lambda number: -samples[number].size)
    with ProcessPoolExecutor(processes, initializer=_HELD.extend, initargs=(samples,)) as pool:
        list(pool.map(_read_held, order[-2 * processes :]))  # grammars and tables are loaded
        started = time.perf_counter()
        costs = list(pool.map(_read_held, order))
        clock = time.perf_counter() - started
    return Pooled(clock=clock, processor=sum(cost.seconds + cost.effects for cost in costs))


_HELD: list[Sample] = []


def _read_held(number: int) -> Cost:
    return read(_HELD[number])
