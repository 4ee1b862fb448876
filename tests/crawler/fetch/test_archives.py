import gzip
import io
import stat
import tarfile
import zipfile
from pathlib import Path
from typing import Any

import pytest

from crawler.fetch import Fetched, Form, load_tree
from crawler.fetch.archives import ArchiveLimits
from crawler.tree import Origin, SourceTree
from mcp_catalogue.errors import ArchiveError
from mcp_catalogue.model import ServerId, Source, SourceKind


def load(tmp_path: Path, data: bytes, form: Form = Form.TAR, limits: ArchiveLimits | None = None) -> SourceTree:
    path = tmp_path / "archive"
    path.write_bytes(data)
    origin = Origin(id=ServerId("pkg:npm/x"), source=Source(kind=SourceKind.ARCHIVE))
    return load_tree(Fetched(origin=origin, form=form, path=str(path)), limits or ArchiveLimits())


def entry(name: str, kind: bytes, link: str = "") -> tarfile.TarInfo:
    info = tarfile.TarInfo(name)
    info.type, info.linkname = kind, link
    return info


def reasons(tree: SourceTree) -> dict[str, str]:
    return {s.file: s.reason for s in tree.skipped}


@pytest.mark.parametrize("packing", ["gz", "none"])
def test_the_single_top_folder_is_taken_off(tmp_path: Path, pack: Any, packing: str) -> None:
    tree = load(tmp_path, pack.tar({"top/a.py": b"a", "top/sub/b.py": b"b", "./top/c.py": b"c"}, packing=packing))
    assert tree.paths == ("a.py", "c.py", "sub/b.py")


def test_two_top_folders_stay(tmp_path: Path, pack: Any) -> None:
    assert load(tmp_path, pack.zip({"a/x.py": b"", "b/y.py": b""}), Form.ZIP).paths == ("a/x.py", "b/y.py")


@pytest.mark.parametrize(
    "name", ["../evil.py", "/etc/evil.py", "top/../../evil.py", "..\\evil.py", "C:/evil.py", "C:\\evil.py"]
)
@pytest.mark.parametrize("form", [Form.TAR, Form.ZIP])
def test_paths_that_lead_out_are_refused_and_the_rest_is_read(tmp_path: Path, pack: Any, name: str, form: Form) -> None:
    files = {"top/good.py": b"x", name: b"evil"}
    tree = load(tmp_path, pack.tar(files) if form is Form.TAR else pack.zip(files), form)
    assert tree.paths == ("good.py",)
    assert "unsafe-path" in reasons(tree).values()
    assert not (tmp_path.parent / "evil.py").exists()


def test_links_and_devices_are_never_followed(tmp_path: Path, pack: Any) -> None:
    files = {
        "top/good.py": b"x",
        "top/inside.py": entry("top/inside.py", tarfile.SYMTYPE, "good.py"),
        "top/outside.py": entry("top/outside.py", tarfile.SYMTYPE, "../../etc/passwd"),
        "top/absolute.py": entry("top/absolute.py", tarfile.SYMTYPE, "/etc/passwd"),
        "top/hard.py": entry("top/hard.py", tarfile.LNKTYPE, "/etc/passwd"),
        "top/device": entry("top/device", tarfile.CHRTYPE),
        "top/pipe": entry("top/pipe", tarfile.FIFOTYPE),
    }
    tree = load(tmp_path, pack.tar(files))
    assert tree.paths == ("good.py",)
    assert reasons(tree) == {
        "outside.py": "link",
        "absolute.py": "link",
        "hard.py": "link",
        "device": "special-file",
        "pipe": "special-file",
    }
    assert tree.ignored == 1


def test_links_and_encrypted_entries_in_a_zip_are_refused(tmp_path: Path, pack: Any) -> None:
    linked = load(tmp_path, zip_with("link.py", stat.S_IFLNK | 0o777), Form.ZIP)
    assert reasons(linked) == {"link.py": "link"}
    raw = bytearray(pack.zip({"secret.py": b"x", "good.py": b"y"}))
    for signature, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        raw[raw.index(signature) + offset] |= 1
    encrypted = load(tmp_path, bytes(raw), Form.ZIP)
    assert reasons(encrypted) == {"secret.py": "encrypted"}
    assert encrypted.paths == ("good.py",)


def zip_with(name: str, mode: int) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("good.py", b"x")
        info = zipfile.ZipInfo(name)
        info.external_attr = mode << 16
        archive.writestr(info, "/etc/passwd")
    return buffer.getvalue()


@pytest.mark.parametrize("cut", [0.3, 0.9])
@pytest.mark.parametrize("form", [Form.TAR, Form.ZIP])
def test_a_truncated_archive_is_one_clear_error(tmp_path: Path, pack: Any, cut: float, form: Form) -> None:
    noise = bytes(i * 7919 % 251 for i in range(40_000))
    data = pack.tar({"top/a.py": noise}) if form is Form.TAR else pack.zip({"top/a.py": noise})
    with pytest.raises(ArchiveError, match=r"damaged|truncated"):
        load(tmp_path, data[: int(len(data) * cut)], form)


@pytest.mark.parametrize("data", [b"", b"<html>not an archive</html>", b"\x1f\x8bbroken", b"PK\x03\x04broken"])
@pytest.mark.parametrize("form", [Form.TAR, Form.ZIP])
def test_what_is_no_archive_is_one_clear_error(tmp_path: Path, data: bytes, form: Form) -> None:
    with pytest.raises(ArchiveError):
        load(tmp_path, data, form)


