"""Calls: of the tree's own functions and classes, of methods the evaluator models, of what is external."""

import ast
from collections.abc import Callable

from crawler.extractors.python.budget import MAX_SHARE
from crawler.extractors.python.builtin_functions import FUNCTIONS
from crawler.extractors.python.classes import class_attribute, instantiate, is_live
from crawler.extractors.python.interpreter import Interpreter, Signal
from crawler.extractors.python.methods import call_method
from crawler.extractors.python.relevance import Changes
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.sdk import DECORATOR, apply_decorator, call_external
from crawler.extractors.python.sdk_names import is_sdk, is_server_class
from crawler.extractors.python.server import Server
from crawler.extractors.python.settings import click_option, option_value
from crawler.extractors.python.typed import or_typed
from crawler.extractors.python.values import (
    MAX_OPTIONS,
    MISSING,
    Choice,
    Class,
    External,
    Function,
    Instance,
    Lazy,
    Made,
    Method,
    Partial,
    Place,
    Rest,
    Subscripted,
    Unknown,
    Value,
    choose,
)
from mcp_catalogue.model import CutReason

_MAX_FOLLOWED = 4  # of several functions that one call may mean
_MAX_SAME = 2  # the same function on the stack of calls


def call(run: Interpreter, target: Value, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    """Return the result of `target(*args, **kwargs)`."""
    run.budget.spend()
    target = run.force(target)
    if isinstance(target, Choice):
        known = [o for o in (run.first(o) for o in target.options) if isinstance(o, (Function, Class, Method, Partial))]
        if run.watcher is not None and len(known) > 1:
            return choose(*[call(run, one, args, kwargs, place) for one in known[:_MAX_FOLLOWED]])
        target = known[0] if known else run.first(target)
    if not isinstance(target, Unknown):
        target = run.first(target)
    if isinstance(target, Function):
        live = run.relevant.function(target) or any(is_live(run, v) for v in (*args, *kwargs.values()))
        if run.watcher is not None:
            run.watcher.enter(target)
            return run.watcher.remember(
                target, args, kwargs, place, lambda: _followed(run, target, args, kwargs, place)
            )
        if live and run.listing:
            return run.capped(lambda: invoke(run, target, args, kwargs, place), MAX_SHARE)
        if live or target.name.startswith("_lazy_") or _takes_function(run, args):
            return invoke(run, target, args, kwargs, place)
        return Lazy(_later(run, target, args, kwargs, place), changes=_changes(run, target, args, kwargs))
    if isinstance(target, Class):
        return instantiate(run, target, args, kwargs, place)
    if isinstance(target, Partial):
        return call(run, target.function, [*target.args, *args], {**target.kwargs, **kwargs}, place)
    if isinstance(target, Method):
        return call_method(run, target, args, kwargs, place)
    if isinstance(target, Instance):
        special = class_attribute(run, target.cls, "__call__")
        if isinstance(special, Function):
            return call(run, special.bind(target), args, kwargs, place)
        return Unknown("not-callable")
    if isinstance(target, Subscripted):
        return call(run, target.base, args, kwargs, place)
    if isinstance(target, External):
        return _external(run, target.path, args, kwargs, place)
    if isinstance(target, Made):
        return _made(run, target, args, kwargs, place)
    if isinstance(target, Unknown):
        if run.watcher is not None:
            run.watcher.call(f"?.{target.text}", target, args, kwargs, place)
        function = _only_function(run, args)
        if function is not None and not kwargs:
            return function  # an unknown decorator is taken to return what it decorates
        return Unknown(target.reason, target.kind, text=f"{target.text}()" if target.text else "")
    return Unknown("not-callable")


def _later(
    run: Interpreter, function: Function, args: list[Value], kwargs: dict[str, Value], place: Place
) -> Callable[[], Value]:
    """Put a call off, as deep in calls as it stands now: what calls itself in what it returns ends all the same."""
    depth = tuple(run.active)

    def work() -> Value:
        if run.watcher is not None:
            return invoke(run, function, args, kwargs, place)
        kept, run.active = run.active, list(depth)
        try:
            return run.capped(lambda: invoke(run, function, args, kwargs, place))
        finally:
            run.active = kept

    return work


def _followed(run: Interpreter, function: Function, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    """Run a function for whoever follows a handler; of one that only declares a method, what fills it in."""
    instance = function.bound
    if function.owner is None or not isinstance(instance, Instance) or not _declares(function.node):
        result = invoke(run, function, args, kwargs, place)
        return or_typed(run, result, getattr(function.node, "returns", None), function.scope, place)
    filled = [m for m in _filled_in(function.owner, function.name) if not _declares(m.node)]
    if not filled and run.watcher is not None:
        run.watcher.cut(CutReason.UNKNOWN_RECEIVER, f"{function.owner.name}.{function.name}", place)
    results = []
    for method in filled[:_MAX_FOLLOWED]:
        one = instantiate(run, method.owner, [], {}, place) if method.owner is not None else instance
        results.append(invoke(run, method.bind(one), args, kwargs, place))
    return choose(*results) if results else Unknown("abstract", text=function.name)


def _filled_in(cls: Class, name: str, depth: int = 4) -> list[Function]:
    """Return the methods of this name in the classes below `cls`."""
    found: list[Function] = []
    for below in cls.subclasses if depth else ():
        method = below.attributes.get(name)
        found += [method] if isinstance(method, Function) else []
        found += _filled_in(below, name, depth - 1)
    return found


def _declares(node: ast.AST) -> bool:
    """Tell whether a function has no body of its own: `...`, `pass`, a docstring, `raise NotImplementedError`."""
    if isinstance(node, ast.Lambda) or not isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        return False
    return all(
        isinstance(s, ast.Pass)
        or (isinstance(s, ast.Expr) and isinstance(s.value, ast.Constant))
        or (isinstance(s, ast.Raise) and "NotImplemented" in ast.dump(s))
        for s in node.body
    )


def _changes(run: Interpreter, function: Function, args: list[Value], kwargs: dict[str, Value]) -> bool:
    """Tell whether a call matters even if nobody wants its result."""
    what = run.relevant.changes(function)
    if what is not Changes.ARGUMENTS:
        return what is Changes.OUTSIDE
    kinds = (Instance, Class, Function, Server, list, dict, set)
    return any(isinstance(run.force(v), kinds) for v in (*args, *kwargs.values()))


def _only_function(run: Interpreter, args: list[Value]) -> Value:
    if len(args) == 1:
        value = run.first(args[0])
        if isinstance(value, (Function, Class)):
            return value
    return None


def _takes_function(run: Interpreter, args: list[Value]) -> bool:
    return len(args) == 1 and isinstance(run.force(args[0]), Function)


def _external(run: Interpreter, path: str, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    if run.watcher is not None:
        run.watcher.call(path, None, args, kwargs, place)
    handler = FUNCTIONS.get(path)
    if handler is not None:
        value = handler(run, args, kwargs, place)
        if run.watcher is not None and path == "builtins.len" and isinstance(value, int):
            counted = run.first(args[0]) if args else None
            if isinstance(counted, (list, dict, set)):
                return Unknown("len", None, value)  # what a handler collects can be more or less
        if value is not MISSING:
            return value
    if is_server_class(path):
        return Server.of(path, args, kwargs, place, run)
    if is_sdk(path):
        value = call_external(run, path, args, kwargs, place)
        if value is not MISSING:
            return value
    elif not kwargs and not path.startswith("builtins."):
        function = _only_function(run, args)
        if isinstance(function, Function):
            return function  # an external decorator without arguments
    return Made(path, args, kwargs, place)


def _made(run: Interpreter, target: Made, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    if target.path == DECORATOR:
        return apply_decorator(run, target, args, kwargs, place)
    if is_sdk(target.path):
        value = call_external(run, f"{target.path}()", args, kwargs, place)
        if value is not MISSING:
            return value
    if target.path == "functools.wraps" and args and target.args:
        return _wraps(run, run.first(args[0]), run.first(target.args[0]))
    function = _only_function(run, args)
    if function is not None and not kwargs:
        if target.path.endswith((".option", ".argument")) and isinstance(function, Function):
            click_option(run, function, target)
        return function  # `@external(…)`
    return Made(f"{target.path}()", args, kwargs, place)


def _wraps(run: Interpreter, wrapper: Value, wrapped: Value) -> Value:
    _ = run
    if isinstance(wrapper, Function) and isinstance(wrapped, Function):
        wrapper.wrapped = wrapped
        wrapper.attributes = {**wrapped.attributes, **wrapper.attributes}
        wrapper.injected = wrapped.injected
        wrapper.guards = wrapped.guards
    return wrapper


def invoke(run: Interpreter, function: Function, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    """Run the body of a function of the tree and return what it gives back."""
    if run.active.count(function.node) >= _MAX_SAME:
        return Unknown("recursive", text=function.name)
    if len(run.active) >= run.max_calls:
        if run.watcher is not None:
            run.watcher.cut(CutReason.BUDGET, function.name, place)
        return Unknown("too-deep", text=function.name)
    scope = Scope(function.module, function.scope, function)
    bind(run, function, args, kwargs, scope)
    if isinstance(function.node, ast.Lambda):
        return run.evaluate(function.node.body, scope)
    run.executed.add(function.node)
    run.active.append(function.node)
    run.returns.append([])
    run.frames.append(len(run.guards))
    run.yields.append([])
    undecided, run.undecided = run.undecided, 0
    signal = Signal.RAISE
    try:
        signal = run.block(function.node.body, scope)
    finally:
        run.undecided = undecided
        run.active.pop()
        run.frames.pop()
        returned = run.returns.pop()
        yielded = run.yields.pop()
    if yielded:
        return yielded
    if signal is Signal.RAISE and not returned and run.watcher is None:
        # A program that works does not come this way: a check was misjudged, mostly of what is wrapped here.
        given = (run.first(v) for v in args)
        return next((v for v in given if isinstance(v, Function)), Unknown("raises", text=function.name))
    return _result(run, returned)


def _result(run: Interpreter, returned: list[tuple[Value, bool | None]]) -> Value:
    """Join what the returns give: what is returned by default first, then what carries a value."""
    if not returned:
        return None
    if len(returned) == 1:
        return returned[0][0]

    def rank(one: tuple[Value, bool | None]) -> tuple[int, bool]:
        value = one[0]
        empty = value is None or isinstance(value, Unknown) or (isinstance(value, (list, dict, tuple)) and not value)
        return ({True: 0, None: 1, False: 2}[one[1]], empty)

    forced = [(run.force(value), likely) for value, likely in returned]
    ordered: list[Value] = []
    for value, _ in sorted(forced, key=rank):
        if not any(
            value is other or (type(value) is type(other) and isinstance(value, (str, int)) and value == other)
            for other in ordered
        ):
            ordered.append(value)
    if run.watcher is not None and len(ordered) > MAX_OPTIONS:
        ordered[MAX_OPTIONS - 1] = ordered[-1]  # many early ways out, and then the way through
    return choose(*ordered)


def bind(run: Interpreter, function: Function, args: list[Value], kwargs: dict[str, Value], scope: Scope) -> None:
    """Bind arguments to parameters; what is not given takes its default, else is unknown."""
    spec = function.node.args
    names = [a.arg for a in (*spec.posonlyargs, *spec.args)]
    values = list(args)
    if function.bound is not MISSING and function.bound is not None:
        values.insert(0, function.bound)
    defaults = dict(zip(reversed(names), reversed(spec.defaults), strict=False))
    defaults.update({a.arg: d for a, d in zip(spec.kwonlyargs, spec.kw_defaults, strict=True) if d is not None})
    options = function.attributes.get("<options>", {})
    annotations = {a.arg: a.annotation for a in (*spec.posonlyargs, *spec.args, *spec.kwonlyargs)}
    given = dict(kwargs)
    spread = given.pop("**", None)
    for index, name in enumerate(names):
        if index < len(values) and not isinstance(values[index], Rest):
            scope.names[name] = values[index]
        elif name in given:
            scope.names[name] = given.pop(name)
        elif name in options:
            scope.names[name] = options[name]
        else:
            scope.names[name] = _absent(run, function, name, defaults, annotations, unsure=spread is not None)
    for argument in spec.kwonlyargs:
        name = argument.arg
        if name in given:
            scope.names[name] = given.pop(name)
        else:
            scope.names[name] = _absent(run, function, name, defaults, annotations, unsure=spread is not None)
    if run.watcher is not None and run.active:
        place = Place(function.module.path, function.node.lineno)
        for name, annotation in annotations.items():
            if annotation is not None and not isinstance(annotation, ast.Constant):
                scope.names[name] = or_typed(run, scope.names[name], annotation, function.scope, place)
    if spec.vararg:
        scope.names[spec.vararg.arg] = tuple(values[len(names) :])
    if spec.kwarg:
        if spread is not None:
            rest = Rest(spread)
            given[rest] = rest  # type: ignore[index]
        scope.names[spec.kwarg.arg] = given


def _given(name: str, default: Value) -> Value:
    """Return a field of a model that the caller of a tool fills; constructors that wait stay as they are."""
    return default if name.startswith("<") else Unknown("argument", None, default, name)


def _absent(  # noqa: PLR0913
    run: Interpreter,
    function: Function,
    name: str,
    defaults: dict[str, ast.expr],
    annotations: dict[str, ast.expr | None],
    *,
    unsure: bool,
) -> Value:
    if name in defaults:
        value = run.evaluate(defaults[name], function.scope)
        forced = run.first(value)
        if isinstance(forced, Made) and forced.path in ("typer.Option", "typer.Argument"):
            return option_value(run, forced, name)
        handler = run.watcher is not None and not run.active
        if handler:
            return Unknown("argument", None, value, name)
        return Unknown("parameter", None, value, name) if unsure or function.node in run.adopted else value
    annotation = annotations.get(name)
    if annotation is not None:
        kind = run.first(run.evaluate(annotation, function.scope))
        if isinstance(kind, str) and kind.isidentifier():
            kind = run.first(run.evaluate(ast.Name(kind, ast.Load(), lineno=1), function.scope))
        if isinstance(kind, Subscripted):
            kind = run.first(kind.base)
        if isinstance(kind, External) and is_server_class(kind.path):
            server = Server.of(kind.path, [], {}, Place(function.module.path, function.node.lineno), run)
            server.assumed = True
            return server
        if (
            isinstance(kind, External)
            and not is_sdk(kind.path)
            and "." in kind.path.removeprefix("builtins.").removeprefix("typing.")
        ):
            return Made(kind.path, [], {}, Place(function.module.path, function.node.lineno))
        if isinstance(kind, Class) and kind.node not in run.building:
            run.building.add(kind.node)
            try:
                made = instantiate(run, kind, [], {}, Place(function.module.path, function.node.lineno))
                if isinstance(made, Instance) and run.watcher is not None and not run.active:
                    made.attributes = {k: _given(k, v) for k, v in made.attributes.items()}
                return made
            finally:
                run.building.discard(kind.node)
    return Unknown("argument" if run.watcher is not None and not run.active else "parameter", text=name)
