import pytest

from crawler.fetch.describe import described, repository_of
from crawler.targets import HostedRepository
from crawler.tree import Origin, SourceTree
from mcp_catalogue.model import ServerId, Source, SourceKind

REPO = HostedRepository(host="github", owner="o", name="r")


@pytest.mark.parametrize(
    "text",
    [
        "https://github.com/o/r",
        "git+https://github.com/o/r.git",
        "git://github.com/o/r.git",
        "github:o/r",
        "o/r",
        "git@github.com:o/r.git",
        "git+ssh://git@github.com/o/r.git",
        "https://github.com/o/r#readme",
        "https://github.com/o/r/issues",
    ],
)
def test_a_repository_is_read_in_every_form_that_manifests_use(text: str) -> None:
    assert repository_of(text) == REPO


@pytest.mark.parametrize(
    "text", ["https://registry.example/x", "", "see the website", "https://github.com/sponsors/x", "a: b"]
)
def test_what_is_no_repository_is_none(text: str) -> None:
    assert repository_of(text) is None


def origin_from(path: str, data: bytes) -> Origin:
    origin = Origin(id=ServerId("pkg:npm/x"), source=Source(kind=SourceKind.NPM), name="x", version="1")
    return described(SourceTree(origin=origin, files={path: data}))


def test_what_the_registry_said_stays() -> None:
    told = origin_from("package.json", b'{"name": "other", "version": "9", "license": {"type": "MIT"}}')
    assert (told.id, told.name, told.version, told.licence) == ("pkg:npm/x", "x", "1", "MIT")


@pytest.mark.parametrize(
    "data",
    [
        b"{",
        b"[]",
        b"\xff\xfe",
        b'{"name": 1}',
        b'{"name": "x", "repository": [1]}',
        b"[" * 100_000,
        b'{"name": "x", "repository": {"url": 5}}',
    ],
)
def test_a_broken_manifest_loses_only_itself(data: bytes) -> None:
    assert origin_from("package.json", data).id == "pkg:npm/x"


def test_a_directory_that_climbs_is_left_out() -> None:
    told = origin_from("package.json", b'{"name": "x", "repository": {"url": "github:o/r", "directory": "../../etc"}}')
    assert told.aliases == ("pkg:github/o/r",)


def test_a_licence_text_is_not_a_licence_name() -> None:
    data = (
        b"Metadata-Version: 2.1\nName: x\nLicense: "
        + b"Permission is hereby " * 20
        + b"\nClassifier: License :: OSI Approved :: MIT License\n"
    )
    assert origin_from("PKG-INFO", data).licence == "MIT License"