def test_a_gzip_bomb_is_refused_by_its_ratio(tmp_path: Path, pack: Any) -> None:
    bomb = pack.tar({"top/zeros.txt": bytes(3_000_000)})
    with pytest.raises(ArchiveError, match="bomb"):
        load(tmp_path, bomb, limits=ArchiveLimits(ratio=100, ratio_from=1_000_000))


def test_a_zip_bomb_is_refused_by_its_ratio(tmp_path: Path, pack: Any) -> None:
    bomb = pack.zip({f"top/{i}.txt": bytes(500_000) for i in range(8)})
    with pytest.raises(ArchiveError, match="bomb"):
        load(tmp_path, bomb, Form.ZIP, ArchiveLimits(ratio=100, ratio_from=1_000_000))


def test_a_bomb_among_entries_that_nobody_reads_is_refused_too(tmp_path: Path, pack: Any) -> None:
    with pytest.raises(ArchiveError, match="unpacks to more than"):
        load(tmp_path, pack.tar({"top/picture.png": bytes(3_000_000)}), limits=ArchiveLimits(unpacked=1_000_000))


def test_a_zip_whose_directory_lies_about_a_size_is_refused(tmp_path: Path, pack: Any) -> None:
    raw = bytearray(pack.zip({"a.py": bytes(5000)}))
    place = raw.index(b"PK\x01\x02") + 24
    raw[place : place + 4] = (10).to_bytes(4, "little")
    with pytest.raises(ArchiveError):
        load(tmp_path, bytes(raw), Form.ZIP)


def test_limits_of_the_whole_refuse_and_limits_of_one_file_skip(tmp_path: Path, pack: Any) -> None:
    many = pack.tar({f"top/{i}.py": b"x" for i in range(30)})
    with pytest.raises(ArchiveError, match="more than 10 entries"):
        load(tmp_path, many, limits=ArchiveLimits(count=10))
    with pytest.raises(ArchiveError, match="of text"):
        load(tmp_path, many, limits=ArchiveLimits(kept=10))
    files = {"top/big.py": bytes(2000), "top/small.py": b"x", "top/" + "d/" * 60 + "deep.py": b"x"}
    tree = load(tmp_path, pack.tar(files), limits=ArchiveLimits(file=1000))
    assert tree.paths == ("small.py",)
    assert sorted(reasons(tree).values()) == ["path-limit", "too-large"]


def test_names_that_are_not_utf8_lose_only_their_odd_bytes(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT, encoding="latin-1") as archive:
        for name in ("top/caf\xe9.py", "top/good.py"):
            info = tarfile.TarInfo(name)
            info.size = 1
            archive.addfile(info, io.BytesIO(b"x"))
    tree = load(tmp_path, gzip.compress(buffer.getvalue()))
    assert tree.paths == ("caf\ufffd.py", "good.py")


def test_of_two_entries_with_one_path_the_later_stands(tmp_path: Path) -> None:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        for content in (b"harmless", b"installed"):
            info = tarfile.TarInfo("top/a.py")
            info.size = len(content)
            archive.addfile(info, io.BytesIO(content))
    assert load(tmp_path, buffer.getvalue()).files["a.py"] == b"installed"


def test_pictures_are_counted_and_not_read(tmp_path: Path, pack: Any) -> None:
    tree = load(tmp_path, pack.tar({"top/logo.PNG": b"x", "top/a.py": b"y", "top/x.so": b"z"}))
    assert tree.paths == ("a.py",)
    assert tree.ignored == 2
    assert tree.skipped == ()


def test_an_archive_without_a_file_says_so(tmp_path: Path, pack: Any) -> None:
    with pytest.raises(ArchiveError, match="holds no files"):
        load(tmp_path, pack.tar({"top": entry("top", tarfile.DIRTYPE)}))


def test_the_commit_that_git_writes_into_a_tarball_is_read(tmp_path: Path, pack: Any) -> None:
    commit = "0123456789abcdef" * 2 + "01234567"
    assert load(tmp_path, pack.tar({"top/a.py": b"x"}, commit=commit)).origin.commit == commit
    assert load(tmp_path, pack.tar({"top/a.py": b"x"}, commit="<script>")).origin.commit is None


def test_a_naming_header_that_would_fill_memory_is_refused(tmp_path: Path) -> None:
    header = tarfile.TarInfo("././@PaxHeader")
    header.type, header.size = tarfile.XHDTYPE, 2 * 1024 * 1024
    data = header.tobuf(tarfile.USTAR_FORMAT) + b"x" * header.size + bytes(1024)
    with pytest.raises(ArchiveError, match="1 MiB"):
        load(tmp_path, gzip.compress(data))


def test_headers_within_headers_end(tmp_path: Path) -> None:
    header = tarfile.TarInfo("././@LongLink")
    header.type, header.size = tarfile.GNUTYPE_LONGNAME, 512
    data = (header.tobuf(tarfile.USTAR_FORMAT) + b"x" * 511 + b"\0") * 5000
    with pytest.raises(ArchiveError):
        load(tmp_path, gzip.compress(data))


def test_a_zip_directory_that_would_fill_memory_is_refused(tmp_path: Path, pack: Any) -> None:
    data = pack.zip({f"{i}.py": b"" for i in range(200)})
    with pytest.raises(ArchiveError, match="directory is larger"):
        load(tmp_path, data, Form.ZIP, ArchiveLimits(directory=5_000))
