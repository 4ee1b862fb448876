"""The MCP SDKs for Go: builders, options and registrations, by the names that they have in common.

Known are mark3labs/mcp-go (`NewTool` with options), the official go-sdk (`Tool` literals, `AddTool[In, Out]`,
the early `NewServerTool`), metoro-io/mcp-golang (`RegisterTool`), ThinkInAIXYZ/go-mcp (`protocol.NewTool`) and
the libraries that repeat one of these forms.
"""

import inspect
from collections.abc import Callable
from typing import TYPE_CHECKING

from tree_sitter import Node

from crawler.extractors.golang.types import ANY, Type
from crawler.extractors.golang.values import Fn, Foreign, Multi, Native, Obj, Seq, Table, Unknown, Value
from crawler.extractors.grammar import line

if TYPE_CHECKING:
    from crawler.extractors.golang.evaluate import Evaluator

NOTHING = Unknown()
"""Answer of `call` where the function is not one of an SDK's."""

_PROPERTY_TYPES = {
    "WithString": "string", "WithNumber": "number", "WithInteger": "integer", "WithBoolean": "boolean",
    "WithObject": "object", "WithArray": "array", "WithAny": "",
}  # fmt: skip
_PROPERTY_KEYS = {
    "Description": "description", "Title": "title", "DefaultString": "default", "DefaultNumber": "default",
    "DefaultBool": "default", "DefaultArray": "default", "Default": "default", "MaxLength": "maxLength",
    "MinLength": "minLength", "Pattern": "pattern", "Max": "maximum", "Min": "minimum", "MultipleOf": "multipleOf",
    "Properties": "properties", "AdditionalProperties": "additionalProperties", "MinProperties": "minProperties",
    "MaxProperties": "maxProperties", "PropertyNames": "propertyNames", "Items": "items", "MinItems": "minItems",
    "MaxItems": "maxItems", "UniqueItems": "uniqueItems", "Format": "format",
}  # fmt: skip
_ITEM_TYPES = {
    "WithStringItems": "string", "WithNumberItems": "number", "WithIntegerItems": "integer",
    "WithBooleanItems": "boolean",
}  # fmt: skip
_HINTS = {
    "WithTitleAnnotation": "Title", "WithReadOnlyHintAnnotation": "ReadOnlyHint",
    "WithDestructiveHintAnnotation": "DestructiveHint", "WithIdempotentHintAnnotation": "IdempotentHint",
    "WithOpenWorldHintAnnotation": "OpenWorldHint",
}  # fmt: skip
_SAME = frozenset(
    {"Ptr", "ToPtr", "To", "Pointer", "Of", "Bool", "String", "Int", "Int64", "Float64", "ToBoolPtr", "BoolPtr",
     "StringPtr", "PointerTo", "Must", "P", "OnceValue", "OnceValues", "OnceFunc"}
)  # fmt: skip
_REGISTER = frozenset(
    {"AddTool", "AddTools", "RegisterTool", "RegisterTools", "AddSessionTool", "AddSessionTools", "SetTools"}
)


def is_sdk(package: str) -> bool:
    """Tell whether an import path is that of an MCP library."""
    lowered = package.lower()
    return "mcp" in lowered or "modelcontextprotocol" in lowered


def call(run: "Evaluator", function: Foreign, args: list[Value], types: tuple[Type, ...], node: Node) -> Value:
    """Apply an SDK function; NOTHING where it is none."""
    name = function.name.rpartition(".")[2]
    if name in _SAME and len(args) == 1:
        return args[0]
    if name in {"Doc", "Dedent", "Docf"} and len(args) == 1 and isinstance(args[0], str):
        return inspect.cleandoc(args[0])
    if name in {"For", "ForType", "GenerateSchema"} and types:
        return Multi((type_schema(types[0]), None))
    if name in {"Reflect", "ReflectFromType"} and args:
        kind = args[0].type if isinstance(args[0], Obj | Unknown) else ANY
        return type_schema(kind)
    if name in _REGISTER:
        return _register(run, name, args, types, node)
    if function.package.endswith("/toolinput"):
        return _input_builder(run, name, args, node)
    if name.endswith("ToolInputSchema") and isinstance(function.receiver, Obj):
        return function.receiver
    if not is_sdk(function.package):
        return NOTHING
    if "Handler" in name and len(wrapped := [a for a in args if isinstance(a, Fn)]) == 1:
        return wrapped[0]  # `NewTypedToolHandler(fn)`: the handler, with its arguments decoded
    made = _option(run, name, args, types, node)
    if made is not None:
        return made
    builder = _BUILDERS.get(name)
    if builder is not None:
        return builder(run, args, types, node)
    return args[0] if len(args) == 1 and name.endswith("Schema") else NOTHING


