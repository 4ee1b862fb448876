"""The Java and Kotlin files of a project, and the evaluation of constant expressions in both languages."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tree_sitter import Node

from crawler.extractors.base import Project
from crawler.extractors.grammar import TooLargeError, find, parse, text
from crawler.extractors.grammar import field as child
from crawler.extractors.jvm.references import files_of

MAX_DEPTH = 24
MAX_STEPS = 400_000
TYPES = (
    "class_declaration", "record_declaration", "interface_declaration", "enum_declaration", "object_declaration",
    "companion_object", "annotation_type_declaration",
)  # fmt: skip
FUNCTIONS = ("method_declaration", "function_declaration", "constructor_declaration")
_ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "b": "\b", "f": "\f", "s": " ", "0": "\0"}
_ESCAPE = re.compile(r"\\(\r?\n|u+[0-9a-fA-F]{4}|.)", re.DOTALL)
_INTERPOLATED = re.compile(r"\$(?:\{([^{}]*)\}|([A-Za-z_]\w*))")


class OutOfBudgetError(Exception):
    """The step budget of a project is used up; caught by the extractor."""


class _Nothing:
    """The value of what is not constant."""


NOTHING = _Nothing()


@dataclass(slots=True, eq=False)
class JvmFile:
    """One parsed file; `kotlin` tells the two languages apart."""

    path: str
    root: Node
    kotlin: bool


@dataclass(slots=True, eq=False)
class Env:
    """Where an expression stands: its file, the class around it, and what a caller passes."""

    file: JvmFile
    owner: str = ""
    names: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class TypeOf:
    """A schema that is made from a class at run time."""

    name: str


class Code:
    """All declarations of a project's Java and Kotlin files."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.broken: dict[str, str] = {}
        self.steps = 0
        self._parsed: dict[str, JvmFile | None] = {}

    @cached_property
    def sources(self) -> dict[str, bytes]:
        """The Java and Kotlin files of the project and of the modules that it depends on."""
        read = self.project.tree.read
        return {p: read(p) or b"" for p in files_of(self.project) if p.endswith((".java", ".kt"))}

    def file(self, path: str) -> JvmFile | None:
        """Return one file, parsed once."""
        if path not in self._parsed:
            kotlin = path.endswith(".kt")
            try:
                self._parsed[path] = JvmFile(path, parse("kotlin" if kotlin else "java", self.sources[path]), kotlin)
            except TooLargeError as error:
                self.broken[path] = f"{error} bytes"
                self._parsed[path] = None
        return self._parsed[path]

    def files(self, mark: "re.Pattern[bytes]") -> Iterator[JvmFile]:
        """Yield the files whose bytes match `mark`."""
        for path, data in self.sources.items():
            if mark.search(data) and (file := self.file(path)) is not None:
                yield file

    @cached_property
    def _declaring(self) -> dict[str, list[str]]:
        pattern = re.compile(rb"\b(?:class|record|interface|enum|object)\s+(\w+)")
        found: dict[str, list[str]] = {}
        for path, data in self.sources.items():
            for name in set(pattern.findall(data)):
                found.setdefault(name.decode("utf-8", "replace"), []).append(path)
        return found

    def types(self, name: str) -> Iterator[tuple[Node, JvmFile]]:
        """Yield the declarations of a class by its simple name."""
        for path in self._declaring.get(name, ()):
            file = self.file(path)
            for node in find(file.root, *TYPES) if file is not None else ():
                if text(child(node, "name")) == name and file is not None:
                    yield node, file

    def constant(self, name: str, owner: str, file: JvmFile) -> tuple[Node, JvmFile] | None:
        """Return the value of a field or top-level constant: of `owner`, else of the same file, else of any file."""
        for node, home in self.types(owner) if owner else ():
            if (value := _initial(node, name)) is not None:
                return value, home
        if (value := _initial(file.root, name)) is not None:
            return value, file
        if owner:
            return None
        needle = re.compile(rb"\b(?:val|static|final)\b[^\n]*\b" + re.escape(name.encode()) + rb"\b\s*(?::[^=\n]*)?=")
        for other in self.files(needle):
            if (value := _initial(other.root, name)) is not None:
                return value, other
        return None

    # --- values ------------------------------------------------------------------------------------

    def eval(self, node: Node | None, env: Env, depth: int = 0) -> Any:  # noqa: ANN401
        """Evaluate a constant expression; NOTHING where it is not constant."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise OutOfBudgetError
        if node is None or depth > MAX_DEPTH:
            return NOTHING
        if text(node) in {"true", "false"}:
            return text(node) == "true"
        handler = EVALUATORS.get(node.type)
        return handler(self, node, env, depth) if handler is not None else NOTHING

    def string(self, node: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
        """Return the value of a string literal or text block."""
        raw = text(node)
        block = raw.startswith('"""')
        body = raw[3:-3] if block else raw[1:-1]
        if not env.file.kotlin:
            return unescape(text_block(body) if block else body)
        unknown = False

        def fill(match: "re.Match[str]") -> str:
            nonlocal unknown
            expression = (match.group(1) or match.group(2)).strip()
            value: Any = "$" if expression in {"'$'", '"$"'} else self.name(expression, env, depth, node)
            unknown = unknown or not isinstance(value, str | int | float)
            return str(value)

        filled = _INTERPOLATED.sub(fill, body) if block else _INTERPOLATED.sub(fill, body.replace("\\$", "\0"))
        if unknown:
            return NOTHING
        return filled if block else unescape(filled).replace("\0", "$")

    def name(self, path: str, env: Env, depth: int, node: Node | None = None) -> Any:  # noqa: ANN401
        """Return the value of a name or dotted path."""
        if path in env.names:
            return env.names[path]
        holder, _, last = path.rpartition(".")
        if not last.isidentifier():
            return NOTHING
        if not holder and node is not None and (local := _local(node, last)) is not None:
            return self.eval(local, env, depth + 1)
        owner = holder.rpartition(".")[2] if holder not in {"this", "Companion"} else env.owner
        for place in (owner,) if holder else (env.owner, ""):
            found = self.constant(last, place, env.file)
            if found is not None:
                return self.eval(found[0], Env(found[1], place), depth + 1)
        if holder and last in {"name", "value"}:
            return self.name(holder, env, depth + 1, node)
        return NOTHING


