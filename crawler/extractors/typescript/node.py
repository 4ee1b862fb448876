"""Node's modules as far as servers use them to find their own files: path, url, fs, module, util, os.

Files of the package appear under the folder `/@`, so that `__dirname`, `import.meta.url` and what is joined to
them lead to files of the tree and to nothing else.
"""

import posixpath
from collections.abc import Callable, Iterator
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any, Final

from crawler.extractors.typescript.calls import NEW
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.values import Arr, Native, Obj, Text, Unknown, known, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator
    from crawler.extractors.typescript.modules import Module

ROOT: Final = "/@"
MAX_FILE: Final = 2_000_000
MAX_GLOB: Final = 400
"""Files that one pattern can lead to."""


def virtual(path: str) -> str:
    """Return the path under which a program sees a file of the tree."""
    return f"{ROOT}/{path}" if path else ROOT


def real(value: Any) -> str | None:  # noqa: ANN401
    """Return the tree's path for what a program sees, or None."""
    value = likely(value)
    if isinstance(value, Obj) and isinstance(value.props.get("href"), str):
        value = value.props["href"]
    if not isinstance(value, str):
        return None
    text = value.removeprefix("file://")
    if text != ROOT and not text.startswith(ROOT + "/"):
        return None
    inner = posixpath.normpath(text[len(ROOT) + 1 :])
    return "" if inner == "." else None if inner.startswith("..") else inner


def _texts(args: list[Any]) -> list[str] | None:
    found = [likely(a) for a in args]
    return [str(f) for f in found] if all(isinstance(f, str) for f in found) else None


