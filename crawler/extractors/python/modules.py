"""The Python files of a project as modules: which file an import means, parsed when first needed."""

import ast
import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from crawler.extractors.base import Project
from crawler.extractors.python.parse import parse
from crawler.extractors.python.scope import Scope
from crawler.tree import SourceTree
from mcp_catalogue.model import Unreadable

# Names of the standard library and of libraries the evaluator models; never looked for among the tree's folders.
_OUTSIDE = frozenset({"fastmcp", "mcp", "mcp_types", "pydantic", "typing", "os", "enum", "dataclasses", "functools"})
_CODE = (".py",)


@dataclass(eq=False)
class Module:
    """One source file. `scope` holds its names once `started`."""

    path: str
    name: str
    source: bytes
    tree: ast.Module
    own: bool
    dependency: str | None = None
    started: bool = False
    finished: bool = False
    stars: list["Module"] = field(default_factory=list)  # `from … import *`
    scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.scope = Scope(self)

    @property
    def is_package(self) -> bool:
        """Whether this is an `__init__.py`."""
        return self.path.endswith("__init__.py")

    @cached_property
    def package(self) -> str:
        """The folder against which relative imports count."""
        return self.path.rpartition("/")[0]

    @cached_property
    def lines(self) -> list[bytes]:
        """The source's lines."""
        return self.source.splitlines()

    @cached_property
    def rebound(self) -> frozenset[str]:
        """Top-level names that functions of the module bind anew (`global x`)."""
        found = re.findall(rb"^[ \t]+global[ \t]+([\w, \t]+)", self.source, re.MULTILINE)
        return frozenset(name.strip().decode() for names in found for name in names.split(b","))

    def text(self, node: ast.AST) -> bytes:
        """Return the lines on which `node` stands."""
        return b"\n".join(self.lines[getattr(node, "lineno", 1) - 1 : getattr(node, "end_lineno", 1) or 1])

    @cached_property
    def static(self) -> dict[str, ast.stmt]:
        """Top-level names with the statement that (last) binds them, for cyclic imports."""
        found: dict[str, ast.stmt] = {}
        for statement in self.tree.body:
            if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                found[statement.name] = statement
            elif isinstance(statement, ast.Assign):
                found.update((t.id, statement) for t in statement.targets if isinstance(t, ast.Name))
            elif isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                found[statement.target.id] = statement
        return found


class Modules:
    """All modules that can be reached from one project."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.unreadable: dict[str, Unreadable] = {}
        self._loaded: dict[str, Module | None] = {}
        self._trees: list[tuple[str | None, SourceTree]] = [(None, project.tree)]
        self._trees += sorted(project.tree.dependencies.items())

    @cached_property
    def own(self) -> tuple[str, ...]:
        """Paths of the project's own Python files."""
        return tuple(p for p in self.project.own if p.endswith(_CODE))

    @cached_property
    def _tops(self) -> dict[str, list[tuple[str | None, str]]]:
        """First component of a module's name → (dependency, folder that holds it)."""
        tops: dict[str, set[tuple[str | None, str]]] = defaultdict(set)
        for dependency, tree in self._trees:
            for path in tree.paths:
                if not path.endswith(".py"):
                    continue
                folders = path.split("/")
                stem = folders.pop()[:-3]
                if stem != "__init__":
                    tops[stem].add((dependency, "/".join(folders)))
                for depth in range(len(folders)):
                    tops[folders[depth]].add((dependency, "/".join(folders[:depth])))
        return {
            name: sorted(places, key=lambda p: (p[0] or "", p[1].count("/"), p[1])) for name, places in tops.items()
        }

    def load(self, path: str, dependency: str | None = None) -> Module | None:
        """Return the module at `path`, parsed once; None where it cannot be read."""
        key = f"{dependency or ''}:{path}"
        if key in self._loaded:
            return self._loaded[key]
        self._loaded[key] = None
        tree = self.project.tree if dependency is None else self.project.tree.dependencies[dependency]
        data = tree.read(path)
        if data is None:
            return None
        parsed = parse(data)
        if parsed.tree is None:
            if path in self.project.own_set or dependency:
                self.unreadable[path] = Unreadable(file=path, reason=parsed.reason, detail=parsed.detail)
            return None
        name = path[:-3].removesuffix("/__init__").replace("/", ".")
        own = dependency is None and path in self.project.own_set
        module = Module(path=path, name=name, source=data, tree=parsed.tree, own=own, dependency=dependency)
        self._loaded[key] = module
        return module

    def read(self, path: str, dependency: str | None = None) -> bytes:
        """Return a file's bytes, empty where there is none."""
        tree = self.project.tree if dependency is None else self.project.tree.dependencies[dependency]
        return tree.read(path) or b""

    def paths(self, dependency: str | None = None) -> tuple[str, ...]:
        """Return every path of the tree, or of a dependency's."""
        tree = self.project.tree if dependency is None else self.project.tree.dependencies[dependency]
        return tree.paths

    def loaded(self) -> Iterator[Module]:
        """Yield the modules parsed so far, by path."""
        yield from (m for _, m in sorted(self._loaded.items()) if m is not None)

    def find(self, name: str, importer: Module, level: int = 0) -> Module | None:
        """Return the module that `import name` in `importer` means, or None where it lies outside the tree."""
        found = self.locate(name, importer, level)
        return self.load(found[1], found[0]) if found else None

    def locate(self, name: str, importer: Module, level: int = 0) -> tuple[str | None, str] | None:
        """Return (dependency, path) of the file that `import name` means, without parsing it."""
        parts = [p for p in name.split(".") if p]
        if level:
            folder = importer.package
            for _ in range(level - 1):
                folder = folder.rpartition("/")[0]
            return self._file(importer.dependency, folder, parts)
        if not parts or parts[0] in _OUTSIDE:
            return None
        for dependency, folder in self._nearest(parts[0], importer):
            found = self._file(dependency, folder, parts)
            if found:
                return found
        return None

    def _nearest(self, top: str, importer: Module) -> list[tuple[str | None, str]]:
        places = self._tops.get(top, [])
        if len(places) <= 1:
            return places
        root = self.project.root

        def distance(place: tuple[str | None, str]) -> tuple[bool, bool, int, int]:
            dependency, folder = place
            inside = importer.package == folder or importer.package.startswith(folder + "/") or not folder
            in_project = not root or folder == root or folder.startswith(root + "/")
            return (
                dependency != importer.dependency,
                not in_project,
                not inside,
                -len(folder) if inside else len(folder),
            )

        return sorted(places, key=distance)[:6]

    def _file(self, dependency: str | None, folder: str, parts: list[str]) -> tuple[str | None, str] | None:
        tree = self.project.tree if dependency is None else self.project.tree.dependencies[dependency]
        base = "/".join([*([folder] if folder else []), *parts])
        for path in (f"{base}/__init__.py", f"{base}.py") if base else ("__init__.py",):
            if path in tree.files:
                return dependency, path
        return None

    def is_folder(self, name: str, importer: Module, level: int = 0) -> str | None:
        """Return the folder that `name` means where it is a package without `__init__.py`."""
        parts = [p for p in name.split(".") if p]
        folder = importer.package
        if level:
            for _ in range(level - 1):
                folder = folder.rpartition("/")[0]
            candidates = [folder]
        else:
            candidates = [f for d, f in self._nearest(parts[0], importer) if d is None] if parts else []
        for candidate in candidates:
            base = "/".join([*([candidate] if candidate else []), *parts])
            if any(True for _ in self.project.tree.under(base)):
                return base
        return None
