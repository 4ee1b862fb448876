from pathlib import Path
from typing import Any

import pytest

from crawler.clientconfig import Index
from crawler.fetch import FetchContext, download, load_tree, locate
from crawler.targets import Package
from mcp_catalogue.errors import FetchError
from mcp_catalogue.model import SourceKind

TARGET = Package(ecosystem="pypi", name="some-server")
METADATA = (
    b"Metadata-Version: 2.1\nName: some-server\nVersion: 1.0\nSummary: Keeps notes\nLicense: MIT\n"
    b"Project-URL: Documentation, https://registry.example/docs\n"
    b"Project-URL: Source, https://github.com/Owner/Repo/tree/main/src/notes\n\nLong text"
)


def sdist(pack: Any, version: str = "1.0") -> bytes:
    top = f"some_server-{version}"
    return bytes(pack.tar({f"{top}/PKG-INFO": METADATA, f"{top}/some_server/server.py": b"x = 1\n"}))


def test_the_newest_sdist_becomes_a_tree_with_its_identity(registry: Any, pack: Any, context: FetchContext) -> None:
    data = sdist(pack)
    registry.simple(
        "some-server",
        registry.file("some_server-0.9.tar.gz", b"old"),
        registry.file("some_server-1.0-py3-none-any.whl", b"wheel"),
        registry.file("some_server-1.0.tar.gz", data),
        registry.file("some_server-2.0rc1.tar.gz", b"pre"),
    )
    located = locate(TARGET, context)
    tree = load_tree(download(located, context))
    origin = tree.origin
    assert origin.id == "pkg:pypi/some-server"
    assert (origin.version, origin.licence, origin.description) == ("1.0", "MIT", "Keeps notes")
    assert origin.aliases == ("pkg:github/owner/repo#src/notes",)
    assert origin.repository == "https://github.com/Owner/Repo"
    assert origin.source.kind is SourceKind.SDIST
    assert located.digest == f"sha256:{origin.source.sha256}"
    assert tree.paths == ("PKG-INFO", "some_server/server.py")


def test_a_wheel_is_read_where_there_is_no_sdist(registry: Any, pack: Any, context: FetchContext) -> None:
    wheel = pack.zip({"some_server/server.py": b"x", "some_server-1.0.dist-info/METADATA": METADATA})
    registry.simple(
        "some-server",
        registry.file("some_server-1.0-cp312-cp312-win_amd64.whl", b"binary"),
        registry.file("some_server-1.0-py3-none-any.whl", wheel),
    )
    tree = load_tree(download(locate(TARGET, context), context))
    assert tree.origin.source.kind is SourceKind.WHEEL
    assert tree.origin.description == "Keeps notes"
    assert "some_server/server.py" in tree.paths


@pytest.mark.parametrize(
    ("version", "requirement", "expected"),
    [
        (None, None, "1.1"),
        ("1.0", None, "1.0"),
        ("2.0rc1", None, "2.0rc1"),
        (None, "<1.1", "1.0"),
        (None, ">=2.0rc1", "2.0rc1"),
        ("1.2", None, "1.2"),
    ],
)
def test_the_version_asked_for_is_chosen(
    registry: Any, context: FetchContext, version: str | None, requirement: str | None, expected: str
) -> None:
    files = [registry.file(f"some_server-{v}.tar.gz", b"x") for v in ("1.0", "1.1", "2.0rc1")]
    registry.simple("some-server", *files, registry.file("some_server-1.2.tar.gz", b"y", yanked="broken"))
    target = Package(ecosystem="pypi", name="some-server", version=version, requirement=requirement)
    assert locate(target, context).origin.version == expected


def test_a_withdrawn_version_that_is_named_comes_with_a_note(registry: Any, context: FetchContext) -> None:
    registry.simple("some-server", registry.file("some_server-1.2.tar.gz", b"y", yanked="broken"))
    located = locate(Package(ecosystem="pypi", name="some-server", version="1.2"), context)
    assert located.note is not None
    assert "withdrawn" in located.note


def test_a_second_run_asks_once_and_downloads_nothing(registry: Any, pack: Any, context: FetchContext) -> None:
    registry.simple("some-server", registry.file("some_server-1.0.tar.gz", sdist(pack)), ETag='"v1"')
    first = locate(TARGET, context)
    download(first, context)
    registry.requests.clear()
    second = locate(TARGET, context)
    download(second, context)
    assert second == first
    assert registry.asked == ["/simple/some-server/"]
    assert registry.requests[0].headers["if-none-match"] == '"v1"'


