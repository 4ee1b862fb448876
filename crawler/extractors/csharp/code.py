"""The C# files of a project: classes, constants, attributes, and the evaluation of constant expressions."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from tree_sitter import Node

from crawler.extractors.base import Project
from crawler.extractors.csharp.literals import NOTHING, dedent_raw, literal, unescape
from crawler.extractors.csharp.references import files_of
from crawler.extractors.grammar import TooLargeError, find, parse, text
from crawler.extractors.grammar import field as child

MAX_DEPTH = 24
MAX_STEPS = 400_000
_TYPES = ("class_declaration", "record_declaration", "struct_declaration", "interface_declaration", "enum_declaration")


class OutOfBudgetError(Exception):
    """The step budget of a project is used up; caught by the extractor."""


@dataclass(slots=True, eq=False)
class SharpFile:
    """One parsed file."""

    path: str
    root: Node


@dataclass(slots=True, eq=False)
class Attribute:
    """One attribute: its name without `Attribute`, positional and named argument expressions."""

    name: str
    node: Node
    positional: list[Node] = field(default_factory=list)
    named: dict[str, Node] = field(default_factory=dict)


class Code:
    """All declarations of a project's C# files by name."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self.broken: dict[str, str] = {}
        self.steps = 0

    @cached_property
    def sources(self) -> dict[str, bytes]:
        """The C# files of the project and of the projects that it references."""
        read = self.project.tree.read
        skip = (".Designer.cs", ".g.cs", "AssemblyInfo.cs")
        paths = (p for p in files_of(self.project) if p.endswith(".cs") and not p.endswith(skip))
        return {p: read(p) or b"" for p in paths}

    def files(self, mark: "re.Pattern[bytes] | None" = None) -> Iterator[SharpFile]:
        """Yield the files whose bytes match `mark`, parsed once."""
        for path, data in self.sources.items():
            if (mark is None or mark.search(data)) and (file := self.file(path)) is not None:
                yield file

    def file(self, path: str) -> SharpFile | None:
        """Return one file, parsed."""
        if path not in self._parsed:
            try:
                self._parsed[path] = SharpFile(path, parse("csharp", self.sources[path]))
            except TooLargeError as error:
                self.broken[path] = f"{error} bytes"
                self._parsed[path] = None
        return self._parsed[path]

    @cached_property
    def _parsed(self) -> dict[str, SharpFile | None]:
        return {}

    @cached_property
    def _declaring(self) -> dict[str, list[str]]:
        pattern = re.compile(rb"\b(?:class|record|struct|interface|enum)\s+(?:struct\s+|class\s+)?(\w+)")
        found: dict[str, list[str]] = {}
        for path, data in self.sources.items():
            for name in set(pattern.findall(data)):
                found.setdefault(name.decode("utf-8", "replace"), []).append(path)
        return found

    def types(self, name: str) -> Iterator[tuple[Node, SharpFile]]:
        """Yield the declarations of a type; a partial class has several."""
        for path in self._declaring.get(name, ()):
            file = self.file(path)
            for node in find(file.root, *_TYPES) if file is not None else ():
                if text(child(node, "name")) == name and file is not None:
                    yield node, file

    def member(self, owner: str, name: str) -> tuple[Node, SharpFile] | None:
        """Return the value expression of a constant, a read-only field or a property of a type."""
        for node, file in self.types(owner):
            for item in members(node):
                if item.type == "field_declaration":
                    for part in find(item, "variable_declarator"):
                        if text(child(part, "name")) == name and part.named_children[1:]:
                            return part.named_children[-1], file
                elif item.type == "property_declaration" and text(child(item, "name")) == name:
                    value = child(item, "value")
                    if value is not None:
                        inner = value.named_children[0] if value.type == "arrow_expression_clause" else value
                        return inner, file
                    returned = next((n for n in find(item, "return_statement")), None)
                    if returned is not None and returned.named_children:
                        return returned.named_children[0], file
        return None

    # --- values ------------------------------------------------------------------------------------

    def eval(self, node: Node | None, owner: str = "", depth: int = 0) -> Any:  # noqa: ANN401
        """Evaluate a constant expression inside type `owner`; NOTHING where it is not constant."""
        self.steps += 1
        if self.steps > MAX_STEPS:
            raise OutOfBudgetError
        if node is None or depth > MAX_DEPTH:
            return NOTHING
        handler = _EVALUATORS.get(node.type)
        return handler(self, node, owner, depth) if handler is not None else NOTHING

    def _binary(self, node: Node, owner: str, depth: int) -> Any:  # noqa: ANN401
        left = self.eval(child(node, "left"), owner, depth + 1)
        right = self.eval(child(node, "right"), owner, depth + 1)
        both = isinstance(left, str | int) and isinstance(right, str | int)
        if text(child(node, "operator")) == "+" and both:
            return left + right if isinstance(left, int) and isinstance(right, int) else f"{left}{right}"
        if text(child(node, "operator")) == "??":
            return right if left is None else left
        return NOTHING

    def _name(self, node: Node, owner: str, depth: int) -> Any:  # noqa: ANN401
        name = text(node)
        local = self._local(node, name)
        if local is not None:
            return self.eval(local, owner, depth + 1)
        for base in (owner, *self.bases(owner)):
            found = self.member(base, name)
            if found is not None:
                return self.eval(found[0], base, depth + 1)
        return NOTHING

    def _local(self, node: Node, name: str) -> Node | None:
        """Return the initial value of a local variable declared before `node` in the same method."""
        here = node.parent
        while here is not None and here.type not in {"method_declaration", "constructor_declaration", *_TYPES}:
            for item in here.named_children if here.type in {"block", "compilation_unit"} else ():
                if item.start_byte >= node.start_byte:
                    break
                if item.type == "global_statement" and item.named_children:
                    item = item.named_children[0]  # noqa: PLW2901 - the statement inside
                for part in find(item, "variable_declarator") if item.type == "local_declaration_statement" else ():
                    if text(child(part, "name")) == name and part.named_children[1:]:
                        return part.named_children[-1]
            here = here.parent
        return None

    def bases(self, owner: str) -> Iterator[str]:
        """Yield the base types of a type, nearest first."""
        seen = {owner}
        pending = [owner]
        while pending and len(seen) < 16:
            for node, _ in self.types(pending.pop(0)):
                holder = next((n for n in node.named_children if n.type == "base_list"), None)
                for item in holder.named_children if holder is not None else []:
                    name = type_name(item)
                    if name not in seen:
                        seen.add(name)
                        pending.append(name)
                        yield name

    def _member_access(self, node: Node, owner: str, depth: int) -> Any:  # noqa: ANN401
        holder, name = text(child(node, "expression")), text(child(node, "name"))
        target = owner if holder in {"this", "base"} else holder.rpartition(".")[2]
        found = self.member(target, name)
        if found is None and holder in {"this", "base"}:
            found = next((f for b in self.bases(owner) if (f := self.member(b, name)) is not None), None)
        if found is not None:
            return self.eval(found[0], target, depth + 1)
        if (holder, name) in {("string", "Empty"), ("String", "Empty")}:
            return ""
        if holder == "Environment" and name == "NewLine":
            return "\n"
        return NOTHING

    def _call(self, node: Node, owner: str, depth: int) -> Any:  # noqa: ANN401
        function, arguments = child(node, "function"), child(node, "arguments")
        args = [a.named_children[-1] for a in (arguments.named_children if arguments else []) if a.named_children]
        name = text(function).rpartition(".")[2].partition("<")[0]
        if name == "nameof" and args:
            return text(args[0]).rpartition(".")[2]
        if name in {"Parse", "Deserialize", "DeserializeObject", "ParseValue", "SerializeToElement"} and args:
            return self.eval(args[0], owner, depth + 1)
        if name in {"Trim", "Clone", "ToString", "AsSpan", "GetRootElement"} and function is not None:
            return self.eval(child(function, "expression"), owner, depth + 1)
        if name in {"Join", "Concat"} and args:
            return self._join(name, args, owner, depth)
        if name == "Replace" and len(args) == 2 and function is not None:
            values = [self.eval(n, owner, depth + 1) for n in (child(function, "expression"), *args)]
            return values[0].replace(values[1], values[2]) if all(isinstance(v, str) for v in values) else NOTHING
        return NOTHING

    def _join(self, name: str, args: list[Node], owner: str, depth: int) -> Any:  # noqa: ANN401
        values = [self.eval(a, owner, depth + 1) for a in args]
        glue = values.pop(0) if name == "Join" else ""
        flat = [i for v in values for i in (v if isinstance(v, list) else [v])]
        return str(glue).join(flat) if isinstance(glue, str) and all(isinstance(v, str) for v in flat) else NOTHING

    def _interpolated(self, node: Node, owner: str, depth: int) -> Any:  # noqa: ANN401
        parts = []
        raw = text(node).lstrip("$@").startswith('"""')
        verbatim = "@" in text(node)[:3]
        for item in node.named_children:
            if item.type == "string_content":
                parts.append(text(item) if raw else text(item).replace('""', '"') if verbatim else unescape(text(item)))
            elif item.type == "escape_sequence":
                parts.append(unescape(text(item)))
            elif item.type == "interpolation":
                inner = [
                    n
                    for n in item.named_children
                    if n.type not in {"interpolation_brace", "interpolation_format_clause"}
                ]
                value = self.eval(inner[0], owner, depth + 1) if inner else NOTHING
                if not isinstance(value, str | int | float):
                    return NOTHING
                parts.append(str(value))
        joined = "".join(parts)
        return dedent_raw('"""' + joined + '"""') if raw else joined.replace("{{", "{").replace("}}", "}")

    def _list(self, node: Node, owner: str, depth: int) -> Any:  # noqa: ANN401
        found = [self.eval(n, owner, depth + 1) for n in node.named_children]
        flat = [i for v in found for i in (v if isinstance(v, list) else [v])]  # `..` spreads a list
        return [v for v in flat if v is not NOTHING]

    def _created(self, node: Node, owner: str, depth: int) -> Any:  # noqa: ANN401
        """Evaluate `new[] {…}`, `new List<string> {…}`, and dictionaries and anonymous objects as JSON."""
        holder = child(node, "initializer") or next(
            (n for n in node.named_children if n.type == "initializer_expression"), None
        )
        if node.type == "anonymous_object_creation_expression":
            return self._anonymous(node, owner, depth)
        if holder is None:
            return NOTHING
        result: dict[str, Any] = {}
        items: list[Any] = []
        for item in holder.named_children:
            if item.type == "assignment_expression":
                key_node = child(item, "left")
                bracket = next((n for n in find(key_node, "argument")), None) if key_node is not None else None
                key = self.eval(bracket.named_children[-1], owner, depth + 1) if bracket is not None else text(key_node)
                value = self.eval(child(item, "right"), owner, depth + 1)
                if isinstance(key, str) and value is not NOTHING:
                    result[key if bracket is not None else key[:1].lower() + key[1:]] = value
            elif item.type == "initializer_expression" and len(item.named_children) == 2:
                key, value = (self.eval(n, owner, depth + 1) for n in item.named_children)
                if isinstance(key, str) and value is not NOTHING:
                    result[key] = value
            else:
                items.append(self.eval(item, owner, depth + 1))
        return result or [i for i in items if i is not NOTHING]

    def _anonymous(self, node: Node, owner: str, depth: int) -> Any:  # noqa: ANN401
        result: dict[str, Any] = {}
        key = ""
        for item in node.children:
            if item.type == "identifier":
                key = text(item)
            elif item.is_named and key:
                value = self.eval(item, owner, depth + 1)
                if value is not NOTHING:
                    result[key.removeprefix("@")] = value
                key = ""
        return result

    def _inner(self, node: Node, owner: str, depth: int) -> Any:  # noqa: ANN401
        return self.eval(node.named_children[-1] if node.named_children else None, owner, depth + 1)

    def _literal(self, node: Node, _owner: str, _depth: int) -> Any:  # noqa: ANN401
        return literal(node)


