"""Measure the reader and write the table.

python -m benchmarks.extraction.run --out build/bench [--sources DIR ...] [--packages DIR]
"""

import argparse
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.extraction.at_hand import archives, folder
from benchmarks.extraction.measure import Cost, best, pooled, read_all
from benchmarks.extraction.trees import Sample, fixtures, general
from mcp_catalogue.evaluate.cost import quantile


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large the measurements are: bytes of the general trees, number of packages, bytes of the largest one."""

    tree: int = 60_000_000
    packages: int = 120
    largest: int = 16_000_000


def measure(
    out: Path, size: Size, *, sources: Iterable[Path] = (), packages: Path | None = None
) -> list[tuple[str, str, str]]:
    """Measure and write `extraction.md` into `out`; answer its rows: what, measured, reach."""
    trees = [general(size.tree), general(size.tree, serving=True), *map(folder, sources)]
    rows = [_speed(best(sample)) for sample in trees]
    samples = list(archives(packages) if packages else fixtures(size.packages, size.largest))
    costs, memory = read_all(samples)
    rows += _packages(costs)
    rows.append(_processes(samples))
    rows.append(("peak memory over the packages", "unknown here" if memory is None else f"{memory:,.0f} MB", "500 MB"))
    _write(out, rows, costs)
    return rows


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description="Measure the reader.")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    parser.add_argument("--sources", type=Path, nargs="*", default=(), help="folders of any sources, read whole")
    parser.add_argument("--packages", type=Path, help="folder of archives of packages (default: our fixtures)")
    parser.add_argument("--megabytes", type=int, default=Size().tree // 1_000_000, help="size of the general trees")
    given = parser.parse_args()
    measure(given.out, Size(tree=given.megabytes * 1_000_000), sources=given.sources, packages=given.packages)


def _speed(cost: Cost) -> tuple[str, str, str]:
    rate = cost.size / 1e6 / (cost.seconds + cost.effects)
    return f"{cost.name}, {cost.size / 1e6:,.0f} MB", f"{rate:,.0f} MB/s", ">= 150 MB/s per core"


def _packages(costs: Sequence[Cost]) -> Iterator[tuple[str, str, str]]:
    tools = sum(cost.tools for cost in costs)
    of = f"of {len(costs)} packages with {tools:,} tools"
    for what, reach, times in (
        (f"CPU of extraction {of}", "median <= 40 ms", [1000 * cost.seconds for cost in costs]),
        (f"CPU of following handlers {of}", "median <= 60 ms", [1000 * cost.effects for cost in costs]),
    ):
        yield what, f"median {quantile(times, 0.5):.0f} ms, nine in ten within {quantile(times, 0.9):.0f} ms", reach


def _processes(samples: Sequence[Sample]) -> tuple[str, str, str]:
    """Take the better of two rounds of each, in turns.

    The clock tells what this machine gave while it was measured; the processor time of the workers tells what two free
    cores give, whatever else runs.
    """
    rounds = [(pooled(samples, 1), pooled(samples, 2)) for _ in range(2)]
    clock = min(one.clock for one, _ in rounds) / min(two.clock for _, two in rounds)
    free = 2 * min(one.processor for one, _ in rounds) / min(two.processor for _, two in rounds)
    machine = f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}"
    figure = f"{free:.2f} times by processor time, {clock:.2f} by the clock ({machine})"
    return "two processes against one", figure, ">= 1.9 times"


def _write(out: Path, rows: Sequence[tuple[str, str, str]], costs: Sequence[Cost]) -> None:
    slowest = sorted(costs, key=lambda cost: -cost.seconds - cost.effects)[:5]
    lines = ["| what | measured | reach |", "|---|---|---|", *(f"| {' | '.join(row)} |" for row in rows), ""]
    lines += [f"Slowest: {', '.join(f'{c.name} {1000 * (c.seconds + c.effects):.0f} ms' for c in slowest)}.", ""]
    out.mkdir(parents=True, exist_ok=True)
    (out / "extraction.md").write_text("\n".join(lines), encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
