"""The comparison: our whole build, and the tool pages of Hugo and of Eleventy, one after the other, in turns.

CPU time depends on what else the machine does, so each is measured in every round and the least is taken. Then a
fixed sample of their pages is held against ours, and the comparison fails where one differs.
"""

import os
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.site import others, ours
from benchmarks.site.measure import Cost
from benchmarks.site.same import difference

ROUNDS = 2
SAMPLE = 200
OURS = "ours: the whole build, from the store, with all other pages and the search index"
NAMES = {
    "pages": "ours: tool pages alone, from the store, one process",
    "hugo": "Hugo 0.168, one thread: tool pages alone, from gathered records",
    "eleventy": "Eleventy 3.1, JavaScript templates: tool pages alone, from gathered records",
}
WRITING = "nothing but writing the finished tool pages"


def beside(folder: Path, tools: int) -> list[str]:
    """Return the lines of the table; raises `RuntimeError` where the pages are not the same."""
    db, records = folder / "beside.db", folder / "records"
    ours.make_store(db, tools)
    paths = others.write_records(db, records, ours.BASE_URL)
    generators = {"hugo": others.hugo(records, folder), "eleventy": others.eleventy(records, folder)}
    runs: dict[str, Callable[[Path], Cost]] = {
        "ours": lambda out: ours.build(db, out, twins=False),
        "pages": lambda out: ours.tool_pages(db, out),
    }
    runs |= {name: generator.build for name, generator in generators.items() if generator}
    load = os.getloadavg()[0]
    least = _measure(runs, folder)
    site = folder / "ours-0"
    for name in runs.keys() - {"ours"}:
        compare(site, folder / f"{name}-0", paths)
    least["writing"] = others.writing(site, paths, folder / "written")
    html = sum(1 for _ in site.rglob("*.html"))
    lines = [
        f"### Beside others, {len(paths):,} tool pages ({html:,} pages in all), load {load:.1f} at the start",
        "",
        "| generator | wall | CPU | tool pages per CPU second | peak memory | CPU of our tool pages against its |",
        "|---|---|---|---|---|---|",
    ]
    for name, title in {"ours": OURS, **NAMES, "writing": WRITING}.items():
        lines.append(_row(title, least.get(name), len(paths), least["pages"].cpu))
    same = f"{len(_sample(paths))} pages of each were held against ours, element by element: no difference."
    return [*lines, "", f"The least of {ROUNDS} rounds. {same}"]


def compare(site: Path, other: Path, paths: Sequence[str]) -> None:
    """Hold a fixed sample of another's pages against ours; raises `RuntimeError` at the first that differs."""
    made = sum(1 for _ in other.rglob("*.html"))
    if made != len(paths):
        raise RuntimeError(f"{other.name}: {made} pages instead of {len(paths)}")
    for path in _sample(paths):
        found = difference((site / path).read_text("utf-8"), (other / path).read_text("utf-8"))
        if found:
            raise RuntimeError(f"{other.name}: {path} differs {found}")


def _sample(paths: Sequence[str]) -> Sequence[str]:
    return paths[:: max(1, len(paths) // SAMPLE)]


def _measure(runs: dict[str, Callable[[Path], Cost]], folder: Path) -> dict[str, Cost]:
    """Run each in turns, always into a folder of its own."""
    least: dict[str, Cost] = {}
    for number in range(ROUNDS):
        for name, build in runs.items():
            os.sync()
            cost = build(folder / f"{name}-{number}")
            least[name] = min(cost, least.get(name, cost), key=lambda c: c.cpu)
    return least


def _row(title: str, cost: Cost | None, pages: int, mine: float) -> str:
    if cost is None:
        return f"| {title} | could not be had | | | | |"
    memory = f"{cost.megabytes:,.0f} MB" if cost.megabytes else ""
    cells = (f"{cost.wall:.1f} s", f"{cost.cpu:.1f} s", f"{pages / cost.cpu:,.0f}", memory, f"{mine / cost.cpu:.2f}")
    return f"| {title} | {' | '.join(cells)} |"
