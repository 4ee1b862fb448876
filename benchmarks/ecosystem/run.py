"""Measure crawls over the imitation and write the table.

python -m benchmarks.ecosystem.run --servers 50000 --out build/bench
"""

import argparse
import json
import random
import shutil
import sqlite3
import tempfile
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.ecosystem.faults import HEALED, fault_of
from benchmarks.ecosystem.measure import Measured, Place, crawl, imitation
from benchmarks.ecosystem.rate import client_rate

# Columns that hold a clock or an attempt: what a second run may have otherwise.
_CLOCKS = frozenset(
    {
        "first_seen",
        "last_changed",
        "gone",
        "definition_changed",
        "relabelled",
        "at",
        "id",
        "checked",
        "next_try",
        "attempts",
    }
)
_LOGS = frozenset({"crawls", "skipped"})  # one row for each run


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One line of the table."""

    what: str
    figure: str
    reach: str


def main() -> None:
    """Run the measurements that were asked for and write them."""
    parser = argparse.ArgumentParser(description="Crawl an imitation of the ecosystem and measure it.")
    parser.add_argument("--servers", type=int, default=50_000)
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--largest", type=int, default=16 * 1024 * 1024, help="bytes of the largest archive")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    parser.add_argument("--only", nargs="*", choices=("runs", "kills", "faults", "rate"), default=None)
    options = parser.parse_args()
    parts = options.only or ["rate", "runs", "faults", "kills"]
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        if "rate" in parts:
            rows.append(_rate())
        if "runs" in parts:
            rows += _runs(folder / "runs", options.servers, options.largest)
        if "faults" in parts:
            rows.append(_faults(folder / "faults", min(options.servers, 3000), options.largest))
        if "kills" in parts:
            rows.append(_kills(folder / "kills", min(options.servers, 1000), options.kills, options.largest))
    _write(options.out, rows)


def _rate() -> Row:
    with imitation(1000, largest=0) as hosts:
        rate = client_rate(hosts.base)
    return Row(what="client-bound request rate", figure=f"{rate:,.0f}/s", reach=">= 1,500/s")


def _runs(folder: Path, servers: int, largest: int) -> list[Row]:
    place = Place(folder=folder)
    rows = []
    base: str | None = None  # the same in all runs: what is cached belongs to an address
    for what, generation, reach in (
        (f"{servers:,} servers, empty store to classified", 0, "<= 45 min and <= 1 GB for 50,000"),
        ("second run, nothing changed", 0, "<= 90 s for 50,000"),
        ("1 % changed", 1, "<= 3 min for 50,000"),
    ):
        with imitation(servers, generation=generation, largest=largest, like=base) as hosts:
            done, base = crawl(hosts.base, place), hosts.base
        print(what, _figure(done, hosts.report), done.errors[-500:], flush=True)
        tools = _count(place.store, "tools")
        rows.append(Row(what=what, figure=f"{_figure(done, hosts.report)}, {tools:,} tools in the store", reach=reach))
    return rows


def _faults(folder: Path, servers: int, largest: int) -> Row:
    place = Place(folder=folder)
    with imitation(servers, largest=largest, faults=True) as hosts:
        done = crawl(hosts.base, place)
    expected = {n for n in range(servers) if fault_of(n) is None or fault_of(n) in HEALED}
    present = {int(name.rpartition("-")[2]) for name in _ids(place.store)}
    missing = len(expected - present)
    (folder / "errors.txt").rename(folder.parent / "faults-errors.txt")
    print(_causes(done.errors), flush=True)
    figure = f"{done.seconds:,.0f} s, exit {done.code}, {missing} healthy servers missing of {len(expected):,}"
    return Row(what=f"{servers:,} servers, every fault at once", figure=figure, reach="ends, none missing")


def _kills(folder: Path, servers: int, kills: int, largest: int) -> Row:
    whole, broken = Place(folder=folder / "whole"), Place(folder=folder / "broken")
    chance = random.Random(7)
    with imitation(servers, largest=largest) as hosts:
        seconds = crawl(hosts.base, whole).seconds
    with imitation(servers, largest=largest, like=hosts.base) as hosts:
        for _ in range(kills):
            crawl(hosts.base, broken, kill_after=chance.uniform(1.0, max(2.0, seconds * 0.6)))
        crawl(hosts.base, broken)
    equal = _content(whole.store) == _content(broken.store)
    repeated = int(hosts.report.get("repeated", -1))
    shutil.rmtree(folder)
    figure = f"store {'equal' if equal else 'DIFFERENT'}, {repeated} archives asked for twice"
    return Row(
        what=f"{servers:,} servers, killed {kills} times and resumed",
        figure=figure,
        reach="equal, none stored fetched twice",
    )


def _figure(done: Measured, report: dict[str, float]) -> str:
    return f"{done.seconds:,.0f} s, {done.memory:,.0f} MB (imitation: {report.get('cpu', 0):,.0f} s of CPU)"


def _causes(errors: str) -> str:
    return "\n".join(line for line in errors.splitlines() if line.startswith(("failed", "skipped")))[:20_000]


def _count(store: Path, table: str) -> int:
    with sqlite3.connect(store) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def _ids(store: Path) -> list[str]:
    with sqlite3.connect(store) as connection:
        return [str(row[0]) for row in connection.execute("SELECT id FROM servers")]


def _content(store: Path) -> dict[str, list[str]]:
    """Return every table's rows without the columns that hold a clock or an attempt."""
    with sqlite3.connect(store) as connection:
        names = [r[0] for r in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        content = {}
        for name in names:
            if name.startswith(("sqlite_", "_")) or name in _LOGS:
                continue
            every = [r[1] for r in connection.execute(f"PRAGMA table_info({name})")]
            columns = [c for c in every if c not in _CLOCKS or (c == "id" and name == "servers")]
            rows = connection.execute(f"SELECT {', '.join(columns)} FROM {name}").fetchall()
            content[name] = sorted(map(repr, rows))
        return content


def _write(out: Path, rows: list[Row]) -> None:
    out.mkdir(parents=True, exist_ok=True)
    lines = ["| what | measured | reach |", "|---|---|---|", *(f"| {r.what} | {r.figure} | {r.reach} |" for r in rows)]
    (out / "ecosystem.md").write_text("\n".join(lines) + "\n")
    (out / "ecosystem.json").write_text(json.dumps(list(map(asdict, rows)), indent=2))
    print("\n".join(lines))


if __name__ == "__main__":
    main()
