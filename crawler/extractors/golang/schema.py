"""From Go values and types to JSON Schema, as the SDKs make it."""

import json
import re
from typing import Any

from tree_sitter import Node

from crawler.extractors.golang.evaluate import Evaluator
from crawler.extractors.golang.index import GoFile, unquote
from crawler.extractors.golang.operators import parameters, struct_fields
from crawler.extractors.golang.types import ANY, Type
from crawler.extractors.golang.values import Fn, Foreign, Multi, Obj, Seq, Table, Unknown, Value
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import text

MAX_DEPTH = 12
_JSON_NAMES = {"ID": "$id", "Ref": "$ref", "Defs": "$defs", "Schema": "$schema", "Comment": "$comment", "Types": "type"}
_BASIC = {"string": "string", "bool": "boolean", "float32": "number", "float64": "number"}
_KNOWN = {("time", "Time"): "string", ("time", "Duration"): "integer", ("github.com/google/uuid", "UUID"): "string"}
_TAG = re.compile(r'(\w+):"((?:[^"\\]|\\.)*)"')
_OPTION = re.compile(r"(?<!\\),")
_MISSING = object()


def to_json(value: Value, run: Evaluator, depth: int = 0) -> Any:  # noqa: ANN401 - JSON has no better type
    """Turn a value into JSON; what is unknown is left out of objects and arrays."""
    found = _json(value, run, depth)
    return None if found is _MISSING else found


def _json(value: Value, run: Evaluator, depth: int) -> Any:  # noqa: ANN401
    if depth > MAX_DEPTH * 4:
        return _MISSING
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, str):
        return str(value)
    if isinstance(value, int | float):
        return value if abs(value) < 1e300 else _MISSING
    if isinstance(value, Seq):
        return [j for v in value.items if (j := _json(v, run, depth + 1)) is not _MISSING]
    if isinstance(value, Table):
        return {str(k): j for k, v in value.items.items() if (j := _json(v, run, depth + 1)) is not _MISSING}
    if isinstance(value, Obj):
        return _object(value, run, depth)
    if isinstance(value, Multi) and value.items:
        return _json(value.items[0], run, depth + 1)
    return _MISSING


def _object(value: Obj, run: Evaluator, depth: int) -> Any:  # noqa: ANN401
    if value.type.name == "TypeSchema":
        return type_schema(run, value.type.args[0], depth=depth)
    tags = _tags(value.type, run)
    result: dict[str, Any] = {}
    for name, inner in value.fields.items():
        found = _json(inner, run, depth + 1)
        key = tags.get(name) or _JSON_NAMES.get(name) or name[:1].lower() + name[1:]
        if found is not _MISSING and found is not None and key != "-":
            result[key] = _raw(found) if name in {"Default", "Const"} else found
    if value.type.name in {"Schema", "ToolInputSchema"}:
        extra = result.pop("extra", None)
        result.update(extra if isinstance(extra, dict) else {})
    return result


def _raw(value: Any) -> Any:  # noqa: ANN401
    """Read a raw JSON message; a plain string stays."""
    try:
        return json.loads(value) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return value


def _tags(kind: Type, run: Evaluator) -> dict[str, str]:
    under, _ = run.index.underlying(kind)
    if under.kind != "struct" or under.node is None:
        return {}
    result = {}
    for item in struct_fields(under.node):
        tag = field_tags(item).get("json", "").split(",")[0]
        for name in item.children_by_field_name("name"):
            if tag:
                result[text(name)] = tag
    return result


def field_tags(item: Node) -> dict[str, str]:
    """Return the struct tags of a field."""
    tag = child(item, "tag")
    raw = unquote(tag) if tag is not None else ""
    return {m.group(1): re.sub(r"\\(.)", r"\1", m.group(2)) for m in _TAG.finditer(raw)}


def input_schema(value: Value, run: Evaluator) -> dict[str, Any] | None:
    """Turn a tool's schema field into JSON Schema; None where nothing is known."""
    found = to_json(value, run)
    if isinstance(found, str):
        found = _raw(found)
    if not isinstance(found, dict):
        return None
    if isinstance(value, Obj) and value.type.name == "ToolInputSchema":
        found.setdefault("type", "object")
    return found


