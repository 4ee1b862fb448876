from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mcp_catalogue.errors import StoreError
from mcp_catalogue.model import (
    Also,
    Category,
    Classification,
    Completeness,
    Confidence,
    DecidedBy,
    Digest,
    ServerFacts,
    ServerId,
    ServerRecord,
    Severity,
    Source,
    SourceKind,
    Status,
    Tool,
)
from mcp_catalogue.store import Event, Store

READ = Classification(
    primary=Category.READ,
    also=(),
    severity=Severity.LOW,
    confidence=Confidence.HIGH,
    decided_by=DecidedBy(),
    rationale="It lists.",
)
DELETE = replace(READ, primary=Category.DESTRUCTIVE, severity=Severity.CRITICAL, rationale="It deletes.")


def record(
    *tools: tuple[str, str, Classification], server: str = "pkg:pypi/one", aliases: tuple[str, ...] = ()
) -> ServerRecord:
    facts = ServerFacts(
        id=ServerId(server),
        name="one",
        aliases=aliases,
        source=Source(kind=SourceKind.SDIST),
        completeness=Completeness(status=Status.COMPLETE, enumerated=len(tools)),
        tools=tuple(Tool(name=n, description=d, digest=Digest(f"sha256:{n}{d}")) for n, d, _ in tools),
    )
    return ServerRecord(facts=facts, classifications=tuple(c for _, _, c in tools), rulebook=Digest("sha256:0"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store.open(tmp_path / "deep" / "catalogue.db", create=True) as opened:
        yield opened


def test_a_record_comes_back_as_it_was_put(store: Store) -> None:
    given = record(
        ("a", "x", READ),
        ("b", "y", replace(DELETE, also=(Also(category=Category.FINANCIAL, confidence=Confidence.LOW),))),
    )
    store.put(given, at="2026-01-01T00:00:00Z")
    assert list(store.records()) == [given]
    assert store.record(ServerId("pkg:pypi/one")) == given


def test_a_server_without_tools_comes_back(store: Store) -> None:
    given = record()
    store.put(given, at="2026-01-01T00:00:00Z")
    assert list(store.records()) == [given]


def test_putting_the_same_again_changes_nothing(store: Store) -> None:
    store.put(record(("a", "x", READ)), at="2026-01-01T00:00:00Z")
    before = store.connection.total_changes
    store.put(record(("a", "x", READ)), at="2026-02-01T00:00:00Z")
    assert store.connection.total_changes == before
    assert [c.event for c in store.changes()] == [Event.SERVER_ADDED]


def test_history_tells_what_changed_and_what_it_was(store: Store) -> None:
    store.put(record(("a", "x", READ), ("b", "y", READ), ("c", "z", READ)), at="2026-01-01T00:00:00Z")
    store.put(record(("a", "x2", READ), ("b", "y", DELETE), ("d", "w", READ)), at="2026-02-01T00:00:00Z")
    changes = list(store.changes(since="2026-02-01"))
    assert [(c.tool, c.event) for c in changes] == [
        ("a", Event.DEFINITION_CHANGED),
        ("b", Event.RELABELLED),
        ("d", Event.TOOL_ADDED),
        ("c", Event.TOOL_REMOVED),
    ]
    relabelled = changes[1]
    assert relabelled.before is not None
    assert relabelled.after is not None
    assert (relabelled.before["label"]["primary"], relabelled.after["label"]["primary"]) == ("Read", "Destructive")
    assert changes[3].before is not None
    assert changes[3].before["tool"]["description"] == "z"
    changed, listed = store.dated_record(ServerId("pkg:pypi/one"))
    dates = dict(zip((tool.name for tool in changed.facts.tools), listed, strict=True))
    assert dates["a"].first_seen == "2026-01-01T00:00:00Z"
    assert dates["a"].definition_changed == "2026-02-01T00:00:00Z"
    assert dates["b"].relabelled == "2026-02-01T00:00:00Z"


def test_the_first_id_given_stays_when_another_source_lists_the_same_server(store: Store) -> None:
    store.put(record(aliases=("pkg:github/o/r",)), at="2026-01-01T00:00:00Z")
    kept = store.put(record(("a", "x", READ), server="pkg:github/o/r"), at="2026-01-02T00:00:00Z")
    assert kept == "pkg:pypi/one"
    assert store.server_ids() == ["pkg:pypi/one"]
    assert store.resolve("pkg:github/o/r") == "pkg:pypi/one"


def test_a_name_that_two_servers_claim_belongs_to_neither(store: Store) -> None:
    store.put(record(aliases=("pkg:github/o/r",)), at="2026-01-01T00:00:00Z")
    store.put(record(server="pkg:pypi/two", aliases=("pkg:github/o/r",)), at="2026-01-01T00:00:00Z")
    kept = store.put(record(server="pkg:github/o/r"), at="2026-01-01T00:00:00Z")
    assert kept == "pkg:github/o/r"
    assert store.server_ids() == ["pkg:github/o/r", "pkg:pypi/one", "pkg:pypi/two"]


def test_the_reason_for_a_name_is_kept(store: Store) -> None:
    reasons = {"io.example/one": "the registry lists it with this package"}
    store.put(record(aliases=("io.example/one",)), at="2026-01-01T00:00:00Z", reasons=reasons)
    rows = dict(store.connection.execute("SELECT alias, reason FROM aliases").fetchall())
    assert rows == {"pkg:pypi/one": "id", **reasons}


def test_a_server_that_disappears_is_marked_and_may_come_back(store: Store) -> None:
    store.put(record(("a", "x", READ)), at="2026-01-01T00:00:00Z")
    store.mark_gone(ServerId("pkg:pypi/one"), at="2026-01-02T00:00:00Z", reason="deleted upstream")
    store.put(record(("a", "x", READ)), at="2026-01-03T00:00:00Z")
    assert [c.event for c in store.changes()] == [Event.SERVER_ADDED, Event.SERVER_GONE, Event.SERVER_BACK]


def test_names_resolve_only_when_they_are_unambiguous(store: Store) -> None:
    store.put(record(), at="2026-01-01T00:00:00Z")
    assert store.resolve("one") == "pkg:pypi/one"
    store.put(record(server="pkg:npm/one"), at="2026-01-01T00:00:00Z")
    with pytest.raises(StoreError, match="several servers"):
        store.resolve("one")
    with pytest.raises(StoreError, match="not in the store"):
        store.resolve("two")


def test_a_missing_a_damaged_and_a_newer_store_are_refused_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no such store"):
        Store.open(tmp_path / "none.db")
    damaged = tmp_path / "damaged.db"
    damaged.write_bytes(b"not a database" * 100)
    with pytest.raises(StoreError, match="not a usable store"):
        Store.open(damaged)
    newer = tmp_path / "newer.db"
    with Store.open(newer, create=True) as opened:
        opened.connection.execute(
            "INSERT INTO _sqlite_migrations (migration_set, name, applied_at) VALUES ('catalogue', 'm999', '2030')"
        )
    with pytest.raises(StoreError, match="newer version"):
        Store.open(newer)
