"""Type hints to JSON Schema, as pydantic makes it for a function's parameters and for models."""

import ast
from dataclasses import dataclass, field
from typing import Any

from crawler.extractors.python.classes import annotated_fields, inherits
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.items import is_enum
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.values import (
    MISSING,
    Class,
    External,
    Instance,
    Made,
    Subscripted,
    UnionType,
    Unknown,
    Value,
    plain,
)

_MAX_DEPTH = 24

_PRIMITIVES: dict[str, dict[str, Any]] = {
    "str": {"type": "string"},
    "int": {"type": "integer"},
    "float": {"type": "number"},
    "complex": {"type": "string"},
    "bool": {"type": "boolean"},
    "bytes": {"type": "string", "format": "binary"},
    "None": {"type": "null"},
    "NoneType": {"type": "null"},
    "dict": {"type": "object", "additionalProperties": True},
    "Dict": {"type": "object", "additionalProperties": True},
    "Mapping": {"type": "object", "additionalProperties": True},
    "list": {"items": {}, "type": "array"},
    "List": {"items": {}, "type": "array"},
    "tuple": {"items": {}, "type": "array"},
    "Sequence": {"items": {}, "type": "array"},
    "set": {"items": {}, "type": "array", "uniqueItems": True},
    "frozenset": {"items": {}, "type": "array", "uniqueItems": True},
    "datetime": {"format": "date-time", "type": "string"},
    "date": {"format": "date", "type": "string"},
    "time": {"format": "time", "type": "string"},
    "timedelta": {"format": "duration", "type": "string"},
    "Path": {"format": "path", "type": "string"},
    "UUID": {"format": "uuid", "type": "string"},
    "Decimal": {"anyOf": [{"type": "number"}, {"type": "string"}]},
    "EmailStr": {"format": "email", "type": "string"},
    "HttpUrl": {"format": "uri", "type": "string"},
    "AnyUrl": {"format": "uri", "type": "string"},
    "StrictStr": {"type": "string"},
    "StrictInt": {"type": "integer"},
    "StrictBool": {"type": "boolean"},
    "PositiveInt": {"exclusiveMinimum": 0, "type": "integer"},
    "NonNegativeInt": {"minimum": 0, "type": "integer"},
    "PositiveFloat": {"exclusiveMinimum": 0, "type": "number"},
}
_ARRAYS = frozenset(
    {"list", "List", "Sequence", "Iterable", "set", "Set", "frozenset", "FrozenSet", "Collection", "MutableSequence"}
)
_MAPPINGS = frozenset({"dict", "Dict", "Mapping", "MutableMapping", "OrderedDict", "defaultdict"})
_TRANSPARENT = frozenset(
    {"Required", "NotRequired", "Final", "ReadOnly", "ClassVar", "SkipValidation", "Awaitable", "Coroutine"}
)

# `Field` and annotated-types arguments → JSON Schema keywords.
_CONSTRAINTS = {
    "ge": "minimum", "gt": "exclusiveMinimum", "le": "maximum", "lt": "exclusiveMaximum", "multiple_of": "multipleOf",
    "pattern": "pattern", "regex": "pattern", "title": "title", "examples": "examples", "description": "description",
}  # fmt: skip


