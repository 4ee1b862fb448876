"""Which functions lead to a registration, by name: their work is not cut short when the budget gets low."""

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from crawler.extractors.typescript import ir

if TYPE_CHECKING:
    from crawler.extractors.typescript.modules import Module
    from crawler.extractors.typescript.values import Fn

TOKENS: Final = (b"registerTool", b".tool(", b".addTool", b"setRequestHandler", b"registerAppTool")
"""Bytes without which a file registers nothing by itself."""
_MAX_ROUNDS: Final = 8
_MIN_NAME: Final = 3


@dataclass(slots=True)
class Relevance:
    """Definitions seen so far, and the names of those whose text leads to a registration."""

    spans: list[tuple[bytes, "Module", int, int]] = field(default_factory=list)
    names: set[bytes] = field(default_factory=set)
    _pattern: re.Pattern[bytes] = re.compile(b"|".join(re.escape(t) for t in TOKENS))
    _closed: int = 0

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
        if len(name) >= _MIN_NAME and name != "constructor":
            self.spans.append((name.encode(), module, start, end))

    def leads(self, function: "Fn") -> bool:
        """Whether a function's text registers something or names a function that does."""
        self._close()
        data = function.scope.module.data
        return self._pattern.search(data, function.node.start, function.node.end) is not None

    def _close(self) -> None:
        if self._closed == len(self.spans):
            return
        for _ in range(_MAX_ROUNDS):
            found = {
                name
                for name, module, start, end in self.spans
                if name not in self.names and self._pattern.search(module.data, start, end)
            }
            if not found:
                break
            self.names |= found
            words = b"|".join(re.escape(n) for n in sorted(self.names))
            tokens = b"|".join(re.escape(t) for t in TOKENS)
            self._pattern = re.compile(tokens + rb"|(?<![\w$])(?:" + words + rb")(?![\w$])")
        self._closed = len(self.spans)
