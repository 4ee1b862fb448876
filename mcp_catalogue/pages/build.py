"""From a store to a site: what has to be made, made in parallel, and the memory of it for the next time."""

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from mcp_catalogue.model import ServerId
from mcp_catalogue.pages import manifest as memory
from mcp_catalogue.pages.attack_pages import Uses
from mcp_catalogue.pages.environment import prepare
from mcp_catalogue.pages.gather import gather
from mcp_catalogue.pages.groups import GROUPS, LISTS, Ground
from mcp_catalogue.pages.machine import sitemaps
from mcp_catalogue.pages.manifest import Manifest, Unit, make_unit
from mcp_catalogue.pages.output import WORK, Output, begin, remove
from mcp_catalogue.pages.overview import Overview
from mcp_catalogue.pages.recall import Recall
from mcp_catalogue.pages.related import Elsewhere
from mcp_catalogue.pages.server_files import server_files
from mcp_catalogue.pages.shell import Site, assets, make_site
from mcp_catalogue.pages.workers import Results, run_jobs
from mcp_catalogue.store import Store
from mcp_catalogue.store.browse import state

BATCH = 600
"""Tools a job: small enough to share out evenly, large enough for the counter not to matter."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What a build did."""

    servers: int
    tools: int
    files: int
    written: int
    removed: int


@dataclass(slots=True)
class _Servers:
    """Renders servers, some at a time."""

    db: Path
    out: Path
    site: Site
    overview: Overview
    batches: list[list[ServerId]]
    inputs: dict[ServerId, bytes]
    known: dict[str, Unit]
    trusted: bool
    twins: bool
    store: Store = field(init=False)
    output: Output = field(init=False)
    elsewhere: Elsewhere = field(init=False)

    def open(self) -> None:
        self.store = Store.open(self.db)
        self.output = Output(self.out, trusted=self.trusted)
        self.elsewhere = Elsewhere(self.overview)

    def run(self, job: int) -> Results:
        return {f"server {server}": self._server(server) for server in self.batches[job]}

    def _server(self, server: ServerId) -> Unit:
        made = server_files(self.store, self.site, self.elsewhere, server, twins=self.twins)
        before = self.known.get(f"server {server}")
        if before is None and not self.output.has(made.folder):
            self.output.add_folder(made.folder, made.inside)
            write = self.output.add
        else:
            write = self.output.renew
            for name, data in made.inside.items():
                write(f"{made.folder}/{name}", data)
        for path, data in made.outside.items():
            write(path, data)
        # what is made of one server is compared with what is there: no digest to take of every page of a first build
        files = dict.fromkeys((*made.inside, *(f"/{path}" for path in made.outside)), b"")
        return make_unit(self.inputs[server], made.folder, files, made.attacks)

    def close(self) -> int:
        self.output.close()
        self.store.close()
        return self.output.written


@dataclass(slots=True)
class _Groups:
    """Renders the pages that are about more than one server."""

    db: Path
    out: Path
    site: Site
    overview: Overview
    known: dict[str, Unit]
    trusted: bool
    twins: bool
    uses: Uses
    due: list[str]
    inputs: bytes
    store: Store = field(init=False)
    output: Output = field(init=False)

    def open(self) -> None:
        self.store = Store.open(self.db)
        self.output = Output(self.out, trusted=self.trusted)

    def run(self, job: int) -> Results:
        name = self.due[job]
        before = self.known.get(f"group {name}")
        known = before.digests() if before else {}
        ground = Ground(self.store, self.site, self.overview, self.uses, self.twins)
        files = {f"/{path}": self.output.put(path, data, known.get(f"/{path}")) for path, data in GROUPS[name](ground)}
        return {f"group {name}": make_unit(self.inputs if name.startswith(LISTS) else b"", "", files)}

    def close(self) -> int:
        self.output.close()
        self.store.close()
        return self.output.written


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
    files = assets()
    site = make_site(base_url, files)
    generator = memory.generator_digest()
    made_with = generator + repr((site, twins)).encode()
    with Store.open(db) as store:
        inputs = hashlib.blake2b(made_with + state(store), digest_size=16).digest()
        begin(out)
        before = memory.load(out)
        if before is not None and before.inputs == inputs:
            return _unchanged(before)
        overview = gather(store, Recall(out, "summaries", generator))
    trusted = before is not None
    before = before or memory.suspend(out) or Manifest()
    memory.suspend(out)
    plan = _Plan(db, out, site, overview, made_with, inputs, before, trusted, twins)
    return _make(plan, files, processes or os.cpu_count() or 1, tick)


