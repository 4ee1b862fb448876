"""From a store to a site: what has to be made, made in parallel, and the memory of it for the next time."""

import gc
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mcp_catalogue.model import ServerId
from mcp_catalogue.pages import manifest as memory
from mcp_catalogue.pages.environment import prepare
from mcp_catalogue.pages.gather import gather
from mcp_catalogue.pages.groups import ATTACKS, LISTS, MAPS, PAGES
from mcp_catalogue.pages.making import Job, Making, Plan, batches
from mcp_catalogue.pages.manifest import Manifest, Units
from mcp_catalogue.pages.output import WORK, begin, remove
from mcp_catalogue.pages.overview import Overview
from mcp_catalogue.pages.recall import Recall
from mcp_catalogue.pages.shell import assets, make_site
from mcp_catalogue.pages.workers import run_jobs
from mcp_catalogue.store import Store
from mcp_catalogue.store.browse import state


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a build did."""

    servers: int
    tools: int
    files: int
    written: int
    removed: int


def _nothing() -> None:
    pass


def build(  # noqa: PLR0913 — settings of one build
    db: Path,
    out: Path,
    *,
    base_url: str | None = None,
    processes: int | None = None,
    twins: bool = True,
    tick: Callable[[], None] = _nothing,
) -> Report:
    """Build the site of the store `db` into `out`, writing only what differs from what is there.

    The result is the same, byte for byte, whatever was there before and whatever the number of processes
    (None: one a core). Raises `CatalogueError` where the store or the folder cannot be used.
    """
    site = make_site(base_url, assets())
    generator = memory.generator_digest()
    with Store.open(db) as store:
        inputs = hashlib.blake2b(generator + repr((site, twins)).encode() + state(store), digest_size=16).digest()
        begin(out)
        before = memory.load(out)
        if before is not None and before.inputs == inputs:
            return _report(before.units, tools=0, written=0, removed=0)
        with _uncollected():
            overview = gather(store, Recall(out, "summaries", generator))
    trusted = before is not None
    before = before or memory.suspend(out) or Manifest()
    memory.suspend(out)
    plan = Plan(db, out, site, overview, generator, before, trusted, twins)
    units, written = _make(plan, processes or os.cpu_count() or 1, tick)
    removed = _remove_old(plan, units)
    memory.save(out, Manifest(inputs, units))
    return _report(units, tools=overview.tools, written=written, removed=removed)


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave garbage alone: all that is made here stays, and looking through it takes a quarter of the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()


def _make(plan: Plan, processes: int, tick: Callable[[], None]) -> tuple[Units, int]:
    """Make or keep every unit; answer them all and how many files were written."""
    prepare()
    servers = {f"server {server}": plan.server(server) for server in plan.overview.servers}
    due = [server for server in plan.overview.servers if not plan.stands(key := f"server {server}", servers[key])]
    units: Units = {}
    written = 0

    def make(inputs: Mapping[str, bytes], groups: Iterable[str], also: Iterable[list[ServerId]] = ()) -> None:
        nonlocal written
        units.update({key: plan.before.units[key] for key, wanted in inputs.items() if plan.stands(key, wanted)})
        jobs: list[Job] = [*(g for g in groups if f"group {g}" not in units), *also]
        made, count = run_jobs(Making(plan, jobs, inputs, units), len(jobs), processes, plan.out / WORK, tick)
        units.update(made)
        written += count

    listed = dict.fromkeys((f"group {g}" for g in LISTS), plan.digest(plan.overview.listed()))
    make(servers | listed, (*PAGES, *LISTS), batches(due, plan.overview))
    served = dict.fromkeys((f"group {g}" for g in ATTACKS), plan.digest(_served(plan.overview, units)))
    make(served, ATTACKS)
    make({}, MAPS)
    return units, written


def _served(overview: Overview, units: Units) -> bytes:
    """Return a digest of everything that the pages of attacks show."""
    found = hashlib.blake2b(digest_size=16)
    for server, totals in overview.servers.items():
        uses = units[f"server {server}"].attacks
        if uses:
            found.update(repr((server, totals.line.title, totals.folder, uses)).encode("utf-8", "replace"))
    return found.digest()


def _remove_old(plan: Plan, units: Units) -> int:
    """Remove the files of units that are gone or have lost some."""
    known = plan.before.units
    old = {path for key, unit in known.items() if units.get(key) != unit for path in unit.paths()}
    old.difference_update(path for key, unit in units.items() if known.get(key) != unit for path in unit.paths())
    for path in sorted(old):
        remove(plan.out, path)
    return len(old)


def _report(units: Units, *, tools: int, written: int, removed: int) -> Report:
    servers = sum(key.startswith("server ") for key in units)
    files = sum(len(unit.digests()) for unit in units.values())
    return Report(servers=servers, tools=tools, files=files, written=written, removed=removed)
