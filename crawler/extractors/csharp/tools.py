"""The forms in which C# servers declare tools: attributed methods, `Tool` values, `McpServerTool.Create`."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from tree_sitter import Node

from crawler.extractors.csharp import commands
from crawler.extractors.csharp.code import Attribute, Code, SharpFile, attributes, owner_of, type_name
from crawler.extractors.csharp.schema import parameters, registered
from crawler.extractors.grammar import end_line, find, line, text
from crawler.extractors.grammar import field as child
from mcp_catalogue.model import Annotations, Condition, Handler, Location, Tool, Unresolved

_TOOL_ATTRIBUTE = re.compile(r"^Mcp\w*Tool(?:Trigger)?$")
_MARK = re.compile(rb"\[[^\]]*Mcp\w*Tool|new\s+(?:\w+\.)*Tool\b|McpServerTool\.Create|new\s*\(\)|Tools\s*=")
_REGISTRATION = re.compile(rb"WithTools|AddMcpServer")
_HINTS = {
    "ReadOnly": "readOnlyHint",
    "Destructive": "destructiveHint",
    "Idempotent": "idempotentHint",
    "OpenWorld": "openWorldHint",
}
_WIRE = {f"{k}Hint": v for k, v in _HINTS.items()}
_GUARD = re.compile(r"(?i)config|option|env|enable|disable|mode|flag|feature|readonly|args|settings|isdevelopment")


@dataclass(frozen=True, slots=True)
class Read:
    """What one form yields: a tool, or a place that could not be evaluated."""

    tool: Tool | None = None
    unresolved: Unresolved | None = None


@dataclass(frozen=True, slots=True)
class Registered:
    """Which tool classes the server adds: all, or those named, each with the guard around its registration."""

    everything: bool
    classes: dict[str, Condition | None]

    def includes(self, name: str) -> bool:
        """Tell whether the tools of class `name` are registered."""
        return self.everything or name in self.classes


def read(code: Code) -> Iterator[Read]:
    """Yield the tools of a project, form by form."""
    services, added = registered(code), registrations(code)
    templates: list[commands.Template] = []
    for file in code.files(_MARK):
        for node in find(
            file.root,
            "method_declaration",
            "object_creation_expression",
            "invocation_expression",
            "implicit_object_creation_expression",
        ):
            if node.type == "method_declaration":
                found = next((a for a in attributes(node) if _TOOL_ATTRIBUTE.match(a.name)), None)
                if found is not None and added.includes(owner_of(node)):
                    yield _method(code, node, file, found, services, added.classes.get(owner_of(node)))
            elif node.type == "invocation_expression":
                yield from _create(code, node, file, services)
            elif _is_tool(node):
                found_template = _template(code, node)
                if found_template is not None:
                    templates.append(found_template)
                else:
                    yield _value(code, node, file)
    yield from (Read(tool=tool) for tool in commands.read(code, templates[0] if templates else None))


def registrations(code: Code) -> Registered:
    """Read `WithTools<T>()`, `WithTools([typeof(T)])` and `WithToolsFromAssembly()`."""
    classes: dict[str, Condition | None] = {}
    for file in code.files(_REGISTRATION):
        for node in find(file.root, "member_access_expression"):
            name = child(node, "name")
            called = text(name).partition("<")[0]
            if called == "WithTools" and name is not None and name.type == "generic_name":
                for argument in find(name, "type_argument_list"):
                    for kind in argument.named_children:
                        classes[type_name(kind)] = guard(node, file)
            elif called in {"WithToolsFromAssembly", "WithTools"}:
                return Registered(everything=True, classes={})
    return Registered(everything=not classes, classes=classes)


def guard(node: Node, file: SharpFile) -> Condition | None:
    """Return the `if` around a registration where it asks for configuration."""
    here = node.parent
    while here is not None:
        if here.type == "if_statement":
            condition = child(here, "condition")
            expression = " ".join(text(condition).split())[:200]
            if condition is not None and _GUARD.search(expression):
                return Condition(
                    kind=_kind(expression), expression=expression, default_on=None, file=file.path, line=line(condition)
                )
        here = here.parent
    return None


def _kind(expression: str) -> Literal["env", "mode", "flag"]:
    if "Environment" in expression:
        return "env"
    return "mode" if re.search(r"(?i)mode|readonly", expression) else "flag"


def _method(  # noqa: PLR0913 - what surrounds a method is known to its caller
    code: Code, node: Node, file: SharpFile, found: Attribute, services: frozenset[str], condition: Condition | None
) -> Read:
    owner = owner_of(node)
    name_node = child(node, "name") or node
    given_node = found.named.get("Name") or (found.positional[0] if found.positional else None)
    given = code.eval(given_node, owner)
    if given_node is not None and not isinstance(given, str):
        place = Unresolved(
            file=file.path, line=line(given_node), reason="name-not-constant", detail=text(name_node), covers=1
        )
        return Read(unresolved=place)
    derived = (
        derive_name(text(name_node), text(child(node, "returns"))) if found.name == "McpServerTool" else text(name_node)
    )
    title = code.eval(found.named.get("Title"), owner)
    hints: dict[str, Any] = {
        h: v for k, h in _HINTS.items() if isinstance(v := code.eval(found.named.get(k), owner), bool)
    }
    described = _description(code, node, owner)
    return Read(
        tool=Tool(
            name=given if isinstance(given, str) else derived,
            title=title if isinstance(title, str) else None,
            description=described,
            input_schema=parameters(code, node, services),
            annotations=Annotations(title=title if isinstance(title, str) else None, **hints),
            condition=condition or guard(node, file),
            location=Location(
                file=file.path,
                line=line(given_node if isinstance(given, str) and given_node is not None else name_node),
            ),
            handler=Handler(file=file.path, start=line(node), end=end_line(node)),
        )
    )


def _description(code: Code, node: Node, owner: str) -> str | None:
    for attribute in attributes(node):
        if attribute.name.endswith("Description") and attribute.positional:
            value = code.eval(attribute.positional[0], owner)
            return value if isinstance(value, str) else None
        if _TOOL_ATTRIBUTE.match(attribute.name) and "Description" in attribute.named:
            value = code.eval(attribute.named["Description"], owner)
            return value if isinstance(value, str) else None
    modifiers = [text(n) for n in node.named_children if n.type == "modifier"]
    return _summary(node) if "partial" in modifiers else None


def _summary(node: Node) -> str | None:
    """Return the `<summary>` before a partial method, which the SDK's generator makes its description."""
    lines = []
    here = node.prev_named_sibling
    while here is not None and here.type == "comment" and text(here).startswith("///"):
        lines.append(text(here)[3:].strip())
        here = here.prev_named_sibling
    match = re.search(r"<summary>(.*?)</summary>", "\n".join(reversed(lines)), re.DOTALL)
    return " ".join(re.sub(r"<[^>]*>", "", match.group(1)).split()) or None if match else None


