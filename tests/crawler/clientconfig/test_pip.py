import os
from pathlib import Path

import pytest

from crawler.clientconfig import Credentials, Index
from crawler.clientconfig.pip import PipSettings, read_pip

PUBLIC = "https://public.registry.example/simple/"


def read(tmp_path: Path, environ: dict[str, str] | None = None, text: str | None = None) -> PipSettings:
    chosen = os.devnull
    if text is not None:
        (tmp_path / "pip.conf").write_text(text)
        chosen = str(tmp_path / "pip.conf")
    return read_pip({"PIP_CONFIG_FILE": chosen, "XDG_CONFIG_DIRS": str(tmp_path), **(environ or {})}, tmp_path, PUBLIC)


def test_without_settings_the_public_index_is_meant(tmp_path: Path) -> None:
    settings = read(tmp_path)
    assert settings.indexes == (Index(url=PUBLIC),)
    assert settings.named == ()


def test_indexes_of_file_and_environment_come_in_pips_order(tmp_path: Path) -> None:
    text = (
        "[global]\nindex-url = https://one.registry.example/simple\n"
        "extra-index-url =\n    https://two.registry.example/simple/\n    https://three.registry.example/simple\n"
    )
    assert [i.url for i in read(tmp_path, text=text).indexes] == [
        "https://one.registry.example/simple/",
        "https://two.registry.example/simple/",
        "https://three.registry.example/simple/",
    ]
    over = read(tmp_path, {"PIP_INDEX_URL": "https://env.registry.example/simple"}, text)
    assert over.indexes[0].url == "https://env.registry.example/simple/"


def test_credentials_are_kept_apart_and_never_shown(tmp_path: Path) -> None:
    settings = read(tmp_path, {"PIP_INDEX_URL": "https://user:pass%40word@registry.example/simple"})
    assert settings.indexes == (Index(url="https://registry.example/simple/"),)
    assert settings.secrets["https://registry.example/simple/"].value.startswith("Basic ")
    assert "pass" not in repr(settings)
    assert settings.secrets["https://registry.example/simple/"].value.removeprefix("Basic ") not in repr(settings)


def test_file_indexes_and_folders_are_places_too(tmp_path: Path) -> None:
    environ = {"PIP_FIND_LINKS": "/opt/wheels file:///srv/wheels", "PIP_INDEX_URL": "file:///srv/simple"}
    folders = [i.folder for i in read(tmp_path, environ).indexes]
    assert folders == [Path("/srv/simple"), Path("/opt/wheels"), Path("/srv/wheels")]


def test_what_is_not_followed_is_a_note_without_secrets(tmp_path: Path) -> None:
    environ = {
        "PIP_FIND_LINKS": "https://user:word@registry.example/links?key=1",
        "PIP_TRUSTED_HOST": "x",
        "PIP_PROXY": "y",
    }
    notes = " ".join(read(tmp_path, environ).notes)
    assert "find-links" in notes
    assert "trusted-host" in notes
    assert "proxy" in notes
    assert "word" not in notes
    assert "key=1" not in notes


def test_no_index_leaves_only_folders(tmp_path: Path) -> None:
    settings = read(tmp_path, {"PIP_NO_INDEX": "1", "PIP_FIND_LINKS": "/opt/wheels"})
    assert settings.indexes == (Index(folder=Path("/opt/wheels")),)


@pytest.mark.parametrize("text", ["no section = 1\n", "[global\n", "[global]\n= x\n"])
def test_a_broken_file_is_a_note(tmp_path: Path, text: str) -> None:
    settings = read(tmp_path, text=text)
    assert settings.indexes == (Index(url=PUBLIC),)
    assert any("pip.conf" in note for note in settings.notes)


def test_the_certificate_file_is_taken_over(tmp_path: Path) -> None:
    assert read(tmp_path, {"PIP_CERT": "/etc/company.pem"}).ca_file == Path("/etc/company.pem")


def test_credentials_hold_for_the_files_beside_an_index(tmp_path: Path) -> None:
    credentials = Credentials(
        read(tmp_path, {"PIP_INDEX_URL": "https://user:word@registry.example/api/simple"}).secrets
    )
    assert credentials.header_for("https://registry.example/api/packages/x-1.0.tar.gz") is not None
    assert credentials.header_for("https://files.registry.example/x-1.0.tar.gz") is None
