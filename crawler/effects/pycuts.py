"""Which calls in Python end the following of a handler: what is called is not known, or nothing is known of it."""

import datetime as dt
import logging
import sys

from crawler.effects.table import Table
from crawler.extractors.python.sdk_names import is_sdk
from crawler.extractors.python.values import Unknown, Value
from mcp_catalogue.model import CutReason

_OF_DATA = frozenset(
    name
    for kind in (str, bytes, dict, list, set, tuple, int, float, dt.datetime, dt.timedelta, logging.Logger)
    for name in dir(kind)
)
"""Methods of plain values and of loggers: no effect, whatever they are called on."""
_OF_ANSWERS = frozenset({"raise_for_status", "close", "aclose", "commit", "rollback", "cursor", "fetchall", "fetchone"})
_OF_TASKS = frozenset({
    "done", "cancel", "cancelled", "result", "exception", "set_result", "set_exception", "add_done_callback", "wait",
    "is_set", "run_sync", "to_thread", "run_in_executor", "acquire", "release", "locked", "sleep",
})  # fmt: skip
_MAKERS = frozenset({
    "client", "resource", "connect", "session", "create_engine", "get_waiter", "get_paginator", "build", "text",
    "inspect", "dispose", "pipeline", "pubsub", "ft", "driver", "get_client", "connection", "from_env", "collection",
    "get_collection", "database", "get_database", "bucket", "blob", "container", "table",
})  # fmt: skip
_OF_MODELS = frozenset({"model_dump", "model_dump_json", "model_copy", "model_validate", "model_json_schema", "json"})
_OF_CONTEXT = frozenset({"report_progress", "elicit", "get_state", "set_state", "send_log_message", "get_http_request"})
_HARMLESS = _OF_TASKS | _MAKERS | _OF_DATA | _OF_ANSWERS | _OF_MODELS | _OF_CONTEXT
_READS = frozenset({"read_text", "read_bytes", "exists", "is_file", "is_dir", "iterdir", "glob", "rglob", "resolve"})
_LOST = frozenset({"not-found", "undefined", "no-attribute", "dynamic-import", "cyclic", "namespace", "super", "unset"})
"""Why a value is not known where it may be an object of any make, a client too."""
_COULD_BE_CLIENTS = frozenset({"get", "update", "pop", "remove", "clear", "insert", "add", "copy", "replace", "index"})
_ATTRIBUTE = frozenset({"attribute-name", "index", "no-key"})


def unfollowed(table: Table, path: str, owner: Value) -> CutReason | None:
    """Return why a call that the table does not know cannot be followed; None where it does nothing outside."""
    top, _, name = path.partition(".")
    if top != "?":
        return None if _known(table, path, top) else CutReason.UNKNOWN_LIBRARY
    name = name.removesuffix("()").rpartition(".")[2]
    if name in _READS and isinstance(owner, Unknown) and owner.reason == "path":
        return None  # below the package's own folder
    reason = owner.reason if isinstance(owner, Unknown) else "unknown"
    if name in _HARMLESS and not (reason in _LOST and name in _COULD_BE_CLIENTS):
        return None
    return CutReason.DYNAMIC_CALL if reason in _ATTRIBUTE and "." not in path[2:] else CutReason.UNKNOWN_RECEIVER


def _known(table: Table, path: str, top: str) -> bool:
    """Tell whether it is known that a call outside the tree does nothing: of a plain library, or a plain name."""
    if top == "builtins" or top in sys.stdlib_module_names or is_sdk(path):
        return True
    name = path.removesuffix("()").rpartition(".")[2]
    if name in _HARMLESS or name[:1].isupper():
        return True  # a constructor: what is made is followed
    parts = path.split(".")
    return any(table.modules.get(".".join(parts[:end])) == () for end in range(1, len(parts)))
