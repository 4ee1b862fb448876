"""How arguments decide what a call does in Go: HTTP methods, SQL verbs, file flags, shells, GraphQL mutations."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from crawler.effects.sql import verb_of
from crawler.effects.table import Entry
from crawler.extractors.golang.values import Foreign, Obj, Seq, Unknown, Value
from crawler.extractors.grammar import text

TARGET = 160
"""Characters kept of a target."""
_METHODS = frozenset({"get", "head", "options", "post", "put", "patch", "delete"})
_SHELLS = frozenset({"sh", "bash", "zsh", "dash", "fish", "cmd", "cmd.exe", "powershell", "powershell.exe", "pwsh"})
_SHELL_FLAGS = frozenset({"-c", "-lc", "-ic", "/c", "/s", "-command", "-encodedcommand"})
_WRITES = re.compile(r"O_(?:WRONLY|RDWR|APPEND|CREATE|CREAT|TRUNC)\b")
_FIELDS = ("Header", "Trailer", "Form", "PostForm")
_MUTATION = re.compile(r"graphql:\s*\\?\"(\w+)\(")


@dataclass(slots=True, eq=False)
class Shape(Unknown):
    """A string of which a part is known; `{}` stands for the rest."""

    shape: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call of something outside: its access path, its arguments, its node."""

    path: tuple[str, ...]
    args: Sequence[Value]
    node: Node


def shape_of(value: Value) -> str | None:
    """Return a string as far as it is known; None where nothing is."""
    if isinstance(value, Shape):
        return value.shape
    return str(value) if isinstance(value, str) else None


def read_call(entry: Entry, call: Call) -> tuple[str, str | None] | None:
    """Return the effect's id and target as far as constants reach, None where there is no effect."""
    return _READERS.get(entry.reads or "", _plain)(entry, call)


def argument(entry: Entry, call: Call) -> Value:
    """Return the argument that the effect is about, None where there is none."""
    at = next((t for t in entry.target if isinstance(t, int)), None)
    if at is not None and call.path[-1].endswith(("Context", "WithContext")):
        at += 1
    return call.args[at] if at is not None and at < len(call.args) else None


def _text(value: Value) -> str | None:
    found = " ".join((shape_of(value) or "").split())[:TARGET]
    return found if found.strip("{}/ ") else None


def _plain(entry: Entry, call: Call) -> tuple[str, str | None]:
    return entry.id, _text(argument(entry, call))


def _host(value: Value) -> str | None:
    found = _text(value)
    if found is None:
        return None
    address = re.match(r"[a-z]+://([^/?#]+)", found)
    if address is not None and "{}" not in address[1]:
        return address[1]
    found = re.sub(r"^[a-z]+://", "", found).partition("?")[0]
    return found if found.strip("{}/ ") else None


def _http(entry: Entry, call: Call) -> tuple[str, str | None] | None:
    if any(part.startswith(_FIELDS) for part in call.path[:-1]):
        return None  # `.Header.Get` of what a request answered
    return entry.id, _host(argument(entry, call))


def _request(entry: Entry, call: Call) -> tuple[str, str | None]:
    """Read `(method, url)`, after a context where the function takes one."""
    given = [*call.args, None, None, None]
    named = [(isinstance(v, Foreign) and v.name.startswith("Method")) or isinstance(v, str) for v in given[:2]]
    at = int(named == [False, True] or call.path[-1].endswith("WithContext"))
    method, url = given[at], given[at + 1]
    name = method.name.removeprefix("Method") if isinstance(method, Foreign) else shape_of(method) or ""
    verb = name.lower() or ("get" if isinstance(method, str) else "")
    if verb in ("head", "options"):
        verb = "get"
    return f"http.{verb}" if verb in _METHODS else entry.id, _host(url)


def _sql(entry: Entry, call: Call) -> tuple[str, str | None] | None:
    value = argument(entry, call)
    statement = shape_of(value) or ""
    verb = verb_of(statement)
    if verb == "raw" and isinstance(value, str):
        verb = "other"  # a fixed statement is no payload
    return f"{entry.id}.{verb or 'raw'}", _text(value)


def _process(entry: Entry, call: Call) -> tuple[str, str | None]:
    words = call.args[1:] if call.path[-1].endswith("Context") else call.args
    program = _text(words[0]) if words else None
    rest = [w for word in words[1:] for w in (word.items if isinstance(word, Seq) else [word])]
    if program is not None and program.rpartition("/")[2].lower() in _SHELLS:
        for place, word in enumerate(rest):
            if isinstance(word, str) and word.lower() in _SHELL_FLAGS:
                return "process.shell", _text(rest[place + 1]) if place + 1 < len(rest) else None
    return entry.id, program


def _open(entry: Entry, call: Call) -> tuple[str, str | None]:
    writes = _WRITES.search(text(call.node)) is not None
    return "file.write" if writes else entry.id, _plain(entry, call)[1]


def _mutation(entry: Entry, call: Call) -> tuple[str, str | None]:
    """Read the field of a mutation from the tag of the struct that it fills."""
    kinds = [v.type.bare.node for v in call.args if isinstance(v, Obj | Unknown)]
    match = next((m for n in kinds if n is not None and (m := _MUTATION.search(text(n)))), None)
    if match is None:
        return entry.id, None
    return "api.delete" if match[1].lower().startswith("delete") else entry.id, match[1]


_READERS: Mapping[str, Callable[[Entry, Call], tuple[str, str | None] | None]] = {
    "": _plain,
    "http": _http,
    "request": _request,
    "sql": _sql,
    "process": _process,
    "open": _open,
    "mutation": _mutation,
}
