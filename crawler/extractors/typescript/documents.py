"""YAML documents that a program parses: their values, each name with the line where it stands."""

from typing import TYPE_CHECKING, Any, Final

from crawler.extractors.files.documents import load
from crawler.extractors.typescript.values import Arr, Native, Obj, Text, Unknown, likely

if TYPE_CHECKING:
    from crawler.extractors.typescript.evaluate import Evaluator

_MAX_PLACED: Final = 1_000
"""Strings of one document whose lines are looked up, …"""
_NAME: Final = 80
"""… and the longest of them."""
_DEPTH: Final = 40


def namespace(*names: str) -> Obj:
    """Return a module whose functions of these names parse YAML."""
    space = Obj({name: Native(name, lambda ev, _, args, __: _parsed(ev, args)) for name in names}, kind="module")
    space.props["default"] = space
    return space


def _parsed(ev: "Evaluator", args: list[Any]) -> Any:  # noqa: ANN401
    text = likely(args[0]) if args else None
    if not isinstance(text, str):
        return Unknown("run-time", "yaml(…)")
    ev.spend(len(text) // 100 + 1)
    found = load(text.encode("utf-8", "replace"), "x.yaml")
    file = text.file if isinstance(text, Text) and text.line == 1 else ""
    return Unknown("not-constant", "yaml(…)") if found is None else _Reader(text, file).value(found, _DEPTH)


class _Reader:
    """One document on its way to values."""

    def __init__(self, text: str, file: str) -> None:
        self.text = text
        self.file = file
        self.left = _MAX_PLACED

    def value(self, value: Any, depth: int) -> Any:  # noqa: ANN401
        if isinstance(value, str):
            return self.placed(value)
        if isinstance(value, dict) and depth:
            places = {str(k): (self.file, self.placed(str(k)).line) for k in value} if self.file else {}
            return Obj({str(k): self.value(v, depth - 1) for k, v in value.items()}, places=places)
        if isinstance(value, list) and depth:
            return Arr([self.value(v, depth - 1) for v in value])
        return value if value is None or isinstance(value, (bool, int, float)) else str(value)

    def placed(self, value: str) -> Text:
        at = -1
        if self.left and len(value) <= _NAME:
            self.left -= 1
            at = max(self.text.find(f": {value}"), self.text.find(f"- {value}"))
            at = at if at >= 0 else self.text.find(value)
        return Text(value, self.file, self.text.count("\n", 0, at) + 1 if at >= 0 else 1)
