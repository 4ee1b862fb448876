"""Paths inside the tree, and the documents that a program loads from them: `Path(__file__).parent / "tools.yaml"`.

Only files of the tree are ever read, by the tree's own mapping; what lies outside stays unknown.
"""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import PurePosixPath

from crawler.extractors.files.documents import load
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.object_functions import Handler
from crawler.extractors.python.treepath import ModuleInfo, TreePath
from crawler.extractors.python.values import MISSING, Made, ModuleValue, Place, Text, Unknown, Value

_MAX_DATA = 2_000_000  # bytes of one document
_MAX_PLACED = 1_000  # strings of one document whose lines are looked up
_NAME = 80  # characters of a string that may be a name
_SAME = frozenset({"resolve", "absolute", "expanduser", "open", "as_posix", "__str__", "__enter__", "__fspath__"})


@dataclass(slots=True)
class _Source:
    """A document being turned into values."""

    data: bytes
    path: str
    left: int = _MAX_PLACED

    def text(self, text: str, *, key: bool = False) -> Text:
        at = -1
        if self.left and len(text) <= _NAME:
            self.left -= 1
            forms = (f'"{text}":', f"\n{text}:", f" {text}:") if key else ()
            at = max(self.data.find(form.encode()) + 1 for form in forms) - 1 if forms else -1
            at = at if at >= 0 else self.data.find(text.encode())
            at += self.data.startswith(b"\n", at)
        return Text.at(text, Place(self.path, self.data.count(b"\n", 0, at) + 1 if at >= 0 else 1))

    def key(self, key: str | int) -> str | int:
        return self.text(key, key=True) if isinstance(key, str) else key

    def value(self, value: object) -> Value:
        if isinstance(value, str):
            return self.text(value)
        if isinstance(value, dict):
            return {self.key(k): self.value(v) for k, v in value.items() if isinstance(k, (str, int))}
        if isinstance(value, list):
            return [self.value(v) for v in value]
        return value if isinstance(value, (int, float)) or value is None else str(value)


def _data(run: Interpreter, owner: TreePath) -> bytes | None:
    data = run.modules.read(owner.path, owner.dependency)
    return data if data and len(data) <= _MAX_DATA else None


def _below(owner: TreePath, parts: list[Value]) -> Value:
    if not all(isinstance(p, str) for p in parts):
        return Made("pathlib.Path", [owner, *parts], {}, Place(owner.path, 1))
    return owner.below(*map(str, parts))


def path_method(  # noqa: PLR0913
    run: Interpreter, owner: TreePath, name: str, args: list[Value], kwargs: dict[str, Value], place: Place
) -> Value:
    """Call a method of a path, or of the file that was opened there."""
    if run.watcher is not None:
        run.watcher.call(f"pathlib.Path().{name}", owner, args, kwargs, place)
    known = [run.first(a) for a in args]
    if name in _SAME:
        return owner
    if name in ("joinpath", "__truediv__"):
        return _below(owner, known)
    if name in ("exists", "is_file", "is_dir"):
        return _EXISTS[name](run, [owner], {}, place)
    if name in ("read_text", "read", "read_bytes"):
        data = _data(run, owner)
        return Text.at(data.decode("utf-8", "replace"), Place(owner.path, 1)) if data else Unknown("file")
    if name in ("glob", "rglob", "iterdir"):
        pattern = str(known[0]) if known and isinstance(known[0], str) else "*"
        return list(_matching(run, owner, pattern, deep=name == "rglob" or "**" in pattern))
    if name in ("with_suffix", "with_name") and known and isinstance(known[0], str):
        changed = getattr(PurePosixPath(owner.path or "."), name)
        try:
            return TreePath(owner.dependency, str(changed(str(known[0]))))
        except ValueError:
            return Unknown("path")
    return Made(f"pathlib.Path().{name}", [owner, *args], kwargs, place)


def _matching(run: Interpreter, owner: TreePath, pattern: str, *, deep: bool) -> Iterator[TreePath]:
    """Yield what stands below a folder and matches: files, and folders where the pattern is not deep."""
    prefix = f"{owner.path}/" if owner.path else ""
    parts = pattern.strip("/").split("/")
    seen: set[str] = set()
    for path in run.modules.paths(owner.dependency):
        if not path.startswith(prefix):
            continue
        if deep:
            if PurePosixPath(path).match(parts[-1]):
                yield TreePath(owner.dependency, path)
            continue
        steps = path[len(prefix) :].split("/")[: len(parts)]
        found = prefix + "/".join(steps)
        if found not in seen and len(steps) == len(parts) and all(map(fnmatchcase, steps, parts)):
            seen.add(found)
            yield TreePath(owner.dependency, found)


