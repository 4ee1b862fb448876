from pathlib import Path

from benchmarks.extraction.measure import read
from benchmarks.extraction.run import Size, measure
from benchmarks.extraction.trees import fixtures, general
from crawler.extractors.base import mentions_mcp

SMALL = Size(tree=300_000, packages=12, largest=50_000)


def test_general_trees_are_the_same_each_time_and_name_no_server() -> None:
    sample = general(SMALL.tree)
    assert sample.tree.files == general(SMALL.tree).tree.files
    assert sample.size >= SMALL.tree
    assert len({path.rpartition(".")[2] for path in sample.tree.files}) >= 8
    assert not any(map(mentions_mcp, sample.tree.files.values()))
    assert read(sample).tools == 0


def test_the_server_among_general_sources_is_found() -> None:
    assert read(general(SMALL.tree, serving=True)).tools == 1


def test_packages_are_fixture_servers_up_to_the_sizes_of_real_ones() -> None:
    samples = list(fixtures(SMALL.packages, SMALL.largest))
    assert [sample.size for sample in samples] == [s.size for s in fixtures(SMALL.packages, SMALL.largest)]
    assert sum(sample.size >= SMALL.largest for sample in samples) >= 6
    assert sum(read(sample).tools > 0 for sample in samples) >= 10


def test_the_table_has_every_figure_and_what_to_reach(tmp_path: Path) -> None:
    archives, out = tmp_path / "packages", tmp_path / "out"
    archives.mkdir()
    (tmp_path / "sources").mkdir()
    (tmp_path / "sources" / "a.py").write_text("x = 1\n")
    rows = measure(out, SMALL, sources=[tmp_path / "sources"])
    table = (out / "extraction.md").read_text()
    assert [row[2] for row in rows].count(">= 150 MB/s per core") == 3
    assert all(" | ".join(row) in table for row in rows)
    assert any("12 packages with" in row[0] for row in rows)
