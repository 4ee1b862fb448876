"""zod inlined in a bundle, recognised by its structure: property names that no minifier changes.

Three places give it away: a namespace object with zod's function names; `new` with a definition object
(`{typeName: "ZodString"}` in zod 3, `{type: "string"}` given to a constructor named `Zod…` in zod 4); and a
function that converts a schema to JSON Schema.
"""

from typing import TYPE_CHECKING, Any, Final

from crawler.extractors.typescript import zod
from crawler.extractors.typescript.calls import call
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.members import get
from crawler.extractors.typescript.schema import NO_DEFAULT, Schema
from crawler.extractors.typescript.values import Arr, Cls, Fn, Getter, Native, Obj, Unknown, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

_NAMES: Final = frozenset({"string", "number", "boolean", "object", "array", "union", "optional"})
_FOUR: Final = frozenset({"toJSONSchema", "strictObject", "prettifyError", "_default"})
_NAME_FOUR: Final = ("Zod", "$Zod")


def namespace_of(ev: "Evaluator", value: Obj) -> Obj | None:
    """Return zod's namespace where `value` is a bundled copy of it."""
    if len(value.props) < 25 or not value.props.keys() >= _NAMES or value.kind == "zod":
        return None
    library = "zod4" if _FOUR & value.props.keys() else "zod3"
    key = f"bundled {library}"
    if key not in ev.spaces:
        ev.spaces[key] = zod.namespace(library)
    made: Obj = ev.spaces[key]
    return made


def from_definition(ev: "Evaluator", callee: Any, args: list[Any]) -> Schema | None:  # noqa: ANN401
    """Return the schema that `new callee(definition)` makes, or None where it is no schema."""
    if not args or not isinstance(args[0], Obj):
        return None
    definition = args[0]
    name = likely(definition.props.get("typeName"))
    if isinstance(name, str) and name.startswith("Zod"):
        return _three(ev, name[3:], definition)
    kind = likely(definition.props.get("type"))
    if isinstance(kind, str) and isinstance(callee, Fn | Cls | Native):
        own = callee.props.get("name")
        named = own if isinstance(own, str) else callee.node.name if isinstance(callee, Fn | Cls) else callee.name
        if named.startswith(_NAME_FOUR):
            return _four(ev, kind, definition)
    return None


def _three(ev: "Evaluator", name: str, definition: Obj) -> Schema | None:
    def part(key: str) -> Any:  # noqa: ANN401
        return get(ev, definition, key)

    def called(key: str) -> Any:  # noqa: ANN401
        value = part(key)
        return call(ev, value, UNDEFINED, []) if isinstance(value, Fn | Native) else value

    inner: list[Any]
    match name:
        case "Object":
            shape, places = zod.as_shape(ev, called("shape"))
            keys = {"passthrough": "loose", "strict": "strict"}.get(str(likely(part("unknownKeys"))), "strip")
            made = Schema("object", "zod3", shape=shape, places=places, extra_keys=keys)
        case "Optional":
            made = _wrapped(part("innerType"), optional=True, absent=True)
        case "Nullable":
            made = _wrapped(part("innerType"), nullable=True)
        case "Default":
            made = _wrapped(part("innerType"), optional=True, absent=False, default=called("defaultValue"))
        case "Catch" | "Readonly" | "Branded" | "Promise":
            made = _wrapped(part("innerType") if "innerType" in definition.props else part("type"))
        case "Effects":
            made = _wrapped(part("schema"))
        case "Pipeline":
            made = _wrapped(part("in"))
        case "Lazy":
            made = Schema("lazy", "zod3", inner=[part("getter")])
        case "Array":
            made = Schema("array", "zod3", inner=[part("type")])
        case "Set":
            made = Schema("array", "zod3", inner=[part("valueType")])
        case "Union" | "DiscriminatedUnion":
            options = part("options")
            inner = list(options.items) if isinstance(options, Arr) else []
            made = Schema("union" if name == "Union" else "discriminated", "zod3", inner=inner)
        case "Intersection":
            made = Schema("intersection", "zod3", inner=[part("left"), part("right")])
        case "Record" | "Map":
            made = Schema("record", "zod3", inner=[part("valueType")])
        case "Tuple":
            items = part("items")
            made = Schema("tuple", "zod3", inner=list(items.items) if isinstance(items, Arr) else [])
        case "Enum" | "NativeEnum":
            made = zod.enum(ev, "zod3", [part("values")])
        case "Literal":
            made = zod.literal(ev, "zod3", [part("value")])
        case _:
            made = Schema(zod.simple_kind(name.lower()), "zod3")
    return _described(ev, made, definition)


