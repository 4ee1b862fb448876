"""How each kind of Java and Kotlin expression is evaluated."""

import json
from typing import Any

from tree_sitter import Node

from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import text
from crawler.extractors.jvm.code import EVALUATORS, MAX_DEPTH, NOTHING, Code, Env, TypeOf, enclosing, owner_of

_SAME = frozenset({"trim", "strip", "stripIndent", "toString", "build", "trimMargin", "intern", "formatted"})
_SCHEMA_ARGUMENTS = ("type", "properties", "required", "additionalProperties", "$defs")
MAX_CALLS = 10


def arguments(node: Node) -> list[tuple[str, Node]]:
    """Return (label, expression) of a call's arguments; the label is "" for a positional one."""
    holder = child(node, "arguments") or next((n for n in node.named_children if n.type == "value_arguments"), None)
    result = []
    for item in holder.named_children if holder is not None else []:
        if "comment" in item.type:
            continue
        if item.type == "value_argument":
            named = any(c.type == "=" for c in item.children) and len(item.named_children) > 1
            if item.named_children:
                result.append((text(item.named_children[0]) if named else "", item.named_children[-1]))
        else:
            result.append(("", item))
    return result


def called(node: Node) -> tuple[Node | None, str]:
    """Return (receiver, name) of a call."""
    if node.type == "method_invocation":
        return child(node, "object"), text(child(node, "name"))
    if node.type == "object_creation_expression":
        return None, text(child(node, "type")).partition("<")[0].rpartition(".")[2]
    function = node.named_children[0] if node.named_children else None
    while function is not None and function.type == "call_expression":
        function = function.named_children[0]
    if function is not None and function.type == "navigation_expression":
        return function.named_children[0], text(function.named_children[-1])
    return None, text(function)


def body_of(node: Node) -> Node | None:
    """Return the trailing lambda of a Kotlin call."""
    return next(
        (n.named_children[0] for n in node.named_children if n.type == "annotated_lambda" and n.named_children), None
    )


