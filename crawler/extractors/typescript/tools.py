"""From the parts of a registration to a `Tool`, or to what could not be evaluated."""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, Final

from crawler.extractors.typescript import members
from crawler.extractors.typescript.conditions import decisive, opposite
from crawler.extractors.typescript.convert import MAX_JSON_NODES, Plain, to_json
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.members import Bound
from crawler.extractors.typescript.schema import JsonSchema, Schema, resolve
from crawler.extractors.typescript.values import (
    Choice,
    Fn,
    Getter,
    Guarded,
    Lazy,
    Native,
    Obj,
    Text,
    Unknown,
    likely,
    options,
)
from mcp_catalogue.model import Annotations, Condition, Handler, Location, MayHaveMore, Tool, Unresolved

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

Key = tuple[str, str, int]
MAX_NAME: Final = 256
MAX_TOOLS: Final = 5_000
MAX_JSON_DEPTH: Final = 60
_JSON_SCHEMA_KEYS = frozenset({"type", "properties", "$ref", "anyOf", "oneOf", "allOf", "$schema", "required"})


@dataclass(slots=True)
class Draft:
    """The values that a registration gives for a tool's parts; `fallback` places it when its name has none."""

    name: Any
    title: Any = UNDEFINED
    description: Any = UNDEFINED
    schema: Any = UNDEFINED
    output: Any = UNDEFINED
    annotations: Any = UNDEFINED
    handler: Any = UNDEFINED
    fallback: tuple[str, int] | None = None


@dataclass(slots=True, frozen=True)
class Site:
    """Where a registration stands, and the conditions that hold for the whole server."""

    file: str
    line: int
    guards: tuple[Condition, ...] = ()


def _of_one(draft: Draft, guard: Condition | None) -> Draft:
    """Take, where a name is one of several, the other parts that go with it: they were chosen by the same test."""

    def part(value: Any) -> Any:  # noqa: ANN401
        if not isinstance(value, Choice):
            return value
        return next((v for v, own in value.options if own == guard), value)

    if guard is None:
        return draft
    return replace(draft, title=part(draft.title), description=part(draft.description), schema=part(draft.schema))


def is_callable(value: Any) -> bool:  # noqa: ANN401
    """Whether `value` can be a handler."""
    if isinstance(value, Choice):
        return all(is_callable(v) for v, _ in value.options)
    return isinstance(value, Fn | Native | Unknown)


@dataclass(slots=True)
class ToolSink:
    """Collects tools: of one name and place once, without a condition if one registration has none.

    `handlers` holds what a call of each runs, as far as the registration says.
    """

    tools: dict[Key, Tool] = field(default_factory=dict)
    order: list[Key] = field(default_factory=list)
    handlers: dict[Key, Any] = field(default_factory=dict)
    unresolved: dict[tuple[str, int, str], Unresolved] = field(default_factory=dict)
    more: MayHaveMore | None = None
    taken: set[str] = field(default_factory=set)

    def add(self, ev: "Evaluator", draft: Draft, site: Site) -> None:
        """Add the tool of one registration."""
        ev.spend(20)
        for name, guard in options(draft.name):
            chosen = likely(name)
            if not isinstance(chosen, str) or not chosen or len(chosen) > MAX_NAME:
                text = name.text if isinstance(name, Unknown) else ""
                element = isinstance(name, Unknown) and name.text.startswith("element of")
                self.unknown(site, "name-not-constant", text, None if element or not text else 1)
                if element and self.more is None:
                    self.more = MayHaveMore(file=site.file, line=site.line, reason=f"names are {text}"[:200])
                continue
            with ev.under(guard):
                self._keep(self._tool(ev, _of_one(draft, guard), chosen, site))
                self.handlers.setdefault(self.order[-1], draft.handler)

    def unknown(self, site: Site, reason: str, detail: str, covers: int | None = None) -> None:
        """Record a registration that could not be evaluated."""
        found = Unresolved(file=site.file, line=site.line, reason=reason, detail=detail[:200], covers=covers)
        self.unresolved.setdefault((site.file, site.line, reason), found)

    def count(self) -> int:
        """How many tools were registered so far."""
        return len(self.tools)

    def cut_short(self, file: str, line: int, turns: int) -> None:
        """Note that a loop which registers tools ended `turns` turns early, for want of steps."""
        detail = f"the step budget ended {turns} turns before the loop did"
        self.unknown(Site(file, line), "too-much-work", detail, covers=turns)

    def _keep(self, tool: Tool) -> None:
        place = tool.location
        if tool.name in self.taken:
            return
        key = (tool.name, place.file if place else "", place.line if place else 0)
        self.order.append(key)
        old = self.tools.get(key)
        if (
            (old is None and len(self.tools) < MAX_TOOLS)
            or (old is not None and old.condition is not None and _likelier(tool.condition, old.condition))
            or (old is not None and old.input_schema is None and tool.input_schema is not None)
        ):
            self.tools[key] = tool

    def disable(self, keys: list[Key], guard: Condition | None, file: str, line: int) -> None:
        """Note that tools are switched off, always or under a condition."""
        for key in keys:
            tool = self.tools.get(key)
            if tool is None or tool.condition is not None:
                continue
            if guard is None:
                off = Condition(
                    kind="mode", expression="disabled until enabled", default_on=False, file=file, line=line
                )
            else:
                off = opposite(guard)
            self.tools[key] = replace(tool, condition=off)

    def finished(self) -> list[Tool]:
        """Return the tools, without conditions that tell none of them from the others.

        A filter that every tool passes through (`enabledTools`) is no condition of one tool, and neither is
        what is on by default for most of them.
        """
        tools = list(self.tools.values())
        guards = [t.condition for t in tools if t.condition]
        places = Counter((g.file, g.line) for g in guards)
        states = Counter((g.file, g.line, g.default_on) for g in guards)
        out = []
        for tool in tools:
            guard = tool.condition
            if guard is not None:
                everywhere = states[(guard.file, guard.line, guard.default_on)] == len(tools)
                most = places[(guard.file, guard.line)] * 2 >= len(tools)
                if (everywhere and guard.kind != "toolset") or (most and guard.default_on is not False):
                    tool = replace(tool, condition=None)  # noqa: PLW2901
            out.append(tool)
        return out

    def _tool(self, ev: "Evaluator", draft: Draft, name: str, site: Site) -> Tool:
        place = (site.file, site.line)
        if isinstance(name, Text) and name.file:
            place = (name.file, name.line)
        elif draft.fallback is not None and draft.fallback[0]:
            place = draft.fallback
        return Tool(
            name=str(name),
            title=_text(draft.title),
            description=_text(draft.description) or _in_part(draft.description),
            input_schema=input_schema(ev, draft.schema),
            output_schema=input_schema(ev, draft.output) if draft.output is not UNDEFINED else None,
            annotations=_annotations(ev, draft.annotations),
            condition=decisive([g for g in ev.guards if g not in site.guards]),
            location=Location(file=place[0], line=place[1]),
            handler=_handler(draft.handler),
        )


