"""Modules: loaded when an import leads to them, bound lazily, run once."""

import posixpath
from typing import TYPE_CHECKING, Any

from tree_sitter import Tree

from crawler.extractors.typescript import binding, execute, ir, libraries, members, node
from crawler.extractors.typescript.convert import from_json_text
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.parse import first_error, parse
from crawler.extractors.typescript.resolve import DEPENDENCIES, SOURCES, Resolver
from crawler.extractors.typescript.statements import FileLowerer, bound_names
from crawler.extractors.typescript.values import (
    Choice,
    Exhausted,
    Frame,
    Lazy,
    Native,
    Obj,
    Scope,
    Text,
    Thrown,
    Unknown,
    likely,
)
from mcp_catalogue.model import Unreadable

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

LARGE = 400_000
"""Bytes from which a file counts as a bundle."""


class Module:
    """One file: its scope and what it exports."""

    def __init__(self, path: str, loader: "Loader") -> None:
        self.path = path
        self.loader = loader
        self.statements: list[ir.Node] = []
        self.exports: Any = Obj(kind="module", place=(path, 1))
        self.holder = Obj({"exports": self.exports})
        self.scope = Scope(None, Frame(), self)
        self.bound = False
        self.ran = False
        self.size = 0
        self.data = b""
        self.tree: Tree | None = None
        self.entry = False

    def bind(self, ev: "Evaluator") -> None:
        """Bind the module's names without evaluating them."""
        if self.bound:
            return
        self.bound = True
        names = self.scope.names
        names["module"] = self.holder
        names["exports"] = self.exports
        names["require"] = self.requirer()
        names["__dirname"] = node.virtual(posixpath.dirname(self.path))
        names["__filename"] = node.virtual(self.path)
        self.scope.frame.this = self.exports
        if self.size <= LARGE:
            ev.relevance.note_module(self)
        for statement in self.statements:
            self._bind(ev, statement)

    def _bind(self, ev: "Evaluator", statement: ir.Node) -> None:
        names = self.scope.names
        if isinstance(statement, ir.Import):
            for imported, local in statement.names:
                names[local] = Lazy(lambda i=imported, s=statement.spec: self.imported(ev, s, i))  # type: ignore[misc]
        elif isinstance(statement, ir.Export):
            self._bind_export(ev, statement)
        elif isinstance(statement, ir.ExportDefault):
            self.exports.props["default"] = Lazy(lambda v=statement.value: ev.value(v, self.scope))  # type: ignore[misc]
        elif isinstance(statement, ir.Declare):
            for name in bound_names(statement.target):
                if statement.init is not None or name not in names:
                    names[name] = Lazy(lambda s=statement, n=name: self._declared(ev, s, n))  # type: ignore[misc]
        elif isinstance(statement, ir.Function | ir.Class):
            names[statement.name] = Lazy(lambda s=statement: ev.value(s, self.scope))  # type: ignore[misc]
        elif isinstance(statement, ir.Enum):
            names[statement.name] = Lazy(lambda s=statement: execute.make_enum(ev, s, self.scope))  # type: ignore[misc]

    def _declared(self, ev: "Evaluator", statement: ir.Declare, name: str) -> Any:  # noqa: ANN401
        held = self.scope.names.get(name)
        try:
            value = ev.value(statement.init(), self.scope) if statement.init is not None else UNDEFINED
        except Thrown:
            value = Unknown("throws", name)
        binding.bind(ev, statement.target, value, self.scope, declare=True)
        found = self.scope.names.get(name)
        return UNDEFINED if found is held else found

    def _bind_export(self, ev: "Evaluator", statement: ir.Export) -> None:
        props = self.exports.props
        for inner, outer in statement.names:
            if statement.spec is None:
                props[outer] = Lazy(lambda n=inner: ev.lookup(n, self.scope))  # type: ignore[misc]
            elif inner == "*" and outer == "*":
                for name, lazy in self._all(ev, statement.spec):
                    props.setdefault(name, lazy)
            else:
                props[outer] = Lazy(lambda i=inner, s=statement.spec: self.imported(ev, s, i))  # type: ignore[misc]

    def _all(self, ev: "Evaluator", spec: str) -> list[tuple[str, Any]]:
        target = self.loader.load(spec, self.path)
        if target is None:
            self.exports.open = self.exports.open or Unknown("external", spec, spec=spec)
            return []
        target.bind(ev)
        exports = target.exports
        if not isinstance(exports, Obj):
            return []
        return [(n, Lazy(lambda n=n: members.get(ev, exports, n))) for n in exports.props if n != "default"]  # type: ignore[misc]

    def imported(self, ev: "Evaluator", spec: str, name: str) -> Any:  # noqa: ANN401
        """Return what `import {name} from spec` gives; `*` the namespace, `=` what `require` gives."""
        target = self.loader.load(spec, self.path)
        if target is None:
            return libraries.imported(ev, spec, name)
        target.run(ev)
        if name in ("*", "="):
            return target.value
        value = target.value
        if name == "default" and isinstance(value, Obj) and "default" not in value.props:
            return value
        return members.get(ev, value, name)

    @property
    def value(self) -> Any:  # noqa: ANN401
        """What the module exports: the namespace, or what was assigned to `module.exports`."""
        held = self.holder.props.get("exports", self.exports)
        if held is not self.exports and isinstance(held, Obj) and held.kind == "object":
            for name, prop in self.exports.props.items():
                held.props.setdefault(name, prop)
        return held

    def requirer(self) -> Native:
        """`require`, with the bundler's `require.context`."""
        made = Native("require", lambda _, __, args, ___: self.dynamic_import(args[0] if args else UNDEFINED))
        made.props["context"] = Native("context", lambda _, __, args, ___: node.context(self, args))
        made.props["main"] = self.holder if self.entry else Obj()
        made.props["resolve"] = Native("resolve", lambda _, __, args, ___: args[0] if args else UNDEFINED)
        return made

    def meta(self) -> Obj:
        """`import.meta`."""
        path = node.virtual(self.path)
        made = Obj({"url": f"file://{path}", "filename": path, "dirname": posixpath.dirname(path)})
        made.props["glob"] = Native("glob", lambda _, __, args, ___: node.glob(self, args))
        made.props["webpackContext"] = Native("webpackContext", lambda _, __, args, ___: node.context(self, args))
        made.open = Unknown("run-time", "import.meta")
        return made

    def dynamic_import(self, spec: Any) -> Any:  # noqa: ANN401
        """`import(spec)`: the namespace; of several files when the path is a pattern."""
        ev = self.loader.evaluator
        given, spec = spec, likely(spec)
        inside = node.real(spec)
        if inside is not None:
            spec = node.virtual(inside)
        if isinstance(spec, str):
            target = self.loader.load(spec, self.path)
            if target is None:
                return libraries.imported(ev, spec, "*")
            target.run(ev)
            return target.value
        return self._all_matching(ev, given)

    def _all_matching(self, ev: "Evaluator", spec: Any) -> Any:  # noqa: ANN401
        """Every file that a path with unknown parts can mean, as a bundler takes it."""
        pattern = spec.template if isinstance(spec, Unknown) else ""
        text = spec.text if isinstance(spec, Unknown) else ""
        if pattern.startswith("."):
            pattern = node.virtual(posixpath.normpath(posixpath.join(posixpath.dirname(self.path), pattern)))
        inside = node.real(pattern)
        if not inside or inside.startswith("{}") or "/" not in inside:
            return Unknown("dynamic-import", text)
        found = [m for p in node.matching(self.loader.resolver.tree.paths, inside) if (m := self.loader.module(p))]
        for target in found:
            target.run(ev)
        return Choice([(target.value, None) for target in found]) if found else Unknown("dynamic-import", text)

    def run(self, ev: "Evaluator") -> None:
        """Run the module's statements once, the modules that it imports first."""
        if self.ran:
            return
        self.ran = True
        self.bind(ev)
        guards, ev.guards = ev.guards, []
        logs, ev.logs = ev.logs, []
        depth, ev.depth = ev.depth, 0
        floor = ev.floor
        if self.size > LARGE:
            # A dependency is at hand because an entry point was seen to leave its work to it.
            share = 1 if self.entry or self.path.startswith(DEPENDENCIES) else 5
            ev.floor = max(floor, ev.left - (ev.budget >> share))
        try:
            for statement in self.statements:
                if isinstance(statement, ir.Import | ir.Export) and statement.spec:
                    target = self.loader.load(statement.spec, self.path)
                    if target is not None:
                        target.run(ev)
            for statement in self.statements:
                self._run(ev, statement)
        except Exhausted:
            if ev.floor == floor:
                raise
        finally:
            ev.floor = floor
            ev.guards, ev.logs, ev.depth = guards, logs, depth

    def _run(self, ev: "Evaluator", statement: ir.Node) -> None:
        try:
            if isinstance(statement, ir.Declare):
                if statement.heavy and self.loader.wanted(self):
                    for name in bound_names(statement.target):
                        ev.lookup(name, self.scope)
            elif isinstance(statement, ir.ExportDefault):
                if not isinstance(statement.value, ir.Function | ir.Class | ir.Name):
                    members.get(ev, self.exports, "default")
            elif not isinstance(statement, ir.Import | ir.Export | ir.Function | ir.Class | ir.Enum):
                execute.run(ev, statement, self.scope)
        except Thrown:
            return
        except RecursionError:
            self.loader.unreadable.append(Unreadable(file=self.path, reason="nested-too-deep"))


