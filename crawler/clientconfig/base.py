"""What the package clients are configured for, as values without secrets in their text form."""

import base64
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit


@dataclass(frozen=True, slots=True)
class Secret:
    """A text that does not show itself."""

    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """`Authorization` headers by address prefix (`https://host/path/`); the longest that fits is sent."""

    by_prefix: Mapping[str, Secret] = field(default_factory=dict)

    def header_for(self, url: str) -> str | None:
        """Return the header for `url`, or None."""
        bare = split_credentials(url)[0]
        fitting = [p for p in self.by_prefix if bare.startswith(p) or bare == p.rstrip("/")]
        return self.by_prefix[max(fitting, key=len)].value if fitting else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Index:
    """One place with Python packages: an index over http(s) (`url`), or a folder (`folder`) of archives."""

    url: str | None = None
    folder: Path | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NpmRegistries:
    """The default registry and those of scopes (`@scope`), each ending in a slash."""

    default: str
    scopes: Mapping[str, str] = field(default_factory=dict)

    def for_package(self, name: str) -> str:
        """Return the registry for `name` (`@scope/name` or `name`)."""
        return self.scopes.get(name.partition("/")[0], self.default) if name.startswith("@") else self.default


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientConfig:
    """Everything that matters of pip's and npm's settings.

    `configured` holds the addresses that the user named, as opposed to the public defaults: they may be on a
    private network. `notes` are lines about settings that were seen and are not followed.
    """

    pypi: tuple[Index, ...]
    npm: NpmRegistries
    credentials: Credentials = Credentials()
    ca_files: tuple[Path, ...] = ()
    configured: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()


def split_credentials(url: str) -> tuple[str, Secret | None]:
    """Return `url` without user and password, and those as an `Authorization` header; nothing of a broken one."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", None
    userinfo, at, host = parts.netloc.rpartition("@")
    if not at:
        return url, None
    user, _, password = userinfo.partition(":")
    return urlunsplit(parts._replace(netloc=host)), basic(unquote(user), unquote(password))


def basic(user: str, password: str) -> Secret:
    """Return HTTP basic authentication as a header value."""
    return Secret("Basic " + base64.b64encode(f"{user}:{password}".encode()).decode())


def with_slash(url: str) -> str:
    """Return `url` ending in a slash, so that names can be joined to it."""
    return url if url.endswith("/") else url + "/"


def user_path(text: str) -> Path:
    """Return `text` as a path, `~` being the user's home; a home that cannot be told leaves it as it is."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)