def _binary(code: Code, node: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
    left = code.eval(child(node, "left"), env, depth + 1)
    right = code.eval(child(node, "right"), env, depth + 1)
    if any(c.type == "+" for c in node.children) and isinstance(left, str | int) and isinstance(right, str | int):
        return left + right if isinstance(left, int) and isinstance(right, int) else f"{left}{right}"
    return NOTHING


def _infix(code: Code, node: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
    parts = node.named_children
    if len(parts) == 3 and text(parts[1]) == "to":
        key, value = code.eval(parts[0], env, depth + 1), code.eval(parts[2], env, depth + 1)
        return {key: value} if isinstance(key, str) and value is not NOTHING else NOTHING
    return NOTHING


def _number(_code: Code, node: Node, _env: Env, _depth: int) -> Any:  # noqa: ANN401
    raw = text(node).replace("_", "").rstrip("LlFfDd")
    try:
        return float(raw) if "." in raw else int(raw, 0)
    except ValueError:
        return NOTHING


def _name(code: Code, node: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
    return code.name("".join(text(node).split()), env, depth, node)


def _inner(code: Code, node: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
    return code.eval(node.named_children[-1] if node.named_children else None, env, depth + 1)


def _list(code: Code, nodes: list[Node], env: Env, depth: int) -> list[Any]:
    return [v for n in nodes if (v := code.eval(n, env, depth + 1)) is not NOTHING]


def _mapping(code: Code, nodes: list[Node], env: Env, depth: int) -> dict[str, Any]:
    """Evaluate `Map.of(k, v, …)`, `Map.ofEntries(entry…)`, `mapOf(k to v)`."""
    values = [code.eval(n, env, depth + 1) for n in nodes]
    if all(isinstance(v, dict) for v in values) or (nodes and nodes[0].type == "infix_expression"):
        return {k: inner for v in values if isinstance(v, dict) for k, inner in v.items()}
    pairs = zip(values[::2], values[1::2], strict=False)
    return {k: v for k, v in pairs if isinstance(k, str) and v is not NOTHING}


def json_object(code: Code, body: Node | None, env: Env, depth: int) -> Any:  # noqa: ANN401
    """Run the builder of `buildJsonObject { put(…) }` or `buildJsonArray { add(…) }`."""
    result: dict[str, Any] = {}
    items: list[Any] = []
    for item in body.named_children if body is not None else []:
        if item.type != "call_expression":
            continue
        _, name = called(item)
        args = [n for _, n in arguments(item)]
        args = args or [n for c in item.named_children if c.type == "call_expression" for _, n in arguments(c)]
        key = code.eval(args[0], env, depth + 1) if args else NOTHING
        if name in {"putJsonObject", "putJsonArray"} and isinstance(key, str):
            inner = json_object(code, body_of(item), env, depth + 1)
            result[key] = inner if name == "putJsonObject" or isinstance(inner, list) else []
        elif name == "put" and len(args) == 2 and isinstance(key, str):
            value = code.eval(args[1], env, depth + 1)
            result |= {key: value} if value is not NOTHING else {}
        elif name in {"add", "addJsonObject"}:
            value = json_object(code, body_of(item), env, depth + 1) if name == "addJsonObject" else key
            items += [value] if value is not NOTHING else []
    return items if items and not result else result


def _call(code: Code, node: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
    receiver, name = called(node)
    nodes = [n for _, n in arguments(node)]
    holder = text(receiver)
    simple = _known(code, name, holder, nodes, env, depth)
    if simple is not NOTHING:
        return simple
    if name in {"buildJsonObject", "buildJsonArray"}:
        found = json_object(code, body_of(node), env, depth + 1)
        return found if name == "buildJsonObject" or isinstance(found, list) else []
    if name in _SAME and receiver is not None and not nodes:
        value = code.eval(receiver, env, depth + 1)
        return value.strip() if isinstance(value, str) and name in {"trim", "strip"} else value
    if name == "trimIndent" and receiver is not None:
        value = code.eval(receiver, env, depth + 1)
        return _trim_indent(value) if isinstance(value, str) else NOTHING
    if name in {"JsonSchema", "Input", "ToolSchema"}:
        return schema_object(code, node, env, depth)
    return _own(code, node, name, holder, env, depth)


def _known(code: Code, name: str, holder: str, nodes: list[Node], env: Env, depth: int) -> Any:  # noqa: ANN401, PLR0913
    if (holder, name) in {("List", "of"), ("Arrays", "asList"), ("Set", "of")} or (
        not holder and name in {"listOf", "setOf", "arrayOf", "emptyList"}
    ):
        return _list(code, nodes, env, depth)
    if (holder, name) in {("Map", "of"), ("Map", "ofEntries"), ("ImmutableMap", "of")} or name in {"mapOf", "emptyMap"}:
        return _mapping(code, nodes, env, depth)
    if name in {"JsonObject", "LinkedHashMap", "HashMap", "TreeMap"} and len(nodes) <= 1:
        value = code.eval(nodes[0], env, depth + 1) if nodes else {}
        return value if isinstance(value, dict) else {}
    if (holder, name) == ("Map", "entry") and len(nodes) == 2:
        return _mapping(code, nodes, env, depth)
    if name in {"JsonPrimitive", "JsonArray", "requireNonNull", "valueOf", "of"} and len(nodes) == 1:
        return code.eval(nodes[0], env, depth + 1)
    if name == "format" and holder == "String" and nodes:
        values = _list(code, nodes, env, depth)
        try:
            return values[0] % tuple(values[1:]) if len(values) == len(nodes) else NOTHING
        except (TypeError, ValueError):
            return NOTHING
    if name == "join" and holder == "String":
        values = _list(code, nodes, env, depth)
        flat = [i for v in values[1:] for i in (v if isinstance(v, list) else [v])]
        return values[0].join(flat) if values and all(isinstance(v, str) for v in [values[0], *flat]) else NOTHING
    if name in {"readValue", "convertValue", "parse", "readTree", "parseToJsonElement", "fromJson"} and nodes:
        return code.eval(nodes[0], env, depth + 1)
    if (
        name in {"generateSchema", "generateForType", "generateJsonSchema", "generateForMethodInput", "schemaFor"}
        and nodes
    ):
        return TypeOf(text(nodes[0]).removesuffix(".class").rpartition(".")[2])
    return NOTHING


def schema_object(code: Code, node: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
    """Evaluate an SDK's schema constructor: (type, properties, required, …) or named arguments."""
    result: dict[str, Any] = {"type": "object"}
    labels = iter(_SCHEMA_ARGUMENTS if called(node)[1] == "JsonSchema" else _SCHEMA_ARGUMENTS[1:])
    for label, value_node in arguments(node):
        key = label or next(labels, "")
        value = code.eval(value_node, env, depth + 1)
        if key and value is not NOTHING and value is not None:
            result[key] = value
    return result


def _trim_indent(value: str) -> str:
    lines = value.split("\n")
    if lines and not lines[0].strip():
        lines = lines[1:]
    if lines and not lines[-1].strip():
        lines = lines[:-1]
    indent = min((len(part) - len(part.lstrip()) for part in lines if part.strip()), default=0)
    return "\n".join(part[indent:] for part in lines)


def _own(code: Code, node: Node, name: str, holder: str, env: Env, depth: int) -> Any:  # noqa: ANN401, PLR0913
    """Run an own function that returns one expression."""
    if depth > MAX_CALLS:
        return NOTHING
    owner = holder.rpartition(".")[2] if holder and holder != "this" else env.owner
    needle = name.encode()
    for path, data in code.sources.items():
        if needle not in data or (owner and owner.encode() not in data and holder):
            continue
        file = code.file(path)
        for function in functions_named(file.root, name) if file is not None else ():
            if owner_of(function) not in {owner, ""} and holder:
                continue
            if not holder and owner_of(function) not in {env.owner, ""}:
                continue
            returned = returned_value(function)
            if returned is not None and file is not None:
                inner = Env(file, owner_of(function))
                for parameter, (_, arg) in zip(parameter_names(function), arguments(node), strict=False):
                    inner.names[parameter] = code.eval(arg, env, depth + 1)
                value = code.eval(returned, inner, depth + 1)
                return value if value is not NOTHING else _resource(code, node, env, depth)
    return _resource(code, node, env, depth)


def _resource(code: Code, node: Node, env: Env, depth: int) -> Any:  # noqa: ANN401
    """Read the JSON file that a loader is given by name."""
    for _, arg in arguments(node):
        name = code.eval(arg, env, depth + 1)
        if isinstance(name, str) and name.endswith(".json"):
            path = next((p for p in code.project.own if p == name or p.endswith("/" + name.lstrip("/"))), None)
            data = code.project.tree.read(path) if path is not None else None
            if data is not None and len(data) < 200_000:
                return data.decode("utf-8", "replace")
    return NOTHING


def functions_named(root: Node, name: str) -> list[Node]:
    """Return the functions of a name below `root`."""
    from crawler.extractors.grammar import find  # noqa: PLC0415 - keeps the names of this module few

    return [n for n in find(root, "method_declaration", "function_declaration") if text(child(n, "name")) == name]


def returned_value(function: Node) -> Node | None:
    """Return the expression of a function's last return, or of its expression body."""
    body = child(function, "body") or next((n for n in function.named_children if n.type == "function_body"), None)
    if body is None or not body.named_children:
        return None
    if body.type == "function_body" and body.named_children[0].type != "block":
        return body.named_children[0]
    block = body.named_children[0] if body.type == "function_body" else body
    last = block.named_children[-1] if block.named_children else None
    return (
        last.named_children[-1]
        if last is not None
        and last.type in {"return_statement", "jump_expression", "return_expression"}
        and last.named_children
        else None
    )


def parameter_names(function: Node) -> list[str]:
    """Return a function's parameter names."""
    holder = child(function, "parameters") or next(
        (n for n in function.named_children if n.type == "function_value_parameters"), None
    )
    names = []
    for item in holder.named_children if holder is not None else []:
        if item.type in {"formal_parameter", "spread_parameter"}:
            names.append(text(child(item, "name")))
        elif item.type == "parameter" and item.named_children:
            names.append(text(item.named_children[0]))
    return names


def parsed_json(value: Any) -> Any:  # noqa: ANN401
    """Parse JSON text; other values stay."""
    if isinstance(value, str):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return NOTHING
    return value


EVALUATORS.update(
    {
        "string_literal": Code.string,
        "multiline_string_literal": Code.string,
        "binary_expression": _binary,
        "additive_expression": _binary,
        "infix_expression": _infix,
        "decimal_integer_literal": _number,
        "decimal_floating_point_literal": _number,
        "hex_integer_literal": _number,
        "number_literal": _number,
        "null_literal": lambda *_: None,
        "identifier": _name,
        "field_access": _name,
        "scoped_identifier": _name,
        "navigation_expression": _name,
        "parenthesized_expression": _inner,
        "cast_expression": _inner,
        "method_invocation": _call,
        "object_creation_expression": _call,
        "call_expression": _call,
        "element_value_array_initializer": lambda code, node, env, depth: _list(code, node.named_children, env, depth),
        "collection_literal": lambda code, node, env, depth: _list(code, node.named_children, env, depth),
    }
)

__all__ = ["MAX_DEPTH", "arguments", "body_of", "called", "enclosing", "parsed_json", "schema_object"]
