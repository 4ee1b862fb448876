"""Which functions lead to a registration, by name: their work is not cut short when the budget gets low."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from crawler.extractors.typescript import ir

if TYPE_CHECKING:
    from crawler.extractors.typescript.modules import Module
    from crawler.extractors.typescript.values import Fn

TOKENS: Final = (b"registerTool", b".tool(", b".addTool", b"setRequestHandler", b"registerAppTool", b"MCPServer(")
"""Bytes without which a file registers nothing by itself."""
_WORD: Final = re.compile(rb"[A-Za-z_$][\w$]{2,}")
_MAX_FILE: Final = 400_000
"""Larger files are bundles, where names mean nothing."""


@dataclass(slots=True)
class Relevance:
    """Definitions seen so far, and the names of those whose text leads to a registration."""

    spans: list[tuple[bytes, "Module", int, int]] = field(default_factory=list)
    names: set[bytes] = field(default_factory=set)
    _open: list[tuple[bytes, frozenset[bytes]]] = field(default_factory=list)
    _closed: int = 0
    _words: dict[int, tuple[bool, frozenset[bytes]]] = field(default_factory=dict)

    def note_module(self, module: "Module") -> None:
        """Take in a module's functions and classes."""
        for statement in module.statements:
            if isinstance(statement, ir.Function | ir.Class):
                self.note(statement.name, module, statement.start, statement.end)
            elif isinstance(statement, ir.Declare) and isinstance(statement.target, ir.Name):
                head = module.data[statement.start : min(statement.end, statement.start + 300)]
                if b"=>" in head or b"function" in head or b"class" in head:
                    self.note(statement.target.id, module, statement.start, statement.end)

    def note(self, name: str, module: "Module", start: int, end: int) -> None:
        """Take in one definition."""
        if name != "constructor":
            self.spans.append((name.encode(), module, start, end))

    def leads(self, function: "Fn") -> bool:
        """Whether a function's text registers something or names a function that does."""
        node, module = function.node, function.scope.module
        if module.size > _MAX_FILE:
            return False
        self._close()
        if id(node) not in self._words:
            self._words[id(node)] = _read(module, node.start, node.end)
        direct, words = self._words[id(node)]
        return direct or not self.names.isdisjoint(words)

    def _close(self) -> None:
        fresh, self._closed = self.spans[self._closed :], len(self.spans)
        if not fresh:
            return
        for name, module, start, end in fresh:
            direct, words = _read(module, start, end)
            if direct:
                self.names.add(name)
            else:
                self._open.append((name, words))
        changed = True
        while changed:
            left = [(n, w) for n, w in self._open if n not in self.names and self.names.isdisjoint(w)]
            changed = len(left) < len(self._open)
            self.names.update(n for n, w in self._open if not self.names.isdisjoint(w))
            self._open = left


def _read(module: "Module", start: int, end: int) -> tuple[bool, frozenset[bytes]]:
    """Whether a registration stands in a span, and the words in it."""
    if module.size > _MAX_FILE:
        return False, frozenset()
    data = module.data
    direct = any(data.find(token, start, end) >= 0 for token in TOKENS)
    return direct, frozenset() if direct else frozenset(_WORD.findall(data, start, end))
