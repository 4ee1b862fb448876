"""zod: the properties and methods of a schema."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript.convert import from_json, to_json
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.members import keys_of, to_array
from crawler.extractors.typescript.schema import Schema, may_be_absent, resolve
from crawler.extractors.typescript.values import Arr, Native, Obj, Text, Unknown, likely
from crawler.extractors.typescript.zod import FORMATS, as_shape, to_json_schema, with_default

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

_SAME = frozenset(
    {"refine", "superRefine", "transform", "brand", "readonly", "pipe", "check", "regex", "trim", "toLowerCase",
     "toUpperCase", "refinement", "finite", "safe", "cuid", "cuid2", "ulid", "nanoid", "base64", "emoji", "startsWith",
     "endsWith", "includes", "jwt", "overwrite", "register", "normalize", "clone", "innerType", "removeDefault",
     "step", "nonoptional", "lowercase", "uppercase", "cidr", "base64url", "slugify"}
)  # fmt: skip


def member(ev: "Evaluator", schema: Schema, name: str) -> Any:  # noqa: ANN401
    """Read a property or method of a schema."""
    reader = _PROPERTIES.get(name)
    if reader is not None:
        return reader(ev, schema)
    if name in _SAME:
        return Native(name, lambda _, this, __, ___: this, schema)
    form = FORMATS.get(name)
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
            inner = inner.with_(**change)
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
    "default": with_default,
    "prefault": with_default,
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
    "toJSONSchema": lambda ev, s, a: to_json_schema(ev, "zod4", [s, *a]),
}
