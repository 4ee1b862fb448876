"""Servers that list a command line's own commands: groups of commands with metadata, names joined by their paths."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from tree_sitter import Node

from crawler.extractors.csharp.code import Code, SharpFile, attributes, owner_of, type_name
from crawler.extractors.csharp.literals import NOTHING
from crawler.extractors.grammar import end_line, find, line, text
from crawler.extractors.grammar import field as child
from mcp_catalogue.model import Annotations, Condition, Handler, Location, Tool

_GROUP = re.compile(rb"new\s+CommandGroup\s*\(")
_IGNORED = re.compile(rb"(?:Ignored|Hidden|Excluded)\w*(?:Groups|Namespaces)\b")
_MODE = re.compile(rb"Mode\s*==")
_HINTS = {
    "ReadOnly": "readOnlyHint",
    "Destructive": "destructiveHint",
    "Idempotent": "idempotentHint",
    "OpenWorld": "openWorldHint",
}
MAX_LEVELS = 12


@dataclass(slots=True, eq=False)
class Group:
    """One group of commands as its setup class builds it."""

    name: str
    description: str
    title: str | None
    node: Node
    file: SharpFile
    parent: "Group | None" = None
    commands: list[str] = field(default_factory=list)

    def path(self) -> list[str]:
        """Return the names from the root group down to this one."""
        names: list[str] = []
        here: Group | None = self
        while here is not None and len(names) < MAX_LEVELS:
            names.insert(0, here.name)
            here = here.parent
        return names


@dataclass(frozen=True, slots=True)
class Template:
    """The `Tool` value that a server makes for each group: what follows the group's own text, and the schema."""

    suffix: str
    schema: dict[str, Any] | None


def read(code: Code, template: Template | None) -> Iterator[Tool]:
    """Yield the tools of all command groups that some program registers; groups themselves need a template."""
    groups = list(_groups(code))
    guard = _mode(code)
    hidden = _hidden(code)
    for group in groups:
        if group.parent is None and template is not None and group.name not in hidden:
            yield _group_tool(code, group, template)
        for name in group.commands:
            tool = _command_tool(code, group, name, guard)
            if tool is not None:
                yield tool


def _hidden(code: Code) -> frozenset[str]:
    """Return the group names that a constant list of ignored groups keeps out."""
    names: set[str] = set()
    for file in code.files(_IGNORED):
        for node in find(file.root, "variable_declarator"):
            if _IGNORED.search(text(child(node, "name")).encode()) and node.named_children:
                value = code.eval(node.named_children[-1], owner_of(node))
                names |= {v for v in value if isinstance(v, str)} if isinstance(value, list) else set()
    return frozenset(names)


def _groups(code: Code) -> Iterator[Group]:
    for file in code.files(_GROUP):
        for method in find(file.root, "method_declaration"):
            owner = owner_of(method)
            if _GROUP.search(method.text or b"") and _registered(code, owner, file):
                yield from _method_groups(code, method, owner, file).values()


def _registered(code: Code, owner: str, file: SharpFile) -> bool:
    """Tell whether another file makes an instance of the setup class."""
    made = re.compile(rb"new\s+(?:[\w.]+\.)?" + re.escape(owner.encode()) + rb"\s*\(")
    return any(path != file.path and made.search(data) for path, data in code.sources.items())


def _method_groups(code: Code, method: Node, owner: str, file: SharpFile) -> dict[str, Group]:
    """Follow the local variables of a setup method: which group is below which, which commands are in it."""
    groups: dict[str, Group] = {}
    for node in find(method, "variable_declarator", "invocation_expression"):
        if node.type == "variable_declarator":
            made = node.named_children[-1]
            if made.type == "object_creation_expression" and type_name(child(made, "type")) == "CommandGroup":
                group = _group(code, made, owner, file)
                if group is not None:
                    groups[text(child(node, "name"))] = group
            continue
        function = child(node, "function")
        holder = groups.get(text(child(function, "expression")))
        called = child(function, "name")
        if holder is None or called is None:
            continue
        args = _arguments(node)
        if text(called).startswith("AddSubGroup") and args and (inner := groups.get(text(args[0]))) is not None:
            inner.parent = holder
        elif text(called).startswith("AddCommand"):
            name = _command_name(called, args)
            holder.commands += [name] if name else []
    return groups


