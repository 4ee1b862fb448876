"""The forms in which Java and Kotlin servers declare tools: annotated methods, SDK builders, tool classes."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tree_sitter import Node

from crawler.extractors.grammar import end_line, find, line, text
from crawler.extractors.grammar import field as child
from crawler.extractors.jvm.annotations import annotations
from crawler.extractors.jvm.code import FUNCTIONS, NOTHING, Code, Env, JvmFile, TypeOf, enclosing, owner_of
from crawler.extractors.jvm.expressions import (
    arguments,
    called,
    functions_named,
    parameter_names,
    parsed_json,
    returned_value,
)
from crawler.extractors.jvm.methods import annotated, class_condition
from crawler.extractors.jvm.schema import class_schema
from mcp_catalogue.model import Annotations, Condition, Handler, Location, Tool, Unresolved

_ANNOTATED = re.compile(rb"@(?:\w+\.)*(?:Mcp)?Tool\b")
_BUILT = re.compile(rb"Tool\.builder\(|new\s+(?:McpSchema\.)?Tool\(|addTool\(|RegisteredTool\(|\bTool\(")
_NOT_MCP = re.compile(rb"import\s+dev\.langchain4j\.agent\.tool\.Tool\b|import\s+com\.google\.adk")
_HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")
_ORDER = {3: ("name", "description", "inputSchema"), 4: ("name", "description", "inputSchema", "annotations")}
_LONG = ("name", "title", "description", "inputSchema", "outputSchema", "annotations")


@dataclass(frozen=True, slots=True)
class Read:
    """What one form yields: a tool, or a place that could not be evaluated."""

    tool: Tool | None = None
    unresolved: Unresolved | None = None


def read_all(code: Code) -> Iterator[Read]:
    """Yield the tools of a project, form by form."""
    for file in code.files(_ANNOTATED):
        if not _NOT_MCP.search(code.sources[file.path]):
            for node in find(file.root, "method_declaration", "function_declaration"):
                found = next((a for a in annotations(node) if a.name in {"Tool", "McpTool"}), None)
                if found is not None:
                    yield Read(tool=annotated(code, node, file, found))
    yield from _nodes(code)
    dynamic = False
    for file in code.files(_BUILT):
        for node in find(file.root, "method_invocation", "object_creation_expression", "call_expression"):
            parts = _parts(node, code.sources[file.path])
            if parts is None:
                continue
            made = list(_built(code, node, file, parts))
            yield from made
            dynamic = dynamic or not made
            if not made and not _by_class(text(parts["name"])):
                yield Read(
                    unresolved=Unresolved(
                        file=file.path, line=line(node), reason="name-not-constant", detail="tool builder"
                    )
                )
    if dynamic:
        yield from _classes(code)


# --- builders ----------------------------------------------------------------------------------------


def _parts(node: Node, data: bytes) -> dict[str, Node] | None:
    """Return the named parts of a tool built at `node`: builder chain, constructor or Kotlin's `addTool`."""
    receiver, name = called(node)
    if node.type == "method_invocation":
        return _chain(node) if name == "build" and receiver is not None else None
    given = arguments(node)
    labelled = {k: v for k, v in given if k}
    positional = [v for k, v in given if not k]
    if node.type == "object_creation_expression":
        if name != "Tool" or b"modelcontextprotocol" not in data or len(given) < 3:
            return None
        order = _ORDER.get(len(positional), _LONG if len(positional) > 4 else ("name", "description", "inputSchema"))
        return dict(zip(order, positional, strict=False))
    inner = node.named_children[0] if node.named_children else None
    if inner is not None and inner.type == "call_expression":  # addTool(…) { … }: the call itself carries the arguments
        return None
    if b"modelcontextprotocol" not in data or name not in {"addTool", "Tool"}:
        return None
    parts = {**dict(zip(("name", "description", "inputSchema"), positional, strict=False)), **labelled}
    whole = "name" in parts and (len(parts) > 1)
    return parts if whole else None


