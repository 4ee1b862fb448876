"""The Go files of a project, parsed when asked for: packages, declarations, imports, who mentions whom."""

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property

from tree_sitter import Node

from crawler.extractors.base import Project
from crawler.extractors.golang.types import ANY, BASIC, Type
from crawler.extractors.grammar import TooLargeError, find, line, parse, text
from crawler.extractors.grammar import field as child

_VERSION = re.compile(r"^v\d+$")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v", "\\": "\\", '"': '"', "'": "'"}


@dataclass(frozen=True, slots=True, eq=False)
class GoFile:
    """One parsed file; `imports` maps a local name to an import path, `dots` are imports into its own scope."""

    path: str
    folder: str
    package: str
    root: Node
    imports: dict[str, str]
    dots: tuple[str, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Decl:
    """A top-level declaration. `index` is the place among several names of one `var` or `const` spec."""

    kind: str  # func | method | type | var | const
    name: str
    node: Node
    file: GoFile
    receiver: str = ""
    index: int = 0
    iota: int = 0
    repeat: Node | None = None  # the spec whose expression a bare constant repeats

    @property
    def line(self) -> int:
        """The line of the declaration, from 1."""
        return line(self.node)


@dataclass(eq=False)
class GoPackage:
    """All declarations of one folder."""

    folder: str
    files: list[GoFile] = field(default_factory=list)
    names: dict[str, Decl] = field(default_factory=dict)
    methods: dict[tuple[str, str], Decl] = field(default_factory=dict)

    def decls(self) -> Iterator[Decl]:
        """Yield functions, methods, variables and types."""
        yield from self.names.values()
        yield from self.methods.values()


def unquote(node: Node) -> str:
    """Return the value of a string or rune literal."""
    raw = text(node)
    if raw[:1] == "`":
        return raw[1:-1].replace("\r", "")
    return re.sub(r"\\([0-7]{3}|x[0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|U[0-9a-fA-F]{8}|.)", _escape, raw[1:-1])


def _escape(match: "re.Match[str]") -> str:
    body = match.group(1)
    if body[0] in "xuU" and len(body) > 1:
        point = int(body[1:], 16)
    elif body.isdigit() and len(body) == 3:
        point = int(body, 8)
    else:
        return _ESCAPES.get(body, body)
    return chr(point) if point < 0x110000 and not 0xD800 <= point <= 0xDFFF else "\ufffd"


_NAMES = frozenset({"identifier", "field_identifier", "type_identifier"})


def _words(data: bytes, word: bytes) -> Iterator[int]:
    """Yield the ends of each place where `word` stands as a whole word."""
    at = data.find(word)
    while at >= 0:
        end = at + len(word)
        if not (_is_letter(data[at - 1 : at]) or _is_letter(data[end : end + 1])):
            yield end
        at = data.find(word, at + 1)


def _is_letter(byte: bytes) -> bool:
    return byte.isalnum() or byte == b"_"


class GoIndex:
    """Packages by folder, loaded lazily; the modules of the whole tree, so that workspaces resolve."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.broken: dict[str, str] = {}
        self._packages: dict[str, GoPackage] = {}
        self._mentions: dict[str, tuple[str, ...]] = {}
        self._assigned: dict[str, bool] = {}
        self._decl_of_node: dict[int, Decl] = {}

    @cached_property
    def sources(self) -> dict[str, bytes]:
        """The project's own non-test Go files."""
        read = self.project.tree.read
        return {
            path: read(path) or b""
            for path in self.project.own
            if path.endswith(".go") and not path.endswith(("_test.go", ".pb.go"))
        }

    @cached_property
    def modules(self) -> tuple[tuple[str, str], ...]:
        """(module path, folder) of every go.mod in the tree, longest path first."""
        found = []
        for path in self.project.tree.paths:
            if path == "go.mod" or path.endswith("/go.mod"):
                data = self.project.tree.read(path) or b""
                match = re.search(rb"^\s*module\s+\"?([^\s\"]+)", data, re.MULTILINE)
                if match:
                    found.append((match.group(1).decode("utf-8", "replace"), path.rpartition("/")[0]))
        return tuple(sorted(found, key=lambda m: (-len(m[0]), m)))

    def folder_of(self, import_path: str) -> str | None:
        """Return the tree's folder of an import path, None for foreign packages."""
        for module, folder in self.modules:
            if import_path == module or import_path.startswith(module + "/"):
                return posixpath.join(folder, import_path[len(module) + 1 :]).rstrip("/")
        return None

    @cached_property
    def _by_folder(self) -> dict[str, list[str]]:
        folders: dict[str, list[str]] = {}
        for path in self.project.tree.paths:
            if path.endswith(".go") and not path.endswith(("_test.go", ".pb.go")):
                folders.setdefault(path.rpartition("/")[0], []).append(path)
        return folders

    def package(self, folder: str) -> GoPackage:
        """Return the package in `folder`, parsed on first use; empty where there is none."""
        if folder not in self._packages:
            package = self._packages[folder] = GoPackage(folder)
            for path in self._by_folder.get(folder, ()):
                if (file := self._file(path, folder)) is not None:
                    package.files.append(file)
                    self._declare(package, file)
        return self._packages[folder]

    def _file(self, path: str, folder: str) -> GoFile | None:
        try:
            root = parse("go", self.project.tree.read(path) or b"")
        except TooLargeError as error:
            self.broken[path] = f"too-large: {error} bytes"
            return None
        imports: dict[str, str] = {}
        dots = []
        package = ""
        for node in root.named_children:
            if node.type == "package_clause":
                package = text(node.named_children[0]) if node.named_children else ""
            elif node.type == "import_declaration":
                for spec in find(node, "import_spec"):
                    target = unquote(path_node) if (path_node := child(spec, "path")) else ""
                    alias = text(child(spec, "name"))
                    if alias == ".":
                        dots.append(target)
                    else:
                        imports[alias or default_name(target)] = target
        return GoFile(path, folder, package, root, imports, tuple(dots))

    def _declare(self, package: GoPackage, file: GoFile) -> None:
        for node in file.root.named_children:
            for decl in _decls(node, file):
                self._decl_of_node[decl.node.id] = decl
                if decl.kind == "method":
                    package.methods.setdefault((decl.receiver, decl.name), decl)
                else:
                    package.names.setdefault(decl.name, decl)

    def mentioning(self, word: str) -> tuple[str, ...]:
        """Return the own files in which `word` stands as a whole word."""
        if word not in self._mentions:
            needle = word.encode()
            self._mentions[word] = tuple(path for path, data in self.sources.items() if any(_words(data, needle)))
        return self._mentions[word]

    def assigned(self, name: str) -> bool:
        """Tell whether some own code assigns to a field of this name, so that its zero value may not last."""
        if name not in self._assigned:
            pattern = re.compile(
                rb"\." + re.escape(name.encode()) + rb"\s*=[^=]|&\w+\." + re.escape(name.encode()) + rb"\b"
            )
            self._assigned[name] = any(pattern.search(self.sources[p]) for p in self.mentioning(name))
        return self._assigned[name]

    def uses(self, word: str, folder: str | None) -> Iterator[tuple[Decl, Node]]:
        """Yield (top-level declaration, identifier) for every use of `word`; `folder` is where it is declared."""
        needle = word.encode()
        for path in self.mentioning(word):
            package = self.package(path.rpartition("/")[0])
            file = next((f for f in package.files if f.path == path), None)
            for end in _words(self.sources[path], needle) if file else ():
                node = file.root.named_descendant_for_byte_range(end - len(needle), end) if file else None
                if node is None or node.type not in _NAMES or node.text != needle:
                    continue
                if self._means(node, folder, file) and not _is_own_name(node):
                    decl = self.enclosing(node)
                    if decl is not None:
                        yield decl, node

    def _means(self, node: Node, folder: str | None, file: GoFile | None) -> bool:
        if folder is None or file is None:
            return True
        parent = node.parent
        if parent is not None and parent.type in {"selector_expression", "qualified_type"}:
            first = parent.named_children[0]
            if first.id != node.id:
                target = file.imports.get(text(first))
                return target is not None and self.folder_of(target) == folder
        return file.folder == folder or any(self.folder_of(d) == folder for d in file.dots)

    def enclosing(self, node: Node) -> Decl | None:
        """Return the top-level declaration around `node`."""
        here: Node | None = node
        while here is not None:
            if here.id in self._decl_of_node:
                return self._decl_of_node[here.id]
            here = here.parent
        return None

    # --- types -------------------------------------------------------------------------------------

    def type_of(self, node: Node | None, file: GoFile, bound: dict[str, Type] | None = None) -> Type:
        """Resolve a type expression."""
        if node is None:
            return ANY
        kind = node.type
        if kind in {"pointer_type", "parenthesized_type", "type_elem", "negated_type"}:
            inner = self.type_of(node.named_children[0] if node.named_children else None, file, bound)
            return Type("pointer", elem=inner) if kind == "pointer_type" else inner
        if kind in {"slice_type", "array_type", "implicit_length_array_type"}:
            return Type("slice", elem=self.type_of(child(node, "element"), file, bound))
        if kind == "map_type":
            return Type("map", elem=self.type_of(child(node, "value"), file, bound))
        if kind == "generic_type":
            base = self.type_of(child(node, "type"), file, bound)
            arguments = child(node, "type_arguments")
            args = tuple(self.type_of(a, file, bound) for a in (arguments.named_children if arguments else ()))
            return Type(base.kind, base.name, base.package, base.own, base.elem, args, base.node, base.file)
        if kind == "qualified_type":
            return self._qualified(text(child(node, "package")), text(child(node, "name")), file)
        if kind in {"type_identifier", "identifier"}:
            return self._plain(text(node), file, bound)
        kinds = {"struct_type": "struct", "function_type": "func", "interface_type": "interface"}
        return Type(kinds.get(kind, "any"), node=node, file=file.path)

    def _qualified(self, alias: str, name: str, file: GoFile) -> Type:
        target = file.imports.get(alias, alias)
        folder = self.folder_of(target)
        return Type("named", name, target if folder is None else folder, own=folder is not None)

    def _plain(self, name: str, file: GoFile, bound: dict[str, Type] | None) -> Type:
        if bound and name in bound:
            return bound[name]
        if name in self.package(file.folder).names:
            return Type("named", name, file.folder, own=True)
        if name in BASIC:
            return Type("basic", name)
        for target in file.dots:
            folder = self.folder_of(target)
            if folder is None or name in self.package(folder).names:
                return Type("named", name, folder or target, own=folder is not None)
        return ANY

    def underlying(self, kind: Type) -> tuple[Type, GoFile | None]:
        """Follow named own types to their structure; returns it with the file that declares it."""
        here = kind.bare
        file: GoFile | None = None
        for _ in range(16):
            if here.kind != "named" or not here.own:
                break
            decl = self.package(here.package).names.get(here.name)
            if decl is None or decl.kind != "type":
                break
            file = decl.file
            here = self.type_of(child(decl.node, "type"), file, self.bind(decl.node, here.args)).bare
        return here, file

    def bind(self, node: Node, args: tuple[Type, ...]) -> dict[str, Type]:
        """Map the type parameters of a declaration to arguments."""
        parameters = child(node, "type_parameters")
        names = [
            text(n) for p in (parameters.named_children if parameters else ()) for n in p.children_by_field_name("name")
        ]
        return dict(zip(names, args, strict=False))


def default_name(import_path: str) -> str:
    """Return the name under which an import is used when it has no alias."""
    parts = [p for p in import_path.split("/") if p]
    if len(parts) > 1 and _VERSION.match(parts[-1]):
        parts.pop()
    last = re.sub(r"\.v\d+$", "", parts[-1]) if parts else ""
    return last.removeprefix("go-").removesuffix("-go").replace("-", "_") if "-" in last else last


def _is_own_name(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    own = {"function_declaration", "method_declaration", "type_spec", "type_alias", "var_spec", "const_spec"}
    return parent.type in own and any(n.id == node.id for n in parent.children_by_field_name("name"))


def _decls(node: Node, file: GoFile) -> Iterator[Decl]:
    if node.type == "function_declaration":
        yield Decl("func", text(child(node, "name")), node, file)
    elif node.type == "method_declaration":
        yield Decl("method", text(child(node, "name")), node, file, receiver=receiver_name(node))
    elif node.type == "type_declaration":
        for spec in node.named_children:
            yield Decl("type", text(child(spec, "name")), spec, file)
    elif node.type == "var_declaration":
        for spec in var_specs(node):
            for index, name in enumerate(spec.children_by_field_name("name")):
                yield Decl("var", text(name), spec, file, index=index)
    elif node.type == "const_declaration":
        yield from _constants(node, file)


def var_specs(node: Node) -> list[Node]:
    """Return the specs of a `var` declaration, with or without parentheses."""
    inner = [c for n in node.named_children for c in (n.named_children if n.type == "var_spec_list" else [n])]
    return [n for n in inner if n.type == "var_spec"]


def _constants(node: Node, file: GoFile) -> Iterator[Decl]:
    repeat: Node | None = None
    specs = (n for n in node.named_children if n.type == "const_spec")
    for iota, spec in enumerate(specs):
        repeat = spec if child(spec, "value") is not None else repeat
        for index, name in enumerate(spec.children_by_field_name("name")):
            yield Decl("const", text(name), spec, file, index=index, iota=iota, repeat=repeat)


def receiver_name(node: Node) -> str:
    """Return the type name of a method's receiver."""
    receiver = child(node, "receiver")
    return next((text(n) for n in find(receiver, "type_identifier")), "") if receiver is not None else ""
