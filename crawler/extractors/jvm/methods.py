"""Methods that an annotation makes tools: Spring AI, MCP annotations, Quarkus."""

import re
from collections.abc import Iterator
from typing import Any

from tree_sitter import Node

from crawler.extractors.grammar import end_line, line, text
from crawler.extractors.grammar import field as child
from crawler.extractors.jvm.annotations import Annotation, annotations, read
from crawler.extractors.jvm.code import Code, Env, JvmFile, owner_of
from crawler.extractors.jvm.expressions import arguments
from crawler.extractors.jvm.schema import schema_of
from mcp_catalogue.model import Annotations, Condition, Handler, Location, Tool

_INJECTED = re.compile(
    r"^(?:McpSyncServerExchange|McpAsyncServerExchange|McpTransportContext|McpMeta|CallToolRequest|McpSyncRequestContext|"
    r"McpAsyncRequestContext|ToolContext|McpConnection|McpLog|RequestId|Progress|Roots|Sampling|Cancellation|RawMessage|Meta|"
    r"Elicitation|ServerRequestContext|RequestUri|CoroutineContext|ToolManager)$"
)
_HINTS = ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint")


def annotated(code: Code, node: Node, file: JvmFile, found: Annotation) -> Tool:
    """Return the tool that an annotated method declares."""
    env = Env(file, owner_of(node))
    name_node = child(node, "name") or node
    given = code.eval(found.value("name"), env)
    named = isinstance(given, str) and bool(given)
    value = code.eval(found.value("description") or found.value("value"), env)
    title = code.eval(found.value("title"), env)
    where = found.value("name") if named else name_node
    return Tool(
        name=str(given) if named else text(name_node),
        title=title if isinstance(title, str) and title else None,
        description=value if isinstance(value, str) and value else None,
        input_schema=_method_schema(code, node, env),
        annotations=_annotation_hints(code, found, env),
        condition=class_condition(node, file),
        location=Location(file=file.path, line=line(where or name_node)),
        handler=Handler(file=file.path, start=line(node), end=end_line(node)),
    )


def _annotation_hints(code: Code, found: Annotation, env: Env) -> Annotations:
    given = found.value("annotations")
    if given is None:
        return Annotations()
    inner = read(given) if given.type in {"annotation", "marker_annotation"} else None
    parts = inner.arguments if inner is not None else {k: v for k, v in arguments(given) if k}
    hints: dict[str, Any] = {h: v for h in _HINTS if isinstance(v := code.eval(parts.get(h), env), bool)}
    title = code.eval(parts.get("title"), env)
    return Annotations(title=title if isinstance(title, str) and title else None, **hints)


def _method_schema(code: Code, node: Node, env: Env) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    for item, name, kind in _parameters(node):
        base = kind.partition("<")[0].rstrip("?").rpartition(".")[2].strip()
        marks = {a.name: a for a in annotations(item)}
        if _INJECTED.match(base) or "McpProgressToken" in marks:
            continue
        mark = next(
            (marks[m] for m in ("ToolParam", "McpToolParam", "ToolArg", "McpArg", "McpDescription", "P") if m in marks),
            None,
        )
        label = code.eval(mark.value("description") or mark.value("value"), env) if mark is not None else None
        own = code.eval(mark.value("name"), env) if mark is not None else None
        key = own if isinstance(own, str) and own else name
        schema = schema_of(code, kind)
        properties[key] = {**schema, "description": label} if isinstance(label, str) else schema
        flag = text(mark.value("required")) if mark is not None else ""
        optional = flag == "false" or (mark is not None and mark.value("defaultValue") is not None)
        optional = (
            optional or kind.startswith("Optional") or kind.endswith("?") or "Nullable" in marks or _defaulted(item)
        )
        if flag == "true" or not optional:
            required.append(key)
    result: dict[str, Any] = {"type": "object", "properties": properties}
    return {**result, "required": required} if required else result


def _defaulted(item: Node) -> bool:
    """Tell whether a Kotlin parameter has a default, which stands right after it."""
    after = item.next_sibling
    return item.type == "parameter" and after is not None and after.type == "="


def _parameters(node: Node) -> Iterator[tuple[Node, str, str]]:
    holder = child(node, "parameters") or next(
        (n for n in node.named_children if n.type == "function_value_parameters"), None
    )
    for item in holder.named_children if holder is not None else []:
        if item.type == "formal_parameter":
            yield item, text(child(item, "name")), text(child(item, "type"))
        elif item.type == "spread_parameter":
            kind = next(
                (n for n in item.named_children if n.type.endswith("type") or n.type == "type_identifier"), None
            )
            yield (
                item,
                text(next((child(n, "name") for n in item.named_children if n.type == "variable_declarator"), None)),
                f"{text(kind)}[]",
            )
        elif item.type == "parameter" and len(item.named_children) > 1:
            yield item, text(item.named_children[0]), text(item.named_children[-1])


def class_condition(node: Node, file: JvmFile) -> Condition | None:
    """Return the annotation that makes a bean, class or method conditional."""
    here: Node | None = node
    while here is not None:
        for found in annotations(here):
            if found.name in {
                "ConditionalOnProperty",
                "Profile",
                "IfBuildProfile",
                "IfBuildProperty",
                "LookupIfProperty",
            }:
                expression = " ".join(text(found.node).split())[:200]
                return Condition(
                    kind="flag", expression=expression, default_on=None, file=file.path, line=line(found.node)
                )
        here = here.parent
    return None
