"""What a server asks its user for, and how it is reached: read from what its files name."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from mcp_catalogue.model import Requirement

if TYPE_CHECKING:
    from crawler.extractors.typescript.modules import Loader

_SECRET: Final = (
    "KEY",
    "TOKEN",
    "SECRET",
    "PASSWORD",
    "PASSWD",
    "CREDENTIAL",
    "PAT",
    "AUTH",
    "COOKIE",
    "PRIVATE",
    "DSN",
)
_SYSTEM: Final = frozenset(
    {"NODE_ENV", "HOME", "PATH", "PWD", "USER", "USERNAME", "USERPROFILE", "APPDATA", "LOCALAPPDATA", "SHELL", "TERM",
     "CI", "DEBUG", "TMPDIR", "TEMP", "TMP", "LANG", "TZ", "NO_COLOR", "FORCE_COLOR", "HOSTNAME", "XDG_CONFIG_HOME",
     "NODE_OPTIONS",
     "ComSpec", "WINDIR", "SystemRoot", "PROGRAMFILES", "XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_STATE_HOME"}
)  # fmt: skip
_TRANSPORTS: Final = ((b"StdioServerTransport", "stdio"), (b"SSEServerTransport", "sse"),
                      (b"StreamableHTTPServerTransport", "streamable-http"), (b"httpStream", "streamable-http"),
                      (b"serveStdio(", "stdio"), (b"startStdio(", "stdio"),
)  # fmt: skip
_ENVIRONMENT: Final = re.compile(
    rb"""process\s*\??\.\s*env\s*(?:\??\.\s*([A-Za-z_$][\w$]*)|(?:\?\.)?\s*\[\s*["']([^"'\n\\]{1,80})["']\s*\])"""
)
_MAX_BUNDLE: Final = 400_000


def environment(loader: "Loader") -> Iterator[Requirement]:
    """Yield the environment variables that the loaded files read, by name."""
    names: set[str] = set()
    for path in sorted(p for p, m in loader.modules.items() if m is not None and m.size <= _MAX_BUNDLE):
        module = loader.modules[path]
        if module is None or module.tree is None:
            continue
        for found in _ENVIRONMENT.finditer(module.data):
            at = module.tree.root_node.descendant_for_byte_range(found.start(), found.start() + 1)
            if at is not None and at.type == "identifier" and at.start_byte == found.start():  # no comment, no text
                names.add((found[1] or found[2]).decode("utf-8", "replace"))
    for name in sorted(names - _SYSTEM):
        if not name.startswith("npm_"):
            yield Requirement(kind="env", name=name, secret=is_secret(name), required=None)


def arguments(flags: dict[str, Any]) -> Iterator[Requirement]:
    """Yield the command-line options that were declared."""
    seen: set[str] = set()
    for name in sorted(flags):
        plain = "".join(c if not c.isupper() else f"-{c.lower()}" for c in name)
        if plain not in seen and plain not in ("help", "version", "h", "v"):
            seen.add(plain)
            yield Requirement(kind="argument", name=f"--{plain}", secret=is_secret(plain), required=None)


def is_secret(name: str) -> bool:
    """Guess from its name whether a value is a credential."""
    words = name.upper().replace("-", "_").split("_")
    return any(word in _SECRET or word.endswith(("KEY", "TOKEN", "SECRET", "PASSWORD")) for word in words)


def transports(loader: "Loader") -> tuple[str, ...]:
    """Return the transports whose classes the loaded files name."""
    found: set[str] = set()
    for path, module in loader.modules.items():
        if module is None or module.size > _MAX_BUNDLE:
            continue
        data = loader.resolver.read(path) or b""
        found.update(name for token, name in _TRANSPORTS if token in data)
    return tuple(sorted(found))
