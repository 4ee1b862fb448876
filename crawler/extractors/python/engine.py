"""The evaluator, joined from its parts."""

import ast
from collections.abc import Sequence

from crawler.extractors.python.attributes import get_attribute
from crawler.extractors.python.calls import call, invoke
from crawler.extractors.python.evaluate import evaluate
from crawler.extractors.python.execute import run_block
from crawler.extractors.python.interpreter import Interpreter, Signal
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.values import Function, Place, Value


class Engine(Interpreter):
    """A runnable interpreter."""

    def evaluate(self, node: ast.expr, scope: Scope) -> Value:
        """Return the value of an expression."""
        return evaluate(self, node, scope)

    def block(self, body: Sequence[ast.stmt], scope: Scope) -> Signal:
        """Run statements."""
        return run_block(self, body, scope)

    def call(self, target: Value, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
        """Return the result of a call."""
        return call(self, target, args, kwargs, place)

    def invoke(self, function: Function, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
        """Run a function's body at once."""
        return invoke(self, function, args, kwargs, place)

    def attribute(self, owner: Value, name: str, place: Place) -> Value:
        """Return `owner.name`."""
        return get_attribute(self, owner, name, place)
