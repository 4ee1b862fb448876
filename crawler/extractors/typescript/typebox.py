"""TypeBox (`Type.Object({…})`) and Valibot (`v.object({…})`), as the same schemas as zod's."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from crawler.extractors.typescript.convert import to_json
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.members import to_array
from crawler.extractors.typescript.schema import Schema, resolve
from crawler.extractors.typescript.values import Native, Obj, Unknown, likely
from crawler.extractors.typescript.zod import as_shape

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

Maker = Callable[["Evaluator", list[Any]], Any]
_SIMPLE: Final = {
    "String": "string", "Number": "number", "Integer": "integer", "Boolean": "boolean", "Null": "null", "Any": "any",
    "Unknown": "unknown", "Never": "never", "Undefined": "undefined", "Date": "string",
}  # fmt: skip
_PIPED: Final = {"email": "email", "url": "uri", "uuid": "uuid", "isoDate": "date", "isoDateTime": "date-time"}
_EDGES: Final = {"minLength": "minLength", "maxLength": "maxLength", "minValue": "minimum", "maxValue": "maximum"}


def typebox() -> Obj:
    """Return TypeBox's module: `Type`, and what can be imported by itself."""
    table: dict[str, Any] = {}
    for name, kind in _SIMPLE.items():
        table[name] = _native(name, lambda ev, a, k=kind: _options(ev, Schema(k, "typebox"), a[:1]))  # type: ignore[misc]
    for name, maker in _TYPEBOX.items():
        table[name] = _native(name, maker)
    kinds = Obj(table, kind="module", open=Unknown("library", "Type"))
    return Obj(
        {**table, "Type": kinds, "t": kinds, "default": kinds}, kind="module", open=Unknown("library", "typebox")
    )


def valibot() -> Obj:
    """Return Valibot's module."""
    table: dict[str, Any] = {}
    for name, kind in _SIMPLE.items():
        table[name.lower()] = _native(name.lower(), lambda _, __, k=kind: Schema(k, "valibot"))  # type: ignore[misc]
    for name, maker in _VALIBOT.items():
        table[name] = _native(name, maker)
    for name, form in _PIPED.items():
        table[name] = _native(name, lambda _, __, f=form: Obj({"format": f}))  # type: ignore[misc]
    for name, key in _EDGES.items():
        table[name] = _native(name, lambda _, a, k=key: Obj({k: a[0]} if a else {}))  # type: ignore[misc]
    return Obj({**table, "v": Obj(table, kind="module")}, kind="module", open=Unknown("library", "valibot"))


def _native(name: str, maker: Maker) -> Native:
    return Native(name, lambda ev, _, args, __: maker(ev, args))


def _arg(args: list[Any], index: int = 0) -> Any:  # noqa: ANN401
    return args[index] if len(args) > index else UNDEFINED


def _options(_: "Evaluator", schema: Schema, args: list[Any]) -> Schema:
    """Apply the last argument of a TypeBox type: JSON Schema keywords."""
    given = to_json(args[0]) if args and isinstance(likely(args[0]), Obj) else None
    if not isinstance(given, dict):
        return schema
    text = given.pop("description", None)
    if "default" in given:
        schema = schema.with_(default=given.pop("default"))
    made = schema.keyword(**{k: v for k, v in given.items() if isinstance(k, str)})
    return made.with_(description=text) if isinstance(text, str) else made