def _path_function(name: str, compute: Callable[[list[str]], str]) -> Native:
    def run(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
        texts = _texts(args)
        try:
            return compute(texts) if texts else _partly(name, compute, args)
        except (ValueError, IndexError):
            return Unknown("run-time", f"path.{name}(…)")

    return Native(name, run)


def _partly(name: str, compute: Callable[[list[str]], str], args: list[Any]) -> Unknown:
    """A path of which only parts are known: `{}` for the rest."""
    from crawler.extractors.typescript.nodes import template_of  # noqa: PLC0415 (it evaluates by this module)

    made = Unknown("run-time", f"path.{name}(…)")
    parts = [template_of(arg) or "{}" for arg in args]
    if name in ("join", "resolve", "dirname", "normalize") and parts and parts[0] != "{}":
        made.template = compute(parts) if name != "resolve" else posixpath.normpath(posixpath.join(*parts))
    return made


def _resolve(parts: list[str]) -> str:
    joined = posixpath.normpath(posixpath.join(*parts))
    if not joined.startswith("/"):
        raise ValueError
    return joined


def path_module() -> Obj:
    """`node:path`."""
    made = Obj(kind="module")
    functions: dict[str, Callable[[list[str]], str]] = {
        "join": lambda p: posixpath.normpath("/".join(x for x in p if x)),
        "resolve": _resolve,
        "dirname": lambda p: posixpath.dirname(p[0]),
        "basename": lambda p: posixpath.basename(p[0]).removesuffix(p[1] if len(p) > 1 else "\0"),
        "extname": lambda p: posixpath.splitext(p[0])[1],
        "normalize": lambda p: posixpath.normpath(p[0]),
        "relative": lambda p: posixpath.relpath(p[1], p[0]),
    }
    made.props.update({name: _path_function(name, function) for name, function in functions.items()})
    made.props["sep"] = "/"
    made.props["posix"] = made.props["default"] = made
    made.open = Unknown("external", "path", spec="node:path")
    return made


def url_module() -> Obj:
    """`node:url`."""

    def to_path(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
        found = real(args[0]) if args else None
        return virtual(found) if found is not None else Unknown("run-time", "fileURLToPath(…)")

    def to_url(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
        found = real(args[0]) if args else None
        return make_url(virtual(found)) if found is not None else Unknown("run-time", "pathToFileURL(…)")

    made = Obj({"fileURLToPath": Native("fileURLToPath", to_path), "pathToFileURL": Native("pathToFileURL", to_url)})
    made.kind = "module"
    made.props["URL"] = URL
    made.props["default"] = made
    made.open = Unknown("external", "url", spec="node:url")
    return made


def make_url(path: str) -> Obj:
    """Return the `URL` of a file of the tree."""
    href = f"file://{path}"
    return Obj({"href": href, "pathname": path, "toString": Native("toString", lambda *_: href)})


def _url(_: "Evaluator", this: Any, args: list[Any], __: int) -> Any:  # noqa: ANN401
    if this is NEW and len(args) > 1:
        base, relative = real(args[1]), likely(args[0])
        if base is not None and isinstance(relative, str):
            return make_url(virtual(posixpath.normpath(posixpath.join(posixpath.dirname(base), relative))))
    return Unknown("run-time", "URL")


URL: Final = Native("URL", _url)


class Files:
    """`node:fs` over the tree of one project."""

    def __init__(self, read: Callable[[str], bytes | None], paths: tuple[str, ...]) -> None:
        self.read = read
        self.paths = paths

    def module(self) -> Obj:
        """Return the namespace, with `promises`."""
        made = Obj(kind="module")
        table = {"existsSync": self._exists, "readdirSync": self._list, "readFileSync": self._text,
                 "readdir": self._list, "readFile": self._text, "statSync": self._stat, "stat": self._stat}  # fmt: skip
        for name, function in table.items():
            made.props[name] = Native(name, lambda ev, _, args, __, f=function: f(ev, args))  # type: ignore[misc]
        made.open = Unknown("external", "fs", spec="node:fs")
        made.props["promises"] = made.props["default"] = made
        return made

    def _exists(self, _: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
        path = real(args[0]) if args else None
        if path is None:
            return Unknown("run-time", "existsSync(…)")
        return self.read(path) is not None or any(p.startswith(path + "/") for p in self.paths)

    def _text(self, ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
        path = real(args[0]) if args else None
        data = self.read(path) if path is not None else None
        if data is None or path is None or len(data) > MAX_FILE:
            return Unknown("run-time", "readFile(…)")
        ev.spend(len(data) // 1000)
        return Text(data.decode("utf-8", "replace"), path, 1)

    def _list(self, ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
        folder = real(args[0]) if args else None
        if folder is None:
            return Arr(open=Unknown("run-time", "readdir(…)"))
        prefix = f"{folder}/" if folder else ""
        inside = [p[len(prefix) :] for p in self.paths if p.startswith(prefix)]
        names = sorted({p.split("/")[0] for p in inside})
        ev.spend(len(inside))
        if not names:
            return Arr(open=Unknown("run-time", "readdir(…)"))
        typed = len(args) > 1 and isinstance(args[1], Obj) and likely(args[1].props.get("withFileTypes")) is True
        folders = {p.split("/")[0] for p in inside if "/" in p}
        return Arr([_entry(n, virtual(folder), folder=n in folders) if typed else n for n in names[:MAX_GLOB]])

    def _stat(self, _: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
        path = real(args[0]) if args else None
        if path is None:
            return Unknown("run-time", "stat(…)")
        return _entry(posixpath.basename(path), "", folder=self.read(path) is None)


def _entry(name: str, parent: str, *, folder: bool) -> Obj:
    is_file, is_folder = Native("isFile", lambda *_: not folder), Native("isDirectory", lambda *_: folder)
    return Obj({"name": name, "isFile": is_file, "isDirectory": is_folder, "parentPath": parent, "path": parent},
               open=Unknown("run-time", "entry"))  # fmt: skip


def util_module(defaults: dict[str, Any]) -> Obj:
    """`node:util`: `parseArgs` gives the options' defaults."""

    def parse_args(_: "Evaluator", __: Any, args: list[Any], ___: int) -> Any:  # noqa: ANN401
        config = args[0] if args else None
        options = likely(config.props.get("options")) if isinstance(config, Obj) else None
        for name, option in options.props.items() if isinstance(options, Obj) else ():
            if isinstance(option, Obj):
                defaults[name] = likely(option.props.get("default", UNDEFINED))
        given = Unknown("arguments", "options", "flag", Obj(dict(defaults)))
        return Obj({"values": given, "positionals": Arr(open=Unknown("arguments", "positionals", "flag"))},
                   open=Unknown("arguments", "tokens"))  # fmt: skip

    made = Obj({"parseArgs": Native("parseArgs", parse_args)}, kind="module", open=Unknown("external", "util"))
    made.props["default"] = made
    made.props["promisify"] = Native("promisify", lambda _, __, args, ___: args[0] if args else UNDEFINED)
    return made


def os_module() -> Obj:
    """`node:os`: a Linux machine is taken where the platform decides."""
    made = Obj(kind="module", open=Unknown("external", "os", spec="node:os"))
    for name, guess in (("platform", "linux"), ("type", "Linux"), ("arch", "x64")):
        given = Unknown("run-time", f"os.{name}()", "platform", guess)
        made.props[name] = Native(name, lambda _, __, ___, ____, g=given: g)  # type: ignore[misc]
    for name, shown in (("homedir", "~"), ("tmpdir", "/tmp")):  # noqa: S108 (shown, never opened)
        folder = Unknown("run-time", f"os.{name}()", template=shown)
        made.props[name] = Native(name, lambda _, __, ___, ____, f=folder: f)  # type: ignore[misc]
    made.props["EOL"] = "\n"
    made.props["default"] = made
    return made


def matching(paths: tuple[str, ...], pattern: str) -> Iterator[str]:
    """Yield the paths that fit a pattern with `{}` or `*` for what is not known."""
    simple = pattern.replace("**/", "*").replace("{}", "*")
    stem, extension = posixpath.splitext(simple)
    choices = {
        simple,
        *(stem + e for e in (".ts", ".tsx", ".js", ".mjs", ".cjs") if extension in (".js", ".mjs", ".cjs", "")),
    }
    count = 0
    for path in paths:
        if count < MAX_GLOB and any(fnmatchcase(path, c) for c in choices) and not path.endswith((".d.ts", ".map")):
            count += 1
            yield path


def context(module: "Module", args: list[Any]) -> Any:  # noqa: ANN401
    """`import.meta.webpackContext(folder, {regExp})`, `require.context(folder)`: a function over a folder."""
    folder = likely(args[0]) if args else None
    if not isinstance(folder, str):
        return Unknown("dynamic-import", "context")
    base = posixpath.normpath(posixpath.join(posixpath.dirname(module.path), folder))
    names = [p[len(base) + 1 :] for p in module.loader.resolver.tree.paths if p.startswith(base + "/")]
    keys = Arr([f"./{n}" for n in names[:MAX_GLOB] if n.endswith((".ts", ".tsx", ".js", ".mjs", ".cjs"))])

    def load(_: "Evaluator", __: Any, given: list[Any], ___: int) -> Any:  # noqa: ANN401
        key = likely(given[0]) if given else None
        return (
            module.dynamic_import(virtual(posixpath.join(base, key))) if isinstance(key, str) else Unknown("run-time")
        )

    return Native("context", load, props={"keys": Native("keys", lambda *_: keys)})


def glob(module: "Module", args: list[Any]) -> Any:  # noqa: ANN401
    """`import.meta.glob(pattern, {eager})`: an object of modules or of functions that load them."""
    pattern = likely(args[0]) if args else None
    if not isinstance(pattern, str):
        return Unknown("dynamic-import", "glob")
    eager = len(args) > 1 and isinstance(args[1], Obj) and likely(args[1].props.get("eager")) is True
    base = posixpath.normpath(posixpath.join(posixpath.dirname(module.path), pattern))
    out = Obj()
    for path in matching(module.loader.resolver.tree.paths, base):
        load = Native("load", lambda _, __, ___, ____, p=path: module.dynamic_import(virtual(p)))  # type: ignore[misc]
        out.props[path] = module.dynamic_import(virtual(path)) if eager else load
    return out


__all__ = ["ROOT", "URL", "Files", "context", "glob", "known", "matching", "os_module", "path_module", "real",
           "url_module", "util_module", "virtual"]  # fmt: skip
