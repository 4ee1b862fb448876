"""Schemas built by a validation library (zod, TypeBox, Valibot), and their JSON Schema.

One class stands for all of them. What is kept is what a tool's `inputSchema` shows: kinds, properties, which
of them may be left out, descriptions and the common constraints.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from crawler.extractors.typescript.convert import off, to_json
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.values import Choice, Getter, Guarded, Lazy, Unknown, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

NO_DEFAULT: Final = object()
MAX_DEPTH: Final = 24
MAX_NODES: Final = 4_000


@dataclass(slots=True, eq=False)
class Schema:
    """One schema. `optional` is about input, `absent` about output: with a default they differ.

    `library` is `zod3`, `zod4`, `typebox` or `valibot`; `extra` JSON Schema keywords; `inner` the parts (element,
    alternatives, wrapped schema); `extra_keys` what an object does with others: `strip`, `strict`, `loose`.
    """

    kind: str
    library: str = "zod3"
    extra: dict[str, Any] = field(default_factory=dict)
    shape: dict[str, Any] = field(default_factory=dict)
    places: dict[str, Any] = field(default_factory=dict)
    inner: list[Any] = field(default_factory=list)
    optional: bool = False
    absent: bool = False
    nullable: bool = False
    default: Any = NO_DEFAULT
    description: str | None = None
    extra_keys: str = "strip"

    def member(self, ev: "Evaluator", name: str) -> Any:  # noqa: ANN401
        """Read a property or method of the schema."""
        from crawler.extractors.typescript import zod_methods  # noqa: PLC0415

        return zod_methods.member(ev, self, name)

    def spread(self) -> dict[str, Any]:
        """What `{...schema}` gives."""
        return {}

    def with_(self, **changes: Any) -> "Schema":  # noqa: ANN401
        """Return a changed copy."""
        made = Schema(  # written out: every link of a chain makes one, and `replace` takes six times as long
            self.kind, self.library, self.extra, self.shape, self.places, self.inner, self.optional, self.absent,
            self.nullable, self.default, self.description, self.extra_keys,
        )  # fmt: skip
        for name, value in changes.items():
            setattr(made, name, value)
        return made

    def keyword(self, **extra: Any) -> "Schema":  # noqa: ANN401
        """Return a copy with more JSON Schema keywords."""
        return self.with_(extra={**self.extra, **{k: v for k, v in extra.items() if v is not None}})


class JsonSchema:
    """Writes a schema as JSON Schema, for what is sent (`input`) or for what is parsed (`output`)."""

    def __init__(self, ev: "Evaluator", io: str = "input") -> None:
        self.ev = ev
        self.io = io
        self.left = MAX_NODES
        self.depth = 0

    def write(self, value: Any) -> dict[str, Any]:  # noqa: ANN401
        """Return the JSON Schema of any value given as a schema."""
        schema = resolve(self.ev, value)
        self.left -= 1
        if not isinstance(schema, Schema) or self.left < 0 or self.depth > MAX_DEPTH:
            return to_json(schema) if _is_plain(schema) else {}
        self.depth += 1
        try:
            body = self._body(schema)
        finally:
            self.depth -= 1
        if schema.nullable:
            body = _nullable(body)
        if schema.description is not None:
            body["description"] = schema.description
        if schema.default is not NO_DEFAULT:
            default = to_json(schema.default)
            if default is not None or schema.default is None:
                body["default"] = default
        return body

    def _body(self, schema: Schema) -> dict[str, Any]:
        kind, extra = schema.kind, dict(schema.extra)
        if kind == "object":
            return {**self._object(schema), **extra}
        if kind in ("string", "number", "integer", "boolean", "null"):
            return {"type": kind, **extra}
        if kind == "array":
            items = [self.write(i) for i in schema.inner[:1]]
            return {"type": "array", **({"items": items[0]} if items else {}), **extra}
        if kind == "tuple":
            return {"type": "array", "items": [self.write(i) for i in schema.inner], **extra}
        if kind in ("union", "discriminated"):
            return {"anyOf": [self.write(i) for i in schema.inner], **extra}
        if kind == "intersection":
            return self._intersection(schema)
        if kind == "record":
            return {
                "type": "object",
                "additionalProperties": self.write(schema.inner[-1]) if schema.inner else {},
                **extra,
            }
        if kind in ("wrap", "lazy") and schema.inner:
            return {**self.write(schema.inner[0]), **extra}
        return extra

    def _object(self, schema: Schema) -> dict[str, Any]:
        properties: dict[str, Any] = {}
        required = []
        for name, value in fields(self.ev, schema):
            properties[name] = self.write(value)
            if not may_be_absent(self.ev, value, self.io):
                required.append(name)
        body: dict[str, Any] = {"type": "object", "properties": properties}
        if required:
            body["required"] = required
        if schema.extra_keys == "loose":
            body["additionalProperties"] = True
        elif schema.extra_keys == "strict" or schema.library == "zod3":
            body["additionalProperties"] = False
        return body

    def _intersection(self, schema: Schema) -> dict[str, Any]:
        parts = [self.write(i) for i in schema.inner]
        return {"allOf": parts}


def _nullable(body: dict[str, Any]) -> dict[str, Any]:
    if isinstance(body.get("type"), str) and "enum" not in body and body["type"] not in ("object", "array"):
        return {**body, "type": [body["type"], "null"]}
    return {"anyOf": [body, {"type": "null"}]}


def _is_plain(value: Any) -> bool:  # noqa: ANN401
    return not isinstance(value, Unknown | Schema)


_HELD = (Lazy, Getter, Choice, Guarded, Schema)


def resolve(ev: "Evaluator", value: Any) -> Any:  # noqa: ANN401
    """Return the schema behind getters, lazy bindings and choices."""
    if not isinstance(value, _HELD):
        return value
    from crawler.extractors.typescript.calls import call  # noqa: PLC0415 (it makes schemas)

    for _ in range(8):
        if isinstance(value, Lazy):
            value = ev.force(value, {}, "")
        elif isinstance(value, Getter):
            value = call(ev, value.function, UNDEFINED, [])
        elif isinstance(value, Choice | Guarded):
            value = likely(value)
        elif (
            isinstance(value, Schema)
            and value.kind == "lazy"
            and value.inner
            and not isinstance(value.inner[0], Schema)
        ):
            made = call(ev, value.inner[0], UNDEFINED, [])
            value = value.with_(kind="wrap", inner=[made])
        else:
            return value
    return value


def _added(value: Any) -> bool:  # noqa: ANN401
    """Whether a property is only added under a condition that does not hold by default, or may not."""
    if not isinstance(value, Choice) or not any(v is UNDEFINED for v, _ in value.options):
        return False
    return not any(g is not None and g.default_on for v, g in value.options if v is not UNDEFINED)


def fields(ev: "Evaluator", schema: Schema) -> Iterator[tuple[str, Any]]:
    """Yield an object's properties, without those that a condition takes out by default."""
    for name, value in schema.shape.items():
        if not off(value) and not _added(value):
            found = resolve(ev, value)
            if found is not UNDEFINED:
                yield str(name), found


def may_be_absent(ev: "Evaluator", value: Any, io: str, depth: int = 0) -> bool:  # noqa: ANN401
    """Whether a property with this schema is left out of `required`."""
    schema = resolve(ev, value)
    if not isinstance(schema, Schema) or depth > MAX_DEPTH:
        return False
    if schema.optional if io == "input" else schema.absent:
        return True
    if schema.kind in ("any", "unknown") and schema.library == "zod3":
        return True
    if schema.kind in ("wrap", "lazy") and schema.inner:
        return (schema.default is NO_DEFAULT) and may_be_absent(ev, schema.inner[0], io, depth + 1)
    if schema.kind == "union":
        return any(may_be_absent(ev, i, io, depth + 1) for i in schema.inner)
    return schema.kind == "undefined"