def derive_name(method: str, returns: str) -> str:
    """Derive a tool's name from a method's, as the SDK does: no `Async` of a task, snake case."""
    if (
        re.match(r"(?:\w+\.)*(?:Task|ValueTask|IAsyncEnumerable)\b", returns)
        and method.endswith("Async")
        and len(method) > 5
    ):
        method = method[:-5]
    plain = re.sub(r"[^0-9A-Za-z]+", "_", method).strip("_") or method
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", plain).lower()


def _is_tool(node: Node) -> bool:
    """Tell whether an object creation makes a protocol `Tool` with a name."""
    holder = child(node, "initializer") or next(
        (n for n in node.named_children if n.type == "initializer_expression"), None
    )
    if holder is None:
        return False
    keys = {text(child(n, "left")) for n in holder.named_children if n.type == "assignment_expression"}
    if node.type == "implicit_object_creation_expression":
        return {"Name", "InputSchema"} <= keys
    return type_name(child(node, "type")) == "Tool" and "Name" in keys and bool({"InputSchema", "Description"} & keys)


def _value(code: Code, node: Node, file: SharpFile) -> Read:
    owner = owner_of(node)
    parts = _assigned(node)
    name = code.eval(parts["Name"], owner)
    if not isinstance(name, str) or not name:
        return Read(
            unresolved=Unresolved(file=file.path, line=line(node), reason="name-not-constant", detail="Tool value")
        )
    described, title = code.eval(parts.get("Description"), owner), code.eval(parts.get("Title"), owner)
    hints: dict[str, Any] = {}
    if (given := parts.get("Annotations")) is not None:
        inner = _assigned(given)
        hints = {h: v for k, h in _WIRE.items() if isinstance(v := code.eval(inner.get(k), owner), bool)}
        label = code.eval(inner.get("Title"), owner)
        hints |= {"title": label} if isinstance(label, str) else {}
    home = _enclosing(node)
    return Read(
        tool=Tool(
            name=name,
            title=title if isinstance(title, str) else None,
            description=described if isinstance(described, str) else None,
            input_schema=_schema(code.eval(parts.get("InputSchema"), owner)),
            annotations=Annotations(**hints),
            condition=guard(node, file),
            location=Location(file=file.path, line=line(parts["Name"])),
            handler=Handler(file=file.path, start=line(home), end=end_line(home)) if home is not None else None,
        )
    )


