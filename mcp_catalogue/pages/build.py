"""From a store to a site: what has to be made, made in parallel, and the memory of it for the next time."""

import gc
import hashlib
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from mcp_catalogue.model import ServerId
from mcp_catalogue.pages import manifest as memory
from mcp_catalogue.pages.environment import prepare
from mcp_catalogue.pages.gather import gather
from mcp_catalogue.pages.groups import ATTACKS, LISTS, MAPS, PAGES
from mcp_catalogue.pages.making import Job, Making, Plan, batches
from mcp_catalogue.pages.manifest import Manifest, Units, group_key, server_key
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
    made_with = generator + repr((site, twins)).encode()
    with Store.open(db) as store:
        inputs = hashlib.blake2b(made_with + state(store), digest_size=16).digest()
        begin(out)
        before = memory.load(out)
        if before is not None and before.inputs == inputs:
            return _report(before.units, tools=0, written=0, removed=0)
        with _uncollected():
            overview = gather(store, Recall(out, "summaries", generator))
    trusted = before is not None
    before = before or memory.suspended(out) or Manifest()
    memory.suspend(out)
    plan = Plan(db, out, site, overview, generator, made_with, before, trusted, twins)
    work = _Build(plan, processes or os.cpu_count() or 1, tick)
    work.run()
    removed = _remove_old(plan, work.units)
    memory.save(out, Manifest(inputs, work.units))
    return _report(work.units, tools=overview.tools, written=work.written, removed=removed)


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


@dataclass(slots=True)
class _Build:
    """A build under way: the units that were made or kept so far, and how many files were written."""

    plan: Plan
    processes: int
    tick: Callable[[], None]
    units: Units = field(default_factory=dict)
    written: int = 0

    def run(self) -> None:
        """Make or keep every unit: what needs no other unit first, then what needs those of servers, then of all."""
        plan, overview = self.plan, self.plan.overview
        prepare()
        servers = {server_key(server): plan.server(server) for server in overview.servers}
        self._keep(servers)
        due = [server for server in overview.servers if server_key(server) not in self.units]
        inputs = servers | self._keep(dict.fromkeys(map(group_key, LISTS), plan.digest(overview.listed())))
        self._make((*PAGES, *LISTS), inputs, batches(due, overview))
        inputs = self._keep(dict.fromkeys(map(group_key, ATTACKS), plan.digest(_served(overview, self.units))))
        self._make(ATTACKS, inputs)
        self._make(MAPS, {})

    def _keep(self, inputs: dict[str, bytes]) -> dict[str, bytes]:
        """Take over the units that the last build made from the same; answer `inputs`."""
        self.units.update(
            {key: self.plan.before.units[key] for key, wanted in inputs.items() if self.plan.stands(key, wanted)}
        )
        return inputs

    def _make(self, groups: Iterable[str], inputs: Mapping[str, bytes], servers: Iterable[list[ServerId]] = ()) -> None:
        jobs: list[Job] = [*(g for g in groups if group_key(g) not in self.units), *servers]
        making = Making(self.plan, jobs, inputs, self.units)
        made, written = run_jobs(making, len(jobs), self.processes, self.plan.out / WORK, self.tick)
        self.units.update(made)
        self.written += written


def _served(overview: Overview, units: Units) -> bytes:
    """Return a digest of everything that the pages of attacks show."""
    found = hashlib.blake2b(digest_size=16)
    for server, totals in overview.servers.items():
        uses = units[server_key(server)].attacks
        if uses:
            found.update(f"{server}\0{totals.line.title}\0{totals.folder}\0".encode("utf-8", "replace") + uses)
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
    files = sum(unit.count for unit in units.values())
    return Report(servers=servers, tools=tools, files=files, written=written, removed=removed)
