import json
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ThreadPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import httpx
import pytest

from classifier.overrides import Overrides
from crawler.fetch import FetchContext, open_context
from crawler.sources import Listing
from mcp_catalogue.errors import TargetError
from mcp_catalogue.model import Category
from mcp_catalogue.pipeline.crawl import Crawl, Crawled, Fate
from mcp_catalogue.pipeline.labelling import relabel
from mcp_catalogue.pipeline.timelimit import time_limit
from mcp_catalogue.store import Event, Store
from mcp_catalogue.store.work import State, WorkBook

SERVER = '''
from mcp.server.fastmcp import FastMCP

mcp = FastMCP("notes")


@mcp.tool()
def list_notes() -> str:
    """List all notes."""
    return ""


@mcp.tool()
def delete_note(note_id: str) -> str:
    """Delete a note for good."""
    return ""
'''
NONE = Overrides({})
NAMES = ("https://notes.example/mcp", "registry:e/notes")
LISTINGS = [
    Listing(target="pkg:github/o/notes", aliases=NAMES, reason="one entry of the registry"),
    *(Listing(target=f"pkg:github/o/{name}") for name in ("plain", "absent")),
]


def nothing_there() -> httpx.MockTransport:
    return httpx.MockTransport(lambda request: httpx.Response(404, request=request))


@pytest.fixture
def context(tmp_path: Path) -> Iterator[FetchContext]:
    for name, text in (("o+notes", SERVER), ("o+plain", "print('no server')\n")):
        (tmp_path / "sources" / name).mkdir(parents=True)
        (tmp_path / "sources" / name / "server.py").write_text(text, encoding="utf-8")
    with open_context(
        sources_dir=tmp_path / "sources", cache_dir=tmp_path / "cache", environ={}, transport=nothing_there
    ) as opened:
        yield opened


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "catalogue.db", create=True) as opened:
        yield opened


one_thread = partial(ThreadPoolExecutor, 1)


class CrashingPool(Executor):
    """An executor that breaks, with everything in it, on the server called `plain`."""

    def __init__(self) -> None:
        self.broken = False

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        future: Future[Any] = Future()
        self.broken = self.broken or args[0].source.origin.id.endswith("plain")
        if self.broken:
            future.set_exception(BrokenProcessPool("crashed"))
        else:
            future.set_result(fn(*args, **kwargs))
        return future


@pytest.fixture
def run(store: Store, context: FetchContext) -> Callable[..., list[Crawled]]:
    def crawl(code: str = "one", day: int = 1, make_pool: Callable[[], Executor] = one_thread) -> list[Crawled]:
        made = Crawl(
            store=store,
            context=context,
            make_pool=make_pool,
            clock=lambda: f"2026-01-{day:02}T00:00:00Z",
            code_digest=code,
            overrides=NONE,
        )
        return sorted(made.run(LISTINGS), key=lambda c: c.target)

    return crawl


def test_every_target_ends_stored_or_explained(store: Store, run: Callable[..., list[Crawled]]) -> None:
    absent, notes, plain = run()
    assert (notes.fate, notes.servers, notes.tools) == (Fate.STORED, ("pkg:github/o/notes",), 2)
    assert plain.fate is Fate.NO_SERVER
    assert absent.fate is Fate.FAILED
    assert absent.reason
    assert "\n" not in absent.reason
    record = store.record(store.resolve("pkg:github/o/notes"))
    labels = {t.name: c.primary for t, c in zip(record.facts.tools, record.classifications, strict=True)}
    assert labels == {"list_notes": Category.READ, "delete_note": Category.DESTRUCTIVE}


def test_a_failure_is_kept_with_its_reason_and_counted(store: Store, run: Callable[..., list[Crawled]]) -> None:
    run()
    run(day=2)
    work = WorkBook(store.connection).get("pkg:github/o/absent")
    assert work is not None
    assert (work.state, work.attempts, work.next_try) == (State.FAILED, 2, "2026-01-02T02:00:00Z")


def test_a_second_crawl_changes_nothing_in_the_servers(store: Store, run: Callable[..., list[Crawled]]) -> None:
    run()
    run(day=2)
    assert [c.event for c in store.changes()] == [Event.SERVER_ADDED]


def test_a_changed_source_is_read_again_and_its_history_told(
    store: Store, run: Callable[..., list[Crawled]], tmp_path: Path
) -> None:
    run()
    file = tmp_path / "sources" / "o+notes" / "server.py"
    file.write_text(SERVER.replace("List all notes.", "List some notes."), encoding="utf-8")
    run(day=2)
    assert [(c.tool, c.event) for c in store.changes(since="2026-01-02")] == [("list_notes", Event.DEFINITION_CHANGED)]


def test_changed_rules_label_the_stored_facts_anew(store: Store, run: Callable[..., list[Crawled]]) -> None:
    run()
    label = {"primary": "Read", "severity": "low", "also": []}
    store.connection.execute(
        "UPDATE tools SET label = json_patch(label, ?) WHERE name = 'delete_note'", (json.dumps(label),)
    )
    store.connection.execute("UPDATE servers SET digest = ''")
    assert relabel(store, NONE, at="2026-01-02T00:00:00Z") == 1
    assert relabel(store, NONE, at="2026-01-02T00:00:00Z") == 0
    assert [(c.tool, c.event) for c in store.changes(since="2026-01-02")] == [("delete_note", Event.RELABELLED)]


def test_the_names_that_listings_give_a_server_lead_to_it(store: Store, run: Callable[..., list[Crawled]]) -> None:
    run()
    assert {store.resolve(name) for name in NAMES} == {"pkg:github/o/notes"}
    assert store.record(store.resolve("pkg:github/o/notes")).facts.aliases == NAMES


def test_a_source_that_crashes_the_reader_is_named_and_takes_no_other_with_it(
    store: Store, run: Callable[..., list[Crawled]]
) -> None:
    fates = {c.target: (c.fate, c.reason) for c in run(make_pool=CrashingPool)}
    assert fates["pkg:github/o/plain"] == (Fate.FAILED, "the reader crashed on it")
    assert fates["pkg:github/o/notes"] == (Fate.STORED, None)
    assert store.server_ids() == ["pkg:github/o/notes"]


def without_end() -> None:
    with time_limit("one", 0.05):
        while True:
            with suppress(Exception):
                sum(range(1000))


def test_what_takes_too_long_is_given_up() -> None:
    with pytest.raises(TargetError, match=r"one: reading it took longer than 0\.05 s"):
        without_end()


def test_what_disappears_upstream_is_marked_and_kept(
    store: Store, run: Callable[..., list[Crawled]], tmp_path: Path
) -> None:
    run()
    folder = tmp_path / "sources" / "o+notes"
    folder.rename(tmp_path / "elsewhere")
    run(day=2)
    assert [(c.server, c.event) for c in store.changes(since="2026-01-02")] == [
        ("pkg:github/o/notes", Event.SERVER_GONE)
    ]
    assert len(store.record(store.resolve("pkg:github/o/notes")).facts.tools) == 2
    (tmp_path / "elsewhere").rename(folder)
    run(day=3)
    assert [c.event for c in store.changes(since="2026-01-03")] == [Event.SERVER_BACK]
