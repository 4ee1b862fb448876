"""What two servers have in common where one is a fork or a copy of the other: their code, whatever it is called.

Names and folders may differ, and what describes a package: its manifest's words about itself, its documents. What can
run, or decide what runs, is part of the digest: all code of the archive, and a manifest's scripts and dependencies.
"""

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import PurePosixPath
from typing import Any

import msgspec

from mcp_catalogue.model import Digest, Tool, Unreadable

_CODE = frozenset({
    ".bash", ".bat", ".c", ".cc", ".cjs", ".clj", ".cmd", ".cpp", ".cs", ".csx", ".cts", ".dart", ".erl", ".ex",
    ".exs", ".fs", ".go", ".groovy", ".h", ".hpp", ".hs", ".java", ".js", ".jsx", ".kt", ".kts", ".lua", ".mjs",
    ".mts", ".php", ".pl", ".ps1", ".psm1", ".py", ".pyi", ".pyx", ".rb", ".rs", ".scala", ".sh", ".sql",
    ".svelte", ".swift", ".ts", ".tsx", ".vb", ".vue", ".zig",
})  # fmt: skip
_MANIFEST = "package.json"
# Of npm's manifest: the words about the package itself. Everything else can decide what runs.
_ABOUT = frozenset({
    "author", "bugs", "contributors", "description", "files", "funding", "gitHead", "homepage", "keywords",
    "license", "maintainers", "name", "private", "publishConfig", "readme", "repository", "version",
})  # fmt: skip


def code_digest(files: Mapping[str, bytes], skipped: Iterable[Unreadable]) -> bytes | None:
    """Digest the code among `files` without its paths; None where there is none, or where some of it was left out."""
    parts = [_part(path, data) for path, data in files.items() if _counts(path)]
    if not parts or any(_counts(one.file) for one in skipped):
        return None
    return hashlib.sha256(b"".join(sorted(parts))).digest()


def contents_digest(code: bytes | None, tools: Iterable[Tool]) -> Digest | None:
    """Return the digest of a server's code and its tools' definitions; None where either is missing."""
    definitions = sorted(tool.digest for tool in tools)
    if code is None or not definitions:
        return None
    return Digest("sha256:" + hashlib.sha256(code + "\n".join(definitions).encode()).hexdigest())


def _counts(path: str) -> bool:
    place = PurePosixPath(path)
    return place.suffix.lower() in _CODE or place.name == _MANIFEST


def _part(path: str, data: bytes) -> bytes:
    if PurePosixPath(path).name == _MANIFEST:
        try:
            manifest = msgspec.json.decode(data, type=dict[str, Any])
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return hashlib.sha256(data).digest()
        return hashlib.sha256(msgspec.json.encode(_deciding(manifest), order="sorted")).digest()
    return hashlib.sha256(data).digest()


def _deciding(manifest: dict[str, Any]) -> dict[str, Any]:
    """Return what of a manifest decides what runs; the name of a command is its own affair, its file is not."""
    kept = {key: value for key, value in manifest.items() if key not in _ABOUT}
    commands = kept.get("bin")
    if isinstance(commands, dict):
        kept["bin"] = sorted(map(str, commands.values()))
    elif commands is not None:
        kept["bin"] = [str(commands)]
    return kept