def _four(ev: "Evaluator", kind: str, definition: Obj) -> Schema | None:
    def part(key: str) -> Any:  # noqa: ANN401
        return get(ev, definition, key)

    match kind:
        case "object":
            shape, places = zod.as_shape(ev, part("shape"))
            made = Schema("object", "zod4", shape=shape, places=places)
            catchall = part("catchall")
            if isinstance(catchall, Schema):
                made.extra_keys = "strict" if catchall.kind == "never" else "loose"
        case "optional":
            made = _wrapped(part("innerType"), optional=True, absent=True)
        case "nullable":
            made = _wrapped(part("innerType"), nullable=True)
        case "default" | "prefault":
            made = _wrapped(part("innerType"), optional=True, absent=False, default=part("defaultValue"))
        case "catch":
            made = _wrapped(part("innerType"), optional=True)
        case "readonly" | "nonoptional" | "promise" | "success":
            made = _wrapped(part("innerType"))
        case "pipe":
            first, second = part("in"), part("out")
            made = _wrapped(second if isinstance(first, Schema) and first.kind == "any" else first)
        case "transform":
            made = Schema("any", "zod4")
        case "lazy":
            made = Schema("lazy", "zod4", inner=[part("getter")])
        case "array" | "set":
            made = Schema("array", "zod4", inner=[part("element") if kind == "array" else part("valueType")])
        case "union":
            options = part("options")
            made = Schema("union", "zod4", inner=list(options.items) if isinstance(options, Arr) else [])
            if "discriminator" in definition.props:
                made.kind = "discriminated"
        case "intersection":
            made = Schema("intersection", "zod4", inner=[part("left"), part("right")])
        case "record" | "map":
            made = Schema("record", "zod4", inner=[part("valueType")])
        case "tuple":
            items = part("items")
            made = Schema("tuple", "zod4", inner=list(items.items) if isinstance(items, Arr) else [])
        case "enum":
            made = zod.enum(ev, "zod4", [part("entries")])
        case "literal":
            values = part("values")
            one = isinstance(values, Arr) and len(values.items) == 1
            made = zod.literal(ev, "zod4", [values.items[0] if one else values])
        case _:
            made = Schema(zod.simple_kind(kind), "zod4")
            form = likely(part("format"))
            if kind == "string" and isinstance(form, str):
                made = made.keyword(format={"url": "uri", "datetime": "date-time"}.get(form, str(form)))
            elif kind == "number" and form in ("safeint", "int32", "uint32"):
                made.kind = "integer"
    return _described(ev, made, definition)


def _wrapped(inner: Any, **change: Any) -> Schema:  # noqa: ANN401
    if isinstance(inner, Schema):
        return inner.with_(**change)
    base = Schema("wrap" if isinstance(inner, Getter) else "any", inner=[inner])
    return base.with_(**change) if change.get("default", NO_DEFAULT) is not NO_DEFAULT or change else base


def _described(ev: "Evaluator", made: Schema, definition: Obj) -> Schema:
    text = likely(get(ev, definition, "description"))
    return made.with_(description=str(text)) if isinstance(text, str) else made


def converts(ev: "Evaluator", function: Fn, args: list[Any]) -> Any:  # noqa: ANN401
    """Return the JSON Schema where `function` is a bundled converter called with a schema, else None."""
    if not args or not isinstance(args[0], Schema):
        return None
    name = function.node.name.lower()
    if "tojsonschema" in name.replace("_", "") or _writes_schema(function):
        settings = args[1] if len(args) > 1 else None
        io = likely(settings.props.get("io")) if isinstance(settings, Obj) else None
        output = args[0].library == "zod4" and io != "input" and "zod" not in name
        return zod.json_value(ev, args, "output" if output else "input")
    return None


def _writes_schema(function: Fn) -> bool:
    module = function.scope.module
    data = module.loader.resolver.read(module.path) or b""
    return b"json-schema.org/draft" in data[function.node.start : min(function.node.end, function.node.start + 8000)]


__all__ = ["Unknown", "converts", "from_definition", "namespace_of"]
