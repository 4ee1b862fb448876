"""One queue of work for all processes: batches of servers, and groups of pages that are about more than one."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from mcp_catalogue.model import ServerId
from mcp_catalogue.pages.groups import GROUPS, Ground
from mcp_catalogue.pages.manifest import Manifest, Unit, Units, group_key, make_unit, server_key
from mcp_catalogue.pages.output import Output
from mcp_catalogue.pages.overview import Overview
from mcp_catalogue.pages.recall import Recall
from mcp_catalogue.pages.related import Elsewhere
from mcp_catalogue.pages.server_files import server_files
from mcp_catalogue.pages.shell import Site
from mcp_catalogue.store import Store

BATCH = 600
"""Tools a job: small enough to share out evenly, large enough for the counter not to matter."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One build: from what, into what, and what the last one left; `trusted` says that this is what is on disk.

    `generator` is the digest of the code, `made_with` covers the settings too.
    """

    db: Path
    out: Path
    site: Site
    overview: Overview
    generator: bytes
    made_with: bytes
    before: Manifest
    trusted: bool
    twins: bool

    def digest(self, made_from: bytes) -> bytes:
        """Return the digest of something that is made from these bytes."""
        return hashlib.blake2b(self.made_with + made_from, digest_size=8).digest()

    def server(self, server: ServerId) -> bytes:
        """Return the digest of all that the pages of a server are made from."""
        line = self.overview.servers[server]
        text = repr((line.line, line.folder)).encode("utf-8", "replace")
        return self.digest(text + self.overview.dependencies(server))

    def stands(self, key: str, inputs: bytes) -> bool:
        """Whether the last build made this unit from the same."""
        unit = self.before.units.get(key)
        return self.trusted and bool(inputs) and unit is not None and unit.inputs == inputs


Job = str | Sequence[ServerId]
"""The name of a group, or some servers."""


@dataclass(slots=True)
class Making:
    """Does jobs in one process; `inputs` gives the digest of each unit's sources, `units` is what was made already."""

    plan: Plan
    jobs: Sequence[Job]
    inputs: Mapping[str, bytes]
    units: Units
    store: Store = field(init=False)
    output: Output = field(init=False)
    elsewhere: Elsewhere = field(init=False)

    def open(self) -> None:
        """Open the store and the site."""
        plan = self.plan
        self.store = Store.open(plan.db)
        self.output = Output(plan.out, trusted=plan.trusted)
        self.elsewhere = Elsewhere(plan.overview)

    def run(self, job: int) -> Units:
        """Make the units of one job."""
        wanted = self.jobs[job]
        if isinstance(wanted, str):
            return {group_key(wanted): self._group(wanted)}
        return {server_key(server): self._server(server) for server in wanted}

    def close(self) -> int:
        """Close; answer how many files were written."""
        self.output.close()
        self.store.close()
        return self.output.written

    def _server(self, server: ServerId) -> Unit:
        plan, key = self.plan, server_key(server)
        made = server_files(self.store, plan.site, self.elsewhere, server, twins=plan.twins)
        if key not in plan.before.units and not self.output.has(made.folder):
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
        return make_unit(self.inputs[key], made.folder, files, made.attacks)

    def _group(self, name: str) -> Unit:
        plan, key = self.plan, group_key(name)
        before = plan.before.units.get(key)
        known = before.digests() if before else {}
        words = Recall(plan.out, "words", plan.generator)
        ground = Ground(self.store, plan.site, plan.overview, self.units, words, plan.twins)
        files = {f"/{path}": self.output.put(path, data, known.get(f"/{path}")) for path, data in GROUPS[name](ground)}
        return make_unit(self.inputs.get(key, b""), "", files)


def batches(servers: Sequence[ServerId], overview: Overview) -> list[list[ServerId]]:
    """Cut a list of servers into jobs of like size."""
    found: list[list[ServerId]] = []
    room = 0
    for server in servers:
        if room <= 0:
            found.append([])
            room = BATCH
        found[-1].append(server)
        room -= overview.servers[server].tools + 2
    return found
