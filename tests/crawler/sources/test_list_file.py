from pathlib import Path

import httpx
import pytest

from crawler.http import Http
from crawler.sources import Listing, ListSource, Skipped, SourceContext
from mcp_catalogue.errors import DataError

TOML = '[[server]]\ntarget = "pkg:pypi/a"\nstars = 3\n\n[[server]]\ntarget = "nonsense"\n\n[[server]]\nname = "x"\n'
JSONL = '{"target": "pkg:pypi/a", "stars": 3}\n"npm:b"\n{broken\n[1]\n\n'
CSV = "purl,aliases,stars\npkg:pypi/a,pkg:github/o/r,3\nnonsense,,\n"
TEXT = "# comment\npkg:pypi/a\n\nowner/repo  # why\nnonsense here\n"


def listings(folder: Path, name: str, content: str | bytes) -> list[Listing | Skipped]:
    (folder / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    with Http(transport=lambda: httpx.MockTransport(lambda _: httpx.Response(404))) as http:
        return list(ListSource(SourceContext(http=http, folder=folder)).listings({"file": name}))


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
    tmp_path: Path, name: str, content: str, targets: list[str], skipped: int
) -> None:
    found = listings(tmp_path, name, content)
    assert [x.target for x in found if isinstance(x, Listing)] == targets
    left = [x for x in found if isinstance(x, Skipped)]
    assert len(left) == skipped
    assert all(x.what.startswith(name) and x.reason for x in left)


def test_what_else_a_row_says_is_kept(tmp_path: Path) -> None:
    first = listings(tmp_path, "a.csv", CSV)[0]
    assert isinstance(first, Listing)
    assert first.aliases == ("pkg:github/o/r",)
    assert first.reason
    assert first.facts == {"stars": "3"}


@pytest.mark.parametrize(
    ("name", "content"),
    [("a.toml", "server = 1"), ("a.toml", "[[server"), ("a.csv", "x,y\n1,2\n"), ("a.txt", b"\xff\xfe\x00")],
)
def test_a_file_of_no_known_form_is_one_clear_error(tmp_path: Path, name: str, content: str | bytes) -> None:
    with pytest.raises(DataError, match=name):
        listings(tmp_path, name, content)