def _group(code: Code, made: Node, owner: str, file: SharpFile) -> Group | None:
    values = [code.eval(a, owner) for a in _arguments(made)]
    name = values[0] if values else NOTHING
    if not isinstance(name, str) or not name:
        return None
    described = values[1] if len(values) > 1 and isinstance(values[1], str) else ""
    title = values[2] if len(values) > 2 and isinstance(values[2], str) else None
    return Group(name, described, title, made, file)


def _arguments(node: Node) -> list[Node]:
    holder = child(node, "arguments")
    return [a.named_children[-1] for a in (holder.named_children if holder is not None else []) if a.named_children]


def _command_name(called: Node, args: list[Node]) -> str | None:
    """Return the class of `AddCommand<T>(…)` or `AddCommand(new T(…))`."""
    arguments = next((n for n in called.named_children if n.type == "type_argument_list"), None)
    if arguments is not None and arguments.named_children:
        return type_name(arguments.named_children[0])
    made = next((a for a in args if a.type == "object_creation_expression"), None)
    return type_name(child(made, "type")) if made is not None else None


def _command_tool(code: Code, group: Group, name: str, guard: Condition | None) -> Tool | None:
    near = max(code.types(name), key=lambda t: _shared(t[1].path, group.file.path), default=None)
    if near is None:
        return None
    node, file = near
    metadata = next((a for a in attributes(node) if a.name.endswith("Metadata")), None)

    def value(key: str) -> Any:  # noqa: ANN401
        if metadata is not None and key in metadata.named:
            return code.eval(metadata.named[key], name)
        found = code.member(name, key)
        return code.eval(found[0], name) if found is not None else NOTHING

    own = value("Name")
    if not isinstance(own, str) or not own:
        return None
    described, title = value("Description"), value("Title")
    hints: dict[str, Any] = {h: v for k, h in _HINTS.items() if isinstance(v := value(k), bool)}
    at = metadata.named["Name"] if metadata is not None and "Name" in metadata.named else child(node, "name") or node
    return Tool(
        name="_".join([*group.path(), own]),
        description=described if isinstance(described, str) else None,
        annotations=Annotations(title=title if isinstance(title, str) else None, **hints),
        condition=guard,
        location=Location(file=file.path, line=line(at)),
        handler=Handler(file=file.path, start=line(node), end=end_line(node)),
    )


def _shared(path: str, other: str) -> int:
    """Count the folders that two paths have in common from the top."""
    pairs = zip(path.split("/"), other.split("/"), strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), 0)


def _group_tool(code: Code, group: Group, template: Template) -> Tool:
    place, file = (_arguments(group.node) or [group.node])[0], group.file
    if place.type == "identifier" and (named := code.member(owner_of(group.node), text(place))) is not None:
        place, file = named
    return Tool(
        name=group.name,
        description=group.description + template.suffix,
        input_schema=template.schema,
        annotations=Annotations(title=group.title or group.name),
        location=Location(file=file.path, line=line(place)),
        handler=Handler(file=group.file.path, start=line(group.node), end=end_line(group.node)),
    )


def _mode(code: Code) -> Condition | None:
    """Return the `if` by which a start option chooses that single commands are listed."""
    found: list[Condition] = []
    for file in code.files(_MODE):
        for node in find(file.root, "if_statement"):
            condition = child(node, "condition")
            expression = " ".join(text(condition).split())[:200]
            if condition is not None and re.search(r"Mode\s*==", expression):
                found.append(
                    Condition(
                        kind="mode", expression=expression, default_on=False, file=file.path, line=line(condition)
                    )
                )
    return next((c for c in found if re.search(r"\bAll\b", c.expression)), found[0] if found else None)
