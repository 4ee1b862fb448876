"""`instanceof`, and tagged template strings."""

from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript import ir, members
from crawler.extractors.typescript.calls import call, show
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.schema import NO_DEFAULT, Schema
from crawler.extractors.typescript.texts import dedent
from crawler.extractors.typescript.values import Arr, Choice, Cls, Fn, Obj, Scope, Text, Unknown, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator


def instance_of(value: Any, cls: Any) -> Any:  # noqa: ANN401
    """`value instanceof cls`."""
    if isinstance(value, Schema):
        name = (cls.path or cls.text).rpartition(".")[2] if isinstance(cls, Unknown) else getattr(cls, "name", "")
        return _is_zod(value, name) if name.startswith(("Zod", "$Zod")) else Unknown("not-constant", "instanceof")
    if not isinstance(value, Obj) or not isinstance(cls, Cls | Fn):
        return Unknown("not-constant", "instanceof") if isinstance(value, Unknown | Choice) else False
    at = value.proto
    for _ in range(40):
        if at is cls or (isinstance(cls, Fn) and at is members.prototype(cls)):
            return True
        if isinstance(at, Cls):
            at = at.parent
        elif isinstance(at, Obj):
            at = at.proto
        else:
            break
    return False


def _is_zod(schema: Schema, name: str) -> bool:
    kind = name.removeprefix("$").removeprefix("Zod").lower()
    if kind in ("type", "schema", "typeany"):
        return True
    if kind in ("optional", "nullable", "default"):
        return {"optional": schema.optional, "nullable": schema.nullable, "default": schema.default is not NO_DEFAULT}[
            kind
        ]
    return kind == schema.kind or (kind == "number" and schema.kind == "integer")


def tagged(self: "Evaluator", tag: Any, link: ir.Tagged, scope: Scope) -> Any:  # noqa: ANN401
    """A template string given to a tag: `dedent`, `String.raw`, an own function, or unknown (then as plain)."""
    if isinstance(tag, Fn):
        pieces, values = [], []
        previous_text = False
        for part in link.template.parts:
            if isinstance(part, str):
                pieces.append(part)
                previous_text = True
            else:
                if not previous_text:
                    pieces.append("")
                values.append(self.value(part, scope))
                previous_text = False
        if not previous_text:
            pieces.append("")
        strings = Arr([Text(p, scope.module.path, link.line) for p in pieces])
        whole = Obj({"raw": strings}, proto=None, kind="object")
        strings_with_raw = Arr(strings.items)
        del whole
        return call(self, tag, UNDEFINED, [strings_with_raw, *values])
    plain = self.value(link.template, scope)
    if isinstance(tag, Unknown):
        show(self, tag, [plain], ir.Get("", False, link.line, -1), scope)  # noqa: FBT003
    text = likely(plain)
    name = tag.path or tag.text if isinstance(tag, Unknown) else getattr(tag, "name", "")
    spec = tag.spec or "" if isinstance(tag, Unknown) else ""
    if isinstance(text, Text) and ("dedent" in f"{name}{spec}".lower() or "outdent" in f"{name}{spec}".lower()):
        return Text(dedent(text), text.file, text.line)
    return plain
