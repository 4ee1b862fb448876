from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from mcp_catalogue.model import Digest, ServerId
from mcp_catalogue.store import Store
from mcp_catalogue.store.copies import groups, same_contents
from tests.mcp_catalogue.store.test_store import READ, record

SAME, OTHER = Digest("sha256:" + "1" * 64), Digest("sha256:" + "2" * 64)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    given = {"c": SAME, "a": SAME, "b": SAME, "d": OTHER, "e": None, "f": None}
    with Store.open(tmp_path / "catalogue.db", create=True) as opened:
        for number, (name, contents) in enumerate(given.items()):
            one = record(("t", "x", READ), server=f"pkg:pypi/{name}")
            one = replace(one, facts=replace(one.facts, contents=contents))
            opened.put(one, at=f"2026-01-0{max(1, number)}T00:00:00Z")
        yield opened


def ids(*names: str) -> tuple[ServerId, ...]:
    return tuple(ServerId(f"pkg:pypi/{name}") for name in names)


def test_copies_are_found_in_the_order_in_which_they_came(store: Store) -> None:
    assert same_contents(store, ids("b")[0]) == ids("a", "c")
    assert same_contents(store, ids("d")[0]) == ()
    assert same_contents(store, ids("e")[0]) == ()
    assert list(groups(store)) == [ids("a", "c", "b")]


def test_a_server_whose_code_changes_is_no_copy_any_more(store: Store) -> None:
    one = record(("t", "x", READ), server="pkg:pypi/a")
    store.put(replace(one, facts=replace(one.facts, contents=OTHER)), at="2026-02-01T00:00:00Z")
    assert list(groups(store)) == [ids("c", "b"), ids("a", "d")]
    assert store.record(ids("a")[0]).facts.contents == OTHER
