"""Which modules and functions are worth running: those whose text mentions registration."""

import ast
from bisect import bisect_left
from collections.abc import Iterator
from enum import Enum, auto
from itertools import accumulate

from crawler.extractors.python.modules import Module, Modules
from crawler.extractors.python.needles import CALLS, NEEDLES, holds, identifiers, nodes, places
from crawler.extractors.python.values import Function


class Changes(Enum):
    """What of the world outside its own frame a function changes."""

    NOTHING = auto()
    ARGUMENTS = auto()
    OUTSIDE = auto()


class Relevance:
    """Which modules and functions can take part in registering tools, judged by the identifiers in their text."""

    def __init__(self) -> None:
        self.names: frozenset[bytes] = frozenset()
        self._functions: dict[ast.AST, bool] = {}
        self._modules: dict[str, bool] = {}
        self._changes: dict[ast.AST, Changes] = {}
        self._lines: dict[Module, list[int]] = {}

    def module(self, module: Module) -> bool:
        """Tell whether running the top level of `module` can register a tool."""
        known = self._modules.get(module.path)
        if known is None:
            known = self._modules[module.path] = module.is_package or mentions(module.source, self.names)
        return known

    def path(self, modules: Modules, where: tuple[str | None, str]) -> bool:
        """Tell the same of a file that need not be parsed for it."""
        dependency, path = where
        known = self._modules.get(path)
        if known is None:
            data = modules.read(path, dependency)
            known = path.endswith("__init__.py") or mentions(data, self.names) or decorates(data)
            self._modules[path] = known
        return known

    def function(self, function: Function) -> bool:
        """Tell whether running `function` can register a tool or make a server."""
        known = self._functions.get(function.node)
        if known is None:
            known = self._functions[function.node] = self.node(function.node, function.module)
        return known

    def changes(self, function: Function) -> Changes:
        """Tell what running `function` changes that outlives it: a registry, an attribute, a global."""
        known = self._changes.get(function.node)
        if known is None:
            known = self._changes[function.node] = changes_state(function.node)
        return known

    def node(self, node: ast.AST, module: Module) -> bool:
        """Tell whether the lines of `node` mention registration."""
        found = self._lines.get(module)
        if found is None:
            found = self._lines[module] = sorted(set(self._mentioning(module)))
        first = getattr(node, "lineno", 1)
        at = bisect_left(found, first)
        return at < len(found) and found[at] <= (getattr(node, "end_lineno", first) or first)

    def _mentioning(self, module: Module) -> Iterator[int]:
        """Yield the lines of `module` that hold a needle or one of the project's own registering names."""
        source = module.source
        starts = [0, *accumulate(len(line) for line in source.splitlines(keepends=True))]
        for needle in CALLS:
            yield from (bisect_left(starts, at + 1) for at in places(source, needle))
        for name in self.names & identifiers(source):
            for at in places(source, name):
                end = at + len(name)
                if not (_word(source[at - 1 : at]) or _word(source[end : end + 1])):
                    yield bisect_left(starts, at + 1)


def _word(letter: bytes) -> bool:
    return letter.isalnum() or letter == b"_"


# Decorators at the top level of a module that surely register nothing.
_PLAIN = (b"@dataclass", b"@attr", b"@define", b"@lru_cache", b"@cache", b"@contextmanager", b"@asynccontextmanager",
          b"@overload", b"@functools", b"@total_ordering", b"@runtime_checkable", b"@unique", b"@final")  # fmt: skip
_MAX_DECORATED = 200_000  # bytes of a file that is read for its decorators alone


def decorates(data: bytes) -> bool:
    """Tell whether a module's top level has a decorator by which it may register something on import."""
    at = data.find(b"\n@") if len(data) <= _MAX_DECORATED else -1
    while at >= 0:
        if not data.startswith(_PLAIN, at + 1):
            return True
        at = data.find(b"\n@", at + 2)
    return False


def mentions(text: bytes, names: frozenset[bytes]) -> bool:
    """Tell whether `text` holds a needle of the SDKs or one of the project's own registering names."""
    return holds(text, NEEDLES) or not names.isdisjoint(identifiers(text))


_MUTATORS = frozenset({"append", "add", "update", "setdefault", "extend", "insert", "register"})


def changes_state(node: ast.AST) -> Changes:
    """Tell into what, besides its own local names, the code of a function stores, or calls a mutator of."""
    spec = getattr(node, "args", None)
    given = (
        {a.arg for a in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)} if isinstance(spec, ast.arguments) else set()
    )
    local: set[str] = set()
    statements = getattr(node, "body", ())
    body = [i for part in statements for i in nodes(part)] if isinstance(statements, list) else list(nodes(node))
    found = Changes.NOTHING
    for inner in body:
        if isinstance(inner, ast.Global):
            return Changes.OUTSIDE
        if isinstance(inner, ast.Name) and isinstance(inner.ctx, ast.Store):
            local.add(inner.id)
    for inner in body:
        target: ast.expr | None = None
        if isinstance(inner, (ast.Subscript, ast.Attribute)) and isinstance(inner.ctx, ast.Store):
            target = inner.value
        elif isinstance(inner, ast.Call) and isinstance(inner.func, ast.Attribute) and inner.func.attr in _MUTATORS:
            target = inner.func.value
        while isinstance(target, (ast.Attribute, ast.Subscript)):
            target = target.value
        if not isinstance(target, ast.Name) or target.id in local:
            continue
        if target.id in ("self", "cls") or target.id not in given:
            return Changes.OUTSIDE
        found = Changes.ARGUMENTS
    return found
