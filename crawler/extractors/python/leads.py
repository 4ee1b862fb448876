"""Names of a project's own functions and classes whose text leads to a registration."""

from collections.abc import Iterable

from crawler.extractors.python.modules import Module
from crawler.extractors.python.needles import CALLS, definitions, holds, identifiers, registers

_COMMON = frozenset(
    {b"main", b"run", b"start", b"get", b"set", b"call", b"init", b"setup", b"close", b"stop", b"list", b"name",
     b"load", b"save", b"server", b"tool", b"tools", b"mcp", b"app", b"execute", b"handle", b"create", b"update",
     b"delete", b"add", b"register", b"client", b"config"}
)  # fmt: skip
_ROUNDS = 6

Definition = tuple[bytes, frozenset[bytes], bool]
"""A definition's name, the identifiers in its text, and whether its own code registers tools."""


class Leads:
    """What leads to a registration in the modules seen so far; each module is read once."""

    def __init__(self) -> None:
        self._definitions: dict[Module, tuple[Definition, ...]] = {}

    def names(self, modules: Iterable[Module]) -> frozenset[bytes]:
        """Return the names of what registers tools or mentions, over several steps, what does."""
        found = [d for m in modules for d in self._of(m)]
        names = {name for name, _, directly in found if directly}
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
