"""Where an import leads: to a file of the tree, of a dependency at hand, or outside."""

import json
import posixpath
from collections.abc import Iterator
from functools import cached_property
from typing import Any, Final

from crawler.extractors.base import Project
from crawler.tree import SourceTree

SOURCES: Final = (".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx")
_MAPPED = {".js": (".ts", ".tsx", ".js", ".jsx"), ".mjs": (".mts", ".mjs"), ".cjs": (".cts", ".cjs"),
           ".jsx": (".tsx", ".jsx")}  # fmt: skip
_OUTPUT_FOLDERS: Final = (
    "dist",
    "build",
    "lib",
    "out",
    "output",
    "bin",
    "esm",
    "cjs",
    "dist-esm",
    "dist-cjs",
    ".output",
)
_SOURCE_FOLDERS: Final = ("src", "source", "lib", "")
_CONDITIONS: Final = ("import", "node", "require", "default", "bun", "module")
DEPENDENCIES: Final = "node_modules/"


def _json(data: bytes | None) -> dict[str, Any]:
    """Parse JSON with comments and trailing commas as far as tsconfig files have them; {} when it is not an object."""
    if not data or len(data) > 1_000_000:
        return {}
    text = data.decode("utf-8", "replace")
    for attempt in (text, _without_comments(text)):
        try:
            found = json.loads(attempt)
        except (ValueError, RecursionError):
            continue
        return found if isinstance(found, dict) else {}
    return {}


def _without_comments(text: str) -> str:
    out: list[str] = []
    at, end, quoted = 0, len(text), False
    while at < end:
        char = text[at]
        if quoted:
            if char == "\\":
                out.append(text[at : at + 2])
                at += 2
                continue
            quoted = char != '"'
        elif char == '"':
            quoted = True
        elif text.startswith("//", at):
            at = text.find("\n", at) if "\n" in text[at:] else end
            continue
        elif text.startswith("/*", at):
            close = text.find("*/", at)
            at = close + 2 if close > 0 else end
            continue
        elif char == "," and text[at + 1 :].lstrip()[:1] in ("}", "]"):
            at += 1
            continue
        out.append(char)
        at += 1
    return "".join(out)


