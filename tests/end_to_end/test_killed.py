"""A crawl that is killed and run again ends with the same store as one that was left alone."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import sqlite_utils

SERVERS = 40
KILLS = 8
# Columns that hold a clock or count attempts.
CLOCKS = {
    "first_seen",
    "last_changed",
    "definition_changed",
    "relabelled",
    "at",
    "checked",
    "next_try",
    "attempts",
    "gone",
}
TABLES = {
    "servers": "id",
    "tools": "server, name, variant",
    "aliases": "alias",
    "work": "target",
    "history": "server, tool, event",
}
TEMPLATE = '''
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("server {number}")


@mcp.tool()
def list_{number}() -> str:
    """List what number {number} holds."""


@mcp.tool()
def delete_{number}(key: str) -> str:
    """Delete an entry of number {number} for good."""
'''


def make_sources(folder: Path) -> Path:
    listed = []
    for number in range(SERVERS):
        place = folder / "sources" / f"o+server-{number:02}"
        place.mkdir(parents=True)
        (place / "server.py").write_text(TEMPLATE.format(number=number), encoding="utf-8")
        listed.append(f'[[server]]\ntarget = "pkg:github/o/server-{number:02}"\n')
    path = folder / "list.toml"
    path.write_text("\n".join(listed), encoding="utf-8")
    return path


def start(folder: Path, store: Path) -> "subprocess.Popen[bytes]":
    script = Path(sys.executable).parent / "catalogue"
    words = ["crawl", "--sources", "list.toml", "--sources-dir", "sources", "--db", str(store), "--workers", "1"]
    return subprocess.Popen(
        [str(script), *words],
        cwd=folder,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
        env={**os.environ, "CATALOGUE_CACHE": str(folder / "cache")},
    )


def rows(store: Path) -> dict[str, list[dict[str, Any]]]:
    database = sqlite_utils.Database(store)
    try:
        return {
            table: [
                {
                    column: value
                    for column, value in row.items()
                    if column not in CLOCKS | {"id" if table == "history" else ""}
                }
                for row in database.query(f"SELECT * FROM {table} ORDER BY {order}")
            ]
            for table, order in TABLES.items()
        }
    finally:
        database.close()


def stored(store: Path) -> int:
    if not store.exists():
        return 0
    database = sqlite_utils.Database(store)
    try:
        return database["servers"].count if database["servers"].exists() else 0
    finally:
        database.close()


def test_a_killed_crawl_goes_on_where_it_was(tmp_path: Path) -> None:
    make_sources(tmp_path)
    whole, killed = tmp_path / "whole.db", tmp_path / "killed.db"
    assert start(tmp_path, whole).wait(timeout=120) == 0
    chance = random.Random(7)
    seen = 0
    for _ in range(KILLS):
        process = start(tmp_path, killed)
        target = min(SERVERS - 1, seen + chance.randint(0, SERVERS // KILLS))
        while process.poll() is None and stored(killed) < target:
            time.sleep(0.01)
        if process.poll() is None:
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
        assert stored(killed) >= seen
        seen = stored(killed)
    assert seen > 0
    assert start(tmp_path, killed).wait(timeout=120) == 0
    assert stored(killed) == SERVERS
    assert rows(killed) == rows(whole)
