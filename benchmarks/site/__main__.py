"""`python -m benchmarks.site`: the table of the site's build, ours beside Hugo and Eleventy, as Markdown."""

import argparse
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from benchmarks.site import ours
from benchmarks.site.beside import beside as beside_others
from benchmarks.site.measure import Cost

QUERIES = ("cancel order", "delete", "get", "list issues", "webhook", "c", "invoice refund", "snapshot volume")


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument(
        "--tools", type=int, default=100_000, help="tools of the full build (default 100,000); 0: without"
    )
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
        lines = [*(_ours(work, tools) if tools else []), *(beside_others(work, beside) if beside else [])]
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
    lines = [
        *title,
        "| build, two processes | wall | CPU | tool pages/s | peak memory | files written | files touched |",
        "|---|---|---|---|---|---|---|",
    ]
    _say(lines[-2:])
    bare = folder / "bare"  # a folder of its own: where files were just deleted, writing takes far longer
    for name, target, twins in (
        ("full, without the JSON twins", bare, False),
        ("full, with them", out, True),
        ("again, nothing changed", out, True),
        ("again, 1 % of the servers changed", out, True),
    ):
        if "1 %" in name:
            shutil.rmtree(bare)
            ours.change(db, tools)
        os.sync()
        start = time.time()
        cost = ours.build(db, target, twins=twins)
        full = name.startswith("full")
        lines.append(_row(name, cost, tools if full else None, None if full else ours.touched(target, start)))
        _say(lines[-1:])
    lines.append(_row("search index alone, in memory", ours.search(db)))
    _say(lines[-1:])
    median, most, pages = ours.page_sizes(out)
    lines += ["", f"{pages:,} tool pages, median {median:,} bytes, 99th percentile {most:,}.", ""]
    weights = ", ".join(f"`{query}` {weight / 1000:.0f} KB" for query, weight in ours.query_weights(out, QUERIES))
    return [*lines, f"Search, compressed: {weights}.", ""]


def _say(lines: list[str]) -> None:
    """Show a line as soon as it is known: the whole run takes long."""
    sys.stderr.write("\n".join(lines) + "\n")
    sys.stderr.flush()


def _row(name: str, cost: Cost, tools: int | None = None, touched: int | None = None) -> str:
    rate = f"{tools / cost.wall:,.0f}" if tools else ""
    written = f"{int(cost.said):,}" if cost.said.strip() else ""
    seen = "" if touched is None else f"{touched:,}"
    return f"| {name} | {cost.wall:.1f} s | {cost.cpu:.1f} s | {rate} | {cost.megabytes:,.0f} MB | {written} | {seen} |"


if __name__ == "__main__":
    main()
