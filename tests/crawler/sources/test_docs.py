"""The examples in docs/sources.md are sources files that are read."""

import re
from pathlib import Path

from crawler.sources import SOURCES, read_host_limits, read_sources

PAGE = (Path(__file__).parents[3] / "docs" / "sources.md").read_text(encoding="utf-8")


def test_every_example_is_a_sources_file(tmp_path: Path) -> None:
    examples = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert len(examples) >= 2
    for number, text in enumerate(examples):
        path = tmp_path / f"{number}.toml"
        path.write_text(text, encoding="utf-8")
        assert read_sources(path)
        limits = read_host_limits(path)
        assert ("[hosts." in text) is bool(limits)


def test_every_kind_stands_in_the_table() -> None:
    assert set(re.findall(r"^\| `([\w-]+)` \|", PAGE, re.MULTILINE)) == set(SOURCES)
