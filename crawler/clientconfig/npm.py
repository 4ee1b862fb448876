"""npm's configuration: `.npmrc` of project, user and machine, and `npm_config_…` variables.

A project's `.npmrc` may come with an untrusted checkout: its registries are followed, but nothing in it is
expanded from the environment and no credentials are taken from it.
"""

import re
import shutil
from base64 import b64decode
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from crawler.clientconfig.base import NpmRegistries, Secret, basic, split_credentials, user_path, with_slash

_VARIABLE = re.compile(r"\$\{([^}]+)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class NpmSettings:
    """What npm is told."""

    registries: NpmRegistries
    secrets: Mapping[str, Secret]
    ca_file: Path | None
    named: tuple[str, ...]
    notes: tuple[str, ...]


def read_npm(environ: Mapping[str, str], home: Path, cwd: Path, public_registry: str) -> NpmSettings:
    """Read the settings in npm's own order: global, user and project file, then variables."""
    variables = {k.lower()[11:]: v for k, v in environ.items() if k.lower().startswith("npm_config_") and v}
    settings: dict[str, str] = {}
    for path in (_global_file(variables), Path(variables.get("userconfig") or home / ".npmrc")):
        settings |= _read(path, environ)
    trusted = settings | variables
    project = {k: v for k, v in _read(cwd / ".npmrc", {}).items() if k == "registry" or k.endswith(":registry")}
    settings |= project | variables
    secrets: dict[str, Secret] = {}
    notes: list[str] = []

    def address(text: str) -> str | None:
        bare, secret = split_credentials(text)
        if urlsplit(bare).scheme not in {"http", "https"} or "${" in bare:
            notes.append("an npm registry address that is not http or https is not used")
            return None
        if secret:
            secrets[with_slash(bare)] = secret
        return with_slash(bare)

    default = address(settings.get("registry", public_registry)) or public_registry
    scopes = {k.removesuffix(":registry"): address(v) for k, v in settings.items() if _is_scope(k)}
    named = tuple(url for url in (default, *scopes.values()) if url and url != public_registry)
    secrets |= _secrets(trusted, (public_registry, *named))
    notes += [f"npm's {k} is not followed" for k in ("proxy", "https-proxy") if settings.get(k)]
    if settings.get("strict-ssl") == "false":
        notes.append("npm's strict-ssl=false is not followed: certificates are always checked")
    cafile = trusted.get("cafile")
    return NpmSettings(
        registries=NpmRegistries(default=default, scopes={k: v for k, v in scopes.items() if v}),
        secrets=secrets,
        ca_file=user_path(cafile) if cafile else None,
        named=named,
        notes=tuple(dict.fromkeys(notes)),
    )


def _is_scope(key: str) -> bool:
    return key.startswith("@") and key.endswith(":registry")


def _global_file(variables: Mapping[str, str]) -> Path:
    if "globalconfig" in variables:
        return Path(variables["globalconfig"])
    if "prefix" in variables:
        return Path(variables["prefix"], "etc", "npmrc")
    node = shutil.which("node")  # npm's default prefix is the folder above node's own
    return Path(node).parent.parent / "etc" / "npmrc" if node else Path("/etc/npmrc")


def _read(path: Path, environ: Mapping[str, str]) -> dict[str, str]:
    try:
        text = path.read_bytes().decode("utf-8", "replace")
    except OSError:
        return {}
    settings = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if not equals or key.strip().startswith((";", "#", "[")):
            continue
        plain = value.strip().strip("\"'")
        settings[key.strip()] = _VARIABLE.sub(lambda m: environ.get(m[1], m[0]), plain) if environ else plain
    return settings


def _secrets(settings: Mapping[str, str], registries: Iterable[str]) -> dict[str, Secret]:
    """Read `//host/path/:_authToken` and its relatives; they hold for https, and for http only where configured."""
    found: dict[str, Secret] = {}
    plain = {url.partition("//")[2] for url in registries if url.startswith("http:")}
    prefixes = {key.rpartition(":")[0] for key in settings if key.startswith("//")}
    for prefix in prefixes:
        secret = _secret(settings, prefix)
        if secret:
            bare = with_slash(prefix.removeprefix("//"))
            found[f"https://{bare}"] = secret
            if bare in plain:
                found[f"http://{bare}"] = secret
    return found


def _secret(settings: Mapping[str, str], prefix: str) -> Secret | None:
    token = settings.get(f"{prefix}:_authToken")
    if token and "${" not in token:
        return Secret(f"Bearer {token}")
    encoded = settings.get(f"{prefix}:_auth")
    if encoded:
        return Secret(f"Basic {encoded}")
    user, password = settings.get(f"{prefix}:username"), settings.get(f"{prefix}:_password")
    if user and password:
        try:
            return basic(user, b64decode(password).decode("utf-8", "replace"))
        except ValueError:
            return None
    return None
