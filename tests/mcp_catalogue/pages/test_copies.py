"""Forks and copies point at each other, and a build notices one that comes later."""

import os.path
import re
from dataclasses import replace
from pathlib import Path

from benchmarks.site.records import records
from mcp_catalogue.model import Digest, ServerRecord
from mcp_catalogue.pages.build import build
from mcp_catalogue.store import Store

AT, LATER = "2026-11-18T10:00:00Z", "2026-11-19T10:00:00Z"


def holding(record: ServerRecord, contents: Digest | None) -> ServerRecord:
    return replace(record, facts=replace(record.facts, contents=contents))


def same_code(out: Path) -> dict[str, set[str]]:
    """Return the pages named on each server's page as the same code."""
    found = {}
    for page in (out / "servers").rglob("index.html"):
        row = re.search(r"Same code as</th><td>(.*?)</td>", page.read_text(encoding="utf-8"))
        if row:
            links = re.findall(r'href="([^"]+)"', row[1])
            assert all((page.parent / link).is_file() for link in links)
            found[os.path.relpath(page, out)] = {
                os.path.relpath(os.path.normpath(page.parent / link), out) for link in links
            }
    return found


def test_copies_name_each_other_and_a_later_one_is_added(tmp_path: Path) -> None:
    digest = Digest("sha256:" + "1" * 64)
    made = list(records(60))
    db, out, fresh = tmp_path / "a.db", tmp_path / "out", tmp_path / "fresh"
    with Store.open(db, create=True) as store, store.transaction():
        for number, record in enumerate(made):
            store.put(holding(record, digest if number < 2 else None), at=AT)
    build(db, out, processes=1)
    pair = same_code(out)
    assert len(pair) == 2
    assert all(others == pair.keys() - {page} for page, others in pair.items())
    with Store.open(db) as store:
        store.put(holding(made[2], digest), at=LATER)
    build(db, out, processes=1)
    three = same_code(out)
    assert len(three) == 3
    assert all(others == three.keys() - {page} for page, others in three.items())
    build(db, fresh, processes=1)
    assert same_code(fresh) == three
