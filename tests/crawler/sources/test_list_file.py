from pathlib import Path
from typing import Any

import pytest

from crawler.sources import Listing, Skipped
from mcp_catalogue.errors import DataError

TOML = '[[server]]\ntarget = "pkg:pypi/a"\nstars = 3\n\n[[server]]\ntarget = "nonsense"\n\n[[server]]\nname = "x"\n'
JSONL = '{"target": "pkg:pypi/a", "stars": 3}\n"npm:b"\n{broken\n[1]\n\n'
CSV = "purl,aliases,stars\npkg:pypi/a,pkg:github/o/r,3\nnonsense,,\n"
TEXT = "# comment\npkg:pypi/a\n\nowner/repo  # why\nnonsense here\n"


@pytest.mark.parametrize(
    ("name", "content", "targets", "skipped"),
    [
        ("a.toml", TOML, ["pkg:pypi/a"], 2),
        ("a.jsonl", JSONL, ["pkg:pypi/a", "npm:b"], 2),
        ("a.csv", CSV, ["pkg:pypi/a"], 1),
        ("a.txt", TEXT, ["pkg:pypi/a", "owner/repo"], 1),
    ],
)
def test_every_form_is_read_and_nothing_is_lost(
    tmp_path: Path, run: Any, *, name: str, content: str, targets: list[str], skipped: int
) -> None:
    (tmp_path / name).write_text(content)
    found = run("list", {"file": name})
    assert [x.target for x in found if isinstance(x, Listing)] == targets
    left = [x for x in found if isinstance(x, Skipped)]
    assert len(left) == skipped
    assert all(x.what.startswith(name) and x.reason for x in left)


def test_what_else_a_row_says_is_kept(tmp_path: Path, run: Any) -> None:
    (tmp_path / "a.csv").write_text(CSV)
    first = run("list", {"file": "a.csv"})[0]
    assert first.aliases == ("pkg:github/o/r",)
    assert first.reason
    assert first.facts == {"stars": "3"}


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.toml", b"server = 1"), ("a.toml", b"[[server"), ("a.csv", b"x,y\n1,2\n"), ("a.txt", b"\xff\xfe\x00")],
)
def test_a_file_of_no_known_form_is_one_clear_error(tmp_path: Path, run: Any, name: str, content: bytes) -> None:
    (tmp_path / name).write_bytes(content)
    with pytest.raises(DataError, match=name):
        run("list", {"file": name})
