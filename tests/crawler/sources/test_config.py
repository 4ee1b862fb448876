from pathlib import Path

import pytest

from crawler.fetch import FetchContext
from crawler.http import HostLimit
from crawler.sources import SOURCES, Listing, Skipped, enumerate_all, read_host_limits, read_sources, trusted_addresses
from crawler.targets import Package, parse_reference
from mcp_catalogue.errors import DataError
from mcp_catalogue.resources import resource_dir


def test_a_sources_file_names_its_places(tmp_path: Path, fetching: FetchContext) -> None:
    (tmp_path / "list.txt").write_text("pkg:pypi/a\n")
    text = (
        '[[source]]\nkind = "list"\nfile = "missing.txt"\n[[source]]\nkind = "list"\nname = "mine"\nfile = "list.txt"\n'
        '[[source]]\nkind = "html"\nenabled = false\n'
    )
    (tmp_path / "sources.toml").write_text(text)
    found = list(enumerate_all(read_sources(tmp_path / "sources.toml"), fetching))
    assert [name for name, _ in found] == ["list", "mine"]
    assert isinstance(found[0][1], Skipped)
    assert found[1][1] == Listing(target="pkg:pypi/a")


@pytest.mark.parametrize("name", ["mine.toml", "mine.txt"])
def test_a_list_file_stands_for_itself(tmp_path: Path, fetching: FetchContext, name: str) -> None:
    (tmp_path / name).write_text('[[server]]\ntarget = "pkg:pypi/a"\n' if name.endswith("toml") else "pkg:pypi/a\n")
    assert [x for _, x in enumerate_all(read_sources(tmp_path / name), fetching)] == [Listing(target="pkg:pypi/a")]


@pytest.mark.parametrize(
    "text", ["", "x = 1", "[[source", '[[source]]\nkind = "unheard-of"\n', "[[source]]\nfile = 'x'\n", "source = [1]\n"]
)
def test_a_wrong_sources_file_is_one_clear_error(tmp_path: Path, text: str) -> None:
    (tmp_path / "sources.toml").write_text(text)
    with pytest.raises(DataError, match=r"sources\.toml"):
        read_sources(tmp_path / "sources.toml")


def test_the_registry_names_each_kind_as_it_names_itself() -> None:
    assert {name: getattr(source, "kind", None) for name, source in SOURCES.items()} == {n: n for n in SOURCES}


def test_the_shipped_lists_hold_and_name_packages_of_both_languages(fetching: FetchContext) -> None:
    found = [x for _, x in enumerate_all(read_sources(resource_dir("data") / "sources.toml"), fetching)]
    assert all(isinstance(x, Listing) for x in found)
    targets = [parse_reference(x.target) for x in found if isinstance(x, Listing)]
    assert len(set(targets)) == len(targets) >= 30
    assert {t.ecosystem for t in targets if isinstance(t, Package)} == {"pypi", "npm"}
    assert Package(ecosystem="pypi", name="mcp-okx") in targets


def test_a_sources_file_may_bound_how_fast_hosts_are_asked(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text('[hosts."registry.example"]\nconcurrent = 2\nper_second = 0.5\n')
    assert read_host_limits(path) == {"registry.example": HostLimit(concurrent=2, per_second=0.5)}
    path.write_text('[hosts]\n"registry.example" = "slow"\n')
    with pytest.raises(DataError, match="hosts"):
        read_host_limits(path)
    assert read_host_limits(tmp_path / "list.txt") == {}


def test_addresses_that_the_file_names_are_trusted(tmp_path: Path) -> None:
    path = tmp_path / "sources.toml"
    path.write_text('[[source]]\nkind = "mcp-registry"\nurl = "http://10.0.0.1/"\n[[source]]\nkind = "npm"\n')
    assert trusted_addresses(read_sources(path)) == ("http://10.0.0.1/",)