def _object(library: str) -> Maker:
    def make(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
        shape, places = as_shape(ev, _arg(args))
        return _options(ev, Schema("object", library, shape=shape, places=places), args[1:2])

    return make


def _inner(kind: str, library: str) -> Maker:
    return lambda ev, args: _options(ev, Schema(kind, library, inner=args[:1]), args[1:2])


def _many(kind: str, library: str) -> Maker:
    return lambda ev, args: _options(ev, Schema(kind, library, inner=to_array(ev, _arg(args)).items), args[1:2])


def _literal(library: str) -> Maker:
    return lambda ev, args: _options(ev, Schema("literal", library, {"const": to_json(_arg(args))}), args[1:2])


def _enum(library: str) -> Maker:
    def make(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
        source = likely(_arg(args))
        values = list(source.props.values()) if isinstance(source, Obj) else to_array(ev, source).items
        return Schema("enum", library, {"enum": [to_json(v) for v in values]})

    return make


def _change(**change: Any) -> Maker:  # noqa: ANN401
    def make(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
        inner = resolve(ev, _arg(args))
        if not isinstance(inner, Schema):
            return inner
        made = inner.with_(**change)
        return made.with_(default=args[1], absent=False) if len(args) > 1 and made.library == "valibot" else made

    return make


def _partial(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    schema = resolve(ev, _arg(args))
    if not isinstance(schema, Schema):
        return schema
    optional = _change(optional=True, absent=True)
    return schema.with_(shape={k: optional(ev, [v]) for k, v in schema.shape.items()})


def _chosen(*, keep: bool) -> Maker:
    def make(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
        schema = resolve(ev, _arg(args))
        names = {str(n) for n in to_array(ev, _arg(args, 1)).items if isinstance(n, str)}
        if not isinstance(schema, Schema):
            return schema
        return schema.with_(shape={k: v for k, v in schema.shape.items() if (k in names) == keep})

    return make


def _together(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    parts = [p for i in to_array(ev, _arg(args)).items if isinstance(p := resolve(ev, i), Schema)]
    shape = {k: v for part in parts for k, v in part.shape.items()}
    return _options(ev, Schema("object", "typebox", shape=shape), args[1:2])


def _record(library: str) -> Maker:
    return lambda _, args: Schema("record", library, inner=args[1:2])


def _pipe(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    schema = resolve(ev, _arg(args))
    for step in args[1:]:
        action = likely(step)
        if isinstance(schema, Schema) and isinstance(action, Obj):
            schema = _options(ev, schema, [action])
    return schema


def _strings(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    values = [to_json(v) for v in to_array(ev, _arg(args)).items]
    return _options(ev, Schema("enum", "typebox", {"type": "string", "enum": values}), args[1:2])


_TYPEBOX: dict[str, Maker] = {
    "Object": _object("typebox"),
    "Array": _inner("array", "typebox"),
    "Union": _many("union", "typebox"),
    "Tuple": _many("tuple", "typebox"),
    "Intersect": _together,
    "Composite": _together,
    "Literal": _literal("typebox"),
    "Enum": _enum("typebox"),
    "StringEnum": _strings,
    "Record": _record("typebox"),
    "Optional": _change(optional=True, absent=True),
    "Readonly": _change(),
    "Partial": _partial,
    "Required": _change(),
    "Pick": _chosen(keep=True),
    "Omit": _chosen(keep=False),
    "Unsafe": lambda ev, args: _options(ev, Schema("any", "typebox"), args),
}
_VALIBOT: dict[str, Maker] = {
    "object": _object("valibot"),
    "looseObject": _object("valibot"),
    "strictObject": _object("valibot"),
    "array": lambda _, args: Schema("array", "valibot", inner=args[:1]),
    "union": _many("union", "valibot"),
    "variant": lambda ev, args: Schema("discriminated", "valibot", inner=to_array(ev, _arg(args, 1)).items),
    "tuple": _many("tuple", "valibot"),
    "literal": _literal("valibot"),
    "picklist": _enum("valibot"),
    "enum": _enum("valibot"),
    "enum_": _enum("valibot"),
    "record": _record("valibot"),
    "optional": _change(optional=True, absent=True),
    "nullable": _change(nullable=True),
    "nullish": _change(optional=True, absent=True, nullable=True),
    "partial": _partial,
    "pick": _chosen(keep=True),
    "omit": _chosen(keep=False),
    "pipe": _pipe,
    "description": lambda _, args: Obj({"description": _arg(args)}),
    "title": lambda _, args: Obj({"title": _arg(args)}),
    "integer": lambda _, __: Obj({"type": "integer"}),
}
