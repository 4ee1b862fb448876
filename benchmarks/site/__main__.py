"""`python -m benchmarks.site`: the table of the site's build, ours beside Hugo and Eleventy, as Markdown."""

import argparse
import os
import shutil
import sys
import tempfile
from pathlib import Path

from benchmarks.site import others, ours
from benchmarks.site.measure import Cost

QUERIES = ("cancel order", "delete", "get", "list issues", "webhook", "c", "invoice refund", "snapshot volume")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=int, default=100_000, help="tools of the full build (default 100,000)")
    parser.add_argument("--beside", type=int, default=20_000, help="tools built beside Hugo and Eleventy; 0: without")
    parser.add_argument("--folder", type=Path, help="where to work (default: a temporary folder, removed afterwards)")
    parser.add_argument("--out", type=Path, help="folder for site.md besides standard output")
    given = parser.parse_args()
    sys.stdout.write(measure(given.out, tools=given.tools, beside=given.beside, folder=given.folder))


def measure(out: Path | None, *, tools: int = 100_000, beside: int = 20_000, folder: Path | None = None) -> str:
    """Measure, write `site.md` into `out`, and answer its text."""
    work = folder or Path(tempfile.mkdtemp(prefix="bench-site-"))
    work.mkdir(parents=True, exist_ok=True)
    try:
        lines = [*_ours(work, tools), *(_beside(work, beside) if beside else [])]
    finally:
        if folder is None:
            shutil.rmtree(work)
    text = "\n".join(lines) + "\n"
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "site.md").write_text(text, encoding="utf-8")
    return text


def _ours(folder: Path, tools: int) -> list[str]:
    db, out = folder / "catalogue.db", folder / "site"
    ours.make_store(db, tools)
    title = ["", f"## Site, {tools:,} tools, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f} at the start", ""]
    lines = [*title, "| build | wall | CPU | tool pages/s | peak memory |", "|---|---|---|---|---|"]
    bare = ours.build(db, out, twins=False)
    lines.append(_row("full, without the JSON twins", bare, tools))
    shutil.rmtree(out)
    full = ours.build(db, out, twins=True)
    lines.append(_row("full, with them", full, tools))
    lines.append(_row("again, nothing changed", ours.build(db, out, twins=True)))
    ours.change(db, tools)
    lines.append(_row("again, 1 % of the servers changed", ours.build(db, out, twins=True)))
    lines.append(_row("search index alone, in memory", ours.search(db)))
    median, most, pages = ours.page_sizes(out)
    lines += ["", f"{pages:,} tool pages, median {median:,} bytes, 99th percentile {most:,}.", ""]
    weights = ", ".join(f"`{query}` {weight / 1000:.0f} KB" for query, weight in ours.query_weights(out, QUERIES))
    return [*lines, f"Search, compressed: {weights}.", ""]


def _beside(folder: Path, tools: int) -> list[str]:
    db, out = folder / "beside.db", folder / "beside"
    ours.make_store(db, tools)
    lines = [f"### Beside others, {tools:,} tool pages", "", "| generator | wall | CPU | tool pages per CPU second |"]
    lines.append("|---|---|---|---|")
    costs = {
        "ours (reads the store, renders bodies, all other pages and the search index)": ours.build(
            db, out, twins=False
        ),
        "Hugo (given the bodies)": others.hugo(out, folder),
        "Eleventy (given the bodies)": others.eleventy(out, folder),
    }
    for name, cost in costs.items():
        if cost is None:
            lines.append(f"| {name} | could not be had | | |")
        else:
            lines.append(f"| {name} | {cost.wall:.1f} s | {cost.cpu:.1f} s | {tools / cost.cpu:,.0f} |")
    return lines


def _row(name: str, cost: Cost, tools: int | None = None) -> str:
    rate = f"{tools / cost.wall:,.0f}" if tools else ""
    return f"| {name} | {cost.wall:.1f} s | {cost.cpu:.1f} s | {rate} | {cost.megabytes:,.0f} MB |"


if __name__ == "__main__":
    main()
