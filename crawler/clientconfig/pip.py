"""pip's configuration files and environment variables (pip's documentation, "Configuration")."""

import configparser
import os
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from crawler.clientconfig.base import Index, Secret, split_credentials, user_path, with_slash

_SECTIONS = ("global", "install", "download")  # later ones win, as for `pip download`
_WEB = {"http", "https"}


@dataclass(frozen=True, slots=True, kw_only=True)
class PipSettings:
    """What pip is told; `named` is False where the public index is meant."""

    indexes: tuple[Index, ...]
    secrets: Mapping[str, Secret]
    ca_file: Path | None
    named: tuple[str, ...]
    notes: tuple[str, ...]


def read_pip(environ: Mapping[str, str], home: Path, public_index: str) -> PipSettings:
    """Read the settings in pip's own order: files from global to site, then `PIP_…` variables."""
    notes: list[str] = []
    settings = _merged(environ, home, notes)
    addresses = [] if _true(settings.get("no-index", "")) else [settings.get("index-url") or public_index]
    addresses += [] if _true(settings.get("no-index", "")) else settings.get("extra-index-url", "").split()
    places = [*addresses, *settings.get("find-links", "").split()]
    indexes: list[Index] = []
    secrets: dict[str, Secret] = {}
    for number, address in enumerate(places):
        bare, secret = split_credentials(address)
        scheme = urlsplit(bare).scheme
        if scheme in _WEB and number < len(addresses):
            indexes.append(Index(url=with_slash(bare)))
            if secret:
                secrets[with_slash(bare)] = secret
                # As pip does: files lie beside the index on the same host, under another path.
                secrets.setdefault(urlsplit(bare)._replace(path="/", query="", fragment="").geturl(), secret)
        elif scheme in _WEB:
            notes.append(f"pip's find-links page {bare.partition('?')[0]} is not read: name it as an index")
        elif scheme == "file":
            indexes.append(Index(folder=Path(url2pathname(urlsplit(bare).path))))
        elif not bare:
            notes.append("an address in pip's settings cannot be read")
        elif len(scheme) <= 1:  # a path; one letter is a Windows drive
            indexes.append(Index(folder=user_path(bare)))
        else:
            notes.append(f"pip's index of the scheme {scheme!r} is not read")
    notes += [f"pip's {key} is not followed" for key in ("trusted-host", "proxy") if settings.get(key)]
    named = tuple(i.url for i in indexes if i.url and i.url != public_index)
    cert = settings.get("cert")
    return PipSettings(
        indexes=tuple(dict.fromkeys(indexes)),
        secrets=secrets,
        ca_file=user_path(cert) if cert else None,
        named=named,
        notes=tuple(notes),
    )


def _merged(environ: Mapping[str, str], home: Path, notes: list[str]) -> dict[str, str]:
    settings: dict[str, str] = {}
    for path in _files(environ, home):
        parser = configparser.RawConfigParser()
        try:
            parser.read_string(path.read_bytes().decode("utf-8", "replace"))
        except OSError:
            continue
        except configparser.Error:
            notes.append(f"pip's configuration file {path.name} cannot be read")
            continue
        for section in _SECTIONS:
            if parser.has_section(section):
                settings |= {key.replace("_", "-"): value for key, value in parser.items(section) if value}
    variables = {k.lower()[4:].replace("_", "-"): v for k, v in environ.items() if k.upper().startswith("PIP_") and v}
    return settings | variables


def _files(environ: Mapping[str, str], home: Path) -> Iterator[Path]:
    chosen = environ.get("PIP_CONFIG_FILE")
    if chosen == os.devnull:
        return
    if sys.platform == "win32":
        yield Path(environ.get("PROGRAMDATA", r"C:\ProgramData"), "pip", "pip.ini")
        yield home / "pip" / "pip.ini"
        yield Path(environ.get("APPDATA", home), "pip", "pip.ini")
        yield Path(sys.prefix, "pip.ini")
    else:
        for folder in reversed(environ.get("XDG_CONFIG_DIRS", "/etc/xdg").split(":")):
            yield Path(folder, "pip", "pip.conf")
        yield Path("/etc/pip.conf")
        if sys.platform == "darwin":
            yield Path("/Library/Application Support/pip/pip.conf")
            yield home / "Library" / "Application Support" / "pip" / "pip.conf"
        yield home / ".pip" / "pip.conf"
        yield Path(environ.get("XDG_CONFIG_HOME") or home / ".config", "pip", "pip.conf")
        yield Path(sys.prefix, "pip.conf")
    if chosen:
        yield Path(chosen)


def _true(text: str) -> bool:
    return text.strip().lower() in {"1", "true", "yes", "on", "y", "t"}
