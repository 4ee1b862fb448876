"""How arguments decide what a call does: HTTP methods, SQL verbs, file modes, shells."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from crawler.effects.sql import verb_of
from crawler.effects.table import Entry
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.values import MISSING, External, Made, Unknown, Value

TARGET = 160
"""Characters kept of a target."""
_METHODS = frozenset({"get", "head", "options", "post", "put", "patch", "delete"})
_IN_MEMORY = frozenset({"io.BytesIO", "io.StringIO"})
_ANSWERS = _METHODS | {"request", "send", "stream", "json", "urlopen"}
_FORCE = frozenset({"--hard", "--force", "-f", "-D", "--force-with-lease", "-fd", "-fdx", "--mirror", "--delete"})
_STATEMENT = frozenset({"from", "into", "set", "table", "where", "index", "view", "database", "schema", "values"})


@dataclass(frozen=True, slots=True)
class Call:
    """One call of something outside: its dotted path, the object whose method it is, and its arguments."""

    path: str
    owner: Value
    args: list[Value]
    kwargs: dict[str, Value]


def read_call(run: Interpreter, entry: Entry, call: Call) -> tuple[str, str | None] | None:
    """Return the effect's id and target, or None where the arguments show that there is none."""
    found = _READERS.get(entry.reads or "", _plain)(run, entry, call)
    if found is not None and found[0].startswith("file."):
        value = run.first(argument(entry, call)) if argument(entry, call) is not MISSING else None
        if isinstance(value, Made) and value.path in _IN_MEMORY:
            return None
    return found


def shown(run: Interpreter, value: Value) -> str | None:
    """Return the text of a target as far as the code names it; None for what the caller chooses."""
    forced = run.force(value)
    if isinstance(forced, Unknown) and forced.reason in ("argument", "parameter"):
        return None
    known = run.first(forced)
    if isinstance(known, (list, tuple)) and known:
        known = run.first(known[0])
    if isinstance(known, Made) and known.args:
        return shown(run, known.args[0])
    if isinstance(known, Unknown):
        return known.prefix[:TARGET] or None
    return str(known)[:TARGET] if isinstance(known, (str, int)) and not isinstance(known, bool) else None


def argument(entry: Entry, call: Call) -> Value:
    """Return the argument that the effect is about, MISSING where it was not given."""
    for which in entry.target:
        if which == "self":
            return call.owner
        if isinstance(which, int) and which < len(call.args):
            return call.args[which]
        if isinstance(which, str) and which in call.kwargs:
            return call.kwargs[which]
    return MISSING


def _plain(run: Interpreter, entry: Entry, call: Call) -> tuple[str, str | None]:
    value = argument(entry, call)
    return entry.id, None if value is MISSING else shown(run, value)


def _known(run: Interpreter, value: Value) -> str:
    """Return the known text or known beginning of a value."""
    known = run.first(value)
    if isinstance(known, Made) and known.args:
        known = run.first(known.args[0])  # sqlalchemy.text("…"), URL("…")
    if isinstance(known, Unknown):
        return known.prefix
    return str(known) if isinstance(known, str) else ""


def _http(run: Interpreter, entry: Entry, call: Call) -> tuple[str, str | None] | None:
    if any(part.removesuffix("()") in _ANSWERS for part in call.path.split(".")[1:-1] if part.endswith("()")):
        return None  # `.get` on what a request answered
    id_, url = entry.id, argument(entry, call)
    if id_ == "http":
        method = _known(run, call.kwargs.get("method", call.args[0] if call.args else "")).lower()
        if method in _METHODS:
            id_ = "http.get" if method in ("head", "options") else f"http.{method}"
        url = call.kwargs.get("url", call.args[1] if len(call.args) > 1 else MISSING)
    return id_, _host(run, url, call.owner)