def _chain(node: Node) -> dict[str, Node] | None:
    """Read `Tool.builder().name(…)….build()`."""
    parts: dict[str, Node] = {}
    here: Node | None = child(node, "object")
    while here is not None and here.type == "method_invocation":
        name, args = text(child(here, "name")), arguments(here)
        holder = child(here, "object")
        if name == "builder":
            if text(holder).rpartition(".")[2] != "Tool":
                return None
            positional = [v for _, v in args]
            return (
                {**dict(zip(("name", "inputSchema"), positional, strict=False)), **parts}
                if "name" in parts or positional
                else None
            )
        if args:
            parts.setdefault(name, args[-1][1])
        here = holder
    return None


def _built(code: Code, node: Node, file: JvmFile, parts: dict[str, Node]) -> Iterator[Read]:
    home = enclosing(node)
    for env, caller in _environments(code, node, file, home, parts["name"]):
        name = code.eval(parts["name"], env)
        if not isinstance(name, str) or not name:
            continue
        described, title = code.eval(parts.get("description"), env), code.eval(parts.get("title"), env)
        place = caller or parts["name"]
        handler = _handler(node, file)
        yield Read(
            tool=Tool(
                name=name,
                title=title if isinstance(title, str) and title else None,
                description=described if isinstance(described, str) and described else None,
                input_schema=_schema(code, parts.get("inputSchema"), env),
                annotations=_built_hints(code, parts.get("annotations") or parts.get("toolAnnotations"), env),
                condition=class_condition(node, file) or _guard(caller or node, file),
                location=Location(file=(env.file if caller is not None else file).path, line=line(place)),
                handler=handler,
            )
        )
        if caller is None:
            return


def _environments(
    code: Code, node: Node, file: JvmFile, home: Node | None, name: Node
) -> Iterator[tuple[Env, Node | None]]:
    """Yield what is known at a builder: its own place, then each caller of the function around it."""
    yield Env(file, owner_of(node)), None
    names = parameter_names(home) if home is not None else []
    if home is None or not set(names) & {text(n) for n in [name, *find(name, "identifier")]}:
        return
    own = text(child(home, "name")) if home.type != "constructor_declaration" else owner_of(home)
    for other in code.files(re.compile(rb"\b" + re.escape(own.encode()) + rb"\s*\(")):
        for call in find(other.root, "method_invocation", "object_creation_expression", "call_expression"):
            if called(call)[1] != own or call.start_byte == home.start_byte:
                continue
            outer = Env(other, owner_of(call))
            env = Env(other, owner_of(node))
            for parameter, (label, value) in zip(names, arguments(call), strict=False):
                env.names[label or parameter] = code.eval(value, outer)
            yield env, call


def _handler(node: Node, file: JvmFile) -> Handler | None:
    """Return the lambda beside a tool, else the function that builds it."""
    here = node.parent
    while here is not None and here.type not in FUNCTIONS:
        body = next(
            (n for n in here.named_children if n.type in {"lambda_expression", "annotated_lambda", "method_reference"}),
            None,
        )
        if body is not None and body.start_byte > node.start_byte and here.type in {"argument_list", "call_expression"}:
            return Handler(file=file.path, start=line(body), end=end_line(body))
        here = here.parent
    return Handler(file=file.path, start=line(here), end=end_line(here)) if here is not None else None


def _schema(code: Code, node: Node | None, env: Env) -> dict[str, Any] | None:
    value = parsed_json(code.eval(node, env))
    if isinstance(value, TypeOf):
        return class_schema(code, value.name) or None
    return value if isinstance(value, dict) else None


def _built_hints(code: Code, node: Node | None, env: Env) -> Annotations:
    if node is None:
        return Annotations()
    given = arguments(node)
    positional = [v for k, v in given if not k]
    parts = {k: v for k, v in given if k}
    if positional and node.type == "object_creation_expression":
        parts = dict(zip(("title", *_HINTS), positional, strict=False))
    hints: dict[str, Any] = {h: v for h in _HINTS if isinstance(v := code.eval(parts.get(h), env), bool)}
    title = code.eval(parts.get("title"), env)
    return Annotations(title=title if isinstance(title, str) and title else None, **hints)


