"""A method call as it is shown to whoever watches for registrations or effects."""

from typing import Any, Final

from crawler.extractors.typescript import ir

UNHANDLED: Final = object()
"""What a watcher returns to let a call be evaluated."""


class CallSite:
    """One method call: who is called with what, and where."""

    __slots__ = ("args", "callee", "end_line", "line", "module", "name", "pos", "receiver")

    def __init__(self, receiver: Any, callee: Any, args: list[Any], get: ir.Get, call: ir.Call, module: Any) -> None:  # noqa: ANN401, PLR0913
        self.receiver, self.callee, self.args = receiver, callee, args
        self.name, self.line, self.pos = get.name, get.line, get.pos
        self.end_line, self.module = call.end_line, module
