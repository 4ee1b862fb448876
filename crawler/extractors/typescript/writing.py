"""Writing properties."""

from typing import TYPE_CHECKING, Any

from crawler.extractors.typescript.conditions import decisive, opposite
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.members import text_key
from crawler.extractors.typescript.values import (
    Arr,
    Cls,
    Fn,
    Getter,
    Lazy,
    Native,
    Obj,
    Place,
    Text,
    Unknown,
    join,
    options,
)

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

ANY = "[]"
"""The property that stands for those whose names a handler computes."""

_WRAPPED = frozenset({"registerTool", "tool", "addTool", "setRequestHandler", "connect", "close"})
"""The SDK's own methods: what a wrapper of one is called with registers all the same."""


def put(self: "Evaluator", owner: Any, name: str, value: Any, place: Place) -> None:  # noqa: ANN401
    """Write `owner.name = value`; under a condition an earlier value stays possible."""
    for target, _ in options(owner):
        if isinstance(target, Obj | Fn | Cls | Native):
            if isinstance(target.props.get(name), Getter):
                continue
            if self.memory is not None and isinstance(target, Obj):
                self.memory.written(self, target, name, value)
            target.props[name] = _possible(self, target, name, value) if isinstance(target, Obj) else value
            if isinstance(target, Obj):
                target.places.setdefault(name, place)
        elif isinstance(target, Unknown) and isinstance(value, Fn) and target.path.startswith("new "):
            if name not in _WRAPPED:
                target.added = {**(target.added or {}), name: value}
        elif isinstance(target, Arr) and name == "length" and value == 0:
            target.items.clear()
    self.spend()


def _possible(self: "Evaluator", target: Obj, name: str, value: Any) -> Any:  # noqa: ANN401
    """What a property holds after a write in a branch that may not be taken."""
    if len(self.logs) <= target.born or not self.guards or target.kind == "module":
        return value
    guard = decisive(self.guards) or self.guards[-1]
    old = target.props.get(name, UNDEFINED)
    if isinstance(old, Lazy) or old is value:
        return value
    return join([(value, guard), (old, opposite(guard))])


def put_index(self: "Evaluator", owner: Any, key: Any, value: Any, place: Place) -> None:  # noqa: ANN401
    """Write `owner[key] = value`."""
    if isinstance(owner, Arr) and isinstance(key, int):
        if key == len(owner.items):
            owner.items.append(value)
        elif 0 <= key < len(owner.items):
            owner.items[key] = value
        return
    name = text_key(key)
    if name is not None:
        put(self, owner, name, value, (key.file, key.line) if isinstance(key, Text) else place)
    elif isinstance(owner, Obj) and owner.kind == "object":
        owner.open = owner.open or Unknown("computed-key")
        if self.memory is not None:
            put(self, owner, ANY, value, place)