def _host(run: Interpreter, url: Value, owner: Value) -> str | None:
    text = _known(run, url) if url is not MISSING else ""
    if "://" not in text and isinstance(owner, Made):
        base = _known(run, owner.kwargs.get("base_url", owner.args[0] if owner.args else ""))
        text = base if "://" in base else text
    try:
        host = urlsplit(text).hostname if "://" in text else None
    except ValueError:
        host = None
    if host:
        return host[:TARGET]
    return shown(run, url) if url is not MISSING else None


def _sql(run: Interpreter, entry: Entry, call: Call) -> tuple[str, str | None]:
    if entry.id != "sql":
        return _plain(run, entry, call)
    value = argument(entry, call)
    made = run.first(value) if value is not MISSING else None
    if isinstance(made, Made) and made.path.startswith("sqlalchemy"):
        last = made.path.split("()")[0].rpartition(".")[2]
        if last in ("select", "insert", "update", "delete"):
            return {"select": "sql.select", "delete": "orm.delete"}.get(last, "orm.write"), None
    text = _known(run, value) if value is not MISSING else ""
    verb = verb_of(text)
    if verb in ("raw", None) and isinstance(run.first(value), str):
        verb = "other"  # a fixed statement is no payload
    return f"sql.{verb or 'raw'}", " ".join(text.split())[:TARGET] or (
        shown(run, value) if value is not MISSING else None
    )


def _sql_text(run: Interpreter, entry: Entry, call: Call) -> tuple[str, str | None] | None:
    """For objects of unknown make: an effect only where the argument is a statement."""
    value = argument(entry, call)
    text = _known(run, value) if value is not MISSING else ""
    verb = verb_of(text)
    words = set(text.lower().replace("(", " ").split())
    if verb is None or not words & _STATEMENT:
        return None
    return f"sql.{verb}", " ".join(text.split())[:TARGET]


def _open(run: Interpreter, entry: Entry, call: Call) -> tuple[str, str | None]:
    path = call.path.split("().")
    mode_at = 0 if len(path) > 1 else 1
    mode = _known(run, call.kwargs.get("mode", call.args[mode_at] if len(call.args) > mode_at else "r"))
    writes = any(letter in mode for letter in "wax+") and len(mode) < 5
    return "file.write" if writes else entry.id, _plain(run, entry, call)[1]


def _shell(run: Interpreter, entry: Entry, call: Call) -> tuple[str, str | None]:
    shell = run.first(call.kwargs.get("shell")) is True
    return "process.shell" if shell and entry.id == "process.run" else entry.id, _plain(run, entry, call)[1]


def _git(run: Interpreter, entry: Entry, call: Call) -> tuple[str, str | None]:
    given = {_known(run, value) for value in call.args}
    forced = bool(given & _FORCE) or run.first(call.kwargs.get("force", call.kwargs.get("hard"))) is True
    return "git.force" if forced and entry.id == "git.write" else entry.id, _plain(run, entry, call)[1]


def _imap(run: Interpreter, entry: Entry, call: Call) -> tuple[str, str | None] | None:
    if call.path.rpartition(".")[2] not in ("uid", "store"):
        return _plain(run, entry, call)
    given = [_known(run, value).lower() for value in call.args]
    if given[:1] == ["expunge"]:
        return "mail.delete", None
    if call.path.endswith("uid") and given[:1] and given[0] in ("fetch", "search", "sort", "thread"):
        return None
    return entry.id, None


def _yaml(run: Interpreter, entry: Entry, call: Call) -> tuple[str, str | None] | None:
    if call.path.startswith(("yaml.load", "ruamel")):
        loader = run.first(call.kwargs.get("Loader", call.args[1] if len(call.args) > 1 else None))
        if not isinstance(loader, External) or "Safe" in loader.path or "Base" in loader.path:
            return None
    return _plain(run, entry, call)


_READERS: Mapping[str, Callable[[Interpreter, Entry, Call], tuple[str, str | None] | None]] = {
    "": _plain,
    "http": _http,
    "sql": _sql,
    "sql-text": _sql_text,
    "open": _open,
    "shell": _shell,
    "yaml": _yaml,
    "imap": _imap,
    "git": _git,
}
