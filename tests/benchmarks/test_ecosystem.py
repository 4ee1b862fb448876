from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.ecosystem.faults import Fault, fault_of
from benchmarks.ecosystem.packages import Package, announced, build
from benchmarks.ecosystem.run import Row, Size, measure
from crawler.fetch.archives import ArchiveLimits, read_tar

SMALL = Size(servers=120, faulty=200, killed=60, kills=3, largest=100_000, every=11)


def run(tmp_path: Path, part: str) -> list[Row]:
    return measure(tmp_path / "out", SMALL, [part])


def test_packages_are_deterministic_and_readable(tmp_path: Path) -> None:
    for number in (0, 5, 9):
        package = Package(number)
        data = build(package, 200_000)
        assert data == build(Package(number), 200_000)
        assert announced(package, 200_000) != announced(replace(package, generation=1), 200_000)
        (tmp_path / "x").write_bytes(data)
        collector, _ = read_tar(tmp_path / "x", ArchiveLimits())
        assert any(package.name in text.decode() for text in collector.files.values())
        assert abs(len(data) - min(package.size, 200_000)) < 40_000


def test_every_fault_befalls_somebody() -> None:
    assert {fault_of(n, SMALL.every) for n in range(SMALL.faulty)} == {None, *Fault}


def test_a_second_run_reads_nothing_anew_and_a_change_is_seen(tmp_path: Path) -> None:
    first, second, third = run(tmp_path, "runs")
    assert "120 stored" in first.figure
    assert "120 unchanged" in second.figure
    assert "2 stored" in third.figure
    assert "118 unchanged" in third.figure
    assert first.what in (tmp_path / "out" / "ecosystem.md").read_text()


def test_every_fault_at_once_loses_no_healthy_server_and_is_told(tmp_path: Path) -> None:
    (row,) = run(tmp_path, "faults")
    assert "exit 0, 0 healthy servers missing" in row.figure
    assert "0 faults not told, 0 by another cause, 0 private addresses reached" in row.figure


def test_a_killed_crawl_resumes_to_the_same_store(tmp_path: Path) -> None:
    (row,) = run(tmp_path, "kills")
    assert row.figure == "store equal, 0 servers fetched again after they were stored"


@pytest.mark.parametrize("number", range(3))
def test_sizes_lie_between_the_quantiles(number: int) -> None:
    assert 2_440 <= Package(number).size <= 13_899_929
