"""What a server asks its user for: environment variables and arguments, and how it is reached."""

import ast
import re
from bisect import bisect_left
from collections import deque
from collections.abc import Iterable

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.modules import Module
from mcp_catalogue.model import Requirement

# A guess by the name, to be shown as one.
_SECRET = re.compile(
    r"api_?key|token|secret|passw|credential|private_?key|auth_?key|access_?key|cookie|dsn$|connection_string|_key$|^key$|--key$",
    re.IGNORECASE,
)
_NEEDLES = (b"environ", b"getenv")
_MAX_SCANNED = 150_000  # bytes of one module whose functions are searched, too
# Of the surroundings, not of the server.
_COMMON = frozenset({"PATH", "HOME", "USER", "SHELL", "PWD", "TMPDIR", "TEMP", "APPDATA", "LOCALAPPDATA", "USERPROFILE",
                     "PYTHONPATH", "PYTHONUNBUFFERED", "PYTHONIOENCODING", "XDG_CONFIG_HOME", "XDG_CACHE_HOME",
                     "XDG_DATA_HOME", "VIRTUAL_ENV", "TERM", "DISPLAY"})  # fmt: skip


def requirements(run: Interpreter, loaded: Iterable[Module]) -> tuple[tuple[Requirement, ...], tuple[str, ...]]:
    """Return the requirements, sorted, and the transports."""
    asked: dict[str, bool | None] = {}
    for module in loaded:
        if len(module.source) <= _MAX_SCANNED and any(n in module.source for n in _NEEDLES):
            asked.update(_read_variables(module))
    asked.update(run.environment)
    found = [
        Requirement(kind="env", name=name, secret=_SECRET.search(name) is not None, required=needed)
        for name, needed in sorted(asked.items())
        if name not in _COMMON
    ]
    found += [
        Requirement(kind="argument", name=name, secret=_SECRET.search(name) is not None, required=needed)
        for name, needed in sorted(run.arguments.items())
    ]
    known = {"stdio", "sse", "streamable-http"}
    return tuple(found), tuple(sorted(run.transports & known))


def _read_variables(module: Module) -> Iterable[tuple[str, bool | None]]:
    """Yield the variables that any function of a module reads by a constant name."""
    lines = [n for n, line in enumerate(module.lines, 1) if any(needle in line for needle in _NEEDLES)]
    for node in _standing_on(module.tree, lines):
        if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Attribute):
            name = node.args[0]
            by = node.func.attr
            of = node.func.value
            reads = by == "getenv" or (by == "get" and isinstance(of, ast.Attribute) and of.attr == "environ")
            if reads and isinstance(name, ast.Constant) and isinstance(name.value, str):
                yield name.value, None if len(node.args) < 2 else False
        elif isinstance(node, ast.Subscript) and isinstance(node.slice, ast.Constant):
            variables = isinstance(node.value, ast.Attribute) and node.value.attr == "environ"
            if variables and isinstance(node.slice.value, str) and isinstance(node.ctx, ast.Load):
                yield node.slice.value, True


def _standing_on(tree: ast.Module, lines: list[int]) -> Iterable[ast.AST]:
    """Yield the nodes whose span holds one of `lines`, which are sorted."""
    queue: deque[ast.AST] = deque(tree.body)
    while queue:
        node = queue.popleft()
        if isinstance(node, (ast.stmt, ast.expr)):
            first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", ()))])
            at = bisect_left(lines, first)
            if at == len(lines) or lines[at] > (node.end_lineno or node.lineno):
                continue
        yield node
        queue.extend(ast.iter_child_nodes(node))
