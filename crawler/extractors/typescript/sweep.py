"""Registrations that running the program did not reach: their functions are run with unknown arguments."""

import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from crawler.extractors.typescript import members
from crawler.extractors.typescript.calls import call, construct, invoke
from crawler.extractors.typescript.helpers import LAZY_MODULE
from crawler.extractors.typescript.literals import UNDEFINED
from crawler.extractors.typescript.resolve import DEPENDENCIES
from crawler.extractors.typescript.sdk import Registrations
from crawler.extractors.typescript.values import Cls, Fn, Native, Obj, Thrown, Unknown

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator
    from crawler.extractors.typescript.modules import Loader, Module

_NAMES: Final = (b"registerTool", b"tool", b"addTool", b"addTools", b"setRequestHandler")
_MAX_SITES: Final = 2_000
_MAX_CLIMB: Final = 3
"""Levels of callers, and …"""
_MAX_CALLERS: Final = 4
"""… how many of each."""
_MIN_NAME: Final = 4
"""Shorter names are a minifier's, and mean something else elsewhere."""
LARGE: Final = 400_000
"""A larger file that is no entry point is a bundle of libraries."""


def sweep(ev: "Evaluator", loader: "Loader", sink: Registrations) -> None:
    """Run what holds a registration that was not evaluated yet."""
    sink.settled = set(sink.visited)
    for module in [m for m in loader.modules.values() if m is not None and _own(m)]:
        missing = list(_missing(module, sink))
        if not missing:
            continue
        own = list(_roots(ev, module))
        _initialise(ev, own)
        vendored = [v for v in own if isinstance(v, Cls) and _vendored(module, sink, v, own)]
        for value in own:
            if not any(value is v for v in vendored) and _holds(module, sink, value, missing):
                before = sink.count()
                _climb(ev, loader, sink, value)
                if sink.count() == before or not isinstance(value, Fn):  # else its callers said what it registers
                    _run(ev, module, sink, value, missing, 0)


def sink_missing(module: "Module", sink: Registrations, at: int) -> bool:
    """Whether the registration at byte `at` was not evaluated."""
    return (module.path, at) not in sink.visited


def _initialise(ev: "Evaluator", roots: list[Any]) -> None:
    """Run what a bundle keeps to be run lazily and nothing that was reached has asked for."""
    for value in roots:
        if isinstance(value, Native) and value.name == LAZY_MODULE:
            try:
                call(ev, value, UNDEFINED, [])
            except Thrown:
                continue


def _holds(module: "Module", sink: Registrations, value: Any, missing: list[int]) -> bool:  # noqa: ANN401
    node = value.node if isinstance(value, Fn | Cls) and value.scope.module is module else None
    return any(sink_missing(module, sink, at) and (node is None or node.start <= at < node.end) for at in missing)


def _climb(ev: "Evaluator", loader: "Loader", sink: Registrations, value: Any) -> None:  # noqa: ANN401
    """Run what calls a function that registers, the outermost first: it knows with what."""
    levels: list[list[tuple[Module, Any, int]]] = []
    below, seen = [value], {id(value)}
    for _ in range(_MAX_CLIMB):
        found = [c for v in below for c in _callers(ev, loader, v) if id(c[1]) not in seen][:_MAX_CALLERS]
        if not found:
            break
        seen.update(id(caller) for _, caller, _ in found)
        levels.append(found)
        below = [caller for _, caller, _ in found]
    for module, caller, at in (c for level in reversed(levels) for c in level):
        _run(ev, module, sink, caller, [at], 0)


