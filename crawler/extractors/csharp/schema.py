"""JSON Schema of C# parameters and types, as System.Text.Json's exporter gives it to the SDK."""

import re
from typing import Any

from tree_sitter import Node

from crawler.extractors.csharp.code import Code, SharpFile, attributes, members, owner_of, type_name
from crawler.extractors.csharp.literals import NOTHING
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import text

MAX_DEPTH = 6
_NUMBERS = {"int", "long", "short", "byte", "uint", "ulong", "ushort", "sbyte", "Int32", "Int64", "Int16", "Byte"}
_FLOATS = {"double", "float", "decimal", "Double", "Single", "Decimal", "Half"}
_STRINGS = {
    "string", "String", "char", "Guid", "DateTime", "DateTimeOffset", "TimeSpan", "DateOnly", "TimeOnly", "Uri",
    "Version",
}  # fmt: skip
_LISTS = {
    "List", "IList", "IEnumerable", "ICollection", "IReadOnlyList", "IReadOnlyCollection", "HashSet", "ISet",
    "Collection",
    "ImmutableArray", "ImmutableList",
}  # fmt: skip
_MAPS = {"Dictionary", "IDictionary", "IReadOnlyDictionary", "ImmutableDictionary", "SortedDictionary"}
_ANY = {"object", "JsonElement", "JsonNode", "JsonObject", "JsonDocument", "dynamic", "JsonArray"}
# Bound by the SDK or the container, never part of the schema.
_INJECTED = re.compile(
    r"^(?:I[A-Z]\w*|CancellationToken|McpServer|RequestContext|AIFunctionArguments|ClaimsPrincipal|HttpClient|HttpContext|"
    r"ServiceProvider|Progress|CallToolRequestParams|ToolInvocationContext|FunctionContext|\w*DbContext)$"
)
_REGISTERED = re.compile(
    rb"\b(?:TryAdd|Add)(?:Keyed)?(?:Singleton|Scoped|Transient|HttpClient|DbContext|HostedService)\s*<([^;(]*?)>\s*\("
)


def registered(code: Code) -> frozenset[str]:
    """Return the types that the project registers in its service container."""
    names: set[str] = set()
    for data in code.sources.values():
        for match in _REGISTERED.findall(data):
            names |= {part.strip().rpartition(".")[2] for part in match.decode("utf-8", "replace").split(",")}
    return frozenset(names)


def parameters(code: Code, method: Node, services: frozenset[str]) -> dict[str, Any]:
    """Return the input schema of a method or lambda."""
    owner = owner_of(method)
    properties: dict[str, Any] = {}
    required: list[str] = []
    holder = child(method, "parameters")
    for item in holder.named_children if holder is not None else []:
        if item.type != "parameter":
            continue
        kind, marks = child(item, "type"), list(attributes(item))
        if _injected(kind, services) or any(a.name.startswith(("FromServices", "FromKeyed")) for a in marks):
            continue
        name = text(child(item, "name")).removeprefix("@")
        described = next(
            (code.eval(a.positional[0], owner) for a in marks if a.name == "Description" and a.positional), None
        )
        schema = schema_of(code, kind)
        properties[name] = {**schema, "description": described} if isinstance(described, str) else schema
        default = _default(item)
        if default is None:
            required.append(name)
        else:
            value = code.eval(default, owner)
            if value is not NOTHING:
                properties[name] = {**properties[name], "default": value}
    result: dict[str, Any] = {"type": "object", "properties": properties}
    return {**result, "required": required} if required else result


def _default(item: Node) -> Node | None:
    equals = next((i for i, n in enumerate(item.children) if n.type == "="), None)
    return item.children[equals + 1] if equals is not None and equals + 1 < len(item.children) else None


def _injected(kind: Node | None, services: frozenset[str]) -> bool:
    name = type_name(kind)
    return name in services or (name not in _LISTS | _MAPS and bool(_INJECTED.match(name)))


def schema_of(code: Code, kind: Node | None, depth: int = 0) -> dict[str, Any]:
    """Return the schema of a type expression; `{}` where it is not known."""
    if kind is None or depth > MAX_DEPTH:
        return {}
    if kind.type == "nullable_type":
        return schema_of(code, child(kind, "type") or kind.named_children[0], depth)
    if kind.type == "array_type":
        return {"type": "array", "items": schema_of(code, child(kind, "type"), depth + 1)}
    name = type_name(kind)
    simple = (
        (_STRINGS, "string"), (_NUMBERS, "integer"), (_FLOATS, "number"), ({"bool", "Boolean"}, "boolean"),
    )  # fmt: skip
    for names, label in simple:
        if name in names:
            return {"type": label}
    arguments = [n for n in kind.named_children if n.type == "type_argument_list"]
    args = arguments[0].named_children if arguments else []
    if name in _LISTS:
        return {"type": "array", "items": schema_of(code, args[0] if args else None, depth + 1)}
    if name in _MAPS:
        inner = schema_of(code, args[-1] if args else None, depth + 1)
        return {"type": "object", "additionalProperties": inner or True}
    if name in _ANY:
        return {}
    if name == "Nullable" and args:
        return schema_of(code, args[0], depth + 1)
    return _own(code, name, depth)


def _own(code: Code, name: str, depth: int) -> dict[str, Any]:
    for node, _file in code.types(name):
        if node.type == "enum_declaration":
            body = child(node, "body")
            values = [
                text(child(n, "name"))
                for n in (body.named_children if body else [])
                if n.type == "enum_member_declaration"
            ]
            return {"type": "string", "enum": values}
        return object_schema(code, node, _file, depth)
    return {}


def object_schema(code: Code, node: Node, _file: SharpFile, depth: int = 0) -> dict[str, Any]:
    """Return the schema of a class or record from its public properties and primary parameters."""
    properties: dict[str, Any] = {}
    required: list[str] = []
    primary = next((n for n in node.named_children if n.type == "parameter_list"), None)
    items = list(primary.named_children) if primary is not None and node.type == "record_declaration" else []
    items += [m for m in members(node) if m.type == "property_declaration" and "public" in text(m).split("{")[0]]
    for item in items:
        if item.type not in {"parameter", "property_declaration"}:
            continue
        marks = list(attributes(item))
        if any(a.name == "JsonIgnore" for a in marks):
            continue
        own = text(child(node, "name"))
        given = next(
            (code.eval(a.positional[0], own) for a in marks if a.name == "JsonPropertyName" and a.positional), None
        )
        name = text(child(item, "name"))
        key = given if isinstance(given, str) else name[:1].lower() + name[1:]
        described = next(
            (code.eval(a.positional[0], own) for a in marks if a.name == "Description" and a.positional), None
        )
        schema = schema_of(code, child(item, "type"), depth + 1)
        properties[key] = {**schema, "description": described} if isinstance(described, str) else schema
        needed = item.type == "parameter" and _default(item) is None
        if needed or "required " in text(item).split("{")[0] or any(a.name == "Required" for a in marks):
            required.append(key)
    result: dict[str, Any] = {"type": "object", "properties": properties}
    return {**result, "required": required} if required else result
