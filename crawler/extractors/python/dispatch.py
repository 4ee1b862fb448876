"""Which lines of a shared dispatcher belong to one tool, and the effects of each tool's handler."""

import ast
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from functools import partial

from crawler.effects import python as effects
from crawler.effects.cost import following
from crawler.extractors.python.collect import Found, handler_of, text_of
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.values import Function
from mcp_catalogue.model import Handler, Tool


def with_effects(run: Interpreter, found: Sequence[Found]) -> tuple[Tool, ...]:
    """Return the tools with what their handlers were seen to do; a dispatcher's tools with their own lines."""
    with following():
        seen = effects.effects_of(run, [f.body for f in found])
    entered = Counter(id(f.node) for one in seen for f in one.entered)
    return tuple(
        replace(
            one.tool,
            effects=what.effects or one.tool.effects,
            cuts=what.cuts,
            handler=_handler(run, one, what, entered),
        )
        for one, what in zip(found, seen, strict=True)
    )


def _handler(run: Interpreter, one: Found, seen: "effects.Seen", entered: Counter[int]) -> Handler | None:
    dispatcher = run.first(one.body.dispatcher)
    if not isinstance(dispatcher, Function) or handler_of(run, one.body.function) is not None:
        return one.tool.handler
    branches: list[Handler] = []
    run.bounded(partial(_find_branch, run, dispatcher, one.body.name, branches))
    if branches:
        return branches[0]
    own = next((f for f in seen.entered if entered[id(f.node)] == 1), None)
    return handler_of(run, own) or one.tool.handler


def _find_branch(run: Interpreter, dispatcher: Function, name: str, out: list[Handler]) -> None:
    """Append the span of the branch that is taken for `name`: `if name == …`, `case …`."""
    scope = Scope(dispatcher.module, dispatcher.scope, dispatcher)
    for node in ast.walk(dispatcher.node):
        body: list[ast.stmt] = []
        if isinstance(node, ast.If) and isinstance(node.test, ast.Compare) and isinstance(node.test.ops[0], ast.Eq):
            sides = (node.test.left, node.test.comparators[0])
            body = node.body if any(_is(run, side, name, scope) for side in sides) else []
        elif isinstance(node, ast.match_case) and isinstance(node.pattern, ast.MatchValue):
            body = node.body if _is(run, node.pattern.value, name, scope) else []
        if body:
            end = body[-1].end_lineno or body[-1].lineno
            out.append(Handler(file=dispatcher.module.path, start=body[0].lineno, end=end))
            return


def _is(run: Interpreter, node: ast.expr, name: str, scope: Scope) -> bool:
    if isinstance(node, ast.Name) and not node.id.isupper():
        return False  # the variable that is compared
    return text_of(run, run.evaluate(node, scope)) == name