@dataclass(slots=True)
class Schemas:
    """Collects the definitions that a schema refers to. `titles`: whether fields carry titles made of their names."""

    run: Interpreter
    titles: bool = True
    defs: dict[str, Any] = field(default_factory=dict)
    depth: int = 0

    def of(self, value: Value, scope: Scope | None = None) -> dict[str, Any]:
        """Return the schema of a type."""
        self.depth += 1
        self.run.budget.spend()
        try:
            return self._of(value, scope) if self.depth < _MAX_DEPTH else {}
        finally:
            self.depth -= 1

    def _of(self, value: Value, scope: Scope | None) -> dict[str, Any]:
        value = self.run.first(value)
        if value is None:
            return {"type": "null"}
        if isinstance(value, str):
            return self._forward(value, scope)
        if isinstance(value, External):
            return dict(_PRIMITIVES.get(value.path.rpartition(".")[2], {}))
        if isinstance(value, UnionType):
            return self._union(value.options, scope)
        if isinstance(value, Subscripted):
            return self._generic(value, scope)
        if isinstance(value, Class):
            return self._class(value)
        if isinstance(value, Made) and value.path == "typing.NewType" and len(value.args) > 1:
            return self.of(value.args[1], scope)
        if isinstance(value, Made) and value.path in ("pydantic.constr", "pydantic.conint", "pydantic.confloat"):
            base = dict(_PRIMITIVES[{"constr": "str", "conint": "int"}.get(value.path[9:], "float")])
            return constrained(base, value)
        return {}

    def _forward(self, text: str, scope: Scope | None) -> dict[str, Any]:
        if scope is None or len(text) > 2000:
            return {}
        try:
            node = ast.parse(text.strip(), mode="eval").body
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            return {}
        return self.of(self.run.evaluate(node, scope), scope)

    def _union(self, options: tuple[Value, ...], scope: Scope | None) -> dict[str, Any]:
        schemas: list[dict[str, Any]] = []
        for option in options:
            schema = self.of(option, scope)
            for one in schema.get("anyOf", [schema]) if set(schema) == {"anyOf"} else [schema]:
                if one not in schemas:
                    schemas.append(one)
        return schemas[0] if len(schemas) == 1 else {"anyOf": schemas}

    def _generic(self, value: Subscripted, scope: Scope | None) -> dict[str, Any]:
        base = self.run.first(value.base)
        args = value.args
        if isinstance(base, Subscripted):  # an alias with parameters of its own
            return self.of(base, scope)
        if isinstance(base, Class):
            return self._class(base)
        name = base.path.rpartition(".")[2] if isinstance(base, External) else ""
        if name == "Optional":
            return self._union((*args, None), scope)
        if name == "Union":
            return self._union(args, scope)
        if name == "Literal":
            return literal(self.run, args)
        if name == "Annotated" and args:
            return self.annotated(self.of(args[0], scope), args[1:])
        if name in _TRANSPARENT and args:
            return self.of(args[-1], scope)
        if name in ("tuple", "Tuple"):
            return self._tuple(args, scope)
        if name in _ARRAYS:
            schema: dict[str, Any] = {"items": self.of(args[0], scope), "type": "array"} if args else {"type": "array"}
            if "et" in name.lower()[-3:]:
                schema["uniqueItems"] = True
            return schema
        if name in _MAPPINGS:
            inner = self.of(args[1], scope) if len(args) > 1 else {}
            return {"additionalProperties": inner or True, "type": "object"}
        return {}

    def _tuple(self, args: tuple[Value, ...], scope: Scope | None) -> dict[str, Any]:
        if len(args) == 2 and args[1] is ...:
            return {"items": self.of(args[0], scope), "type": "array"}
        items = [self.of(a, scope) for a in args]
        return {"maxItems": len(items), "minItems": len(items), "prefixItems": items, "type": "array"}

    def annotated(self, schema: dict[str, Any], extras: tuple[Value, ...]) -> dict[str, Any]:
        """Apply what stands after the type in `Annotated`."""
        for extra in extras:
            value = self.run.first(extra)
            if isinstance(value, Made):
                schema = constrained(schema, value, self.run)
            elif isinstance(value, str):
                schema = {**schema, "description": str(value)}
        return schema

    def _class(self, cls: Class) -> dict[str, Any]:
        if is_enum(self.run, cls):
            if cls.name not in self.defs:
                self.defs[cls.name] = enumeration(self.run, cls)
            return {"$ref": f"#/$defs/{cls.name}"}
        if not self.is_model(cls):
            return {}
        if cls.name not in self.defs:
            self.defs[cls.name] = {}
            self.defs[cls.name] = self.model(cls)
        return {"$ref": f"#/$defs/{cls.name}"}

    def is_model(self, cls: Class) -> bool:
        """Tell whether pydantic can make an object schema of `cls`."""
        if inherits(self.run, cls, "BaseModel", "TypedDict", "NamedTuple", "RootModel", "BaseSettings", "SQLModel"):
            return True
        names = {
            n.id if isinstance(n, ast.Name) else getattr(n, "attr", "")
            for d in cls.node.decorator_list
            for n in [_called(d)]
        }
        return bool(names & {"dataclass", "define", "frozen"})

    def model(self, cls: Class) -> dict[str, Any]:
        """Return the schema of a model, dataclass or typed dictionary."""
        properties: dict[str, Any] = {}
        required: list[str] = []
        partial = self.run.first(cls.keywords.get("total", True)) is False
        for name, statement, owner in annotated_fields(self.run, cls):
            if name.startswith("_") or name == "model_config" or "ClassVar" in ast.unparse(statement.annotation)[:40]:
                continue
            scope = Scope(owner.module, owner.scope, None)
            default = owner.attributes.get(name, MISSING) if statement.value is not None else MISSING
            annotation = self.run.evaluate(statement.annotation, scope)
            key, schema, needed = self.field(name, annotation, default, scope)
            properties[key] = schema
            optional = partial or _marked(self.run, annotation, "NotRequired")
            if needed and not (optional and not _marked(self.run, annotation, "Required")):
                required.append(key)
        out: dict[str, Any] = {}
        doc = ast.get_docstring(cls.node)
        if doc:
            out["description"] = doc
        out |= {"properties": properties, "title": cls.name, "type": "object"}
        if required:
            out["required"] = required
        return out

    def field(self, name: str, annotation: Value, default: Value, scope: Scope) -> tuple[str, dict[str, Any], bool]:
        """Return (key, schema, whether required) of one field or parameter."""
        schema = self.of(annotation, scope) if annotation is not MISSING else {}
        infos = [i for i in field_infos(self.run, annotation) if isinstance(i, Made)]
        needed = True
        if default is not MISSING:
            value = self.run.first(default)
            if isinstance(value, Made) and value.path.rpartition(".")[2] in (
                "Field",
                "field",
                "Body",
                "Query",
                "Header",
            ):
                schema = constrained(schema, value, self.run)
                infos.append(value)
            else:
                needed = False
                schema = {**schema, **_default(value)}
        key = name
        for info in infos:
            inner = field_default(self.run, info)
            if inner is not MISSING:
                needed = False
                schema = {**schema, **_default(inner)}
            for alias in ("alias", "validation_alias"):
                text = self.run.first(info.kwargs.get(alias))
                key = str(text) if isinstance(text, str) else key
        if self.titles and "$ref" not in schema:
            schema.setdefault("title", " ".join(w.capitalize() for w in key.replace("_", " ").split()))
        return key, schema, needed