def _guard(node: Node, file: JvmFile) -> Condition | None:
    """Return the `if` around a registration that asks for configuration."""
    here = node.parent
    while here is not None:
        condition = child(here, "condition") if here.type in {"if_statement", "if_expression"} else None
        expression = " ".join(text(condition).split())[:200]
        if condition is not None and re.search(
            r"(?i)config|option|env|enable|disable|mode|flag|feature|readonly|args|settings|propert", expression
        ):
            kind = "env" if "getenv" in expression else "flag"
            return Condition(
                kind="env" if kind == "env" else "flag",
                expression=expression,
                default_on=None,
                file=file.path,
                line=line(condition),
            )
        here = here.parent
    return None


# --- JSON objects ------------------------------------------------------------------------------------


def _nodes(code: Code) -> Iterator[Read]:
    """Read tools of servers that speak the protocol themselves: JSON objects filled by `put` and `set`."""
    for file in code.files(re.compile(rb"\"inputSchema\"")):
        for method in find(file.root, "method_declaration", "function_declaration"):
            if b'"inputSchema"' not in (method.text or b""):
                continue
            env = Env(file, owner_of(method))
            for parts in _filled(code, method, env).values():
                name = code.eval(parts.get("name"), env)
                if isinstance(name, str) and name and "inputSchema" in parts:
                    described = code.eval(parts.get("description"), env)
                    yield Read(
                        tool=Tool(
                            name=name,
                            description=described if isinstance(described, str) and described else None,
                            input_schema=_schema(code, parts["inputSchema"], env),
                            location=Location(file=file.path, line=line(parts["name"])),
                        )
                    )


def _filled(code: Code, method: Node, env: Env) -> dict[str, dict[str, Node]]:
    """Return what is put under constant keys into each local variable of a method."""
    found: dict[str, dict[str, Node]] = {}
    for call in find(method, "method_invocation", "call_expression"):
        receiver, name = called(call)
        given = arguments(call)
        if name in {"put", "set", "add", "addProperty", "putObject"} and receiver is not None and len(given) == 2:
            key = code.eval(given[0][1], env)
            if isinstance(key, str) and receiver.type == "identifier":
                found.setdefault(text(receiver), {}).setdefault(key, given[1][1])
    return found


# --- tool classes ------------------------------------------------------------------------------------


def _by_class(expression: str) -> bool:
    """Tell whether a name comes from a tool object's own method or property."""
    return re.search(r"(?:^|\.)(?:get)?[nN]ame(?:\(\))?$|Name\(\)$", expression) is not None


def _classes(code: Code) -> Iterator[Read]:
    """Read classes that answer for their own name, description and schema."""
    mark = re.compile(rb"(?:getName|name|toolName|getToolName)\s*\(\s*\)|override val name")
    for file in code.files(mark):
        for node in find(file.root, "class_declaration", "object_declaration"):
            env = Env(file, text(child(node, "name")))
            place, name = _answer(code, node, env, ("getName", "name", "toolName", "getToolName"))
            _, described = _answer(
                code, node, env, ("getDescription", "description", "toolDescription", "getToolDescription")
            )
            if place is None or not isinstance(name, str) or not name or not isinstance(described, str):
                continue
            schema_place, _ = _answer(
                code, node, env, ("getInputSchema", "inputSchema", "getParameters", "schema", "getSchema", "parameters")
            )
            body = next(
                (f for m in ("execute", "call", "handle", "run", "invoke") for f in functions_named(node, m)), node
            )
            yield Read(
                tool=Tool(
                    name=name,
                    description=described or None,
                    input_schema=_schema(code, schema_place, env),
                    condition=class_condition(node, file),
                    location=Location(file=file.path, line=line(place)),
                    handler=Handler(file=file.path, start=line(body), end=end_line(body)),
                )
            )


def _answer(code: Code, node: Node, env: Env, names: tuple[str, ...]) -> tuple[Node | None, Any]:
    for name in names:
        for function in functions_named(node, name):
            value_node = returned_value(function)
            if value_node is not None and owner_of(function) == env.owner:
                return value_node, code.eval(value_node, env)
        found = code.constant(name, env.owner, env.file)
        if found is not None and found[1] is env.file:
            return found[0], code.eval(found[0], env)
    return None, NOTHING
