"""The build writes only what differs, and always the same."""

import html
import json
import os
import random
import re
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from benchmarks.site.records import records, server
from mcp_catalogue.model import ServerRecord, Severity
from mcp_catalogue.pages.build import build
from mcp_catalogue.pages.check import check_site
from mcp_catalogue.pages.groups import LISTS, PAGES
from mcp_catalogue.pages.making import Making
from mcp_catalogue.pages.manifest import Units
from mcp_catalogue.pages.workers import run_jobs
from mcp_catalogue.store import Store

AT, LATER = "2026-11-18T10:00:00Z", "2026-11-19T10:00:00Z"
BASE = "https://example.org/mcp/"


def tree(root: Path) -> dict[str, bytes]:
    return {p.relative_to(root).as_posix(): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def make_store(path: Path, made: list[ServerRecord]) -> Path:
    with Store.open(path, create=True) as store, store.transaction():
        for record in made:
            store.put(record, at=AT)
    return path


def relabel(record: ServerRecord) -> ServerRecord:
    first, *rest = record.classifications
    severity = Severity.HIGH if first.severity is not Severity.HIGH else Severity.MEDIUM
    return replace(record, classifications=(replace(first, severity=severity), *rest))


def test_the_site_passes_its_own_check(site: Path) -> None:
    assert list(check_site(site, BASE)) == []


def test_the_number_of_processes_does_not_show(database: Path, site: Path, tmp_path: Path) -> None:
    build(database, tmp_path, base_url=BASE, processes=3)
    assert tree(tmp_path) == tree(site)


def test_nothing_changed_touches_nothing(database: Path, tmp_path: Path) -> None:
    build(database, tmp_path, processes=1)
    before = {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}
    report = build(database, tmp_path, processes=1)
    assert (report.written, report.removed) == (0, 0)
    assert before == {p: p.stat().st_mtime_ns for p in tmp_path.rglob("*")}


def test_a_changed_server_rewrites_its_pages_and_those_that_show_it(tmp_path: Path) -> None:
    made = list(records(120))
    db, out, fresh = make_store(tmp_path / "a.db", made), tmp_path / "out", tmp_path / "fresh"
    build(db, out, processes=1)
    before = tree(out)
    with Store.open(db) as store:
        store.put(relabel(made[3]), at=LATER)
    report = build(db, out, processes=1)
    build(db, fresh, processes=2)
    after = tree(out)
    assert after == tree(fresh)
    differing = {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
    assert 0 < report.written <= len(differing) < len(after) / 2


def test_what_vanished_is_removed_with_its_folder(tmp_path: Path) -> None:
    made = list(records(60))
    db, out, fresh = make_store(tmp_path / "a.db", made), tmp_path / "out", tmp_path / "fresh"
    build(db, out, processes=1)
    with Store.open(db) as store:
        store.connection.execute("DELETE FROM tools WHERE server = ?", (made[0].facts.id,))
        store.connection.execute("DELETE FROM servers WHERE id = ?", (made[0].facts.id,))
    assert build(db, out, processes=1).removed > 0
    build(db, fresh, processes=1)
    assert tree(out) == tree(fresh)
    assert not any(p.is_dir() and not any(p.iterdir()) for p in out.rglob("*"))


def test_files_of_others_in_the_folder_are_left_alone(database: Path, tmp_path: Path) -> None:
    (tmp_path / "CNAME").write_text("mcp.example")
    build(database, tmp_path, processes=1)
    assert (tmp_path / "CNAME").read_text() == "mcp.example"


def test_a_damaged_file_is_repaired_after_an_interruption(database: Path, site: Path, tmp_path: Path) -> None:
    build(database, tmp_path, base_url=BASE, processes=1)
    (tmp_path / ".build" / "manifest").unlink()
    page = next(tmp_path.glob("servers/*/*/*.html"))
    page.write_bytes(b"torn")
    report = build(database, tmp_path, base_url=BASE, processes=1)
    assert report.written == 1
    assert tree(tmp_path) == tree(site)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="needs process groups")
@pytest.mark.parametrize("after", [0.9, 1.5])
def test_a_killed_build_leaves_whole_pages_and_is_repaired(
    database: Path, site: Path, tmp_path: Path, after: float
) -> None:
    code = "import sys, pathlib as p; from mcp_catalogue.pages.build import build;"
    code += f"build(p.Path(sys.argv[1]), p.Path(sys.argv[2]), base_url={BASE!r}, processes=2)"
    with subprocess.Popen([sys.executable, "-c", code, str(database), str(tmp_path)], start_new_session=True) as child:
        time.sleep(after)
        os.killpg(child.pid, signal.SIGKILL)
    pages = [p for p in tmp_path.rglob("*.html") if ".build" not in p.parts]
    assert all(page.read_bytes().rstrip().endswith(b"</html>") for page in pages)
    build(database, tmp_path, base_url=BASE, processes=2)
    assert tree(tmp_path) == tree(site)


@pytest.mark.parametrize("steps", [0, 1, 2])
def test_a_build_that_ended_between_its_steps_is_repaired(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, steps: int
) -> None:
    """It ends before the servers, before the attacks or before the sitemaps; and then the store changes again."""
    made = list(records(90))
    db, out, fresh = make_store(tmp_path / "a.db", made), tmp_path / "out", tmp_path / "fresh"
    build(db, out, base_url=BASE, processes=1)
    with Store.open(db) as store:
        store.put(relabel(made[3]), at=LATER)
    left = iter(range(steps))

    def some(*args: Any) -> tuple[Units, int]:
        if next(left, None) is None:
            raise KeyboardInterrupt
        return run_jobs(*args)

    monkeypatch.setattr("mcp_catalogue.pages.build.run_jobs", some)
    with pytest.raises(KeyboardInterrupt):
        build(db, out, base_url=BASE, processes=1)
    monkeypatch.undo()
    with Store.open(db) as store:
        store.put(relabel(made[4]), at=LATER)
        store.put(made[3], at=LATER)
    build(db, out, base_url=BASE, processes=1)
    build(db, fresh, base_url=BASE, processes=1)
    assert tree(out) == tree(fresh)


def test_lists_and_attacks_are_left_alone_where_only_words_differ(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = list(records(60))
    db, out = make_store(tmp_path / "a.db", made), tmp_path / "out"
    build(db, out, processes=1)
    rendered: list[str] = []

    def noting(making: Making, *args: Any) -> tuple[Units, int]:
        rendered.extend(job for job in making.jobs if isinstance(job, str))
        return run_jobs(making, *args)

    monkeypatch.setattr("mcp_catalogue.pages.build.run_jobs", noting)
    with Store.open(db) as store:
        store.put(relabel(made[3]), at=LATER)
    build(db, out, processes=1)
    assert {*LISTS, *PAGES} < set(rendered)
    rendered.clear()
    tools = tuple(replace(tool, description=f"{tool.description} (Revised.)") for tool in made[3].facts.tools)
    with Store.open(db) as store:
        store.put(replace(relabel(made[3]), facts=replace(made[3].facts, tools=tools)), at=LATER)
    build(db, out, processes=1)
    assert rendered == [*PAGES, "sitemaps"]


def test_an_empty_store_gives_a_site_that_says_so(tmp_path: Path) -> None:
    db = make_store(tmp_path / "a.db", [])
    build(db, tmp_path / "out", processes=1)
    assert list(check_site(tmp_path / "out")) == []
    assert "holds no server yet" in (tmp_path / "out/servers/index.html").read_text()


def test_a_server_page_has_its_badge_to_embed(site: Path) -> None:
    page = next(site.glob("servers/*/*/index.html"))
    here = f"{BASE}{page.parent.relative_to(site).as_posix()}/"
    snippets = re.findall('<pre tabindex="0"><code>(.*?)</code>', html.unescape(page.read_text()), re.DOTALL)
    assert f"[![MCP risk]({here}badge.svg)]({here})" in snippets
    assert f'<a href="{here}"><img src="{here}badge.svg" alt="MCP risk"></a>' in snippets
    assert (page.parent / "badge.svg").is_file()


def test_links_to_files_work_from_disk(site: Path) -> None:
    page = next(site.glob("servers/*/*/*.html")).read_text()
    assert 'href="index.html"' in page
    assert 'href="/' not in page


def test_a_long_list_of_tools_goes_on_over_several_pages(tmp_path: Path) -> None:
    made = server(random.Random(7), 0, 230)
    made = replace(made, classifications=tuple(replace(c, severity=Severity.LOW) for c in made.classifications))
    out = tmp_path / "site"
    build(make_store(tmp_path / "a.db", [made]), out, processes=1)
    folder = next(p.parent for p in (out / "servers").rglob("page-3.html"))
    pages = [(folder / name).read_text() for name in ("index.html", "page-2.html", "page-3.html")]
    listed = [re.findall(r'<tr><td><a class="code" href="([^"]+)"', page) for page in pages]
    assert [len(names) for names in listed] == [100, 100, 30]
    own = {p.name for p in folder.glob("*.html") if not re.fullmatch(r"(index|page-\d+)\.html", p.name)}
    assert {name for names in listed for name in names} == own
    assert len(json.loads((folder / "page-3.json").read_bytes())["tools"]) == 30
    shown = [p.name for p in (out / "risk" / "low").rglob("*/*.html")]
    assert sorted(shown) == sorted([f"{folder.name}.html", "page-2.html", "page-3.html"])
    assert list(check_site(out)) == []