def _likelier(new: Condition | None, old: Condition) -> bool:
    return new is None or (old.default_on is False and new.default_on is not False)


def _text(value: Any) -> str | None:  # noqa: ANN401
    found = likely(value)
    return str(found) if isinstance(found, str) else None


def _in_part(value: Any) -> str | None:  # noqa: ANN401
    """What is known of a text that is completed at run time, with `…` for the rest."""
    value = likely(value)
    text = value.template.replace("{}", "…").strip() if isinstance(value, Unknown) else ""
    return text if text.strip("… ") else None


def _annotations(ev: "Evaluator", value: Any) -> Annotations:  # noqa: ANN401
    value = likely(value)
    if not isinstance(value, Obj):
        return Annotations()
    found = {}
    for key in ("readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"):
        hint = likely(members.get(ev, value, key))
        found[key] = hint if isinstance(hint, bool) else None
    return Annotations(title=_text(members.get(ev, value, "title")), **found)


def _handler(value: Any) -> Handler | None:  # noqa: ANN401
    value = likely(value)
    function = value.function if isinstance(value, Bound) else value
    if not isinstance(function, Fn):
        return None
    node = function.node
    return Handler(file=function.scope.module.path, start=node.line, end=node.end_line)


def input_schema(ev: "Evaluator", value: Any) -> dict[str, Any] | None:  # noqa: ANN401
    """Return the JSON Schema of what a registration gives: a schema, a shape of schemas, or JSON Schema itself."""
    value = likely(resolve(ev, value))
    if value is UNDEFINED or value is None:
        return {"type": "object", "properties": {}}
    if isinstance(value, Schema):
        return JsonSchema(ev).write(value)
    if not isinstance(value, Obj):
        return None
    if _is_json_schema(value) and not any(isinstance(resolve(ev, v), Schema) for v in value.props.values()):
        found = _json_with_schemas(ev, value)
        return found if isinstance(found, dict) else None
    shape = {k: resolve(ev, v) for k, v in value.props.items() if not isinstance(v, Native)}
    if value.open is not None and not any(isinstance(v, Schema) for v in shape.values()):
        return None
    library = next((v.library for v in shape.values() if isinstance(v, Schema)), "zod3")
    return JsonSchema(ev).write(Schema("object", library, shape=shape))


def _is_json_schema(value: Obj) -> bool:
    kind = value.props.get("type")
    return isinstance(likely(kind), str) or bool(_JSON_SCHEMA_KEYS & set(value.props) - {"type", "required"})


def _json_with_schemas(ev: "Evaluator", value: Obj) -> Any:  # noqa: ANN401
    """Convert JSON Schema, with library schemas that may stand inside; what is over the limit is left out."""
    left = MAX_JSON_NODES
    writer = JsonSchema(ev)
    converter = Plain()

    def plain(inner: Any, depth: int) -> Any:  # noqa: ANN401
        nonlocal left
        left -= 1
        inner = resolve(ev, inner)
        if left < 0 or depth > MAX_JSON_DEPTH:
            return UNDEFINED
        if isinstance(inner, Schema):
            return writer.write(inner)
        if not isinstance(inner, Obj):
            return converter.convert(inner)
        out = {}
        for key, prop in inner.props.items():
            if isinstance(prop, Guarded) and prop.guard.default_on is False:
                continue
            held = members.own(ev, inner, key) if isinstance(prop, Getter | Lazy) else prop
            found = plain(held, depth + 1)
            if found is not UNDEFINED:
                out[str(key)] = found
        return out

    return plain(value, 0)


__all__ = ["Draft", "Site", "ToolSink", "input_schema", "is_callable", "to_json"]
