"""Whatever comes in, only the errors that are documented come out."""

import contextlib
import gzip
import io
import json
import tarfile
import zipfile
from pathlib import Path, PurePosixPath
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.clientconfig.base import split_credentials
from crawler.clientconfig.npm import read_npm
from crawler.clientconfig.pip import read_pip
from crawler.fetch.archives import ArchiveLimits, read_tar, read_zip
from crawler.fetch.archives.read import leaves
from crawler.fetch.cache import from_integrity
from crawler.fetch.describe import described, repository_of
from crawler.fetch.semver import best_match
from crawler.http import redact, web_join
from crawler.merge import merge
from crawler.sources import Listing
from crawler.sources.api import image_name, remote_target, repository_target
from crawler.sources.registry import read_entry
from crawler.targets import parse_reference, target_id
from crawler.tree import Origin, SourceTree
from mcp_catalogue.errors import ArchiveError, TargetError
from mcp_catalogue.model import ServerId, Source, SourceKind

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=12), inner, max_size=4),
    max_leaves=20,
)
PREFIXES = st.sampled_from(
    ["", "pkg:npm/", "pkg:pypi/", "pkg:github/", "npm:", "pypi:", "https://", "git+https://", "git@", "ssh://"]
)
FAST = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@FAST
@given(PREFIXES, st.text(max_size=60))
def test_a_target_is_read_or_refused(prefix: str, text: str) -> None:
    with contextlib.suppress(TargetError):
        target_id(parse_reference(prefix + text))
    repository_of(prefix + text)
    repository_target(prefix + text, text)
    remote_target(prefix + text)
    image_name(prefix + text)


@FAST
@given(st.text(max_size=40), st.lists(st.text(max_size=20), max_size=5))
def test_ranges_and_digests_are_read_or_fit_nothing(requirement: str, versions: list[str]) -> None:
    assert best_match(versions, requirement) in {None, *versions}
    from_integrity(requirement)
    assert isinstance(leaves(PurePosixPath("a"), requirement), bool)


@FAST
@given(
    st.fixed_dictionaries(
        {}, optional=dict.fromkeys(("name", "server", "packages", "remotes", "repository", "_meta", "status"), JSON)
    )
)
def test_an_entry_of_a_registry_is_listed_or_skipped(body: Any) -> None:
    item = read_entry(body)
    if isinstance(item, Listing):
        assert len(list(merge([("x", item)]))) == 1


@FAST
@given(
    st.sampled_from(["package.json", "PKG-INFO", "manifest.json", "x.dist-info/METADATA"]),
    JSON | st.binary(max_size=200),
)
def test_metadata_of_a_package_costs_nothing_but_itself(path: str, content: Any) -> None:
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    origin = Origin(id=ServerId("pkg:npm/x"), source=Source(kind=SourceKind.NPM), version="1")
    assert described(SourceTree(origin=origin, files={path: data})).version == "1"


def small_tar() -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for name in ("top/a.py", "top/b/c.py"):
            info = tarfile.TarInfo(name)
            info.size = 5
            archive.addfile(info, io.BytesIO(b"x = 1"))
    return buffer.getvalue()


def small_zip() -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.py", "x = 1" * 20)
        archive.writestr("b/c.py", "y")
    return buffer.getvalue()


TAR, ZIP = small_tar(), small_zip()


@FAST
@given(st.lists(st.tuples(st.integers(0, 4000), st.integers(0, 255)), max_size=12), st.booleans())
def test_a_damaged_archive_is_read_or_refused(tmp_path: Path, damage: list[tuple[int, int]], packed: bool) -> None:  # noqa: FBT001
    for plain, read in ((TAR, read_tar), (ZIP, read_zip)):
        data = bytearray(plain)
        for place, value in damage:
            data[place % len(data)] = value
        path = tmp_path / "x"
        path.write_bytes(gzip.compress(bytes(data)) if packed and read is read_tar else bytes(data))
        with contextlib.suppress(ArchiveError):
            read(path, ArchiveLimits(unpacked=1_000_000))


@FAST
@given(st.text(max_size=200))
def test_client_settings_are_read_whatever_they_say(tmp_path: Path, text: str) -> None:
    (tmp_path / ".npmrc").write_text(text, "utf-8", "replace")
    (tmp_path / "pip.conf").write_text("[global]\n" + text, "utf-8", "replace")
    public = "https://registry.example/"
    settings_ = {"PIP_CONFIG_FILE": str(tmp_path / "pip.conf"), "npm_config_globalconfig": str(tmp_path / "none")}
    assert read_npm(settings_, tmp_path, tmp_path, public).registries.default.startswith("http")
    read_pip(settings_, tmp_path, public)
    read_pip({"PIP_CONFIG_FILE": "/dev/null", "PIP_INDEX_URL": text}, tmp_path, public)


@FAST
@given(st.text(max_size=60))
def test_redaction_never_fails(text: str) -> None:
    assert "@" not in redact("https://user:word@registry.example/" + text.replace("@", ""))
    redact(f"https://{text}")
    web_join("https://registry.example/x", text)
    web_join("https://registry.example/x", f"//[{text}")
    split_credentials(f"https://[{text}")