def type_schema(kind: Type) -> Obj:
    """Return a schema that stands for a Go type, turned into JSON Schema when the tool is written."""
    return Obj(Type("named", "TypeSchema", "schema", args=(kind,)), {"of": Unknown(kind)})


def new_tool(run: "Evaluator", node: Node, fields: dict[str, Value]) -> Obj:
    """Record a tool that a builder function makes."""
    tool = Obj(Type("named", "Tool", "mcp"), fields, node=node, file="")
    tool.lines = {name: line(node) for name in fields}
    run.created.append(tool)
    return tool


def apply(run: "Evaluator", options: list[Value], target: Value, node: Node) -> bool:
    """Apply options to a tool or a property; tells whether all of them were known."""
    whole = True
    for option in options:
        if isinstance(option, Seq):
            whole = apply(run, option.items, target, node) and whole and not option.open
        elif isinstance(option, Native | Fn):
            run.call(option, [target], (), node)
        elif option is not None:
            whole = False
    return whole


def _input(tool: Value) -> Obj | None:
    if not isinstance(tool, Obj):
        return None
    schema = tool.fields.get("InputSchema")
    if not isinstance(schema, Obj):
        schema = tool.fields["InputSchema"] = Obj(Type("named", "ToolInputSchema", "mcp"), {"Type": "object"})
    schema.fields.setdefault("Properties", Table())
    return schema


def _set_property(run: "Evaluator", args: list[Value], kind: str, node: Node) -> Value:
    def put(given: list[Value]) -> Value:
        schema = _input(given[0] if given else None)
        if schema is None or not args:
            return None
        name, options = args[0], args[1:]
        body = Table({"type": kind} if kind else {})
        if kind == "object":
            body.items["properties"] = Table()
        apply(run, options, body, node)
        required = body.items.pop("required", False)
        properties = schema.fields["Properties"]
        if isinstance(properties, Table):
            if isinstance(name, str):
                properties.items[name] = body
            else:
                properties.open = True
        if required is True:
            before = schema.fields.get("Required")
            schema.fields["Required"] = Seq([*(before.items if isinstance(before, Seq) else []), name])
        return None

    return Native(put)


def _set_key(key: str, value: Value) -> Value:
    def put(given: list[Value]) -> Value:
        if given and isinstance(given[0], Table):
            given[0].items[key] = value
        return None

    return Native(put)


def _set_field(name: str, value: Value) -> Value:
    def put(given: list[Value]) -> Value:
        if given and isinstance(given[0], Obj):
            given[0].fields[name] = value
        return None

    return Native(put)


def _set_hint(name: str, value: Value) -> Value:
    def put(given: list[Value]) -> Value:
        if given and isinstance(given[0], Obj):
            hints = given[0].fields.get("Annotations")
            if not isinstance(hints, Obj):
                hints = given[0].fields["Annotations"] = Obj(Type("named", "ToolAnnotation", "mcp"))
            hints.fields[name] = value
        return None

    return Native(put)


def _input_builder(run: "Evaluator", name: str, args: list[Value], node: Node) -> Value:
    """Apply foxy-contexts' builder: `NewToolInputSchema(WithRequiredString(name, description), …)`."""
    if name == "NewToolInputSchema":
        tool = Obj(Type("named", "Tool", "toolinput"))
        schema = _input(tool)
        return schema if apply(run, args, tool, node) else NOTHING
    kind = name.replace("Required", "")
    if kind not in _PROPERTY_TYPES or not args:
        return NOTHING
    described = _set_key("description", args[1]) if len(args) > 1 else None
    options = [o for o in (described, _set_key("required", value=True) if "Required" in name else None) if o]
    return _set_property(run, [args[0], *options], _PROPERTY_TYPES[kind], node)