@dataclass(slots=True)
class _Plan:
    db: Path
    out: Path
    site: Site
    overview: Overview
    made_with: bytes
    inputs: bytes
    before: Manifest
    trusted: bool
    twins: bool

    def input_of(self, server: ServerId) -> bytes:
        line = self.overview.servers[server]
        text = repr((line.line, line.folder)).encode("utf-8", "replace")
        parts = self.made_with + text + self.overview.dependencies(server)
        return hashlib.blake2b(parts, digest_size=8).digest()


def _make(plan: _Plan, files: dict[str, bytes], processes: int, tick: Callable[[], None]) -> Report:
    known = plan.before.units
    inputs = {server: plan.input_of(server) for server in plan.overview.servers}
    due = [
        server
        for server, wanted in inputs.items()
        if not (plan.trusted and (unit := known.get(f"server {server}")) is not None and unit.inputs == wanted)
    ]
    run = partial(run_jobs, processes=processes, folder=plan.out / WORK, tick=tick)
    batches = _batches(due, plan.overview)
    common = (plan.db, plan.out, plan.site, plan.overview)
    rest = (known, plan.trusted, plan.twins)
    prepare()
    units, written = run(_Servers(*common, batches, inputs, *rest), len(batches)) if batches else ({}, 0)
    for server in inputs.keys() - set(due):
        units[f"server {server}"] = known[f"server {server}"]
    uses = {server: units[f"server {server}"].attacks for server in plan.overview.servers}
    listed = hashlib.blake2b(plan.made_with + plan.overview.listed(), digest_size=8).digest()
    kept = {key for g in GROUPS if plan.trusted and (key := f"group {g}") in known and known[key].inputs == listed}
    units |= {key: known[key] for key in kept}
    groups = [g for g in GROUPS if f"group {g}" not in kept]
    more, also = run(_Groups(*common, *rest, uses, groups, listed), len(groups))
    units |= more
    output = Output(plan.out, trusted=plan.trusted)
    units["assets"] = _put_all(output, files.items(), known.get("assets"))
    if plan.site.base_url:
        maps = sitemaps(plan.site.base_url, _listed(plan.overview, units))
        units["sitemaps"] = _put_all(output, maps, known.get("sitemaps"))
    output.close()
    removed = _remove_old(plan, units)
    memory.save(plan.out, Manifest(plan.inputs, units))
    return Report(
        servers=len(inputs),
        tools=plan.overview.tools,
        files=sum(len(unit.digests()) for unit in units.values()),
        written=written + also + output.written,
        removed=removed,
    )


def _put_all(output: Output, files: Iterable[tuple[str, bytes]], before: Unit | None) -> Unit:
    known = before.digests() if before else {}
    return make_unit(b"", "", {f"/{path}": output.put(path, data, known.get(f"/{path}")) for path, data in files})


def _listed(overview: Overview, units: Results) -> Iterator[tuple[str, str | None]]:
    """Yield every page with the day of its last change where that is known, in a fixed order."""
    for key, unit in sorted(units.items()):
        line = overview.servers[ServerId(key.removeprefix("server "))].line if key.startswith("server ") else None
        day = line.last_changed[:10] if line else None
        yield from ((path, day) for path in unit.paths() if path.endswith(".html"))


def _batches(servers: list[ServerId], overview: Overview) -> list[list[ServerId]]:
    batches: list[list[ServerId]] = []
    room = 0
    for server in servers:
        if room <= 0:
            batches.append([])
            room = BATCH
        batches[-1].append(server)
        room -= overview.servers[server].tools + 2
    return batches


def _remove_old(plan: _Plan, units: Results) -> int:
    """Remove the files of units that are gone or have lost some."""
    known = plan.before.units
    old = {path for key, unit in known.items() if units.get(key) != unit for path in unit.paths()}
    old.difference_update(path for key, unit in units.items() if known.get(key) != unit for path in unit.paths())
    for path in sorted(old):
        remove(plan.out, path)
    return len(old)


def _unchanged(before: Manifest) -> Report:
    return Report(
        servers=sum(key.startswith("server ") for key in before.units),
        tools=0,
        files=sum(len(unit.digests()) for unit in before.units.values()),
        written=0,
        removed=0,
    )
