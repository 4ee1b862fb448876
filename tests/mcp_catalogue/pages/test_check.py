"""The check finds what it is for."""

from pathlib import Path

import pytest

from mcp_catalogue.pages.check import check_site

GOOD = '<!doctype html><html lang="en"><head><title>x</title></head><body><p id="a">x</p>{}</body></html>'


@pytest.mark.parametrize(
    ("body", "problem"),
    [
        ('<a href="gone.html">x</a>', "leads nowhere: gone.html"),
        ('<a href="../../x.html">x</a>', "leads out of the site: ../../x.html"),
        ('<a href="#b">x</a>', "leads to no such place: #b"),
        ('<a href="javascript:x">x</a>', "links to javascript:x"),
        ('<img src="https://other.example/x.png">', "loads https://other.example/x.png"),
        ('<p id="a">twice</p>', "the id 'a' occurs twice"),
        ("<p>open", "</body> closes p"),
        ("</div>", "</div> closes body"),
        ('<p style="color:red">x</p>', "<p> has an attribute style, which the content policy forbids"),
        ('<p onclick="x">x</p>', "<p> has an attribute onclick, which the content policy forbids"),
    ],
)
def test_a_problem_is_named(body: str, problem: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(GOOD.format(body))
    assert problem in [found.what for found in check_site(tmp_path)]


@pytest.mark.parametrize(
    "body", ["", '<a href="#a">x</a>', '<a href="index.html">x</a>', '<a href="https://a.example/">x</a>']
)
def test_nothing_is_found_where_nothing_is_wrong(body: str, tmp_path: Path) -> None:
    (tmp_path / "index.html").write_text(GOOD.format(body))
    assert list(check_site(tmp_path)) == []


def test_large_pages_and_scripts_are_noted(tmp_path: Path) -> None:
    page = tmp_path / "servers" / "pypi" / "a" / "t.html"
    page.parent.mkdir(parents=True)
    page.write_text(GOOD.format("x" * 90_000))
    (tmp_path / "static").mkdir()
    (tmp_path / "static" / "app.js").write_text("x" * 20_001)
    assert [found.path for found in check_site(tmp_path)] == ["servers", "servers", "static"]