def argument_type(function: Fn, run: Evaluator) -> Type:
    """Return the type of a handler's arguments: the parameter that is a struct of the server's own."""
    for item in reversed(parameters(function.node)):
        kind = run.index.type_of(child(item, "type"), function.file, function.bound).bare
        if kind.kind == "named" and not kind.own and kind.args:  # CallToolParamsFor[In], ServerRequest[…]
            inner = kind.args[0].bare
            kind = inner.args[0].bare if inner.args else inner
        under, _ = run.index.underlying(kind)
        if under.kind == "struct":
            return kind
    return ANY


def type_schema(run: Evaluator, kind: Type, required_by_tag: bool | None = None, depth: int = 0) -> dict[str, Any]:  # noqa: FBT001
    """Return the JSON Schema of a Go type, as reflection over its struct tags gives it."""
    if required_by_tag is None:
        required_by_tag = bool(run.index.mentioning("RequiredFromJSONSchemaTags"))
    if depth > MAX_DEPTH:
        return {}
    if kind.kind == "pointer" and kind.elem is not None:
        return type_schema(run, kind.elem, required_by_tag, depth + 1)
    if kind.kind == "named" and not kind.own:
        name = _KNOWN.get((kind.package, kind.name))
        return {"type": name} if name else {}
    under, file = run.index.underlying(kind)
    if under.kind == "struct" and under.node is not None:
        file = file or _file(run, under.file)
        return _struct(run, under.node, file, kind, required_by_tag, depth) if file else {"type": "object"}
    if under.kind == "slice":
        return {"type": "array", "items": type_schema(run, under.elem or ANY, required_by_tag, depth + 1)}
    if under.kind == "map":
        inner = type_schema(run, under.elem or ANY, required_by_tag, depth + 1)
        return {"type": "object", "additionalProperties": inner or True}
    if under.kind == "basic" and under.name not in {"any", "error"}:
        return {"type": _BASIC.get(under.name, "integer")}
    return {}


def _file(run: Evaluator, path: str) -> GoFile | None:
    return next((f for f in run.index.package(path.rpartition("/")[0]).files if f.path == path), None)


def _struct(run: Evaluator, node: Node, file: GoFile, kind: Type, required_by_tag: bool, depth: int) -> dict[str, Any]:  # noqa: FBT001, PLR0913
    properties: dict[str, Any] = {}
    required: list[str] = []
    decl = run.index.package(kind.package).names.get(kind.name) if kind.own else None
    bound = run.index.bind(decl.node, kind.args) if decl is not None else {}
    for item in struct_fields(node):
        tags = field_tags(item)
        name, _, options = tags.get("json", "").partition(",")
        names = [text(n) for n in item.children_by_field_name("name")]
        inner = run.index.type_of(child(item, "type"), file, bound)
        if name == "-":
            continue
        if not names and not name:  # embedded
            base = type_schema(run, inner, required_by_tag, depth + 1)
            properties.update(base.get("properties", {}))
            required += base.get("required", [])
            continue
        for field in names or [name]:
            if not field[:1].isupper() and names:
                continue
            key = name or field
            body, needed = _property(tags, type_schema(run, inner, required_by_tag, depth + 1))
            properties[key] = body
            optional = "omitempty" in options or "omitzero" in options
            if needed or (not optional and not required_by_tag):
                required.append(key)
    result: dict[str, Any] = {"type": "object", "properties": properties}
    if required:
        result["required"] = sorted(set(required), key=required.index)
    return {**result, "additionalProperties": False}


def _property(tags: dict[str, str], schema: dict[str, Any]) -> tuple[dict[str, Any], bool]:
    """Add what `jsonschema` tags say: the whole tag as description, or a list of `key=value` settings."""
    tag = tags.get("jsonschema", "")
    result = dict(schema)
    settings = [s.replace("\\,", ",") for s in _OPTION.split(tag)] if tag else []
    keyed = any(
        re.match(r"(description|enum|title|default|required|minimum|maximum|example|format|pattern)(=|$)", s)
        for s in settings
    )
    needed = False
    if keyed:
        for setting in settings:
            key, _, value = setting.partition("=")
            if key == "required":
                needed = True
            elif key == "enum":
                result.setdefault("enum", []).append(value)
            elif key in {"description", "title", "default", "format", "pattern"}:
                result[key] = value
    elif tag:
        result["description"] = tag
    description = tags.get("jsonschema_description") or tags.get("description")
    if description:
        result["description"] = description
    return result, needed or tags.get("required") == "true" or "required" in tags.get("validate", "").split(",")


__all__ = ["Foreign", "Unknown", "argument_type", "field_tags", "input_schema", "to_json", "type_schema"]
