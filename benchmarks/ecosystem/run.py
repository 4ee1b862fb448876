"""Measure crawls over the imitation and write the table.

python -m benchmarks.ecosystem.run --servers 50000 --out build/bench
"""

import argparse
import json
import random
import re
import sqlite3
import tempfile
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

from benchmarks.ecosystem.faults import EVERY, HEALED, TOLD, Fault, fault_of
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


@dataclass(frozen=True, slots=True, kw_only=True)
class Size:
    """How large the measurements are; `largest` bounds the archives, in bytes."""

    servers: int = 50_000
    faulty: int = 3_000
    killed: int = 1_000
    kills: int = 50
    largest: int = 16 * 1024 * 1024
    every: int = EVERY


PARTS = ("rate", "runs", "faults", "kills")


def measure(out: Path, size: Size, parts: Iterable[str] = PARTS) -> list[Row]:
    """Run the measurements named in `parts` and write their table into `out`."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        if "rate" in parts:
            rows.append(_rate())
        if "runs" in parts:
            rows += _runs(folder / "runs", size)
        if "faults" in parts:
            rows.append(_faults(folder / "faults", size, out))
        if "kills" in parts:
            rows.append(_kills(folder / "kills", size))
    _write(out, rows)
    return rows


def main() -> None:
    """Read the options and measure."""
    parser = argparse.ArgumentParser(description="Crawl an imitation of the ecosystem and measure it.")
    parser.add_argument("--servers", type=int, default=Size().servers)
    parser.add_argument("--kills", type=int, default=Size().kills)
    parser.add_argument("--largest", type=int, default=Size().largest, help="bytes of the largest archive")
    parser.add_argument("--out", type=Path, default=Path("build/bench"))
    parser.add_argument("--only", nargs="*", choices=PARTS, default=PARTS)
    options = parser.parse_args()
    size = Size(
        servers=options.servers,
        faulty=min(options.servers, Size().faulty),
        killed=min(options.servers, Size().killed),
        kills=options.kills,
        largest=options.largest,
    )
    measure(options.out, size, options.only)


def _rate() -> Row:
    with imitation(1000, largest=0) as hosts:
        rate = client_rate(hosts.base)
    return Row(what="client-bound request rate", figure=f"{rate:,.0f}/s", reach=">= 1,500/s")


def _runs(folder: Path, size: Size) -> list[Row]:
    place = Place(folder=folder)
    rows = []
    base: str | None = None  # the same in all runs: what is cached belongs to an address
    for what, generation, reach in (
        (f"{size.servers:,} servers, empty store to classified", 0, "<= 45 min and <= 1 GB for 50,000"),
        ("second run, nothing changed", 0, "<= 90 s for 50,000"),
        ("1 % changed", 1, "<= 3 min for 50,000"),
    ):
        with imitation(size.servers, generation=generation, largest=size.largest, like=base) as hosts:
            done, base = crawl(hosts.base, place), hosts.base
        summary = (done.out.splitlines() or ["nothing"])[0]
        figure = f"{_figure(done, hosts.report)}, {_count(place.store, 'tools'):,} tools; {summary}"
        rows.append(Row(what=what, figure=figure, reach=reach))
    return rows


def _faults(folder: Path, size: Size, out: Path) -> Row:
    place = Place(folder=folder, rebinding=True)
    folder.mkdir(parents=True)
    with imitation(size.faulty, largest=size.largest, faults=size.every) as hosts:
        # a registry of the user's own may lie on this machine: what is at fault is its certificate alone
        (folder / ".npmrc").write_text(f"@bench:registry={hosts.secure}/\n")
        done = crawl(hosts.base, place)
    faults = {number: fault_of(number, size.every) for number in range(size.faulty)}
    expected = {number for number, fault in faults.items() if fault is None or fault in HEALED}
    present = {int(name.rpartition("-")[2]) for name in _ids(place.store)}
    told = dict(re.findall(r"^failed: \S*-(\d{6})\b(.*)", done.errors, re.MULTILINE))
    reasons = {int(number): reason for number, reason in told.items()}
    silent = len(set(faults) - present - set(reasons))
    wrong = [n for n, reason in reasons.items() if not any(words in reason for words in _cause(faults[n]))]
    out.mkdir(parents=True, exist_ok=True)
    (out / "ecosystem-faults.txt").write_text(done.errors)
    figure = (
        f"{done.seconds:,.0f} s, exit {done.code}, {len(expected - present)} healthy servers missing of"
        f" {len(expected):,}, {silent} faults not told, {len(wrong)} by another cause,"
        f" {hosts.report['rebound']:.0f} private addresses reached"
    )
    return Row(
        what=f"{size.faulty:,} servers, every fault at once",
        figure=figure,
        reach="ends, none missing, all told by cause",
    )


def _cause(fault: Fault | None) -> tuple[str, ...]:
    return TOLD.get(fault, ()) if fault else ()


def _kills(folder: Path, size: Size) -> Row:
    whole, broken = Place(folder=folder / "whole"), Place(folder=folder / "broken")
    chance = random.Random(7)
    with imitation(size.killed, largest=size.largest) as hosts:
        seconds = crawl(hosts.base, whole).seconds
    stored: set[str] = set()
    again = 0
    for number in range(size.kills + 1):
        last = number == size.kills
        with imitation(size.killed, largest=size.largest, like=hosts.base) as hosts:
            crawl(hosts.base, broken, kill_after=None if last else chance.uniform(1.0, max(2.0, seconds * 0.6)))
        again += len(stored & set(hosts.fetched))
        stored = {name.rpartition("/")[2] for name in _ids(broken.store)} if broken.store.is_file() else set()
    equal = _content(whole.store) == _content(broken.store)
    figure = f"store {'equal' if equal else 'DIFFERENT'}, {again} servers fetched again after they were stored"
    what = f"{size.killed:,} servers, killed {size.kills} times and resumed"
    return Row(what=what, figure=figure, reach="equal, none fetched again")


def _figure(done: Measured, report: dict[str, float]) -> str:
    return f"{done.seconds:,.0f} s, {done.memory:,.0f} MB (imitation: {report.get('cpu', 0):,.0f} s of CPU)"


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