def test_the_old_html_form_is_read_too(registry: Any, pack: Any, context: FetchContext) -> None:
    described = registry.file("some_server-1.0.tar.gz", sdist(pack))
    digest = described["hashes"]["sha256"]
    page = (
        f'<a href="../../files/some_server-1.0.tar.gz#sha256={digest}">some_server-1.0.tar.gz</a>'
        '<a href="../../files/some_server-1.1.tar.gz#sha256=00" data-yanked="">some_server-1.1.tar.gz</a>'
        '<a href="javascript:alert(1)">some_server-9.tar.gz</a>'
    )
    registry.put("/simple/some-server/", page.encode(), Content_Type="text/html")
    located = locate(TARGET, context)
    assert located.origin.version == "1.0"
    assert load_tree(download(located, context)).origin.name == "some-server"


def test_a_missing_package_is_one_clear_line(context: FetchContext) -> None:
    with pytest.raises(FetchError, match="PyPI has no package 'some-server'"):
        locate(TARGET, context)


def test_a_missing_version_is_told_apart_from_a_missing_package(registry: Any, context: FetchContext) -> None:
    registry.simple("some-server", registry.file("some_server-1.0.tar.gz", b"x"))
    with pytest.raises(FetchError, match=r"has no version 7\.7"):
        locate(Package(ecosystem="pypi", name="some-server", version="7.7"), context)


def test_other_bytes_than_announced_are_refused(registry: Any, context: FetchContext) -> None:
    file = registry.file("some_server-1.0.tar.gz", b"announced")
    registry.put("/files/some_server-1.0.tar.gz", b"something else")
    registry.simple("some-server", file)
    with pytest.raises(FetchError, match="not the bytes"):
        download(locate(TARGET, context), context)


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"files": [{"filename": 1}]}', b"\xff\xfe"])
def test_an_answer_of_another_form_is_a_fetch_error(registry: Any, context: FetchContext, body: bytes) -> None:
    registry.put("/simple/some-server/", body, Content_Type="application/vnd.pypi.simple.v1+json")
    with pytest.raises(FetchError, match="Simple API"):
        locate(TARGET, context)


def test_files_of_another_project_on_the_page_are_not_taken(registry: Any, context: FetchContext) -> None:
    registry.simple("some-server", registry.file("other_server-3.0.tar.gz", b"x"), registry.file("README.txt", b"x"))
    with pytest.raises(FetchError):
        locate(TARGET, context)


def test_indexes_are_asked_in_order(registry: Any, make_context: Any, pack: Any) -> None:
    registry.put("/first/some-server/", b"", status=404)
    registry.simple("some-server", registry.file("some_server-1.0.tar.gz", sdist(pack)))
    context = make_context(pypi=(Index(url=f"{pack.host}/first/"), Index(url=f"{pack.host}/simple/")))
    assert locate(TARGET, context).origin.version == "1.0"
    assert registry.asked == ["/first/some-server/", "/simple/some-server/"]


def test_a_refused_login_says_where_to_look(registry: Any, context: FetchContext) -> None:
    registry.put("/simple/some-server/", b"", status=401)
    with pytest.raises(FetchError, match="credentials in pip's settings"):
        locate(TARGET, context)


@pytest.mark.parametrize("nested", [False, True])
def test_a_folder_of_archives_is_an_index_too(tmp_path: Path, make_context: Any, pack: Any, *, nested: bool) -> None:
    folder = tmp_path / "index"
    place = folder / "some-server" if nested else folder
    place.mkdir(parents=True)
    (place / "some_server-1.0.tar.gz").write_bytes(sdist(pack))
    (place / "notes.txt").write_text("x")
    context = make_context(pypi=(Index(folder=tmp_path / "missing"), Index(folder=folder)))
    tree = load_tree(download(locate(TARGET, context), context))
    assert tree.origin.id == "pkg:pypi/some-server"
    assert tree.origin.source.url is None
    assert tree.origin.source.sha256


def test_a_dotted_name_is_asked_for_as_indexes_spell_it(registry: Any, pack: Any, context: FetchContext) -> None:
    registry.simple("owner-some-server", registry.file("owner_some_server-1.0.tar.gz", sdist(pack)))
    located = locate(Package(ecosystem="pypi", name="owner.some-server"), context)
    assert located.origin.id == "pkg:pypi/owner.some-server"
    assert registry.asked == ["/simple/owner-some-server/"]