def _callers(ev: "Evaluator", loader: "Loader", value: Any) -> Iterator[tuple["Module", Any, int]]:  # noqa: ANN401
    """Yield the functions and classes at the top of modules whose text calls `value` by its name."""
    name = value.node.name.encode() if isinstance(value, Fn | Cls) else b""
    if len(name) < _MIN_NAME:
        return
    calls = re.compile(rb"(?<![.\w$])" + re.escape(name) + rb"\(")
    for module in [m for m in loader.modules.values() if m is not None and _own(m)]:
        places = [m.start() for m in calls.finditer(module.data)][:_MAX_SITES]
        for root in _roots(ev, module) if places else ():
            node = root.node if isinstance(root, Fn | Cls) and root is not value else None
            if node is not None and root.scope.module is module and node is not value.node:
                at = next((p for p in places if node.start <= p < node.end), None)
                if at is not None:
                    yield module, root, at


def _missing(module: "Module", sink: Registrations) -> Iterator[int]:
    data = module.loader.resolver.read(module.path) or b""
    count = 0
    for name in _NAMES:
        start = 0
        while count < _MAX_SITES:
            at = data.find(b"." + name + b"(", start)
            if at < 0:
                break
            start = at + 1
            count += 1
            if (module.path, at + 1) not in sink.visited:
                yield at + 1


def _own(module: "Module") -> bool:
    return not module.path.startswith(DEPENDENCIES) and (module.entry or module.size <= LARGE)


def _vendored(module: "Module", sink: Registrations, cls: Cls, own: list[Any]) -> bool:
    """Whether a class is a part of a bundled SDK: only an SDK's own classes make one."""
    data = module.loader.resolver.read(module.path) or b""
    needle = b"new " + cls.name.encode() + b"("
    spans = [(v.node.start, v.node.end) for v in own if isinstance(v, Cls) and sink.foreign(v)]
    at = data.find(needle)
    if not cls.name or at < 0 or not spans:
        return False
    while at >= 0:
        if not any(start <= at < end for start, end in spans):
            return False
        at = data.find(needle, at + 1)
    return True


def _roots(ev: "Evaluator", module: "Module") -> Iterator[Any]:
    for name in list(module.scope.names):
        if name not in ("module", "exports", "require"):
            yield ev.lookup(name, module.scope)
    value = module.value
    if isinstance(value, Obj):
        for name in list(value.props):
            yield members.get(ev, value, name)


def _run(ev: "Evaluator", module: "Module", sink: Registrations, value: Any, missing: list[int], depth: int) -> None:  # noqa: ANN401, PLR0913
    node = getattr(value, "node", None)
    if depth > 3:
        return
    if isinstance(value, Obj) and value.kind in ("object", "module"):
        for prop in list(value.props.values())[:200]:
            if isinstance(prop, Fn | Obj | Cls):
                _run(ev, module, sink, prop, missing, depth + 1)
        return
    if node is None or not isinstance(value, Fn | Cls) or value.scope.module is not module:
        return
    home = value if isinstance(value, Cls) else value.home
    if home is not None and sink.foreign(home):
        return
    if not any(node.start <= at < node.end and sink_missing(module, sink, at) for at in missing):
        return
    try:
        if isinstance(value, Fn):
            if id(node) in ev.ran:
                return
            ev.ran.add(id(node))
            count = len(node.body().params)
            result = invoke(ev, value, value.this, [Unknown("argument") for _ in range(count)])
            _run(ev, module, sink, result, missing, depth + 1)
        else:
            _run_class(ev, module, sink, value, missing, depth)
    except Thrown:
        return


def _run_class(  # noqa: PLR0913
    ev: "Evaluator", module: "Module", sink: Registrations, cls: Cls, missing: list[int], depth: int
) -> None:
    made = construct(ev, cls, [Unknown("argument") for _ in range(6)])
    for function in [*cls.methods.values(), *cls.props.values()]:
        if isinstance(function, Fn):
            node = function.node
            if any(node.start <= at < node.end and sink_missing(module, sink, at) for at in missing):
                owner = cls if function in list(cls.props.values()) else made
                _run(ev, module, sink, Fn(node, function.scope, owner, function.home), missing, depth + 1)
