import hashlib
from dataclasses import replace
from typing import Any

import pytest

from crawler.fetch import FetchContext, download, load_tree, locate
from crawler.targets import Package
from mcp_catalogue.errors import FetchError
from mcp_catalogue.model import SourceKind

TARGET = Package(ecosystem="npm", name="@scope/server")
LATEST = "/@scope/server/latest"
MANIFEST = (
    b'{"name": "@scope/server", "version": "1.2.3", "description": "Keeps notes", "license": "MIT", '
    b'"repository": {"type": "git", "url": "git+https://github.com/Owner/Repo.git", "directory": "packages/server"}}'
)


def tarball(pack: Any) -> bytes:
    return bytes(pack.tar({"package/package.json": MANIFEST, "package/dist/index.js": b"export {}\n"}))


def test_the_latest_version_becomes_a_tree_with_its_identity(registry: Any, pack: Any, context: FetchContext) -> None:
    data = tarball(pack)
    registry.put(LATEST, registry.npm_version("@scope/server", "1.2.3", data))
    located = locate(TARGET, context)
    tree = load_tree(download(located, context))
    assert tree.origin.id == "pkg:npm/%40scope/server"
    assert tree.origin.version == "1.2.3"
    assert tree.origin.licence == "MIT"
    assert tree.origin.repository == "https://github.com/Owner/Repo"
    assert tree.origin.aliases == ("pkg:github/owner/repo#packages/server",)
    assert tree.origin.source.kind is SourceKind.NPM
    assert tree.origin.source.sha256 == hashlib.sha256(data).hexdigest()
    assert tree.paths == ("dist/index.js", "package.json")
    assert located.digest is not None
    assert located.digest.startswith("sha512:")


def test_the_first_folder_goes_whatever_it_is_called(registry: Any, pack: Any, context: FetchContext) -> None:
    data = pack.tar({"package/package.json": MANIFEST, "other/index.js": b"x"})
    registry.put(LATEST, registry.npm_version("@scope/server", "1.2.3", data))
    assert load_tree(download(locate(TARGET, context), context)).paths == ("index.js", "package.json")


def test_a_second_run_asks_once_and_downloads_nothing(registry: Any, pack: Any, context: FetchContext) -> None:
    registry.put(LATEST, registry.npm_version("@scope/server", "1.2.3", tarball(pack)), ETag='"v1"')
    first = download(locate(TARGET, context), context)
    registry.requests.clear()
    second = download(locate(TARGET, context), context)
    assert second == first
    assert registry.asked == [LATEST]


@pytest.mark.parametrize(
    ("version", "requirement", "expected"),
    [
        (None, None, "1.2.0"),
        ("1.0.0", None, "1.0.0"),
        ("next", None, "2.0.0-rc.1"),
        (None, "^1.0.0", "1.2.0"),
        (None, "~1.0.0", "1.0.5"),
    ],
)
def test_the_whole_document_answers_what_a_single_one_does_not(
    registry: Any, context: FetchContext, version: str | None, requirement: str | None, expected: str
) -> None:
    versions = {v: registry.npm_version("@scope/server", v, b"x") for v in ("1.0.0", "1.0.5", "1.2.0", "2.0.0-rc.1")}
    versions["1.3.0"] = {"version": "1.3.0", "dist": "broken"}
    tags = {"latest": "1.2.0", "next": "2.0.0-rc.1"}
    registry.put("/@scope/server", {"name": "@scope/server", "dist-tags": tags, "versions": versions})
    assert locate(replace(TARGET, version=version, requirement=requirement), context).origin.version == expected


def test_the_old_digest_is_checked_where_there_is_no_better(registry: Any, pack: Any, context: FetchContext) -> None:
    data = tarball(pack)
    described = registry.npm_version("@scope/server", "1.2.3", data)
    described["dist"] = {"tarball": described["dist"]["tarball"], "shasum": hashlib.sha1(data).hexdigest()}
    registry.put(LATEST, described)
    assert load_tree(download(locate(TARGET, context), context)).origin.version == "1.2.3"
    registry.put("/@scope/server/-/x-1.2.3.tgz", b"other")
    described["dist"]["shasum"] = "0" * 40
    registry.put(LATEST, described)
    with pytest.raises(FetchError, match="not the bytes"):
        download(locate(TARGET, context), context)


def test_a_deprecated_version_comes_with_a_note(registry: Any, context: FetchContext) -> None:
    registry.put(LATEST, registry.npm_version("@scope/server", "1.2.3", b"x", deprecated="use another"))
    note = locate(TARGET, context).note
    assert note is not None
    assert "deprecated" in note


def test_a_missing_package_is_one_clear_line(context: FetchContext) -> None:
    with pytest.raises(FetchError, match="npm has no package '@scope/server'"):
        locate(TARGET, context)


def test_a_missing_version_is_told_apart(registry: Any, context: FetchContext) -> None:
    registry.put("/@scope/server", {"versions": {"1.0.0": registry.npm_version("@scope/server", "1.0.0", b"x")}})
    with pytest.raises(FetchError, match=r"has no version 7\.7\.7"):
        locate(replace(TARGET, version="7.7.7"), context)


@pytest.mark.parametrize("body", [b"[]", b"{", b'{"version": 1}', b"<html>"])
def test_an_answer_of_another_form_is_a_fetch_error(registry: Any, context: FetchContext, body: bytes) -> None:
    registry.put(LATEST, body)
    with pytest.raises(FetchError, match="not an npm registry's answer"):
        locate(TARGET, context)


def test_a_tarball_address_that_is_no_web_address_is_refused(registry: Any, context: FetchContext) -> None:
    registry.put(LATEST, {"version": "1.0.0", "dist": {"tarball": "file:///etc/passwd"}})
    with pytest.raises(FetchError, match="no http address"):
        locate(TARGET, context)


def test_a_refused_login_says_where_to_look(registry: Any, context: FetchContext) -> None:
    registry.put(LATEST, b"", status=403)
    with pytest.raises(FetchError, match="credentials in npm's settings"):
        locate(TARGET, context)
