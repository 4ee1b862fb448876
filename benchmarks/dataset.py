"""`python -m benchmarks.dataset`: what the export of a large store costs, as Markdown."""

import argparse
import os
import sys
import tempfile
from pathlib import Path

from benchmarks.site.measure import run
from benchmarks.site.ours import make_store

FORMS = ("jsonl", "parquet")
_CATALOGUE = "from mcp_catalogue.cli.app import main; main()"


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tools", type=int, default=500_000, help="tools in the store (default 500,000)")
    parser.add_argument("--form", action="append", help=f"form to write; several times (default {', '.join(FORMS)})")
    parser.add_argument("--out", type=Path, help="folder for dataset.md besides standard output")
    given = parser.parse_args()
    sys.stdout.write(measure(given.out, tools=given.tools, forms=tuple(given.form or FORMS)))


def measure(out: Path | None, *, tools: int = 500_000, forms: tuple[str, ...] = FORMS) -> str:
    """Write each form from a store of `tools` synthetic tools; put the table in `out`/dataset.md and answer it.

    Seconds of wall and CPU and the peak memory are those of `catalogue export` as a process of its own.
    """
    lines = [f"## Dataset, {tools:,} tools, load {os.getloadavg()[0]:.1f} at the start", ""]
    lines += ["| form | wall | CPU | tools per CPU second | peak memory | files |", "|---|---|---|---|---|---|"]
    with tempfile.TemporaryDirectory(prefix="bench-dataset-") as made:
        folder = Path(made)
        make_store(folder / "catalogue.db", tools)
        size = (folder / "catalogue.db").stat().st_size / 1e6
        for form in forms:
            command = [sys.executable, "-c", _CATALOGUE, "export", "--db", "catalogue.db"]
            cost = run([*command, "--out", form, "--format", form], folder)
            written = sum(path.stat().st_size for path in (folder / form).iterdir()) / 1e6
            costs = f"{cost.wall:.1f} s | {cost.cpu:.1f} s | {tools / cost.cpu:,.0f} | {cost.megabytes:,.0f} MB"
            lines.append(f"| {form} | {costs} | {written:,.0f} MB |")
    text = "\n".join([*lines, "", f"The store: {size:,.0f} MB.", ""])
    if out:
        out.mkdir(parents=True, exist_ok=True)
        (out / "dataset.md").write_text(text, encoding="utf-8")
    return text


if __name__ == "__main__":
    main()