def _template(code: Code, node: Node) -> commands.Template | None:
    """Return what a `Tool` value adds to the description of a command group; None for any other value."""
    parts = _assigned(node)
    described = parts.get("Description")
    left = child(described, "left") if described is not None and described.type == "binary_expression" else None
    if left is None or not text(left).endswith(".Description"):
        return None
    suffix = code.eval(child(described, "right"), owner_of(node))
    schema = _schema(code.eval(parts.get("InputSchema"), owner_of(node)))
    return commands.Template(suffix, schema) if isinstance(suffix, str) else None


def _assigned(node: Node) -> dict[str, Node]:
    holder = child(node, "initializer") or next(
        (n for n in node.named_children if n.type == "initializer_expression"), None
    )
    items = holder.named_children if holder is not None else []
    return {
        text(child(n, "left")): right
        for n in items
        if n.type == "assignment_expression" and (right := child(n, "right"))
    }


def _schema(value: Any) -> dict[str, Any] | None:  # noqa: ANN401
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) else None


def _create(code: Code, node: Node, file: SharpFile, services: frozenset[str]) -> Iterator[Read]:
    """Read `McpServerTool.Create(method, new() { Name = … })`."""
    if text(child(node, "function")) != "McpServerTool.Create":
        return
    arguments = child(node, "arguments")
    args = [a.named_children[-1] for a in (arguments.named_children if arguments else []) if a.named_children]
    options = next((_assigned(a) for a in args if a.type.endswith("object_creation_expression")), {})
    owner = owner_of(node)
    name = code.eval(options.get("Name"), owner)
    target = args[0] if args else None
    if not isinstance(name, str) and target is not None and _names_method(target, file):
        name = derive_name(text(target), "")
    if not isinstance(name, str):
        yield Read(
            unresolved=Unresolved(
                file=file.path, line=line(node), reason="name-not-constant", detail="McpServerTool.Create"
            )
        )
        return
    described = code.eval(options.get("Description"), owner)
    hints: dict[str, Any] = {h: v for k, h in _HINTS.items() if isinstance(v := code.eval(options.get(k), owner), bool)}
    method = target if target is not None and target.type == "lambda_expression" else None
    yield Read(
        tool=Tool(
            name=name,
            description=described if isinstance(described, str) else None,
            input_schema=parameters(code, method, services) if method is not None else None,
            annotations=Annotations(**hints),
            condition=guard(node, file),
            location=Location(file=file.path, line=line(options.get("Name", node))),
            handler=Handler(file=file.path, start=line(target or node), end=end_line(target or node)),
        )
    )


def _names_method(target: Node, file: SharpFile) -> bool:
    """Tell whether an identifier is a method or local function of the same file."""
    methods = find(file.root, "method_declaration", "local_function_statement")
    return target.type == "identifier" and any(text(child(m, "name")) == text(target) for m in methods)


def _enclosing(node: Node) -> Node | None:
    here = node.parent
    while here is not None and here.type != "method_declaration":
        here = here.parent
    return here
