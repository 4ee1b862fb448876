"""The comparison of the site's build with other generators: records that hold no HTML, and pages held side by side."""

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from benchmarks.site import others, ours
from benchmarks.site.beside import compare
from benchmarks.site.same import difference

PAGE = '<p class="a">One <b>two</b> three</p>\n<pre>x\n y</pre><script>{"a":1,"b":"\\u003c"}</script>'


@pytest.mark.parametrize(
    "other",
    [
        PAGE.replace("\n<pre>", "<pre>"),
        PAGE.replace('<p class="a">One', "<p class='a'>\n  On&#101;"),
        PAGE.replace('{"a":1,"b":"\\u003c"}', '{"b": "<", "a": 1}'),
    ],
)
def test_spelling_makes_no_difference(other: str) -> None:
    assert difference(PAGE, other) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("three", "four"),
        (' class="a"', ""),
        ('class="a"', 'class="b"'),
        ("One <b>", "One<b>"),
        ("<b>two</b>", "two"),
        ("\n y", "\ny"),
        ('"a":1', '"a":2'),
        ("</script>", "</script><p>more</p>"),
    ],
)
def test_text_elements_and_attributes_do(old: str, new: str) -> None:
    assert difference(PAGE, PAGE.replace(old, new))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("beside")
    ours.make_store(folder / "catalogue.db", 60)
    return folder


def test_records_are_plain_data_one_for_each_tool(folder: Path) -> None:
    paths = others.write_records(folder / "catalogue.db", folder / "records", ours.BASE_URL)
    files = sorted((folder / "records" / "servers").iterdir())
    records = [record for file in files for record in msgspec.json.decode(file.read_bytes())]
    assert len(records) == len(set(paths)) == 60
    assert sorted(record["path"] for record in records) == paths
    texts = [text for record in records for text in _texts(record)]
    assert any("'" in text for text in texts)
    assert not [text for text in texts if "</" in text or "&#" in text or "&quot;" in text]


def test_a_page_that_differs_ends_the_comparison(tmp_path: Path) -> None:
    for name, text in (("ours", PAGE), ("same", PAGE), ("theirs", PAGE.replace("two", "2"))):
        (tmp_path / name).mkdir()
        (tmp_path / name / "a.html").write_text(text)
    compare(tmp_path / "ours", tmp_path / "same", ["a.html"])
    with pytest.raises(RuntimeError, match=r"a\.html differs after '<b>': ours 'two', theirs '2'"):
        compare(tmp_path / "ours", tmp_path / "theirs", ["a.html"])
    with pytest.raises(RuntimeError, match="1 pages instead of 2"):
        compare(tmp_path / "ours", tmp_path / "same", ["a.html", "b.html"])


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
