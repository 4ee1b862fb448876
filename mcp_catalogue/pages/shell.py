"""What all pages share: the address they are published at, the two assets, head, navigation and foot."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import msgspec

from mcp_catalogue.pages.environment import fragment
from mcp_catalogue.pages.text import visible
from mcp_catalogue.resources import resource_dir

_ENCODE = msgspec.json.Encoder().encode
TITLE = "MCP Risk Catalogue"
SECTIONS = (
    ("servers", "servers/index.html", "Servers"),
    ("risk", "risk/index.html", "Risk"),
    ("categories", "categories/index.html", "Categories"),
    ("attacks", "attacks/index.html", "Attacks"),
    ("rules", "rules/index.html", "Rules"),
    ("methodology", "methodology/index.html", "Methodology"),
    ("changes", "changes/index.html", "Changes"),
    ("data", "data/index.html", "Data"),
)


@dataclass(frozen=True, slots=True)
class Site:
    """Settings of one build. `base_url` ends with a slash; without it nothing absolute is written."""

    base_url: str | None
    stylesheet: str
    script: str

    def absolute(self, path: str) -> str | None:
        """Return the public address of `path` (a trailing `index.html` left out), None without a base."""
        return None if self.base_url is None else self.base_url + public(path)


def public(path: str) -> str:
    """Return `path` as it is linked from outside: a folder's page by the folder."""
    folder, slash, name = path.rpartition("/")
    return f"{folder}{slash}" if name == "index.html" else path


@dataclass(frozen=True, slots=True)
class Shell:
    """Head, top and bottom of every page of one depth and section, and the way to the root."""

    root: str
    head: bytes
    top: bytes
    bottom: bytes


class Head(msgspec.Struct, frozen=True, gc=False, kw_only=True):
    """What the head of one page says of it. `twin` is the file name of its JSON, `data` its JSON-LD."""

    title: str
    summary: str
    canonical: str | None = None
    twin: str | None = None
    data: bytes | None = None


def assets() -> dict[str, bytes]:
    """Return the static files by the path they get: stylesheet and script named by their content."""
    folder = resource_dir("site") / "static"
    out: dict[str, bytes] = {}
    for path in sorted(p for p in folder.iterdir() if p.is_file()):
        data = path.read_bytes()
        digest = hashlib.sha256(data).hexdigest()[:10]
        named = path.suffix in {".css", ".js"}
        out[f"static/{path.stem}.{digest}{path.suffix}" if named else f"static/{path.name}"] = data
    return out


def make_site(base_url: str | None, files: Mapping[str, bytes]) -> Site:
    """Return the settings for a build with these assets."""
    return Site(
        base_url=None if base_url is None else base_url.rstrip("/") + "/",
        stylesheet=next(name for name in files if name.endswith(".css")),
        script=next(name for name in files if name.endswith(".js")),
    )


@lru_cache(maxsize=256)
def shell(site: Site, depth: int, section: str = "") -> Shell:
    """Return what surrounds pages `depth` folders below the root."""
    return shell_at(site, "../" * depth, section)


def shell_at(site: Site, root: str, section: str = "") -> Shell:
    """Return what surrounds pages from which `root` leads to the first page."""
    values = {"root": root, "site": site, "title": TITLE, "section": section, "sections": SECTIONS}
    return Shell(
        root,
        *(fragment(f"shell/{part}.html", values) for part in ("head", "top", "bottom")),
    )


def json_ld(value: Mapping[str, Any]) -> bytes:
    """Return `value` for a JSON-LD block: no character that could end the block or open a comment."""
    whole = {"@context": "https://schema.org", **value}
    try:
        data = _ENCODE(whole)
    except UnicodeEncodeError:  # a lone surrogate
        data = json.dumps(whole).encode()
    if b"<" in data or b">" in data or b"&" in data:
        data = data.replace(b"<", b"\\u003c").replace(b">", b"\\u003e").replace(b"&", b"\\u0026")
    if data.isascii() and b"\x7f" not in data:
        return data  # JSON writes every other control character as an escape
    return visible(data.decode()).encode()
