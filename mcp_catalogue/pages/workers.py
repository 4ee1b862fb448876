"""Jobs shared out among processes. Each process takes the next job as it is free and leaves its results in a file.

Nothing is sent to a process while it works, so one that lost its parent notices and ends.
"""

import gc
import multiprocessing as mp
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Protocol

import msgspec

from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.pages.manifest import Unit

Results = dict[str, Unit]
_RESULTS = msgspec.msgpack.Decoder(dict[str, Unit])


class Work(Protocol):
    """What a process does: `open` once, then `run` each job, then `close`; must survive pickling for `spawn`."""

    def open(self) -> None:
        """Open files of its own."""
        ...

    def run(self, job: int) -> Results:
        """Do one job; answer the units it made."""
        ...

    def close(self) -> int:
        """Close; answer how many files were written."""
        ...


class _Report(msgspec.Struct, array_like=True):
    written: int
    units: Results


def run_jobs(work: Work, jobs: int, processes: int, folder: Path, tick: Callable[[], None]) -> tuple[Results, int]:
    """Do `jobs` jobs in at most `processes` processes; answer all units and how many files were written.

    Raises `CatalogueError` where a process died.
    """
    processes = max(1, min(processes, jobs))
    if processes == 1:
        return _alone(work, jobs, tick)
    context = mp.get_context("fork") if "fork" in mp.get_all_start_methods() else mp.get_context("spawn")
    counter = context.Value("q", 0)
    files = [folder / f"part-{number}" for number in range(processes)]
    gc.collect()
    gc.freeze()  # the collector then leaves pages shared with the parent alone
    children = [
        context.Process(target=_child, args=(work, jobs, counter, file, os.getpid()), daemon=True) for file in files
    ]
    try:
        for child in children:
            child.start()
        for child in children:
            child.join()
    finally:
        for child in children:
            child.terminate()
        gc.unfreeze()
    if any(child.exitcode for child in children):
        raise CatalogueError("a process of the build ended early; build again, it goes on from what is there")
    units: Results = {}
    written = 0
    for report in _reports(files):
        units.update(report.units)
        written += report.written
    tick()
    return units, written


def _alone(work: Work, jobs: int, tick: Callable[[], None]) -> tuple[Results, int]:
    work.open()
    units: Results = {}
    for job in range(jobs):
        units.update(work.run(job))
        tick()
    return units, work.close()


def _child(work: Work, jobs: int, counter: Any, file: Path, parent: int) -> None:  # noqa: ANN401 — no public type
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # what a job makes is freed by reference counts; measured: a tenth of the time
    work.open()
    units: Results = {}
    while os.getppid() == parent:
        with counter.get_lock():
            job = counter.value
            counter.value = job + 1
        if job >= jobs:
            break
        units.update(work.run(job))
        gc.collect(0)
    written = work.close()
    file.write_bytes(msgspec.msgpack.encode(_Report(written, units)))


def _reports(files: Sequence[Path]) -> Iterator[_Report]:
    for file in files:
        yield msgspec.msgpack.decode(file.read_bytes(), type=_Report)
        file.unlink()
