"""What a SQL statement does, by its verb."""

import re

_VERBS = {
    "select": "select", "show": "select", "describe": "select", "desc": "select", "explain": "select", "with": "select",
    "pragma": "select", "values": "select", "insert": "insert", "replace": "insert", "upsert": "insert",
    "update": "update", "merge": "update", "delete": "delete", "truncate": "truncate", "drop": "drop",
    "create": "create", "alter": "alter", "grant": "grant", "revoke": "grant", "call": "raw", "exec": "raw",
    "copy": "raw", "vacuum": "raw", "set": "other", "begin": "other", "commit": "other", "rollback": "other",
    "use": "other", "start": "other", "savepoint": "other", "release": "other", "attach": "raw", "install": "raw",
    "load": "raw", "optimize": "raw",
}  # fmt: skip
_FIRST = re.compile(r"^(?:\s|--[^\n]*\n|/\*.*?\*/|\()*([A-Za-z]+)\b(.*)", re.DOTALL)
_CHANGING = re.compile(r"\b(delete|update|insert|drop|truncate)\b\s+(?:from|into|table|[a-z_])", re.IGNORECASE)


def verb_of(sql: str) -> str | None:
    """Return the last part of the effect's id for a statement, None where the text is no SQL."""
    match = _FIRST.match(sql)
    if match is None:
        return None
    verb = _VERBS.get(match[1].lower())
    if verb == "select" and match[1].lower() in ("with", "explain"):
        changing = _CHANGING.search(match[2])
        verb = _VERBS[changing[1].lower()] if changing else verb
    return verb
