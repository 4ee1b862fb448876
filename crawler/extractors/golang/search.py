"""Find every tool: run the functions that make them, and where a name comes from outside, the functions that call.

A tool is made in some top-level declaration. That declaration is run with unknown arguments. Where the tool's
name depends on a parameter its callers are run, which run it in turn with what they pass; where the name is
a field of one of the server's own types, it is run once for each value of that type that the project makes.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from tree_sitter import Node

from crawler.extractors.golang.execute import Executor
from crawler.extractors.golang.index import Decl, GoIndex
from crawler.extractors.golang.operators import struct_fields
from crawler.extractors.golang.schema import argument_type, field_tags
from crawler.extractors.golang.sdk import is_sdk
from crawler.extractors.golang.types import Type
from crawler.extractors.golang.values import Fn, Obj, Placed, Unknown, Value
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import find, line, text

MAX_RUNS = 6_000  # top-level declarations run for one project
MAX_LEVELS = 6  # callers of callers
_HANDLER_LEVELS = 2

_MARK = re.compile(rb"\bTool\b|NewTool(?!Result)|NewServerTool|RegisterTool|AddTool")
_BUILDERS = frozenset({"NewTool", "NewToolWithRawSchema", "NewServerTool"})


@dataclass(slots=True, eq=False)
class Found:
    """One tool value, and the declaration that was run when it appeared."""

    tool: Obj
    name: str
    file: str
    line: int


@dataclass(slots=True)
class Sites:
    """Where tools are made: the node of each place, by id, and its declaration."""

    nodes: dict[int, tuple[Node, Decl]] = field(default_factory=dict)


class Search:
    """The search over one project."""

    def __init__(self, index: GoIndex) -> None:
        self.index = index
        self.run = Executor(index)
        self.done: set[tuple[int, int]] = set()
        self.found: dict[tuple[str, int, str], Found] = {}
        self.named: set[int] = set()
        self.open: dict[int, tuple[Node, Decl, Value]] = {}
        self.unnamed_in: dict[int, set[int]] = {}
        self.by_type: set[int] = set()
        self.tried: set[int] = set()
        self._tool_types: dict[tuple[str, str], bool] = {}

    def tools(self) -> list[Found]:
        """Run everything that can make a tool; returns the tools in the order of their places."""
        pending = {d.node.id: d for d in self._starts()}
        for _ in range(MAX_LEVELS):
            again: dict[int, Decl] = {}
            for decl in pending.values():
                self._enter(decl)
            self._instantiate()
            for decl in pending.values():
                if self._symbolic_in(decl):
                    again.update({caller.node.id: caller for caller in self._callers(decl)})
            pending = {k: d for k, d in again.items() if (k, 0) not in self.done}
            if not pending:
                break
        self._find_handlers()
        return sorted(self.found.values(), key=lambda f: (f.file, f.line, f.name))

    def _find_handlers(self) -> None:
        """Run what calls a function that only makes a tool: its handler is named where the tool is registered."""
        for _ in range(_HANDLER_LEVELS):
            bare = [f.tool.node for f in self.found.values() if f.tool.handler is None and f.tool.node is not None]
            homes = {home.node.id: home for node in bare if (home := self.index.enclosing(node)) is not None}
            callers = {c.node.id: c for home in homes.values() for c in self._callers(home)}
            pending = [c for c in callers.values() if (c.node.id, 0) not in self.done]
            for decl in pending:
                self._enter(decl)
            if not pending:
                break

    # --- starts ------------------------------------------------------------------------------------

    def _starts(self) -> Iterator[Decl]:
        for path, data in self.index.sources.items():
            if not _MARK.search(data):
                continue
            package = self.index.package(path.rpartition("/")[0])
            file = next((f for f in package.files if f.path == path), None)
            for node in find(file.root, "call_expression", "composite_literal", "var_spec") if file else ():
                if file is not None and self._makes_tool(node, file.imports, file.folder):
                    decl = self.index.enclosing(node)
                    if decl is not None:
                        yield decl

    def _makes_tool(self, node: Node, imports: dict[str, str], folder: str) -> bool:
        if node.type == "call_expression":
            function = child(node, "function")
            name = text(child(function, "field")) if function is not None else ""
            if name == "RegisterTool":
                arguments = child(node, "arguments")
                return arguments is not None and len(arguments.named_children) >= 3
            alias = text(child(function, "operand")) if function is not None else ""
            return name in _BUILDERS and is_sdk(imports.get(alias, ""))
        for kind in find(child(node, "type") or node, "qualified_type", "type_identifier"):
            if kind.type == "qualified_type":
                target = imports.get(text(child(kind, "package")), "")
                inner = self.index.folder_of(target)
                name = text(child(kind, "name"))
                if self.is_tool(Type("named", name, target if inner is None else inner, own=inner is not None)):
                    return True
            elif self.is_tool(Type("named", text(kind), folder, own=True)):
                return True
            if node.type == "var_spec" and child(node, "type") is None:
                return False
        return False

    def is_tool(self, kind: Type) -> bool:
        """Tell whether a type is an SDK's tool, or one of the server's own that is sent as one."""
        if kind.kind != "named":
            return False
        if not kind.own:
            return kind.name == "Tool" and is_sdk(kind.package or "mcp")
        key = (kind.package, kind.name)
        if key not in self._tool_types:
            self._tool_types[key] = self._sent_as_tool(kind)
        return self._tool_types[key]

    def _sent_as_tool(self, kind: Type) -> bool:
        decl = self.index.package(kind.package).names.get(kind.name)
        body = child(decl.node, "type") if decl is not None and decl.kind == "type" else None
        if body is None or body.type != "struct_type":
            return False
        tags = {field_tags(f).get("json", "").split(",")[0] for f in struct_fields(body)}
        return "name" in tags and bool(tags & {"inputSchema", "input_schema"})

    # --- running -----------------------------------------------------------------------------------

    def _enter(self, decl: Decl, assumed: int = 0) -> None:
        key = (decl.node.id, assumed)
        if key in self.done or len(self.done) >= MAX_RUNS:
            return
        self.done.add(key)
        before, closures = len(self.run.created), len(self.run.closures)
        if decl.kind in {"func", "method"}:
            self.run.run(Fn(decl.node, decl.file, name=decl.name), [])
        elif decl.kind == "var":
            self.run.globals.pop(hash((decl.node.id, decl.index)), None)
            self.run.declared(decl)
        for closure in self.run.closures[closures:]:
            if closure.node.id not in self.run.ran and _MARK.search(closure.node.text or b""):
                self.run.run(closure, [])
        del self.run.closures[closures:]
        self._collect(before, decl)

    def _collect(self, before: int, decl: Decl) -> None:
        for made in self.run.created[before:]:
            if made.node is None or not self.is_tool(made.type) or "Name" not in made.fields:
                continue
            name = made.fields["Name"]
            if isinstance(name, str) and name:
                self.named.add(made.node.id)
                self._keep(made, name)
            elif not isinstance(name, str):
                self.open.setdefault(made.node.id, (made.node, decl, name))
                self.unnamed_in.setdefault(decl.node.id, set()).add(made.node.id)

    def _keep(self, made: Obj, name: str) -> None:
        if isinstance(name, Placed):
            file, at = name.file, name.line
            beside = self.run.beside.get((file, at, str(name)))
            if beside is not None and (made.handler is None or argument_type(made.handler, self.run).kind == "any"):
                made.handler = beside
        else:
            home = self.index.enclosing(made.node) if made.node is not None else None
            file = home.file.path if home is not None else made.file
            at = made.lines.get("Name") or (line(made.node) if made.node is not None else 1)
        key = (file, at, str(name))
        old = self.found.get(key)
        if old is None or known(made) >= known(old.tool):
            self.found[key] = Found(made, str(name), file, at)

    def _symbolic_in(self, decl: Decl) -> bool:
        """Tell whether running `decl` made a tool without a name that no value of an own type names either."""
        return any(node_id not in self.by_type for node_id in self.unnamed_in.get(decl.node.id, ()))

    def _callers(self, decl: Decl) -> Iterator[Decl]:
        if decl.kind in {"func", "method"}:
            folder = decl.file.folder if decl.kind == "func" else None
            for user, _ in self.index.uses(decl.name, folder):
                if user.node.id != decl.node.id and user.kind in {"func", "method", "var"}:
                    yield user

    # --- values of own types -----------------------------------------------------------------------

    def _instantiate(self) -> None:
        for node_id, (_, decl, name) in list(self.open.items()):
            if node_id in self.tried:
                continue
            self.tried.add(node_id)
            before = len(self.found)
            here: Value = name
            while isinstance(here, Unknown) and len(self.found) == before:
                kind = here.type.bare
                if kind.kind == "named" and kind.own:
                    self._assume_each(decl, kind)
                here = here.parent
            if len(self.found) > before:
                self.by_type.add(node_id)

    def _assume_each(self, decl: Decl, kind: Type) -> None:
        under, _ = self.index.underlying(kind)
        if under.kind == "struct":
            values = self._instances(kind)
        elif under.kind == "interface" and under.node is not None:
            values = [v for s in self._implementers(under.node) for v in (self._instances(s) or [Obj(s)])]
        else:
            return
        for number, value in enumerate(values, 1):
            self.run.assume = {kind: value}
            try:
                self._enter(decl, number + (hash(kind) & 0xFFFF) * 65536)
            finally:
                self.run.assume = {}

    def _instances(self, kind: Type) -> list[Obj]:
        pending = {d.node.id: d for d, n in self.index.uses(kind.name, kind.package) if n.type == "type_identifier"}
        seen: set[int] = set()
        made: dict[tuple[int, str], Obj] = {}
        for _ in range(MAX_LEVELS):
            again: dict[int, Decl] = {}
            for decl in pending.values():
                seen.add(decl.node.id)
                before = len(self.run.created)
                self.done.discard((decl.node.id, 0))
                self._enter(decl)
                for value in self.run.created[before:]:
                    if value.type.bare == kind and value.node is not None:
                        texts = "\0".join(str(v) for v in value.fields.values() if isinstance(v, str))
                        made[value.node.id, texts] = value
                        if any(isinstance(v, Unknown) for v in value.fields.values()):
                            again.update({c.node.id: c for c in self._callers(decl) if c.node.id not in seen})
            pending = again
            if not pending:
                break
        return [v for (_, texts), v in made.items() if texts]

    def _implementers(self, interface: Node) -> Iterator[Type]:
        wanted = {text(child(n, "name")) for n in interface.named_children if n.type in {"method_elem", "method_spec"}}
        if not wanted:
            return
        seen = set()
        for path in self.index.mentioning(min(wanted)):
            package = self.index.package(path.rpartition("/")[0])
            for receiver in sorted({r for r, _ in package.methods}):
                has = {m for r, m in package.methods if r == receiver}
                if wanted <= has and (package.folder, receiver) not in seen:
                    seen.add((package.folder, receiver))
                    yield Type("named", receiver, package.folder, own=True)


def known(tool: Obj) -> int:
    """Count how much of a tool is known, to choose between two evaluations of the same place."""
    score = 0
    for name in ("Description", "InputSchema", "Annotations"):
        value = tool.fields.get(name)
        score += 0 if value is None or isinstance(value, Unknown) else 2
        if isinstance(value, Obj):
            score += sum(not isinstance(v, Unknown) for v in value.fields.values())
    return score + (1 if tool.handler is not None else 0)
