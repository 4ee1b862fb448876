"""Run one crawl over the imitation as a user would, and measure it from outside."""

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

_POLL = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Imitation:
    """A running imitation: its addresses, without and with TLS, and what it prints at its end."""

    base: str
    secure: str
    report: dict[str, float] = field(default_factory=dict)
    fetched: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One crawl: seconds, the whole process tree's largest memory in MB, exit code, and what it printed."""

    seconds: float
    memory: float
    code: int
    out: str
    errors: str


@contextmanager
def imitation(
    servers: int, *, generation: int = 0, largest: int, faults: int = 0, like: str | None = None
) -> Iterator[Imitation]:
    """Run the imitation in a process of its own, at the address of an earlier one; its report is filled at its end."""
    command = [sys.executable, "-m", "benchmarks.ecosystem.imitation", "--servers", str(servers)]
    command += ["--generation", str(generation), "--largest", str(largest), "--faults", str(faults)]
    command += ["--port", like.rpartition(":")[2]] if like else []
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        base, secure = process.stdout.readline().split()
        running = Imitation(base=base, secure=secure)
        try:
            yield running
        finally:
            process.stdin.close()
            report = json.loads(process.stdout.read() or "{}")
            running.fetched.extend(report.pop("fetched", ()))
            running.report.update(report)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where one crawl keeps its store, cache and sources file; `rebinding`: its DNS leads it astray."""

    folder: Path
    rebinding: bool = False

    @property
    def store(self) -> Path:
        """The database."""
        return self.folder / "catalogue.db"

    def command(self, base: str) -> list[str]:
        """Return the crawl's command line, after writing its sources file."""
        self.folder.mkdir(parents=True, exist_ok=True)
        sources = self.folder / "sources.toml"
        sources.write_text(f'[[source]]\nkind = "mcp-registry"\nname = "bench"\nurl = "{base}/registry"\n')
        plain = [str(Path(sys.executable).with_name("catalogue"))]
        return [
            *([sys.executable, "-m", "benchmarks.ecosystem.rebinding"] if self.rebinding else plain),
            "crawl",
            "--sources",
            str(sources),
            "--db",
            str(self.store),
        ]

    def environment(self, base: str) -> Mapping[str, str]:
        """Return the environment in which every client is configured for the imitation."""
        kept = {
            k: v for k, v in os.environ.items() if not k.upper().startswith(("PIP_", "NPM_CONFIG", "GITHUB_", "GH_"))
        }
        return kept | {
            "CATALOGUE_CACHE": str(self.folder / "cache"),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_INDEX_URL": f"{base}/simple/",
            "npm_config_registry": f"{base}/npm/",
            "GITHUB_API_URL": f"{base}/api",
            "HOME": str(self.folder),
        }


def crawl(base: str, place: Place, *, kill_after: float | None = None) -> Measured:
    """Crawl to the end, or kill the whole process group after some seconds."""
    started = time.monotonic()
    out, errors = place.folder / "out.txt", place.folder / "errors.txt"
    command = place.command(base)
    with out.open("w") as to, errors.open("w") as to_errors:
        process = subprocess.Popen(
            command, stdout=to, stderr=to_errors, env=dict(place.environment(base)), start_new_session=True
        )
        peak = _watch(process)
        try:
            process.wait(kill_after)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
    return Measured(
        seconds=time.monotonic() - started,
        memory=peak() / 1024,
        code=process.returncode,
        out=out.read_text(),
        errors=errors.read_text(),
    )


def _watch(process: "subprocess.Popen[bytes]") -> "Peak":
    peak = Peak(process.pid)
    peak.start()
    return peak


class Peak(threading.Thread):
    """Samples the proportional memory of a session's processes; call it for the largest sum, in kB."""

    def __init__(self, session: int) -> None:
        super().__init__(daemon=True)
        self._session = session
        self._largest = 0

    def run(self) -> None:
        """Sample until the session has ended; where there is no /proc, there is no figure."""
        while Path("/proc").is_dir() and (total := sum(map(_memory, self._members()))):
            self._largest = max(self._largest, total)
            time.sleep(_POLL)

    def __call__(self) -> int:
        """Return the largest sum seen."""
        return self._largest

    def _members(self) -> list[int]:
        found = []
        for entry in Path("/proc").iterdir():
            try:
                if entry.name.isdecimal() and os.getsid(int(entry.name)) == self._session:
                    found.append(int(entry.name))
            except OSError:
                continue
        return found


def _memory(pid: int) -> int:
    """Return a process' share of memory in kB: what is shared counts in parts."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)
