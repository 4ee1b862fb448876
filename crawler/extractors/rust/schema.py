"""JSON Schema of Rust types, as schemars and its followers derive it from structs and serde attributes."""

import re
from typing import Any

from tree_sitter import Node

from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import text
from crawler.extractors.rust.crate import Crate
from crawler.extractors.rust.literals import NOTHING, Attribute, attributes, doc
from crawler.extractors.rust.nodes import Env, RustFile, TypeSchema

MAX_DEPTH = 10
_INTEGERS = re.compile(r"^(?:[iu](?:8|16|32|64|128|size)|NonZero\w+)$")
_TRANSPARENT = frozenset({"Box", "Arc", "Rc", "Cow", "RefCell", "Mutex", "RwLock", "Parameters", "Json"})
_ARRAYS = frozenset({"Vec", "HashSet", "BTreeSet", "IndexSet", "VecDeque", "SmallVec"})
_MAPS = frozenset({"HashMap", "BTreeMap", "IndexMap", "Map"})
_STRINGS = frozenset(
    {
        "String",
        "str",
        "PathBuf",
        "Path",
        "char",
        "Url",
        "Uuid",
        "DateTime",
        "NaiveDate",
        "NaiveDateTime",
        "IpAddr",
        "OsString",
    }
)


def schema_of(crate: Crate, node: Node | None, file: RustFile, depth: int = 0) -> dict[str, Any]:
    """Return the schema of a type expression; `{}` where it is not known."""
    if node is None or depth > MAX_DEPTH:
        return {}
    if node.type in {"reference_type", "lifetime"}:
        return schema_of(crate, child(node, "type"), file, depth + 1)
    if node.type == "array_type":
        return {"type": "array", "items": schema_of(crate, child(node, "element"), file, depth + 1)}
    name, args = _name(node)
    if name == "Option" and args:
        return schema_of(crate, args[0], file, depth + 1)
    if name in _TRANSPARENT and args:
        return schema_of(crate, args[-1], file, depth + 1)
    if name in _ARRAYS:
        return {"type": "array", "items": schema_of(crate, args[0] if args else None, file, depth + 1)}
    if name in _MAPS:
        return {
            "type": "object",
            "additionalProperties": schema_of(crate, args[-1] if args else None, file, depth + 1) or True,
        }
    if name == "bool":
        return {"type": "boolean"}
    if name in {"f32", "f64"}:
        return {"type": "number"}
    if _INTEGERS.match(name):
        return {"type": "integer"}
    if name in _STRINGS:
        return {"type": "string"}
    return _own(crate, name, file, depth)


def _own(crate: Crate, name: str, file: RustFile, depth: int) -> dict[str, Any]:
    for kind in ("struct_item", "enum_item", "type_item"):
        found = crate.item(kind, name, file)
        if found is None:
            continue
        if kind == "struct_item":
            return struct_schema(crate, found[0], found[1], depth)
        if kind == "enum_item":
            return _enum(crate, found[0], found[1])
        return schema_of(crate, child(found[0], "type"), found[1], depth + 1)
    return {}


def _name(node: Node) -> tuple[str, list[Node]]:
    arguments = child(node, "type_arguments")
    args = [a for a in (arguments.named_children if arguments else []) if a.type != "lifetime"]
    base = child(node, "type") if node.type == "generic_type" else node
    return text(base).rpartition("::")[2], args


def is_option(node: Node | None) -> bool:
    """Tell whether a type is `Option<…>`."""
    return node is not None and node.type == "generic_type" and _name(node)[0] == "Option"


