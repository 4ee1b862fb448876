"""Read all settings at once."""

import netrc
import os
import ssl
from collections.abc import Iterable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from crawler.clientconfig.base import ClientConfig, Credentials, Secret, basic
from crawler.clientconfig.defaults import public_npm_registry, public_pypi_index
from crawler.clientconfig.npm import read_npm
from crawler.clientconfig.pip import read_pip

_CA_VARIABLES = ("NODE_EXTRA_CA_CERTS", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE")


def load_client_config(
    environ: Mapping[str, str] | None = None, *, home: Path | None = None, cwd: Path | None = None
) -> ClientConfig:
    """Read pip's and npm's settings and netrc. Never fails: what cannot be read becomes a note."""
    environ = os.environ if environ is None else environ
    home = home or Path.home()
    pip = read_pip(environ, home, public_pypi_index())
    npm = read_npm(environ, home, cwd or Path.cwd(), public_npm_registry())
    named = (*pip.named, *npm.named)
    from_netrc, notes = _netrc(environ, home, named)
    ca_files = [pip.ca_file, npm.ca_file, *(Path(environ[v]) for v in _CA_VARIABLES if environ.get(v))]
    return ClientConfig(
        pypi=pip.indexes,
        npm=npm.registries,
        credentials=Credentials({**from_netrc, **pip.secrets, **npm.secrets}),
        ca_files=tuple(dict.fromkeys(f for f in ca_files if f)),
        configured=named,
        notes=(*pip.notes, *npm.notes, *notes),
    )


def tls_context(config: ClientConfig) -> ssl.SSLContext:
    """Return a verifying context: the system's certificates, certifi's, and the configured ones."""
    context = httpx.create_ssl_context()
    context.load_default_certs()
    for path in config.ca_files:
        if path.is_file():
            try:
                context.load_verify_locations(cafile=str(path))
            except (ssl.SSLError, OSError):
                continue  # a file without certificates adds none; verification stays on
    return context


def _netrc(environ: Mapping[str, str], home: Path, urls: Iterable[str]) -> tuple[dict[str, Secret], list[str]]:
    """Take from netrc only what belongs to a configured registry."""
    names = [environ["NETRC"]] if environ.get("NETRC") else [str(home / ".netrc"), str(home / "_netrc")]
    path = next((p for p in map(Path, names) if p.is_file()), None)
    if path is None:
        return {}, []
    try:
        entries = netrc.netrc(str(path))
    except (netrc.NetrcParseError, OSError, UnicodeDecodeError):
        return {}, ["the netrc file cannot be read"]
    found = {}
    for url in urls:
        parts = urlsplit(url)
        entry = entries.hosts.get(parts.hostname or "")
        if entry:
            found[f"{parts.scheme}://{parts.netloc}/"] = basic(entry[0], entry[2] or "")
    return found, []
