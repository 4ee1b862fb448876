"""Where a server and its tools stand in the site: purl to folder, tool to file.

A part is kept when it is plain (`A-Za-z0-9._@+-`, at most 80 characters), not reserved, and does not equal a
sibling but for case. Otherwise other characters become `-`, it is cut, and `-` plus eight base32 characters of
its key's SHA-256 follow. A tool's key is the canonical JSON of `[server id, name, variant]`; the key of a
folder is the id as far as that folder (`pkg:github/owner`), of a name its own text.
"""

import hashlib
import re
from base64 import b32encode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from urllib.parse import unquote

import rfc8785

from mcp_catalogue.model import ServerId, Tool

MAX_PART = 80
_PLAIN = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9._@+-]{0,79}", re.ASCII)
_OTHER = re.compile(r"[^A-Za-z0-9._@+-]+", re.ASCII)
_RESERVED = re.compile(
    r"index|badge|page-[0-9]+|(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\..*)?", re.ASCII | re.IGNORECASE
)
_HASH = 8
_SUFFIXES = (".html", ".json", ".svg")
Key = tuple[str, int | None]
"""A tool inside its server: name and variant."""


def plain(part: str) -> bool:
    """Whether `part` may stand in a path as it is, siblings apart."""
    return _PLAIN.fullmatch(part) is not None and _RESERVED.fullmatch(part) is None


def hashed(part: str, key: str) -> str:
    """Return `part` reduced to plain characters, cut, and told apart by `key`."""
    digest = b32encode(hashlib.sha256(key.encode("utf-8", "surrogatepass")).digest()).decode("ascii").lower()
    cut = _OTHER.sub("-", part)[: MAX_PART - _HASH - 1].lstrip(".")
    return f"{cut}-{digest[:_HASH]}"


def slugs(texts: Sequence[str], key: Callable[[int], str]) -> list[str]:
    """Return the path part of each text among its siblings, in order; `key` gives the key of the one at a place."""
    folded = Counter(map(str.casefold, texts))
    return [
        text if plain(text) and folded[text.casefold()] == 1 else hashed(text, key(place))
        for place, text in enumerate(texts)
    ]


def tool_files(server: ServerId, tools: Sequence[Key]) -> list[str]:
    """Return the file name of each tool without its suffix, in the order given."""
    return slugs([name for name, _ in tools], lambda place: tool_key(server, *tools[place]))


def keys(tools: Iterable[Tool]) -> list[Key]:
    """Return name and variant of each tool."""
    return [(tool.name, tool.variant) for tool in tools]


def tool_key(server: ServerId, name: str, variant: int | None) -> str:
    """Return the text whose digest tells this tool apart."""
    return rfc8785.dumps([server, _encodable(name), variant]).decode()


def name_files(names: Iterable[str]) -> dict[str, str]:
    """Return the file name of each tool name's own page, without its suffix."""
    listed = list(names)
    return dict(zip(listed, slugs(listed, listed.__getitem__), strict=True))


def server_folders(servers: Iterable[ServerId]) -> dict[ServerId, str]:
    """Return each server's folder below `servers/`, without slashes at its ends."""
    paths = {server: _parts(server) for server in servers}
    spelled: dict[str, set[str]] = {}
    for parts in paths.values():
        for depth in range(len(parts)):
            above = "/".join(parts[:depth])
            spelled.setdefault(f"{above}/{parts[depth]}".casefold(), set()).add(f"{above}/{parts[depth]}")
    holding = {"/".join(parts).casefold() for parts in paths.values()}
    return {server: _folder(server, parts, spelled, holding) for server, parts in paths.items()}


def _folder(server: ServerId, parts: tuple[str, ...], spelled: Mapping[str, set[str]], holding: set[str]) -> str:
    """Return the folder; inside the folder of another server, a part that looks like a file's name is hashed too."""
    out: list[str] = []
    for depth, part in enumerate(parts):
        path = "/".join((*parts[:depth], part)) if depth else f"/{part}"
        alone = len(spelled[path.casefold()]) == 1
        if "/".join(parts[:depth]).casefold() in holding and part.casefold().endswith(_SUFFIXES):
            alone = False
        key = server if depth == len(parts) - 1 else "pkg:" + "/".join(parts[: depth + 1])
        out.append(part if alone and plain(part) else hashed(part, key))
    return "/".join(out)


def _parts(server: ServerId) -> tuple[str, ...]:
    """`pkg:npm/%40stripe/mcp` → npm, @stripe, mcp; a subpath hangs on the name as `+sub+path`."""
    if server.startswith("pkg:"):
        path, _, subpath = server.removeprefix("pkg:").partition("#")
        parts = [unquote(p) for p in path.split("/") if p]
        if subpath:
            parts[-1:] = [(parts or [""])[-1] + "+" + "+".join(p for p in subpath.split("/") if p)]
        return tuple(parts) or ("",)
    if server.startswith(("https://", "http://")):
        host, _, path = server.partition("://")[2].partition("/")
        return ("remote", host, path.strip("/").replace("/", "+")) if path.strip("/") else ("remote", host)
    kind, _, name = server.partition(":")
    return (kind, name) if name else ("local", kind)


def _encodable(text: str) -> str:
    return text.encode("utf-8", "replace").decode()