class Loader:
    """Loads and keeps the modules of one project."""

    def __init__(self, resolver: Resolver) -> None:
        self.resolver = resolver
        self.modules: dict[str, Module | None] = {}
        self.unreadable: list[Unreadable] = []
        self.evaluator: Evaluator

    def wanted(self, module: Module) -> bool:
        """Whether declarations with effects are evaluated though nothing asks for their value.

        Not in large bundles, where most of them set up libraries; what a server needs there is asked for by a
        statement of its own.
        """
        return module.size <= LARGE

    def load(self, spec: str, importer: str) -> Module | None:
        """Return the module that `spec` leads to; None for what is outside the project."""
        if libraries.is_library(spec):
            return None
        path = self.resolver.resolve(spec, importer)
        return self.module(path) if path is not None else None

    def module(self, path: str) -> Module | None:
        """Return the module at `path`, parsed once."""
        if path not in self.modules:
            self.modules[path] = None
            self.modules[path] = self._parse(path)
        return self.modules[path]

    def _parse(self, path: str) -> Module | None:
        data = self.resolver.read(path)
        extension = posixpath.splitext(path)[1]
        if data is None or path.endswith((".d.ts", ".d.mts", ".d.cts")):
            return None
        made = Module(path, self)
        if extension == ".json":
            body = from_json_text(data, path) if len(data) < 3_000_000 else Unknown("too-large", path)
            made.exports = body if isinstance(body, Obj) else Obj({"default": body}, kind="module")
            made.holder.props["exports"] = made.exports
            made.bound = made.ran = True
            if isinstance(body, Obj):
                body.props.setdefault("default", body)
            return made
        if extension not in SOURCES:
            return None
        made.size, made.data = len(data), data
        tree = parse(path, data)
        if tree is None:
            self.unreadable.append(Unreadable(file=path, reason="too-large", detail=f"{len(data)} bytes"))
            return None
        made.tree = tree
        line = first_error(tree.root_node)
        if line is not None:
            self.unreadable.append(Unreadable(file=path, reason="syntax-error", detail=f"line {line}"))
        try:
            made.statements = FileLowerer().statements(tree.root_node)
        except RecursionError:
            self.unreadable.append(Unreadable(file=path, reason="nested-too-deep"))
        return made


__all__ = ["Exhausted", "Loader", "Module", "Text"]