def members(node: Node) -> list[Node]:
    """Return the members of a type."""
    body = child(node, "body")
    return body.named_children if body is not None else []


def type_name(node: Node | None) -> str:
    """Return a type's last name without arguments, nullability and namespace."""
    return text(node).rstrip("?").partition("<")[0].partition("(")[0].rpartition(".")[2].strip()


def attributes(node: Node) -> Iterator[Attribute]:
    """Yield the attributes of a declaration or parameter."""
    for group in node.named_children:
        if group.type != "attribute_list":
            continue
        for item in group.named_children:
            if item.type != "attribute":
                continue
            found = Attribute(type_name(child(item, "name")).removesuffix("Attribute"), item)
            arguments = next((n for n in item.named_children if n.type == "attribute_argument_list"), None)
            for argument in arguments.named_children if arguments is not None else []:
                label = child(argument, "name")
                if argument.named_children and argument.type == "attribute_argument":
                    if label is not None and label.id != argument.named_children[-1].id:
                        found.named[text(label)] = argument.named_children[-1]
                    else:
                        found.positional.append(argument.named_children[-1])
            yield found


def owner_of(node: Node) -> str:
    """Return the name of the type that holds a node."""
    here = node.parent
    while here is not None:
        if here.type in _TYPES:
            return text(child(here, "name"))
        here = here.parent
    return ""


