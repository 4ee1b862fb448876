"""Running one build as a process of its own: wall time, CPU time and peak memory of it and its children."""

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_POLL = 0.2


@dataclass(frozen=True, slots=True)
class Cost:
    """Seconds of wall and of CPU, the peak of the memory of the process tree (shared pages once), and what was said."""

    wall: float
    cpu: float
    megabytes: float
    said: str = ""


def run(command: Sequence[str], folder: Path) -> Cost:
    """Run `command` in `folder` to its end; raises `RuntimeError` where it fails."""
    before = os.times()
    start = time.perf_counter()
    with subprocess.Popen(command, cwd=folder, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as child:
        peak = _Peak(child.pid)
        peak.start()
        said, complained = child.communicate()
    wall = time.perf_counter() - start
    after = os.times()
    peak.join()
    if child.returncode:
        raise RuntimeError(f"{command[0]} ended with {child.returncode}: {complained[-2000:]}")
    cpu = after.children_user - before.children_user + after.children_system - before.children_system
    return Cost(wall, cpu, peak.most / 1e6, said)


class _Peak(threading.Thread):
    """Adds up the proportional set sizes of a process and its children until it ends."""

    def __init__(self, pid: int) -> None:
        super().__init__(daemon=True)
        self.pid = pid
        self.most = 0

    def run(self) -> None:
        while total := sum(map(_size, _tree(self.pid))):
            self.most = max(self.most, total)
            time.sleep(_POLL)


def _tree(pid: int) -> list[int]:
    try:
        below = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(found for child in below for found in _tree(int(child)))]


def _size(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0
    return sum(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("Pss:"))
