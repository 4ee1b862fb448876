"""What is kept of the last build speeds up the next one and never shows."""

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.site.records import records
from mcp_catalogue.model import ServerId
from mcp_catalogue.pages.build import build
from mcp_catalogue.pages.gather import gather
from mcp_catalogue.pages.output import WORK
from mcp_catalogue.pages.recall import Recall
from mcp_catalogue.pages.search_index import search_files
from mcp_catalogue.store import Store
from mcp_catalogue.store.browse import ServerLine, server_lines
from tests.mcp_catalogue.pages.test_build import AT, LATER, make_store, relabel, tree

KINDS = ("summaries", "words")


@pytest.fixture
def lines(database: Path) -> list[ServerLine]:
    with Store.open(database) as store:
        return list(server_lines(store))


class Making:
    """Counts what has to be made."""

    def __init__(self) -> None:
        self.made: list[ServerId] = []

    def __call__(self, server: ServerId) -> bytes:
        self.made.append(server)
        return f"record of {server}".encode()


def take(root: Path, lines: list[ServerLine], made_with: bytes = b"code") -> list[ServerId]:
    """Take every record; answer the servers whose record was made."""
    (root / WORK).mkdir(exist_ok=True)
    making = Making()
    found = list(Recall(root, "kind", made_with).records(lines, making))
    assert found == [f"record of {line.id}".encode() for line in lines]
    return making.made


def test_only_what_differs_is_made_again(lines: list[ServerLine], tmp_path: Path) -> None:
    assert take(tmp_path, lines) == [line.id for line in lines]
    assert take(tmp_path, lines) == []
    lines[2] = lines[2]._replace(digest="other")
    lines[4] = lines[4]._replace(last_changed=LATER)
    assert take(tmp_path, lines) == [lines[2].id, lines[4].id]


def test_servers_come_and_go(lines: list[ServerLine], tmp_path: Path) -> None:
    first, *middle, last = lines
    take(tmp_path, middle)
    assert take(tmp_path, lines) == [first.id, last.id]
    assert take(tmp_path, lines[::2]) == []
    assert take(tmp_path, lines) == [line.id for line in lines[1::2]]


def test_records_of_other_code_are_not_used(lines: list[ServerLine], tmp_path: Path) -> None:
    take(tmp_path, lines)
    assert take(tmp_path, lines, b"next") == [line.id for line in lines]


def test_what_stands_before_a_damaged_place_is_used(lines: list[ServerLine], tmp_path: Path) -> None:
    take(tmp_path, lines)
    path = tmp_path / WORK / "kind"
    whole = path.read_bytes()
    for place in range(0, len(whole), 37):
        path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1 :])
        made = take(tmp_path, lines)
        assert made
        assert made == [line.id for line in lines[-len(made) :]]
        path.write_bytes(whole[:place])
        assert take(tmp_path, lines)
    assert path.read_bytes() == whole


def test_records_that_were_not_all_taken_are_not_kept(lines: list[ServerLine], tmp_path: Path) -> None:
    (tmp_path / WORK).mkdir()
    stream = Recall(tmp_path, "kind", b"code").records(lines, Making())
    next(stream)
    stream.close()
    assert take(tmp_path, lines) == [line.id for line in lines]


@pytest.mark.parametrize("harm", ["keep", "lose", "damage", "age"])
def test_a_build_is_the_same_whatever_is_kept(tmp_path: Path, harm: str) -> None:
    """Servers are changed, relabelled, added and removed, and then comes a build that remembers well or badly."""
    made = list(records(110))
    db, out, fresh = make_store(tmp_path / "a.db", made[:-1]), tmp_path / "out", tmp_path / "fresh"
    build(db, out, processes=1)
    kept = [out / WORK / kind for kind in KINDS]
    older = [path.read_bytes() for path in kept]
    with Store.open(db) as store:
        store.put(relabel(made[3]), at=LATER)
        tools = tuple(replace(tool, description=f"Quite another. {tool.description}") for tool in made[5].facts.tools)
        store.put(replace(made[5], facts=replace(made[5].facts, tools=tools)), at=LATER)
        fewer = replace(made[6], facts=replace(made[6].facts, tools=()), classifications=())
        store.put(fewer, at=LATER)
        store.connection.execute("DELETE FROM tools WHERE server = ?", (made[0].facts.id,))
        store.connection.execute("DELETE FROM servers WHERE id = ?", (made[0].facts.id,))
        store.put(made[-1], at=AT)
    if harm == "age":
        build(db, out, processes=1)
        with Store.open(db) as store:
            store.put(relabel(made[7]), at=LATER)
    for path, data in zip(kept, older, strict=True):
        assert data
        if harm == "lose":
            path.unlink()
        elif harm == "damage":
            path.write_bytes(data[: len(data) // 2] + b"\xff" * 40 + data[len(data) // 2 + 20 :])
        elif harm == "age":
            path.write_bytes(data)
    build(db, out, processes=2)
    build(db, fresh, processes=1)
    assert tree(out) == tree(fresh)


def test_a_store_that_changes_during_the_build_is_made_good_by_the_next(tmp_path: Path) -> None:
    made = list(records(60))
    db, fresh = make_store(tmp_path / "a.db", made), tmp_path / "fresh"
    (tmp_path / WORK).mkdir()
    recalls = [Recall(tmp_path, kind, b"code") for kind in KINDS]
    with Store.open(db) as store:
        overview = gather(store, recalls[0])
        fewer = replace(made[3].facts, tools=made[3].facts.tools[:-1])
        store.put(replace(made[3], facts=fewer, classifications=made[3].classifications[:-1]), at=LATER)
        torn = dict(search_files(store, overview, recalls[1]))
        assert len(torn) > 1
        found = dict(search_files(store, gather(store, recalls[0]), recalls[1]))
        (fresh / WORK).mkdir(parents=True)
        again = [Recall(fresh, kind, b"code") for kind in KINDS]
        assert found == dict(search_files(store, gather(store, again[0]), again[1]))
        assert found != torn
