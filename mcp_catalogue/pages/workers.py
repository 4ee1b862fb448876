"""Jobs shared out among processes. Each process takes the next job as it is free and leaves its results in a file.

Nothing is sent to a process while it works, so one that lost its parent notices and ends.
"""

import gc
import multiprocessing as mp
import os
import signal
import struct
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

import msgspec

from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.pages.manifest import Units

_UNITS = msgspec.msgpack.Decoder(Units)
_HEAD = struct.Struct("<I")


class Work(Protocol):
    """What a process does: `open` once, then `run` each job, then `close`; must survive pickling for `spawn`."""

    def open(self) -> None:
        """Open files of its own."""
        ...

    def run(self, job: int) -> Units:
        """Do one job; answer the units it made."""
        ...

    def close(self) -> int:
        """Close; answer how many files were written."""
        ...


def run_jobs(work: Work, jobs: int, processes: int, folder: Path, tick: Callable[[], None]) -> tuple[Units, int]:
    """Do `jobs` jobs in at most `processes` processes; answer all units and how many files were written.

    Raises `CatalogueError` where a process died.
    """
    if not jobs:
        return {}, 0
    processes = min(processes, jobs)
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
    units: Units = {}
    written = 0
    for file in files:
        more, count = _read(file)
        units.update(more)
        written += count
    tick()
    return units, written


def _alone(work: Work, jobs: int, tick: Callable[[], None]) -> tuple[Units, int]:
    work.open()
    units: Units = {}
    for job in range(jobs):
        units.update(work.run(job))
        tick()
    return units, work.close()


def _child(work: Work, jobs: int, counter: Any, file: Path, parent: int) -> None:  # noqa: ANN401 — no public type
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.disable()  # what a job makes is freed by reference counts; measured: a tenth of the time
    work.open()
    with file.open("wb") as out:
        while os.getppid() == parent:
            with counter.get_lock():
                job = counter.value
                counter.value = job + 1
            if job >= jobs:
                break
            units = msgspec.msgpack.encode(work.run(job))
            out.write(_HEAD.pack(len(units)) + units)
            gc.collect(0)
        out.write(_HEAD.pack(work.close()))


def _read(file: Path) -> tuple[Units, int]:
    """Read what a process left: its units, job by job, and the number of files that it wrote."""
    units: Units = {}
    with file.open("rb") as left:
        (head,) = _HEAD.unpack(left.read(_HEAD.size))
        while data := left.read(head):
            units.update(_UNITS.decode(data))
            (head,) = _HEAD.unpack(left.read(_HEAD.size))
    file.unlink()
    return units, head