def struct_schema(crate: Crate, node: Node, file: RustFile, depth: int = 0) -> dict[str, Any]:
    """Return the schema of a struct from its fields."""
    container = _settings(node)
    rename_all = _text(crate, container, "rename_all", file)
    all_default = any("default" in a.flags or "default" in a.values for a in container)
    properties: dict[str, Any] = {}
    required: list[str] = []
    body = child(node, "body")
    if body is None or body.type != "field_declaration_list":
        inner = body.named_children if body is not None else []
        kinds = [n for n in inner if n.type not in {"visibility_modifier", "attribute_item"}]
        return schema_of(crate, kinds[0], file, depth + 1) if len(kinds) == 1 else {"type": "object", "properties": {}}
    for item in body.named_children:
        if item.type != "field_declaration":
            continue
        settings = _settings(item)
        if any({"skip", "skip_deserializing"} & a.flags for a in settings):
            continue
        kind = child(item, "type")
        inner_schema = schema_of(crate, kind, file, depth + 1)
        if any("flatten" in a.flags for a in settings):
            properties.update(inner_schema.get("properties", {}))
            required += [] if is_option(kind) else inner_schema.get("required", [])
            continue
        name = _text(crate, settings, "rename", file) or rename(
            text(child(item, "name")).removeprefix("r#"), rename_all
        )
        described = field_text(crate, item, settings, file)
        properties[name] = {**inner_schema, "description": described} if described else inner_schema
        optional = (
            is_option(kind) or all_default or any("default" in a.flags or "default" in a.values for a in settings)
        )
        forced = any("required" in a.flags for a in settings if a.name == "schemars")
        if forced or not optional:
            required.append(name)
    result: dict[str, Any] = {"type": "object", "properties": properties}
    return {**result, "required": required} if required else result


def field_text(crate: Crate, item: Node, settings: list[Attribute], file: RustFile) -> str | None:
    """Return a field's description: an attribute's, else its doc comment."""
    given = _text(crate, settings, "description", file)
    return given or doc(item)


def _settings(node: Node) -> list[Attribute]:
    names = {"serde", "schemars", "json_schema", "schema", "tool_arg", "arg"}
    return [a for a in attributes(node) if a.name in names]


def _text(crate: Crate, settings: list[Attribute], key: str, file: RustFile) -> str | None:
    for attribute in sorted(settings, key=lambda a: a.name == "serde"):
        tokens = attribute.values.get(key)
        if tokens is not None:
            value = crate.tokens(tokens, Env(file))
            if isinstance(value, str):
                return value
            if len(tokens) == 1 and tokens[0].type == "token_tree":  # rename(deserialize = "…")
                inner = crate.tokens(tokens[0].children[-2:-1], Env(file))
                return inner if isinstance(inner, str) else None
    return None


def _enum(crate: Crate, node: Node, file: RustFile) -> dict[str, Any]:
    container = _settings(node)
    rename_all = _text(crate, container, "rename_all", file)
    values = []
    body = child(node, "body")
    for variant in body.named_children if body is not None else []:
        if variant.type == "enum_variant":
            if child(variant, "body") is not None:
                return {}
            given = _text(crate, _settings(variant), "rename", file)
            values.append(given or rename(text(child(variant, "name")), rename_all, variant=True))
    return {"type": "string", "enum": values}


def rename(name: str, rule: str | None, *, variant: bool = False) -> str:
    """Apply serde's `rename_all` to a snake_case field or a PascalCase variant."""
    if rule is None:
        return name
    words = [w for w in (re.sub(r"(?<!^)(?=[A-Z])", "_", name) if variant else name).lower().split("_") if w]
    joined = {
        "lowercase": "".join(words) if variant else name.lower(),
        "UPPERCASE": "".join(words).upper() if variant else name.upper(),
        "PascalCase": "".join(w.capitalize() for w in words),
        "camelCase": "".join(w if i == 0 else w.capitalize() for i, w in enumerate(words)),
        "snake_case": "_".join(words),
        "SCREAMING_SNAKE_CASE": "_".join(words).upper(),
        "kebab-case": "-".join(words),
        "SCREAMING-KEBAB-CASE": "-".join(words).upper(),
    }
    return joined.get(rule, name)


def resolve(crate: Crate, value: Any) -> dict[str, Any] | None:  # noqa: ANN401
    """Turn an evaluated schema into JSON Schema; None where it is unknown."""
    if isinstance(value, TypeSchema):
        return schema_of(crate, value.type, value.file) or None
    return value if isinstance(value, dict) else None


__all__ = ["NOTHING", "is_option", "rename", "resolve", "schema_of", "struct_schema"]