_EVALUATORS = {
    **dict.fromkeys(
        ("string_literal", "verbatim_string_literal", "raw_string_literal", "boolean_literal", "null_literal",
         "integer_literal", "real_literal"),
        Code._literal,  # noqa: SLF001 - the table belongs to the class above
    ),
    "binary_expression": Code._binary,  # noqa: SLF001
    "identifier": Code._name,  # noqa: SLF001
    "member_access_expression": Code._member_access,  # noqa: SLF001
    "invocation_expression": Code._call,  # noqa: SLF001
    "interpolated_string_expression": Code._interpolated,  # noqa: SLF001
    "parenthesized_expression": Code._inner,  # noqa: SLF001
    "cast_expression": Code._inner,  # noqa: SLF001
    "collection_expression": Code._list,  # noqa: SLF001
    "collection_element": Code._inner,  # noqa: SLF001
    "spread_element": Code._inner,  # noqa: SLF001
    "expression_element": Code._inner,  # noqa: SLF001
    "object_creation_expression": Code._created,  # noqa: SLF001
    "implicit_object_creation_expression": Code._created,  # noqa: SLF001
    "array_creation_expression": Code._created,  # noqa: SLF001
    "implicit_array_creation_expression": Code._created,  # noqa: SLF001
    "anonymous_object_creation_expression": Code._created,  # noqa: SLF001
}  # fmt: skip
