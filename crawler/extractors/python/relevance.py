"""Which modules and functions are worth running: those whose text mentions registration."""

import ast
from enum import Enum, auto

from crawler.extractors.python.modules import Module, Modules
from crawler.extractors.python.needles import CALLS, NEEDLES, holds, identifiers
from crawler.extractors.python.values import Function


class Changes(Enum):
    """What of the world outside its own frame a function changes."""

    NOTHING = auto()
    ARGUMENTS = auto()
    OUTSIDE = auto()


class Relevance:
    """Which modules and functions can take part in registering tools, judged by the identifiers in their text."""

    def __init__(self) -> None:
        self.names: frozenset[str] = frozenset()
        self._functions: dict[ast.AST, bool] = {}
        self._modules: dict[str, bool] = {}
        self._changes: dict[ast.AST, Changes] = {}

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
        """Tell whether the text of `node` mentions registration."""
        lines = _lines(module)
        text = b"\n".join(lines[getattr(node, "lineno", 1) - 1 : getattr(node, "end_lineno", 1) or 1])
        return holds(text, CALLS) or not self.names.isdisjoint(identifiers(text))


def _lines(module: Module) -> list[bytes]:
    cached = _LINES.get(module.path)
    if cached is None or cached[0] is not module:
        _LINES.clear()
        cached = _LINES[module.path] = (module, module.source.splitlines())
    return cached[1]


_LINES: dict[str, tuple[Module, list[bytes]]] = {}


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


def mentions(text: bytes, names: frozenset[str]) -> bool:
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
    body = [i for part in statements for i in ast.walk(part)] if isinstance(statements, list) else list(ast.walk(node))
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
