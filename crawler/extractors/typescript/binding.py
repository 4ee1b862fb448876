"""Binding values to names, patterns and properties."""

from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript import ir, members, writing
from crawler.extractors.typescript.convert import to_text
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.values import Arr, Choice, Fn, Guarded, Obj, Scope, Unknown, known, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator


def bind(self: "Evaluator", target: Any, value: Any, scope: Scope, *, declare: bool) -> None:  # noqa: ANN401
    """Bind a pattern: names, defaults, nested objects and arrays, or a property."""
    if isinstance(target, ir.Name):
        if isinstance(value, Fn) and not value.node.name and value.node.arrow:
            value.node.name = target.id
        if isinstance(value, Unknown) and value.spec is None and value.kind is None and members.is_settings(target.id):
            value = Unknown(value.reason, target.id, None, value.guess, None, "", value.guards)
        elif (
            isinstance(value, Obj)
            and value.open is not None
            and value.open.kind is None
            and members.is_settings(target.id)
        ):
            value.open = Unknown(value.open.reason, target.id)
        self.assign_name(scope, target.id, value, declare=declare)
    elif isinstance(target, ir.Default):
        bind(self, target.target, _defaulted(self, value, target.value, scope), scope, declare=declare)
    elif isinstance(target, ir.ObjectPattern):
        _bind_object(self, target, value, scope, declare=declare)
    elif isinstance(target, ir.ArrayPattern):
        items = members.to_array(self, value)
        for index, inner in enumerate(target.items):
            if inner is not None:
                item = items.items[index] if index < len(items.items) else items.open or UNDEFINED
                bind(self, inner, item.value if isinstance(item, Guarded) else item, scope, declare=declare)
        if target.rest is not None:
            rest = Arr(items.items[len(target.items) :], items.open, items.place)
            bind(self, target.rest, rest, scope, declare=declare)
    elif isinstance(target, ir.Chain):
        _bind_property(self, target, value, scope)


def _defaulted(self: "Evaluator", value: Any, default: ir.Node, scope: Scope) -> Any:  # noqa: ANN401
    if value is UNDEFINED:
        return self.value(default, scope)
    if isinstance(value, Unknown) and likely(value) is UNDEFINED:
        return Unknown(value.reason, value.text, value.kind, likely(self.value(default, scope)))
    if isinstance(value, Unknown) and not known(likely(value)):
        fallback = self.value(default, scope)
        if self.memory is not None and isinstance(fallback, Obj):
            fallback.open = fallback.open or value  # a tool's caller gives what stands there
        return fallback if isinstance(fallback, Obj | Arr | Fn) else value
    return value


def _bind_object(self: "Evaluator", target: ir.ObjectPattern, value: Any, scope: Scope, *, declare: bool) -> None:  # noqa: ANN401
    taken = set()
    for key, inner in target.props:
        name = key if isinstance(key, str) else to_text(likely(self.value(key, scope)))
        if name is None:
            bind(self, inner, Unknown("computed-key"), scope, declare=declare)
            continue
        taken.add(name)
        bind(self, inner, members.get(self, value, name), scope, declare=declare)
    if target.rest is not None:
        rest: Any = value
        if isinstance(value, Obj):
            rest = Obj(
                {k: v for k, v in value.props.items() if k not in taken}, open=value.open, places=value.places
            )  # fmt: skip
        elif isinstance(value, Choice):
            rest = likely(value)
        bind(self, target.rest, rest, scope, declare=declare)


def _bind_property(self: "Evaluator", target: ir.Chain, value: Any, scope: Scope) -> None:  # noqa: ANN401
    *before, last = target.links
    owner = self.value(ir.Chain(target.line, target.base, before), scope) if before else self.value(target.base, scope)
    if isinstance(last, ir.Get):
        writing.put(self, owner, last.name, value, (scope.module.path, last.line))
    elif isinstance(last, ir.Index):
        writing.put_index(self, owner, self.value(last.key, scope), value, (scope.module.path, last.line))