def _located(run: Interpreter, value: Value) -> TreePath | None:
    known = run.first(value)
    return known if isinstance(known, TreePath) else None


def _path(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    first = _located(run, args[0]) if args else None
    return _below(first, [run.first(a) for a in args[1:]]) if first is not None else MISSING


def _dirname(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    first = _located(run, args[0]) if args else None
    return first.parent if first is not None else MISSING


def _exists(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    first = _located(run, args[0]) if args else None
    if first is None:
        return MISSING
    return True if _is_file(run, first) or _is_folder(run, first) else Unknown("file")


def _isfile(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    first = _located(run, args[0]) if args else None
    if first is None:
        return MISSING
    return True if _is_file(run, first) else False if _is_folder(run, first) else Unknown("file")


def _isdir(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    first = _located(run, args[0]) if args else None
    if first is None:
        return MISSING
    return True if _is_folder(run, first) else False if _is_file(run, first) else Unknown("file")


def _is_file(run: Interpreter, where: TreePath) -> bool:
    return where.path in run.modules.paths(where.dependency)


def _is_folder(run: Interpreter, where: TreePath) -> bool:
    return any(True for _ in _matching(run, where, "*", deep=True))


_EXISTS: Mapping[str, Handler] = {"exists": _exists, "is_file": _isfile, "is_dir": _isdir}


def _listdir(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    first = _located(run, args[0]) if args else None
    return [p.name for p in _matching(run, first, "*", deep=False)] if first is not None else MISSING


def _files(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], place: Place) -> Value:
    """`importlib.resources.files(package)`: the folder of a package of the tree."""
    package = run.first(args[0]) if args else None
    if isinstance(package, str):
        importer = run.modules.load(place.file)
        own = importer is not None and str(package) == "__main__"
        package = run.import_module(str(package), importer) if importer is not None and not own else None
    if isinstance(package, ModuleValue):
        return TreePath(package.module.dependency, package.module.package)
    return MISSING


def _modules(run: Interpreter, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    """`pkgutil.iter_modules(path, prefix)`: the modules that stand in a folder of the tree."""
    folders = run.first(args[0] if args else kwargs.get("path"))
    first = _located(run, folders[0]) if isinstance(folders, (list, tuple)) and folders else None
    if first is None:
        return MISSING
    given = run.first(args[1] if len(args) > 1 else kwargs.get("prefix", ""))
    prefix = str(given) if isinstance(given, str) else ""
    found: dict[str, bool] = {}
    for path in _matching(run, first, "*.py", deep=True):
        inside = path.path[len(first.path) :].strip("/").split("/")
        if len(inside) == 1 and inside[0] != "__init__.py":
            found[inside[0][:-3]] = False
        elif len(inside) == 2 and inside[1] == "__init__.py":
            found[inside[0]] = True
    return [ModuleInfo((None, Text.at(prefix + name, place), package)) for name, package in sorted(found.items())]


def _parsed(kind: str) -> Handler:
    def handler(run: Interpreter, args: list[Value], kwargs: dict[str, Value], _place: Place) -> Value:
        given = run.first(args[0]) if args else next(iter(kwargs.values()), None)
        if isinstance(given, TreePath):
            data, path = _data(run, given), given.path
        elif isinstance(given, str) and len(given) <= _MAX_DATA:
            data, path = str(given).encode("utf-8", "replace"), getattr(given, "place", Place("", 1)).file
        else:
            return MISSING
        found = _document(data, kind) if data else None
        if found is None or data is None:
            return MISSING
        run.budget.spend(len(data) // 1_000)
        return _Source(data, path).value(found)

    return handler


def _document(data: bytes, kind: str) -> object:
    if kind != ".toml":
        return load(data, f"x{kind}")
    try:
        return tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        return None


PATHS: Mapping[str, Handler] = {
    "builtins.open": _path,
    "pathlib.Path": _path,
    "pathlib.PurePath": _path,
    "os.path.abspath": _path,
    "os.path.realpath": _path,
    "os.path.normpath": _path,
    "os.path.join": _path,
    "os.path.dirname": _dirname,
    "os.path.exists": _exists,
    "os.path.isfile": _isfile,
    "os.path.isdir": _isdir,
    "os.listdir": _listdir,
    "importlib.resources.files": _files,
    "importlib_resources.files": _files,
    "pkgutil.iter_modules": _modules,
    "pkgutil.walk_packages": _modules,
    "json.load": _parsed(".json"),
    "json.loads": _parsed(".json"),
    "yaml.safe_load": _parsed(".yaml"),
    "yaml.load": _parsed(".yaml"),
    "yaml.full_load": _parsed(".yaml"),
    "tomllib.load": _parsed(".toml"),
    "tomllib.loads": _parsed(".toml"),
    "tomli.load": _parsed(".toml"),
}
