"""Run the measurements and write their tables: `python -m benchmarks --out DIR`."""

import argparse
from pathlib import Path

from benchmarks.ecosystem.run import Size, measure


def main() -> None:
    """Run every measurement at its full size."""
    parser = argparse.ArgumentParser(description="Measure, and write the tables.")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    measure(parser.parse_args().out, Size())


if __name__ == "__main__":
    main()
