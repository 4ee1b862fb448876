"""What a server asks its user for: the form of environment variables and their secrecy, for every language."""

import re
from collections.abc import Iterable

from mcp_catalogue.model import Requirement

_SECRET = re.compile(
    r"(?i)token|secret|passw|pwd|credential|api_?key|apikey|private_?key|access_?key|_key$|auth|cookie|dsn"
)
_NAME = re.compile(r"^[A-Za-z_][A-Za-z0-9_]{1,79}$")
# Set by the system or by tools around the server, not asked of its user.
_SYSTEM = frozenset(
    {
        "APPDATA", "CI", "COLUMNS", "COMSPEC", "DEBUG", "DISPLAY", "EDITOR", "GOPATH", "HOME", "HOMEDRIVE", "HOMEPATH",
        "HOSTNAME", "HTTPS_PROXY", "HTTP_PROXY", "JAVA_HOME", "LANG", "LINES", "LOCALAPPDATA", "LOGNAME", "NODE_ENV",
        "NO_COLOR", "NO_PROXY", "OSTYPE", "PATH", "PORT", "PROGRAMDATA", "PROGRAMFILES", "PWD", "PYTHONPATH",
        "RUST_LOG",
        "SHELL", "SYSTEMROOT", "TEMP", "TERM", "TMP", "TMPDIR", "TZ", "USER", "USERNAME", "USERPROFILE", "WINDIR",
        "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR",
    }
)  # fmt: skip


def is_secret(name: str) -> bool:
    """Tell whether a setting's name says that its value is to be kept secret."""
    return bool(_SECRET.search(name))


def environment(names: Iterable[str]) -> tuple[Requirement, ...]:
    """Return requirements for environment variables, sorted, without the system's own."""
    return tuple(
        Requirement(kind="env", name=name, secret=is_secret(name), required=None)
        for name in sorted(set(names))
        if _NAME.match(name) and name.upper() not in _SYSTEM
    )
