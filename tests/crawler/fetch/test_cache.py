import errno
import os
from contextlib import suppress
from pathlib import Path

import msgspec
import pytest

from crawler.fetch import Cache, default_cache_dir
from crawler.fetch.cache import Answer, from_integrity
from mcp_catalogue.errors import FetchError


def test_an_archive_lies_under_its_digest(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with cache.incoming() as incoming:
        incoming.file.write(b"bytes")
        path, sha256 = incoming.keep()
    assert cache.archive(sha256) == path
    assert path.read_bytes() == b"bytes"
    assert path.name == sha256


def test_what_is_not_kept_leaves_nothing(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    with suppress(RuntimeError), cache.incoming() as incoming:
        incoming.file.write(b"half")
        raise RuntimeError
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []


def test_a_damaged_answer_counts_as_none(tmp_path: Path) -> None:
    cache = Cache(tmp_path)
    cache.keep_answer("key", Answer(value=msgspec.Raw(b"1"), etag='"a"'))
    assert cache.answer("key") == Answer(value=msgspec.Raw(b"1"), etag='"a"')
    for path in tmp_path.rglob("*.json"):
        path.write_bytes(b"{half")
    assert cache.answer("key") is None


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written_is_one_clear_line(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(FetchError, match="CATALOGUE_CACHE"), Cache(tmp_path / "x").incoming():
        pass


def test_a_file_in_the_place_of_the_folder_is_one_clear_line(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("")
    with pytest.raises(FetchError, match="CATALOGUE_CACHE"), Cache(tmp_path / "x").incoming():
        pass


def test_the_folder_is_the_users(tmp_path: Path) -> None:
    assert default_cache_dir({"CATALOGUE_CACHE": str(tmp_path)}, tmp_path) == tmp_path
    xdg = default_cache_dir({"XDG_CACHE_HOME": str(tmp_path / "xdg"), "LOCALAPPDATA": str(tmp_path / "xdg")}, tmp_path)
    assert tmp_path in xdg.parents
    assert tmp_path in default_cache_dir({}, tmp_path).parents


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("sha512-AAE=", ("sha512", "0001")),
        ("sha1-AAE= sha512-AAI=?opt", ("sha512", "0002")),
        ("md5-AAE=", None),
        ("sha512-***", None),
        ("", None),
    ],
)
def test_integrity_values_are_read(text: str, expected: tuple[str, str] | None) -> None:
    assert from_integrity(text) == expected


def test_a_disk_that_fills_up_is_one_clear_line_and_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(FetchError, match="No space left"), Cache(tmp_path).incoming():
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    assert [p for p in tmp_path.rglob("*") if p.is_file()] == []
