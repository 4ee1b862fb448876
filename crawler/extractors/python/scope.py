"""Scopes: names and their values, chained as Python chains them."""

from typing import TYPE_CHECKING

from crawler.extractors.python.values import MISSING, Function, Value

if TYPE_CHECKING:
    from crawler.extractors.python.modules import Module


class Scope:
    """The names of a module, class body or call. `function` is the function being run, if any."""

    __slots__ = ("function", "is_class", "module", "names", "outer", "parent")

    def __init__(
        self,
        module: "Module",
        parent: "Scope | None" = None,
        function: Function | None = None,
        *,
        is_class: bool = False,
    ) -> None:
        self.module = module
        self.parent = parent
        self.function = function
        self.is_class = is_class
        self.names: dict[str, Value] = {}
        self.outer: dict[str, Scope] = {}  # names declared global or nonlocal

    def get(self, name: str) -> Value:
        """Return the value of `name`, or MISSING. A class body is invisible from the functions inside it."""
        scope: Scope | None = self
        first = True
        while scope is not None:
            if (first or not scope.is_class) and name in scope.names:
                return scope.names[name]
            scope, first = scope.parent, False
        return MISSING

    def set(self, name: str, value: Value) -> None:
        """Bind `name`."""
        target = self.outer.get(name, self)
        target.names[name] = value

    def declare(self, name: str, *, is_global: bool) -> None:
        """Record `global name` or `nonlocal name`."""
        scope: Scope = self
        if is_global:
            while scope.parent is not None:
                scope = scope.parent
        else:
            found = self.parent
            while found is not None and name not in found.names:
                found = found.parent
            scope = found or self
        self.outer[name] = scope
