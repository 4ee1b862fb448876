import os
import re
from pathlib import Path
from typing import Any

import pytest

from crawler.fetch import Cache, FetchContext, download, locate
from crawler.fetch.prune import GIB, cache_limit, prune
from crawler.targets import parse_reference
from mcp_catalogue.errors import CatalogueError


def put(path: Path, size: int, used: int) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"x" * size)
    os.utime(path, (used, used))
    return path


def test_what_was_used_longest_ago_goes_first_and_leaves_room(tmp_path: Path) -> None:
    old, middle, new = (put(tmp_path / "archives" / "ab" / f"ab{n}", 40, used=n) for n in (1, 2, 3))
    assert prune(tmp_path, 120) == 0
    assert prune(tmp_path, 110) == 40
    assert (old.exists(), middle.exists(), new.exists()) == (False, True, True)


def test_repositories_count_by_their_newest_file_and_go_whole(tmp_path: Path) -> None:
    put(tmp_path / "git" / "one" / "objects" / "pack", 60, used=1)
    put(tmp_path / "git" / "one" / "FETCH_HEAD", 1, used=3)
    put(tmp_path / "git" / "two" / "FETCH_HEAD", 60, used=2)
    assert prune(tmp_path, 100) == 60
    assert [p.name for p in (tmp_path / "git").iterdir()] == ["one"]


def test_answers_stay_and_torn_downloads_go_after_a_day(tmp_path: Path) -> None:
    answer = put(tmp_path / "answers" / "ab" / "ab.json", 50, used=1)
    torn = put(tmp_path / "archives" / ".incoming-x", 50, used=1)
    coming = put(tmp_path / "archives" / ".incoming-y", 50, used=4_000_000_000)
    assert prune(tmp_path, 1) == 0
    assert (answer.exists(), torn.exists(), coming.exists()) == (True, False, True)


def test_a_use_counts_and_pruning_comes_by_itself(tmp_path: Path) -> None:
    cache = Cache(tmp_path, limit=100)
    digests = []
    for number in range(6):
        with cache.incoming() as incoming:
            incoming.file.write(bytes([number]) * 30)
            path, sha256 = incoming.keep()
        os.utime(path, (number, number))
        digests.append(sha256)
        if number >= 1:
            assert cache.archive(digests[1])  # its time is now the present
    here = [cache.archive(digest) is not None for digest in digests]
    assert here == [False, True, False, False, True, True]


@pytest.mark.parametrize(("text", "limit"), [("", 20 * GIB), ("1", GIB), (" 300 ", 300 * GIB)])
def test_the_limit_is_a_number_of_gib(text: str, limit: int) -> None:
    assert cache_limit({"CATALOGUE_CACHE_LIMIT": text}) == limit


@pytest.mark.parametrize("text", ["0", "-1", "1.5", "many", "²", "9" * 30])
def test_another_limit_is_one_clear_line(text: str) -> None:
    with pytest.raises(CatalogueError, match=re.escape("CATALOGUE_CACHE_LIMIT")):
        cache_limit({"CATALOGUE_CACHE_LIMIT": text})


def test_a_repository_whose_archive_was_pruned_is_still_asked_only_for_what_changed(
    registry: Any, pack: Any, context: FetchContext
) -> None:
    head = "/codeload/o/r/tar.gz/HEAD"
    registry.put(head, pack.tar({"r-1/a.py": b"x = 1\n"}), ETag='"1"')
    target = parse_reference("pkg:github/o/r")
    first = locate(target, context)
    for path in (context.cache.root / "archives").glob("*/*"):
        path.unlink()
    again = locate(target, context)
    assert again.digest == first.digest
    assert [r.headers.get("if-none-match") for r in registry.requests] == [None, '"1"']
    assert not list((context.cache.root / "archives").glob("*/*"))
    assert Path(download(again, context).path).is_file()