def _called(node: ast.expr) -> ast.expr:
    return node.func if isinstance(node, ast.Call) else node


def _default(value: Value) -> dict[str, Any]:
    if isinstance(value, (str, int, float, bool, list, dict)) or value is None:
        return {"default": plain(value)}
    if isinstance(value, Instance) and value.member:
        return {"default": plain(value)}
    return {}


def _marked(run: Interpreter, annotation: Value, name: str) -> bool:
    value = run.first(annotation)
    return isinstance(value, Subscripted) and isinstance(value.base, External) and value.base.path.endswith(f".{name}")


def field_infos(run: Interpreter, annotation: Value) -> list[Value]:
    """Return what stands after the type in `Annotated[…]`, nested ones and aliases included."""
    value = run.first(annotation)
    if isinstance(value, Subscripted) and isinstance(value.base, External) and value.base.path.endswith(".Annotated"):
        return [*field_infos(run, value.args[0]), *(run.first(a) for a in value.args[1:])] if value.args else []
    return []


def field_default(run: Interpreter, info: Made) -> Value:
    """Return the default that `Field(…)` gives, MISSING where the field is required."""
    if info.path.rpartition(".")[2] not in ("Field", "field", "Body", "Query", "Header"):
        return MISSING
    value = info.args[0] if info.args else info.kwargs.get("default", MISSING)
    forced = run.force(value)
    if forced is ... or (
        isinstance(forced, External) and forced.path.rpartition(".")[2] in ("PydanticUndefined", "MISSING")
    ):
        return MISSING
    if value is MISSING and ("default_factory" in info.kwargs or "factory" in info.kwargs):
        return Unknown("factory")
    return value


def constrained(schema: dict[str, Any], info: Made, run: Interpreter | None = None) -> dict[str, Any]:
    """Add the constraints of `Field(…)` or of annotated-types (`Ge(0)`, `MinLen(1)`)."""
    out = dict(schema)

    def known(value: Value) -> Any:  # noqa: ANN401 - JSON
        return plain(run.first(value) if run is not None else value)

    last = info.path.rpartition(".")[2]
    if last in ("Ge", "Gt", "Le", "Lt", "MultipleOf") and info.args:
        out[_CONSTRAINTS[{"MultipleOf": "multiple_of"}.get(last, last.lower())]] = known(info.args[0])
    for key, value in info.kwargs.items():
        keyword = _CONSTRAINTS.get(key)
        if key in ("min_length", "max_length", "min_items", "max_items"):
            suffix = "Items" if out.get("type") == "array" else "Length"
            keyword = key[:3] + suffix
        said = known(value) if keyword else None
        if keyword and said is not None:
            out[keyword] = said
        elif key == "json_schema_extra" and isinstance(known(value), dict):
            out.update(known(value))
    return out


def literal(run: Interpreter, args: tuple[Value, ...]) -> dict[str, Any]:
    """Return the schema of `Literal[…]`."""
    values: list[Any] = []
    for argument in args:
        value = run.first(argument)
        if isinstance(value, Subscripted):
            values.extend(literal(run, value.args).get("enum", []))
        else:
            values.append(plain(value))
    kinds = {type(v) for v in values}
    names = {str: "string", int: "integer", bool: "boolean", type(None): "null"}
    out: dict[str, Any] = {"const": values[0]} if len(values) == 1 else {"enum": values}
    if len(kinds) == 1:
        out["type"] = names.get(kinds.pop(), "string")
    return out


def enumeration(run: Interpreter, cls: Class) -> dict[str, Any]:
    """Return the schema of an enumeration."""
    values = [
        plain(run.first(v.attributes.get("value")))
        for v in cls.attributes.values()
        if isinstance(v, Instance) and v.member
    ]
    out: dict[str, Any] = {"enum": values, "title": cls.name}
    if values and all(isinstance(v, str) for v in values):
        out["type"] = "string"
    elif values and all(isinstance(v, int) for v in values):
        out["type"] = "integer"
    doc = ast.get_docstring(cls.node)
    return {"description": doc, **out} if doc else out
