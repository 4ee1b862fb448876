"""Names of a project's own functions and classes whose text leads to a registration."""

import ast
from collections.abc import Iterable

from crawler.extractors.python.modules import Module
from crawler.extractors.python.needles import CALLS, definitions, holds, identifiers, registers
from crawler.extractors.python.relevance import Changes, changes_state

_COMMON = frozenset(
    {b"main", b"run", b"start", b"get", b"set", b"call", b"init", b"setup", b"close", b"stop", b"list", b"name",
     b"load", b"save", b"server", b"tool", b"tools", b"mcp", b"app", b"execute", b"handle", b"create", b"update",
     b"delete", b"add", b"register", b"client", b"config"}
)  # fmt: skip
_ROUNDS = 6

Definition = tuple[bytes, frozenset[bytes], bool]
"""A definition's name, the identifiers in its text, and whether its own code registers tools."""
_LISTS = b"list_tools"


class Leads:
    """What leads to a registration in the modules seen so far; each module is read once."""

    def __init__(self) -> None:
        self._definitions: dict[Module, tuple[Definition, ...]] = {}

    def names(self, modules: Iterable[Module]) -> frozenset[bytes]:
        """Return the names of what registers tools or mentions, over several steps, what does."""
        read = list(modules)
        found = [d for m in read for d in self._of(m)]
        names = {name for name, _, directly in found if directly}
        names |= _fillers(read)
        for _ in range(_ROUNDS):
            more = {name for name, used, _ in found if name not in names and not names.isdisjoint(used)}
            if not more:
                break
            names |= more
        return frozenset(names)

    def _of(self, module: Module) -> tuple[Definition, ...]:
        known = self._definitions.get(module)
        if known is None:
            known = self._definitions[module] = tuple(_read(module))
        return known


def _read(module: Module) -> Iterable[Definition]:
    for node in definitions(module):
        name = node.name.encode()
        if name not in _COMMON and not name.startswith(b"__"):
            text = module.text(node)
            yield name, identifiers(text), holds(text, CALLS) and registers(node)


def _fillers(modules: list[Module]) -> set[bytes]:
    """Return the functions that put something into a container of their module from which a listing is made."""
    listings = [m.text(n) for m in modules if _LISTS in m.source for n in definitions(m) if _lists(n, m)]
    used = frozenset[bytes]().union(*map(identifiers, listings))
    found: set[bytes] = set()
    for module in modules:
        kept = {name.encode() for name, statement in module.static.items() if _container(statement)} & used
        for node in definitions(module) if kept else ():
            names = identifiers(module.text(node)) if isinstance(node, ast.FunctionDef) else frozenset()
            if not kept.isdisjoint(names) and changes_state(node) is Changes.OUTSIDE:
                found.add(node.name.encode())
    return found


def _lists(node: ast.AST, module: Module) -> bool:
    if not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    first = min([node.lineno, *(d.lineno for d in node.decorator_list)])
    return any(_LISTS in line for line in module.lines[first - 1 : node.lineno])


def _container(statement: ast.stmt) -> bool:
    value = getattr(statement, "value", None)
    if isinstance(value, ast.Call) and isinstance(value.func, ast.Name):
        return value.func.id in ("dict", "list", "defaultdict", "OrderedDict")
    return isinstance(value, (ast.Dict, ast.List))
