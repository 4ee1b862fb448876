"""zod 3 and 4: the namespace's functions and the methods of its schemas."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript.convert import from_json, to_json
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.members import to_array
from crawler.extractors.typescript.schema import JsonSchema, Schema, resolve
from crawler.extractors.typescript.values import Arr, Native, Obj, Unknown, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

FORMATS = {
    "email": "email", "url": "uri", "uuid": "uuid", "datetime": "date-time", "date": "date", "time": "time",
    "ip": "ipv4", "ipv4": "ipv4", "ipv6": "ipv6", "duration": "duration", "guid": "uuid", "httpUrl": "uri",
}  # fmt: skip
_SIMPLE = {
    "string": "string", "number": "number", "boolean": "boolean", "null": "null", "bigint": "integer", "any": "any",
    "unknown": "unknown", "never": "never", "undefined": "undefined", "void": "undefined", "date": "date",
    "symbol": "never", "function": "any", "instanceof": "any", "custom": "any", "int": "integer", "int32": "integer",
    "float32": "number", "float64": "number", "nan": "number", "stringbool": "string", "file": "any", "json": "any",
    "cuid": "string", "cuid2": "string", "ulid": "string", "nanoid": "string", "base64": "string", "jwt": "string",
    "emoji": "string", "hostname": "string", "e164": "string", "templateLiteral": "string",
}  # fmt: skip


def simple_kind(name: str) -> str:
    """Return the kind of a schema without parts."""
    return _SIMPLE.get(name, "any")


def namespace(library: str) -> Obj:
    """Return `z`."""
    z = Obj(kind="zod")
    for name, kind in _SIMPLE.items():
        z.props[name] = Native(name, lambda _, __, args, ___, k=kind: _described(Schema(k, library), args))  # type: ignore[misc]
    for name, form in FORMATS.items():
        if name != "date":
            z.props[name] = Native(
                name,
                lambda _, __, args, ___, f=form: _described(Schema("string", library, {"format": f}), args),  # type: ignore[misc]
            )
    for name, function in _FUNCTIONS.items():
        z.props[name] = Native(name, lambda ev, _, args, __, f=function: f(ev, library, args))  # type: ignore[misc]
    coerce = {k: v for k, v in z.props.items() if k in ("string", "number", "boolean", "bigint", "date")}
    if library == "zod4":
        # zod 4 takes any input where it coerces, so that only `required` tells it from the plain kind.
        coerce = dict(coerce)
    z.props["coerce"] = Obj(coerce)
    z.props["core"] = z.props["iso"] = z
    z.props["z"] = z.props["zod"] = z.props["default"] = z
    z.open = Unknown("library", "z")
    return z


def _described(schema: Schema, args: list[Any]) -> Schema:
    """Take `description` from the parameters that zod 3 allows as last argument."""
    last = args[-1] if args else None
    text = likely(last.props.get("description")) if isinstance(last, Obj) else None
    return schema.with_(description=str(text)) if isinstance(text, str) else schema


def as_shape(ev: "Evaluator", value: Any) -> tuple[dict[str, Any], dict[str, Any]]:  # noqa: ANN401
    """Return the properties of an object given as a shape."""
    value = likely(value)
    if isinstance(value, Schema):
        return dict(value.shape), dict(value.places)
    if isinstance(value, Obj):
        ev.spend(len(value.props))
        return dict(value.props), dict(value.places)
    return {}, {}


def _object(ev: "Evaluator", library: str, args: list[Any], keys: str = "strip") -> Schema:
    shape, places = as_shape(ev, args[0] if args else UNDEFINED)
    return _described(Schema("object", library, shape=shape, places=places, extra_keys=keys), args[1:])


def enum(ev: "Evaluator", library: str, args: list[Any]) -> Schema:
    """`z.enum(values)`, of an array or of an object."""
    source = likely(args[0]) if args else UNDEFINED
    values = list(source.props.values()) if isinstance(source, Obj) else to_array(ev, source).items
    names = [v for v in to_json(Arr(values)) or [] if v is not None]
    if isinstance(source, Obj) and any(isinstance(n, int) for n in names):
        names = [n for n in names if not (isinstance(n, str) and n in source.props)]
    kind = "number" if names and all(isinstance(n, int | float) for n in names) else "string"
    return _described(Schema("enum", library, {"type": kind, "enum": names}), args[1:])


def literal(_: "Evaluator", library: str, args: list[Any]) -> Schema:
    """`z.literal(value)`."""
    value = to_json(args[0]) if args else None
    names = {str: "string", bool: "boolean", int: "number", float: "number"}
    if isinstance(value, list):
        return Schema("literal", library, {"enum": value})
    kind = names.get(type(value))
    return Schema("literal", library, {**({"type": kind} if kind else {}), "const": value})


def _union(ev: "Evaluator", library: str, args: list[Any]) -> Schema:
    return _described(Schema("union", library, inner=to_array(ev, args[0] if args else None).items), args[1:])


def _discriminated(ev: "Evaluator", library: str, args: list[Any]) -> Schema:
    return Schema("discriminated", library, inner=to_array(ev, args[1] if len(args) > 1 else None).items)


def _array(_: "Evaluator", library: str, args: list[Any]) -> Schema:
    return _described(Schema("array", library, inner=args[:1]), args[1:])


def _tuple(ev: "Evaluator", library: str, args: list[Any]) -> Schema:
    return Schema("tuple", library, inner=to_array(ev, args[0] if args else None).items)


def _record(_: "Evaluator", library: str, args: list[Any]) -> Schema:
    return Schema("record", library, inner=[a for a in args[:2] if isinstance(a, Schema)])


def _intersection(_: "Evaluator", library: str, args: list[Any]) -> Schema:
    return Schema("intersection", library, inner=args[:2])


def _lazy(_: "Evaluator", library: str, args: list[Any]) -> Schema:
    return Schema("lazy", library, inner=args[:1])


def _preprocess(_: "Evaluator", library: str, args: list[Any]) -> Schema:
    return Schema("wrap", library, inner=args[1:2])


def _wrapped(change: dict[str, Any]) -> Callable[["Evaluator", str, list[Any]], Any]:
    def make(ev: "Evaluator", _: str, args: list[Any]) -> Any:  # noqa: ANN401
        inner = resolve(ev, args[0] if args else UNDEFINED)
        return inner.with_(**change) if isinstance(inner, Schema) else inner

    return make


def to_json_schema(ev: "Evaluator", library: str, args: list[Any]) -> Any:  # noqa: ANN401
    """`z.toJSONSchema(schema, {io})`: output unless told (zod 4)."""
    settings = args[1] if len(args) > 1 else None
    io = likely(settings.props.get("io")) if isinstance(settings, Obj) else None
    return json_value(ev, args, "input" if io == "input" or library == "zod3" else "output")


def json_value(ev: "Evaluator", args: list[Any], io: str = "input") -> Any:  # noqa: ANN401
    """Return the JSON Schema of the first argument as a value."""
    schema = resolve(ev, args[0] if args else UNDEFINED)
    if isinstance(schema, Schema):
        made = from_json(JsonSchema(ev, io).write(schema))
        if isinstance(made, Obj) and schema.places:
            inner = made.props.get("properties")
            if isinstance(inner, Obj):
                inner.places.update(schema.places)
        return made
    return schema if isinstance(schema, Obj) else Unknown("schema-not-evaluated")


_FUNCTIONS: dict[str, Callable[["Evaluator", str, list[Any]], Any]] = {
    "object": _object,
    "strictObject": lambda ev, lib, args: _object(ev, lib, args, "strict"),
    "looseObject": lambda ev, lib, args: _object(ev, lib, args, "loose"),
    "interface": _object,
    "enum": enum,
    "nativeEnum": enum,
    "literal": literal,
    "union": _union,
    "xor": _union,
    "discriminatedUnion": _discriminated,
    "array": _array,
    "set": _array,
    "tuple": _tuple,
    "record": _record,
    "partialRecord": _record,
    "map": _record,
    "intersection": _intersection,
    "lazy": _lazy,
    "preprocess": _preprocess,
    "optional": _wrapped({"optional": True, "absent": True}),
    "nullable": _wrapped({"nullable": True}),
    "nullish": _wrapped({"optional": True, "absent": True, "nullable": True}),
    "promise": _wrapped({}),
    "readonly": _wrapped({}),
    "effect": _wrapped({}),
    "pipe": _wrapped({}),
    "pipeline": _wrapped({}),
    "_default": lambda ev, lib, args: with_default(ev, _wrapped({})(ev, lib, args), args[1:]),
    "toJSONSchema": to_json_schema,
}


def with_default(_: "Evaluator", schema: Any, args: list[Any]) -> Any:  # noqa: ANN401
    """`.default(value)`."""
    if not isinstance(schema, Schema):
        return schema
    value = args[0] if args else UNDEFINED
    return schema.with_(optional=True, absent=False, default=value)
