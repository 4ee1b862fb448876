"""Fields and methods of values, through pointers and embedded structs."""

from crawler.extractors.golang.index import Decl
from crawler.extractors.golang.literals import Literals
from crawler.extractors.golang.operators import struct_fields
from crawler.extractors.golang.types import ANY, Type
from crawler.extractors.golang.values import Fn, Foreign, Obj, Seq, Table, TypeValue, Unknown, Value
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import text


class Members(Literals):
    """The part of an evaluator that takes fields and methods."""

    def zero(self, kind: Type) -> Value:
        """Return the zero value of a type."""
        raise NotImplementedError

    def unknown(self, kind: Type = ANY, parent: Unknown | None = None, name: str = "") -> Value:
        """Return an unknown of `kind`, or the value that is assumed for that type."""
        raise NotImplementedError

    def select(self, value: Value, name: str) -> Value:
        """Take a field or method of a value."""
        if isinstance(value, Obj):
            return self._field(value, name)
        if isinstance(value, Unknown):
            return self._unknown_field(value, name)
        if isinstance(value, Foreign):
            return Foreign(value.package, name if not value.name else f"{value.name}.{name}", receiver=value)
        if isinstance(value, TypeValue) and value.type.own:
            method = self.method(value.type, name)
            return Fn(method.node, method.file, name=name) if method else Unknown()
        return Foreign("", name, receiver=value)

    def _field(self, value: Obj, name: str) -> Value:
        if name in value.fields:
            held = value.fields[name]
            if type(held) is Unknown and held.type.kind == "any":  # of which at least the declared type is known
                return Unknown(self.field_type(value.type, name) or ANY, held.parent, held.field)
            return held
        method = self.method(value.type, name)
        if method is not None:
            return Fn(method.node, method.file, receiver=value, name=name)
        for inner in value.fields.values():  # promoted from an embedded struct
            if isinstance(inner, Obj) and (name in inner.fields or self.method(inner.type, name)):
                return self._field(inner, name)
        kind = self.field_type(value.type, name)
        if kind is None:
            return Foreign(value.type.package, name, receiver=value)
        under, _ = self.index.underlying(kind)
        if under.kind == "basic" and self.index.assigned(name):
            return Unknown(kind)
        found = self.zero(kind) if under.kind in {"slice", "map", "struct", "basic"} else Unknown(kind)
        if isinstance(found, Obj | Seq | Table):
            value.fields[name] = found
        return found

    def _unknown_field(self, value: Unknown, name: str) -> Value:
        kind = value.type.bare
        if kind.own:
            method = self.method(kind, name)
            if method is not None:
                return Fn(method.node, method.file, receiver=value, name=name)
            found = self.field_type(kind, name)
            if found is not None:
                return self.unknown(found, value, name)
        return Unknown(ANY, value, name)

    def method(self, kind: Type, name: str, depth: int = 0) -> Decl | None:
        """Find a method of an own type, also through embedded structs."""
        kind = kind.bare
        if not kind.own or depth > 4:
            return None
        found = self.index.package(kind.package).methods.get((kind.name, name))
        if found is not None:
            return found
        under, file = self.index.underlying(kind)
        if under.kind != "struct" or under.node is None or file is None:
            return None
        for item in struct_fields(under.node):
            if not item.children_by_field_name("name"):
                inner = self.index.type_of(child(item, "type"), file)
                if (found := self.method(inner, name, depth + 1)) is not None:
                    return found
        return None

    def field_type(self, kind: Type, name: str) -> Type | None:
        """Return the type of a struct field, None when there is no such field."""
        under, file = self.index.underlying(kind)
        if under.kind != "struct" or under.node is None:
            return None
        if file is None:
            file = next(
                (f for f in self.index.package(under.file.rpartition("/")[0]).files if f.path == under.file), None
            )
        if file is None:
            return None
        bound = self._bound(kind)
        for item in struct_fields(under.node):
            if any(text(n) == name for n in item.children_by_field_name("name")):
                return self.index.type_of(child(item, "type"), file, bound)
        return None

    def _bound(self, kind: Type) -> dict[str, Type]:
        decl = self.index.package(kind.bare.package).names.get(kind.bare.name) if kind.bare.own else None
        return self.index.bind(decl.node, kind.bare.args) if decl is not None else {}
