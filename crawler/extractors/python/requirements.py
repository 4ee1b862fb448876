"""What a server asks its user for: environment variables and arguments, and how it is reached."""

import re
from collections.abc import Iterable

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.modules import Module
from mcp_catalogue.model import Requirement

_SECRET = re.compile(
    r"key|token|secret|passw|credential|private|auth(?!or)|cookie|session|dsn|connection_string", re.IGNORECASE
)


def requirements(run: Interpreter, loaded: Iterable[Module]) -> tuple[tuple[Requirement, ...], tuple[str, ...]]:
    """Return the requirements, sorted, and the transports."""
    _ = loaded
    found = [
        Requirement(kind="env", name=name, secret=_SECRET.search(name) is not None, required=needed)
        for name, needed in sorted(run.environment.items())
    ]
    found += [
        Requirement(kind="argument", name=name, secret=_SECRET.search(name) is not None, required=needed)
        for name, needed in sorted(run.arguments.items())
    ]
    known = {"stdio", "sse", "streamable-http"}
    return tuple(found), tuple(sorted(run.transports & known))
