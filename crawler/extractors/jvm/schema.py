"""JSON Schema of Java and Kotlin types by their written form, as the frameworks' generators give it."""

import re
from typing import Any

from tree_sitter import Node

from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import find, text
from crawler.extractors.jvm.annotations import annotations
from crawler.extractors.jvm.code import Code, Env

MAX_DEPTH = 5
_STRINGS = re.compile(
    r"^(?:String|CharSequence|char|Character|Char|UUID|URI|URL|LocalDate|LocalDateTime|LocalTime|Instant|OffsetDateTime|"
    r"ZonedDateTime|Duration|Path|File|BigString)$"
)
_INTEGERS = re.compile(r"^(?:int|long|short|byte|Int|Integer|Long|Short|Byte|BigInteger)$")
_NUMBERS = re.compile(r"^(?:double|float|Double|Float|BigDecimal|Number)$")
_LISTS = re.compile(r"^(?:List|Set|Collection|Iterable|ArrayList|LinkedList|Array|MutableList|Stream|Sequence)$")
_MAPS = re.compile(r"^(?:Map|HashMap|LinkedHashMap|MutableMap|TreeMap)$")


def schema_of(code: Code, kind: str, depth: int = 0) -> dict[str, Any]:
    """Return the schema of a type as written; `{}` where it is not known."""
    kind = kind.strip().rstrip("?").strip()
    if depth > MAX_DEPTH or not kind:
        return {}
    if kind.endswith("[]"):
        return {"type": "array", "items": schema_of(code, kind[:-2], depth + 1)}
    base, _, rest = kind.partition("<")
    name = base.rpartition(".")[2].strip()
    args = split_arguments(rest.rpartition(">")[0]) if rest else []
    for pattern, label in ((_STRINGS, "string"), (_INTEGERS, "integer"), (_NUMBERS, "number")):
        if pattern.match(name):
            return {"type": label}
    if name in {"boolean", "Boolean"}:
        return {"type": "boolean"}
    if _LISTS.match(name):
        return {"type": "array", "items": schema_of(code, args[0] if args else "", depth + 1)}
    if _MAPS.match(name):
        return {"type": "object", "additionalProperties": schema_of(code, args[-1] if args else "", depth + 1) or True}
    if name in {"Optional", "Nullable"} and args:
        return schema_of(code, args[0], depth + 1)
    if name in {"OptionalInt", "OptionalLong"}:
        return {"type": "integer"}
    return class_schema(code, name, depth)


def split_arguments(inner: str) -> list[str]:
    """Split type arguments at the commas of the outer level."""
    parts, level = [""], 0
    for char in inner:
        level += {"<": 1, ">": -1}.get(char, 0)
        if char == "," and level == 0:
            parts.append("")
        else:
            parts[-1] += char
    return [p.strip().removeprefix("? extends ").removeprefix("out ") for p in parts if p.strip()]


def class_schema(code: Code, name: str, depth: int = 0) -> dict[str, Any]:
    """Return the schema of an own class: enum values, record components, constructor properties, fields."""
    for node, file in code.types(name):
        entries = list(find(node, "enum_constant", "enum_entry"))
        if entries and (node.type == "enum_declaration" or "enum" in text(node)[:40]):
            values = [text(child(n, "name") or n.named_children[0]) for n in entries]
            return {"type": "string", "enum": values}
        properties: dict[str, Any] = {}
        required: list[str] = []
        for item, field_name, kind in _components(node):
            marks = {a.name: a for a in annotations(item)}
            renamed = marks.get("JsonProperty") or marks.get("SerialName")
            value = code.eval(renamed.value("value"), Env(file, name)) if renamed is not None else None
            key = value if isinstance(value, str) and value else field_name
            described = next(
                (
                    marks[m]
                    for m in ("JsonPropertyDescription", "ToolParam", "Description", "McpDescription")
                    if m in marks
                ),
                None,
            )
            label = (
                code.eval(described.value("value") or described.value("description"), Env(file, name))
                if described
                else None
            )
            schema = schema_of(code, kind, depth + 1)
            properties[key] = {**schema, "description": label} if isinstance(label, str) else schema
            flag = renamed.value("required") if renamed is not None else None
            optional = (
                kind.rstrip().endswith("?") or kind.startswith("Optional") or "Nullable" in marks or _has_default(item)
            )
            if (
                text(flag) == "true"
                or (node.type != "class_declaration" and not optional)
                or (file.kotlin and not optional)
            ):
                required.append(key)
        result: dict[str, Any] = {"type": "object", "properties": properties}
        return {**result, "required": required} if required else result
    return {}


def _has_default(item: Node) -> bool:
    return item.type == "class_parameter" and any(c.type == "=" for c in item.children)


def _components(node: Node) -> list[tuple[Node, str, str]]:
    """Return (node, name, type) of what a class is made of."""
    result = []
    primary = (
        next((n for n in find(node, "class_parameters")), None)
        if node.type == "class_declaration"
        else child(node, "parameters")
    )
    for item in primary.named_children if primary is not None else []:
        if item.type == "formal_parameter":
            result.append((item, text(child(item, "name")), text(child(item, "type"))))
        elif item.type == "class_parameter":
            names = [n for n in item.named_children if n.type == "identifier"]
            kinds = [n for n in item.named_children if n.type.endswith("type")]
            if names and kinds:
                result.append((item, text(names[0]), text(kinds[0])))
    if result:
        return result
    body = child(node, "body")
    for item in body.named_children if body is not None else []:
        if item.type == "field_declaration" and "static" not in text(item).split("=")[0]:
            declarator = child(item, "declarator")
            result.append((item, text(child(declarator, "name")), text(child(item, "type"))))
    return result