def _initial(node: Node, name: str) -> Node | None:
    """Return the initial value of a field `name` declared at or below `node`."""
    needle = name.encode()
    if needle not in (node.text or b""):
        return None
    for item in find(node, "variable_declarator", "property_declaration"):
        if item.type == "variable_declarator":
            declares = item.parent is not None and item.parent.type in {"field_declaration", "constant_declaration"}
            if declares and text(child(item, "name")) == name:
                return child(item, "value")
        else:
            declared = next((n for n in item.named_children if n.type == "variable_declaration"), None)
            if declared is not None and declared.named_children and text(declared.named_children[0]) == name:
                last = item.named_children[-1]
                return last if last.id != declared.id and last.type not in {"getter", "setter"} else _getter(item)
    return None


def _getter(item: Node) -> Node | None:
    getter = next((n for n in item.named_children if n.type == "getter"), None)
    body = next((n for n in getter.named_children if n.type == "function_body"), None) if getter is not None else None
    return body.named_children[0] if body is not None and body.named_children else None


def _local(node: Node, name: str) -> Node | None:
    """Return the initial value of a local declared before `node` in the same function."""
    here: Node | None = node
    while here is not None and here.type not in TYPES:
        for item in (
            here.named_children if here.type in {"block", "function_body", "lambda_literal", "constructor_body"} else ()
        ):
            if item.start_byte >= node.start_byte:
                break
            if item.type == "local_variable_declaration":
                for part in find(item, "variable_declarator"):
                    if text(child(part, "name")) == name:
                        return child(part, "value")
            elif item.type == "property_declaration" and (value := _initial(item, name)) is not None:
                return value
        here = here.parent
    return None


def text_block(body: str) -> str:
    """Take a Java text block's incidental indent off (JLS 3.10.6)."""
    lines = body.replace("\r\n", "\n").split("\n")[1:]
    counted = [part for part in lines[:-1] if part.strip()] + lines[-1:]
    indent = min((len(part) - len(part.lstrip()) for part in counted), default=0)
    return "\n".join(part[indent:].rstrip() for part in lines)


def unescape(raw: str) -> str:
    """Replace escape sequences."""

    def put(match: "re.Match[str]") -> str:
        body = match.group(1)
        if body.startswith("u") and len(body) > 4:
            point = int(body[-4:], 16)
            return chr(point) if not 0xD800 <= point <= 0xDFFF else "\ufffd"
        return "" if body[0] in "\r\n" else _ESCAPES.get(body, body)

    return _ESCAPE.sub(put, raw)


def owner_of(node: Node) -> str:
    """Return the name of the class around a node."""
    here = node.parent
    while here is not None:
        if here.type in TYPES and here.type != "companion_object":
            return text(child(here, "name"))
        here = here.parent
    return ""


def enclosing(node: Node) -> Node | None:
    """Return the function around a node."""
    here = node.parent
    while here is not None and here.type not in FUNCTIONS:
        here = here.parent
    return here


Handler = Callable[[Code, Node, Env, int], Any]
EVALUATORS: dict[str, Handler] = {}
"""Filled by `crawler.extractors.jvm.expressions`."""
