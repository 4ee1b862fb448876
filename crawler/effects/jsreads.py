"""How arguments decide an effect's id and target, in TypeScript and JavaScript."""

import re
from collections.abc import Iterator
from typing import Any

from crawler.effects.table import Entry
from crawler.extractors.typescript.convert import to_text
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.node import ROOT
from crawler.extractors.typescript.nodes import template_of
from crawler.extractors.typescript.values import Arr, Choice, Fn, Guarded, Obj, Unknown, likely, options

_TARGET = 160
_VERBS = {"SELECT": "select", "INSERT": "insert", "REPLACE": "insert", "UPSERT": "insert", "UPDATE": "update",
          "MERGE": "update", "DELETE": "delete", "TRUNCATE": "truncate", "DROP": "drop", "CREATE": "create",
          "ALTER": "alter", "GRANT": "grant", "REVOKE": "grant", "SHOW": "select", "DESCRIBE": "select",
          "EXPLAIN": "select", "PRAGMA": "select", "BEGIN": "select", "START": "select", "COMMIT": "select",
          "ROLLBACK": "select", "SAVEPOINT": "select", "SET": "select", "USE": "select",
          "CALL": "raw", "EXEC": "raw", "COPY": "raw"}  # fmt: skip
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "fish", "cmd", "cmd.exe", "powershell", "powershell.exe", "pwsh"})
_SHELL_FLAGS = frozenset({"-c", "-lc", "-ic", "/c", "/s", "-command", "-encodedcommand"})
_HTTP = frozenset({"get", "head", "options", "post", "put", "patch", "delete"})


def read_call(entry: Entry, path: tuple[str, ...], args: list[Any]) -> Iterator[tuple[str, str | None]]:
    """Yield each effect of one call: its id and its target as far as constants reach."""
    if entry.reads == "http":
        yield from _http(entry, path[-1], args)
    elif entry.reads == "sql":
        yield from _sql(args)
    elif entry.reads == "process":
        yield _process(entry, args)
    elif entry.reads == "page" and any(isinstance(likely(arg), Fn) for arg in args):
        yield "browser.read", None  # a function of the server's own, as a rule to read the page
    else:
        yield entry.id, _text(args, next((t for t in entry.target if isinstance(t, int)), None))


def _http(entry: Entry, name: str, args: list[Any]) -> Iterator[tuple[str, str | None]]:
    first = likely(args[0]) if args else UNDEFINED
    config = first if isinstance(first, Obj) else likely(args[1]) if len(args) > 1 else UNDEFINED
    url = _member(first, "url") if isinstance(first, Obj) else first
    target = _host(url if url is not UNDEFINED else None)
    if entry.id != "http":
        yield entry.id, target
        return
    method = _member(config, "method") if isinstance(config, Obj) else UNDEFINED
    unknown = isinstance(config, Unknown) or (isinstance(config, Obj) and config.open is not None)
    if method is UNDEFINED:
        yield ("http.request" if unknown and name != "get" else "http.get"), target
        return
    for option, _ in options(method):
        verb = to_text(likely(option))
        known = verb is not None and verb.lower() in _HTTP
        yield (f"http.{verb.lower()}" if known and verb is not None else "http.request"), target


def _process(entry: Entry, args: list[Any]) -> tuple[str, str | None]:
    """A shell is one by its call, by the option `shell`, or by being the program that is given a command."""
    program = _text(args, 0)
    options_ = likely(args[-1]) if args else UNDEFINED
    shell = isinstance(options_, Obj) and likely(_member(options_, "shell")) not in (UNDEFINED, False, None)
    words = likely(args[1]) if len(args) > 1 else UNDEFINED
    if program is not None and isinstance(words, Arr) and program.rpartition("/")[2].lower() in _SHELLS:
        flagged = [i for i, word in enumerate(words.items) if str(_known(word) or "").lower() in _SHELL_FLAGS]
        if flagged:
            return "process.shell", _text(words.items, flagged[0] + 1)
    return ("process.shell" if shell else entry.id), program


def _member(value: Obj, name: str) -> Any:  # noqa: ANN401
    found = value.props.get(name, UNDEFINED)
    return found.value if isinstance(found, Guarded) else found


def _host(url: Any) -> str | None:  # noqa: ANN401
    """Host and path of an address as far as constants reach, without its query."""
    text = _known(url)
    if text is None:
        return None
    text = re.sub(r"^[a-z]+://", "", text).partition("?")[0]
    return text[:_TARGET] if text.strip("{}/") else None


def _sql(args: list[Any]) -> Iterator[tuple[str, str | None]]:
    statement = likely(args[0]) if args else UNDEFINED
    if isinstance(statement, Obj):
        statement = next(
            (s for n in ("text", "sql", "query") if (s := _member(statement, n)) is not UNDEFINED), UNDEFINED
        )
    seen = False
    for option, _ in options(statement):
        text = _known(option)
        verb = _verb(text) if text is not None else None
        if verb is not None:
            seen = True
            yield f"sql.{verb}", " ".join((text or "").split())[:_TARGET]
    if not seen and statement is not UNDEFINED and not isinstance(statement, Fn):
        yield "sql.raw", None


def _verb(text: str) -> str | None:
    plain = re.sub(r"--[^\n]*|/\*.*?\*/", " ", text, flags=re.DOTALL).lstrip(" \r\n\t(;").upper()
    first = re.match(r"[A-Z]+", plain)
    if first is not None and first[0] == "WITH":
        first = re.search(r"\)\s*(INSERT|UPDATE|DELETE|MERGE|SELECT)\b", plain)
        return _VERBS[first[1]] if first else "select"
    return _VERBS.get(first[0]) if first is not None else None


def _text(args: list[Any], index: int | None) -> str | None:
    if index is None or index >= len(args):
        return None
    text = _known(args[index])
    text = " ".join((text or "").split()).removeprefix(f"{ROOT}/")[:_TARGET]
    return text if text.strip("{}/ ") else None


def _known(value: Any) -> str | None:  # noqa: ANN401
    """A string as far as it is known, with `{}` for the rest; None where nothing is."""
    if isinstance(value, Unknown):
        return template_of(value)
    if isinstance(value, Choice):
        return next((text for option, _ in value.options if (text := _known(option))), None)
    value = likely(value)
    text = to_text(value) if isinstance(value, str) else None
    return None if text is None else re.sub(r"\bundefined\b", "{}", text)


def composes(config: Any) -> bool:  # noqa: ANN401
    """Whether a mail transport only writes messages out (nodemailer's stream and JSON transports)."""
    return isinstance(config, Obj) and any(
        likely(_member(config, n)) is True for n in ("streamTransport", "jsonTransport")
    )