class Resolver:
    """Resolves import specifiers of one project; paths of a dependency start with `node_modules/<name>/`."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.tree = project.tree
        self._packages: dict[str, dict[str, Any]] = {}

    def read(self, path: str) -> bytes | None:
        """Return the bytes of a path of the tree or of a dependency."""
        found = self.tree.read(path)
        if found is None and path.startswith(DEPENDENCIES):
            name, tree = self._dependency(path[len(DEPENDENCIES) :])
            if tree is not None:
                return tree.read(path[len(DEPENDENCIES) + len(name) + 1 :])
        return found

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""
        if path in self.tree.files:
            return True
        if path.startswith(DEPENDENCIES):
            name, tree = self._dependency(path[len(DEPENDENCIES) :])
            return tree is not None and path[len(DEPENDENCIES) + len(name) + 1 :] in tree.files
        return False

    def _dependency(self, spec: str) -> tuple[str, SourceTree | None]:
        name = package_name(spec)
        return name, self.tree.dependencies.get(name)

    def package(self, root: str) -> dict[str, Any]:
        """Return the parsed package.json in folder `root`."""
        if root not in self._packages:
            self._packages[root] = _json(self.read(posixpath.join(root, "package.json")))
        return self._packages[root]

    @cached_property
    def workspaces(self) -> dict[str, str]:
        """Packages of the same tree by name: their folders."""
        found: dict[str, str] = {}
        for path in self.tree.paths:
            if (
                path.endswith("package.json")
                and "node_modules/" not in path
                and path.rpartition("/")[2] == "package.json"
            ):
                root = path.rpartition("/")[0]
                name = self.package(root).get("name")
                if isinstance(name, str):
                    found.setdefault(name, root)
        return found

    def resolve(self, spec: str, importer: str) -> str | None:
        """Return the path that `spec` leads to from file `importer`; None for what is outside."""
        folder = posixpath.dirname(importer)
        if spec.startswith("/@/"):
            return self.file(posixpath.normpath(spec[3:]))
        if spec.startswith((".", "/")):
            return self.file(posixpath.normpath(posixpath.join(folder, spec)))
        if spec.startswith("#"):
            return self._private_import(spec, folder)
        mapped = self._mapped(spec, folder)
        if mapped is not None:
            return mapped
        name = package_name(spec)
        rest = spec[len(name) + 1 :]
        if name in self.workspaces:
            return self._entry(self.workspaces[name], rest)
        if name in self.tree.dependencies:
            return self._entry(DEPENDENCIES + name, rest)
        return None

    def _private_import(self, spec: str, folder: str) -> str | None:
        root = self._package_root(folder)
        imports = self.package(root).get("imports")
        target = _match(imports, spec) if isinstance(imports, dict) else None
        return self.file(posixpath.normpath(posixpath.join(root, target))) if target else None

    def _package_root(self, folder: str) -> str:
        while folder and not self.exists(posixpath.join(folder, "package.json")):
            folder = posixpath.dirname(folder)
        return folder

    def _entry(self, root: str, rest: str) -> str | None:
        body = self.package(root)
        exports = body.get("exports")
        if exports is not None:
            if not (isinstance(exports, dict) and any(k.startswith(".") for k in exports)):
                exports = {".": exports}
            target = _match(exports, f"./{rest}" if rest else ".")
            found = self.output(posixpath.normpath(posixpath.join(root, target))) if target else None
            if found:
                return found
        if rest:
            return self.output(posixpath.join(root, rest)) or self.output(posixpath.join(root, "src", rest))
        for key in ("module", "main", "source"):
            value = body.get(key)
            found = self.output(posixpath.normpath(posixpath.join(root, value))) if isinstance(value, str) else None
            if found:
                return found
        return self.file(posixpath.join(root, "index")) or self.file(posixpath.join(root, "src/index"))

    def file(self, path: str) -> str | None:
        """Return the file for an extensionless or mapped path."""
        if path.startswith(".."):
            return None
        stem, extension = posixpath.splitext(path)
        for mapped in _MAPPED.get(extension, ()):
            if self.exists(stem + mapped):
                return stem + mapped
        if self.exists(path):
            return path
        for end in (*SOURCES, ".json"):
            if self.exists(path + end):
                return path + end
        for end in SOURCES:
            candidate = posixpath.join(path, f"index{end}") if path != "." else f"index{end}"
            if self.exists(candidate):
                return candidate
        main = self.package(path).get("main") if self.exists(posixpath.join(path, "package.json")) else None
        return self.file(posixpath.normpath(posixpath.join(path, main))) if isinstance(main, str) and main else None

    def output(self, path: str) -> str | None:
        """Return a file, or where it is built and not there, the source that it is built from."""
        found = self.file(path)
        return found or next((f for f in map(self.file, _sources_of(path)) if f), None)

    @cached_property
    def _paths(self) -> list[tuple[str, str, list[str]]]:
        """The `paths` of every tsconfig: (its folder, pattern, targets joined to the base)."""
        found: list[tuple[str, str, list[str]]] = []
        for path in self.tree.paths:
            name = path.rpartition("/")[2]
            if not (name.startswith(("tsconfig", "jsconfig")) and name.endswith(".json")) or "node_modules/" in path:
                continue
            options = _json(self.tree.read(path)).get("compilerOptions")
            options = options if isinstance(options, dict) else {}
            folder = path.rpartition("/")[0]
            base = options.get("baseUrl")
            joined = posixpath.normpath(posixpath.join(folder, base)) if isinstance(base, str) else folder
            paths = options.get("paths")
            for pattern, targets in (paths if isinstance(paths, dict) else {}).items():
                if isinstance(targets, list):
                    ends = [posixpath.normpath(posixpath.join(joined, t)) for t in targets if isinstance(t, str)]
                    found.append((folder, pattern, ends))
            if isinstance(base, str):
                found.append((folder, "*", [posixpath.normpath(posixpath.join(joined, "*"))]))
        return sorted(found, key=lambda f: (-len(f[0]), f[1] == "*"))

    def _mapped(self, spec: str, folder: str) -> str | None:
        for root, pattern, targets in self._paths:
            if root and folder != root and not folder.startswith(root + "/"):
                continue
            head, star, tail = pattern.partition("*")
            fits = spec.startswith(head) and spec.endswith(tail) if star else spec == pattern
            if not fits:
                continue
            middle = spec[len(head) : len(spec) - len(tail)] if star else ""
            for target in targets:
                found = self.output(target.replace("*", middle, 1))
                if found:
                    return found
        return None


def package_name(spec: str) -> str:
    """Return the package of an import specifier: `@scope/name` or `name`."""
    parts = spec.split("/")
    return "/".join(parts[:2]) if spec.startswith("@") else parts[0]


def _sources_of(path: str) -> Iterator[str]:
    """Yield the source paths that a built file may come from: `dist/x.js` from `src/x.ts`."""
    parts = path.split("/")
    stem = posixpath.splitext("/".join(parts))[0]
    for index, part in enumerate(parts):
        if part in _OUTPUT_FOLDERS:
            before, after = parts[:index], stem.split("/")[index + 1 :]
            while after and after[0] in (*_OUTPUT_FOLDERS, "src", "node"):
                after = after[1:]
            for folder in _SOURCE_FOLDERS:
                yield "/".join([*before, *([folder] if folder else []), *after])
            if after:
                yield "/".join([*before, "src", "index"])
    yield stem


def _match(table: dict[str, Any], key: str) -> str | None:
    target = table.get(key)
    middle = ""
    if target is None:
        for pattern in sorted((p for p in table if "*" in p), key=len, reverse=True):
            head, _, tail = pattern.partition("*")
            if key.startswith(head) and key.endswith(tail) and len(key) >= len(head) + len(tail):
                target, middle = table[pattern], key[len(head) : len(key) - len(tail)]
                break
    for _ in range(10):
        if isinstance(target, list):
            target = target[0] if target else None
        elif isinstance(target, dict):
            held: dict[str, Any] = target
            target = next((held[c] for c in _CONDITIONS if c in held), None)
        else:
            break
    return target.replace("*", middle, 1) if isinstance(target, str) else None
