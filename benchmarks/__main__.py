"""Run the measurements and write their tables: `python -m benchmarks --out DIR`."""

import argparse
from pathlib import Path

from benchmarks import dataset
from benchmarks.ecosystem.run import Size, measure
from benchmarks.extraction import run as extraction
from benchmarks.site import __main__ as site


def main() -> None:
    """Run every measurement at its full size."""
    parser = argparse.ArgumentParser(description="Measure, and write the tables.")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    out = parser.parse_args().out
    extraction.measure(out, extraction.Size())
    measure(out, Size())
    site.measure(out)
    dataset.measure(out)


if __name__ == "__main__":
    main()