def _option(run: "Evaluator", name: str, args: list[Value], types: tuple[Type, ...], node: Node) -> Value | None:
    first = args[0] if args else None
    if name in _PROPERTY_TYPES:
        return _set_property(run, args, _PROPERTY_TYPES[name], node)
    if name in _HINTS:
        return _set_hint(_HINTS[name], first)
    if name in _ITEM_TYPES:
        items = Table({"type": _ITEM_TYPES[name]})
        apply(run, args, items, node)
        return _set_key("items", items)
    if name == "WithStringEnumItems":
        return _set_key("items", Table({"type": "string", "enum": first}))
    if name == "Required":
        return _set_key("required", value=True)
    if name == "Enum":
        return _set_key("enum", first if len(args) == 1 and isinstance(first, Seq) else Seq(list(args)))
    if name in _PROPERTY_KEYS and len(args) == 1:
        return _set_key(_PROPERTY_KEYS[name], first)
    fields = {
        "WithDescription": ("Description", first),
        "WithToolTitle": ("Title", first),
        "WithToolAnnotation": ("Annotations", first),
        "WithRawInputSchema": ("InputSchema", first),
        "WithRawOutputSchema": ("OutputSchema", first),
        "WithInputSchema": ("InputSchema", type_schema(types[0]) if types else Unknown()),
        "WithInputStruct": ("InputSchema", type_schema(types[0]) if types else Unknown()),
        "WithOutputSchema": ("OutputSchema", type_schema(types[0]) if types else Unknown()),
    }
    return _set_field(*fields[name]) if name in fields else None


def _new_tool(run: "Evaluator", args: list[Value], _types: tuple[Type, ...], node: Node) -> Value:
    name, rest = (args[0] if args else Unknown()), args[1:]
    if rest and isinstance(rest[0], str):  # NewTool(name, description, arguments struct)
        tool = new_tool(run, node, {"Name": name, "Description": rest[0]})
        if len(rest) > 1 and isinstance(rest[1], Obj | Unknown):
            tool.fields["InputSchema"] = type_schema(rest[1].type)
        return Multi((tool, None))
    tool = new_tool(run, node, {"Name": name})
    _input(tool)
    if not apply(run, rest, tool, node):
        tool.fields["Open"] = True
    return tool


def _raw_tool(run: "Evaluator", args: list[Value], _types: tuple[Type, ...], node: Node) -> Value:
    names = ("Name", "Description", "InputSchema")
    return new_tool(run, node, dict(zip(names, args, strict=False)))


def _early_tool(run: "Evaluator", args: list[Value], _types: tuple[Type, ...], node: Node) -> Value:
    tool = _raw_tool(run, args[:2], (), node)
    if isinstance(tool, Obj):
        tool.handler = next((a for a in args if isinstance(a, Fn)), None)
        apply(run, args[3:], tool, node)
    return tool


def _early_property(run: "Evaluator", args: list[Value], _types: tuple[Type, ...], node: Node) -> Value:
    body = Table()
    apply(run, args[1:], body, node)
    return Multi((args[0] if args else Unknown(), body))


def _early_input(_run: "Evaluator", args: list[Value], _types: tuple[Type, ...], _node: Node) -> Value:
    return _set_field("Described", Seq(list(args)))


_BUILDERS: dict[str, Callable[["Evaluator", list[Value], tuple[Type, ...], Node], Value]] = {
    "NewTool": _new_tool,
    "NewToolWithRawSchema": _raw_tool,
    "NewServerTool": _early_tool,
    "Property": _early_property,
    "Input": _early_input,
}


def _register(run: "Evaluator", name: str, args: list[Value], types: tuple[Type, ...], node: Node) -> Value:
    tools = [a for a in args if isinstance(a, Obj)]
    handlers = [a for a in args if isinstance(a, Fn)]
    if name == "RegisterTool" and len(args) >= 3 and not tools:  # (name, description, handler)
        tool = new_tool(run, node, {"Name": args[0], "Description": args[1]})
        tool.handler = handlers[0] if handlers else None
        tool.fields["Reflected"] = True
        return Unknown()
    if len(tools) == 1 and handlers and tools[0].handler is None:
        tools[0].handler = handlers[0]
    if tools and "InputSchema" not in tools[0].fields and types:
        tools[0].fields["InputSchema"] = type_schema(types[0])
    return Unknown()
