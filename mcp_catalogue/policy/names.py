"""The name under which a server is usually configured, where the user does not say theirs."""

import re

from mcp_catalogue.model import ServerFacts

_OTHER = re.compile(r"[^a-zA-Z0-9_-]+")


def configured_name(facts: ServerFacts) -> str:
    """Return the server's own name, else the end of its package name, in letters that every client takes."""
    raw = facts.server_name or facts.name.rsplit("/", 1)[-1] or facts.id.rsplit("/", 1)[-1]
    return _OTHER.sub("-", raw).strip("-")[:48] or "server"
