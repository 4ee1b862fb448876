"""zod 3 and 4: the namespace's functions and the methods of its schemas."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript.convert import from_json, to_json
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.members import keys_of, to_array
from crawler.extractors.typescript.schema import JsonSchema, Schema, may_be_absent, resolve
from crawler.extractors.typescript.values import Arr, Native, Obj, Text, Unknown, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

_FORMATS = {
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
_SAME = frozenset(
    {"refine", "superRefine", "transform", "brand", "readonly", "pipe", "check", "regex", "trim", "toLowerCase",
     "toUpperCase", "refinement", "finite", "safe", "cuid", "cuid2", "ulid", "nanoid", "base64", "emoji", "startsWith",
     "endsWith", "includes", "jwt", "overwrite", "register", "normalize", "clone", "innerType", "removeDefault",
     "step", "nonoptional", "lowercase", "uppercase", "cidr", "base64url", "slugify"}
)  # fmt: skip


def simple_kind(name: str) -> str:
    """Return the kind of a schema without parts."""
    return _SIMPLE.get(name, "any")


def namespace(library: str) -> Obj:
    """Return `z`."""
    z = Obj(kind="zod")
    for name, kind in _SIMPLE.items():
        z.props[name] = Native(name, lambda _, __, args, ___, k=kind: _described(Schema(k, library), args))  # type: ignore[misc]
    for name, form in _FORMATS.items():
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


def _to_json_schema(ev: "Evaluator", library: str, args: list[Any]) -> Any:  # noqa: ANN401
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
    "_default": lambda ev, lib, args: _default(ev, _wrapped({})(ev, lib, args), args[1:]),
    "toJSONSchema": _to_json_schema,
}


def member(ev: "Evaluator", schema: Schema, name: str) -> Any:  # noqa: ANN401
    """Read a property or method of a schema."""
    reader = _PROPERTIES.get(name)
    if reader is not None:
        return reader(ev, schema)
    if name in _SAME:
        return Native(name, lambda _, this, __, ___: this, schema)
    form = _FORMATS.get(name)
    if form is not None and schema.kind == "string":
        return Native(name, lambda _, this, __, ___: this.keyword(format=form), schema)
    method = _METHODS.get(name)
    if method is None:
        return Unknown("library", f"schema.{name}")
    return Native(name, lambda e, this, args, _: method(e, this, args), schema)


def _shape(_: "Evaluator", schema: Schema) -> Any:  # noqa: ANN401
    if schema.kind in ("wrap", "lazy") and schema.inner and isinstance(schema.inner[0], Schema):
        return _shape(_, schema.inner[0])
    return Obj(dict(schema.shape), places=dict(schema.places))


def _def(ev: "Evaluator", schema: Schema) -> Any:  # noqa: ANN401
    made = Obj({"shape": Native("shape", lambda _, __, ___, ____: _shape(ev, schema)), "schema": schema})
    made.props["innerType"] = made.props["type"] = schema
    made.props["typeName"] = "Zod" + schema.kind.capitalize()
    if schema.description:
        made.props["description"] = schema.description
    if schema.library == "zod4":
        made.props["shape"] = _shape(ev, schema)
        made.props["type"] = schema.kind
    return made


def _options(ev: "Evaluator", schema: Schema) -> Any:  # noqa: ANN401
    if "enum" in schema.extra:
        return from_json(schema.extra["enum"])
    return Arr([resolve(ev, i) for i in schema.inner])


def _default(_: "Evaluator", schema: Any, args: list[Any]) -> Any:  # noqa: ANN401
    if not isinstance(schema, Schema):
        return schema
    value = args[0] if args else UNDEFINED
    return schema.with_(optional=True, absent=False, default=value)


def _min(_: "Evaluator", schema: Schema, args: list[Any], edge: str) -> Schema:
    value = likely(args[0]) if args else None
    if not isinstance(value, int | float):
        return schema
    if schema.kind in ("number", "integer"):
        return schema.keyword(**{"minimum" if edge == "min" else "maximum": value})
    end = "Items" if schema.kind == "array" else "Length"
    return schema.keyword(**{f"{edge}{end}": value})


def _bound(key: str) -> Callable[["Evaluator", Schema, list[Any]], Schema]:
    def apply(_: "Evaluator", schema: Schema, args: list[Any]) -> Schema:
        value = likely(args[0]) if args else None
        return schema.keyword(**{key: value}) if isinstance(value, int | float) else schema

    return apply


def _describe(_: "Evaluator", schema: Schema, args: list[Any]) -> Schema:
    text = likely(args[0]) if args else None
    return schema.with_(description=str(text)) if isinstance(text, str) else schema


def _meta(_: "Evaluator", schema: Schema, args: list[Any]) -> Any:  # noqa: ANN401
    if not args:
        return Obj({"description": schema.description} if schema.description else {})
    body = to_json(args[0])
    if not isinstance(body, dict):
        return schema
    text = body.pop("description", schema.description)
    return schema.with_(description=text if isinstance(text, str) else schema.description).keyword(
        **{k: v for k, v in body.items() if k in ("title", "examples", "deprecated", "format")}
    )


def _extend(ev: "Evaluator", schema: Schema, args: list[Any]) -> Schema:
    shape, places = as_shape(ev, args[0] if args else UNDEFINED)
    keys = args[0].extra_keys if args and isinstance(args[0], Schema) else schema.extra_keys
    return schema.with_(shape={**schema.shape, **shape}, places={**schema.places, **places}, extra_keys=keys)


def _chosen(ev: "Evaluator", args: list[Any]) -> set[str]:
    value = args[0] if args else UNDEFINED
    names = keys_of(ev, value) if isinstance(value, Obj) else to_array(ev, value)
    return {str(n) for n in names.items if isinstance(n, str)}


def _pick(ev: "Evaluator", schema: Schema, args: list[Any]) -> Schema:
    names = _chosen(ev, args)
    return schema.with_(shape={k: v for k, v in schema.shape.items() if k in names})


def _omit(ev: "Evaluator", schema: Schema, args: list[Any]) -> Schema:
    names = _chosen(ev, args)
    return schema.with_(shape={k: v for k, v in schema.shape.items() if k not in names})


def _partial(ev: "Evaluator", schema: Schema, args: list[Any], *, required: bool = False) -> Schema:
    names = _chosen(ev, args) if args else set(schema.shape)
    shape = {}
    for key, value in schema.shape.items():
        inner = resolve(ev, value)
        if key in names and isinstance(inner, Schema):
            change = {"optional": not required, "absent": not required}
            inner = inner.with_(**change)  # type: ignore[arg-type]
        shape[key] = inner
    return schema.with_(shape=shape)


def _or(_: "Evaluator", schema: Schema, args: list[Any]) -> Schema:
    return Schema("union", schema.library, inner=[schema, *args[:1]])


def _and(_: "Evaluator", schema: Schema, args: list[Any]) -> Schema:
    return Schema("intersection", schema.library, inner=[schema, *args[:1]])


def _keyof(_: "Evaluator", schema: Schema, __: list[Any]) -> Schema:
    return Schema("enum", schema.library, {"type": "string", "enum": [str(k) for k in schema.shape]})


def _unwrap(_: "Evaluator", schema: Schema, __: list[Any]) -> Schema:
    return schema.with_(optional=False, absent=False, nullable=False)


def _parse(_: "Evaluator", __: Schema, args: list[Any]) -> Any:  # noqa: ANN401
    value = args[0] if args else UNDEFINED
    return value if not isinstance(value, Unknown) else Unknown("run-time", "parsed", value.kind)


def _safe_parse(ev: "Evaluator", schema: Schema, args: list[Any]) -> Any:  # noqa: ANN401
    return Obj({"success": Unknown("run-time", "success"), "data": _parse(ev, schema, args)})


def _extract(ev: "Evaluator", schema: Schema, args: list[Any], *, keep: bool = True) -> Schema:
    names = _chosen(ev, args)
    return schema.keyword(enum=[n for n in schema.extra.get("enum", []) if (n in names) == keep])


_PROPERTIES: dict[str, Callable[["Evaluator", Schema], Any]] = {
    "shape": _shape,
    "_def": _def,
    "def": _def,
    "_zod": lambda ev, s: Obj({"def": _def(ev, s)}),
    "description": lambda _, s: s.description if s.description is not None else UNDEFINED,
    "element": lambda ev, s: resolve(ev, s.inner[0]) if s.inner else UNDEFINED,
    "options": _options,
    "enum": lambda _, s: Obj({str(n): Text(str(n), "", 0) for n in s.extra.get("enum", [])}),
    "Enum": lambda _, s: Obj({str(n): str(n) for n in s.extra.get("enum", [])}),
    "Values": lambda _, s: Obj({str(n): str(n) for n in s.extra.get("enum", [])}),
    "value": lambda _, s: s.extra.get("const", UNDEFINED),
}
_METHODS: dict[str, Callable[["Evaluator", Schema, list[Any]], Any]] = {
    "optional": lambda _, s, __: s.with_(optional=True, absent=True),
    "exactOptional": lambda _, s, __: s.with_(optional=True, absent=True),
    "nullable": lambda _, s, __: s.with_(nullable=True),
    "nullish": lambda _, s, __: s.with_(optional=True, absent=True, nullable=True),
    "default": _default,
    "prefault": _default,
    "catch": lambda _, s, __: s.with_(optional=True),
    "describe": _describe,
    "meta": _meta,
    "min": lambda ev, s, a: _min(ev, s, a, "min"),
    "max": lambda ev, s, a: _min(ev, s, a, "max"),
    "gte": lambda ev, s, a: _min(ev, s, a, "min"),
    "lte": lambda ev, s, a: _min(ev, s, a, "max"),
    "length": lambda ev, s, a: _min(ev, _min(ev, s, a, "min"), a, "max"),
    "nonempty": lambda ev, s, _: _min(ev, s, [1], "min"),
    "gt": _bound("exclusiveMinimum"),
    "lt": _bound("exclusiveMaximum"),
    "multipleOf": _bound("multipleOf"),
    "int": lambda _, s, __: s.with_(kind="integer"),
    "positive": lambda _, s, __: s.keyword(exclusiveMinimum=0),
    "nonnegative": lambda _, s, __: s.keyword(minimum=0),
    "negative": lambda _, s, __: s.keyword(exclusiveMaximum=0),
    "nonpositive": lambda _, s, __: s.keyword(maximum=0),
    "array": lambda _, s, __: Schema("array", s.library, inner=[s]),
    "or": _or,
    "and": _and,
    "extend": _extend,
    "safeExtend": _extend,
    "augment": _extend,
    "merge": _extend,
    "setKey": lambda _, s, a: s.with_(shape={**s.shape, str(a[0]): a[1]}) if len(a) > 1 else s,
    "pick": _pick,
    "omit": _omit,
    "partial": _partial,
    "deepPartial": _partial,
    "required": lambda ev, s, a: _partial(ev, s, a, required=True),
    "passthrough": lambda _, s, __: s.with_(extra_keys="loose"),
    "loose": lambda _, s, __: s.with_(extra_keys="loose"),
    "catchall": lambda _, s, __: s.with_(extra_keys="loose"),
    "strict": lambda _, s, __: s.with_(extra_keys="strict"),
    "strip": lambda _, s, __: s.with_(extra_keys="strip"),
    "keyof": _keyof,
    "unwrap": _unwrap,
    "removeDefault": _unwrap,
    "parse": _parse,
    "parseAsync": _parse,
    "safeParse": _safe_parse,
    "safeParseAsync": _safe_parse,
    "extract": _extract,
    "exclude": lambda ev, s, a: _extract(ev, s, a, keep=False),
    "isOptional": lambda ev, s, _: may_be_absent(ev, s, "input"),
    "isNullable": lambda _, s, __: s.nullable,
    "toJSONSchema": lambda ev, s, a: _to_json_schema(ev, "zod4", [s, *a]),
}
__all__ = ["as_shape", "enum", "json_value", "literal", "member", "namespace", "simple_kind"]
