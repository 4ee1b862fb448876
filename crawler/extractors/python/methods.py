"""Calls of methods that the evaluator models: containers, classes, servers, parsers, signatures."""

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.natives import NATIVE
from crawler.extractors.python.object_functions import changed_copy
from crawler.extractors.python.paths import path_method
from crawler.extractors.python.reflection import class_method, signature_method
from crawler.extractors.python.sdk import assumed_server, call_external, server_method
from crawler.extractors.python.sdk_names import SERVER_METHODS, is_sdk
from crawler.extractors.python.server import Server
from crawler.extractors.python.settings import parser_method
from crawler.extractors.python.treepath import TreePath
from crawler.extractors.python.values import (
    MISSING,
    Class,
    Function,
    Instance,
    Made,
    Method,
    Place,
    Unknown,
    Value,
)


def call_method(run: Interpreter, method: Method, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    """Return the result of calling `method`."""
    owner, name = method.owner, method.name
    outer = owner
    while isinstance(outer, Method) and isinstance(outer.owner, (Made, Method)):  # `made.a.b.name()`
        name, outer = f"{outer.name}.{name}", outer.owner
    if isinstance(outer, Made) and outer is not owner:
        return _made(run, outer, name, args, kwargs, place)
    if isinstance(owner, Server):
        return server_method(run, owner, name, args, kwargs, place)
    if isinstance(owner, Unknown):
        if owner.default is None and run.watcher is not None:
            run.watcher.call(f"?.{name}", owner, args, kwargs, place)
            return Unknown("unset", text=f"{name}()")
        if owner.default is not MISSING:
            inner = run.call(Method(run.first(owner), name), args, kwargs, place)
            return Unknown("configured", owner.kind, inner, owner.text, owner.name)
        if name in SERVER_METHODS:
            server = None if run.watcher is not None else assumed_server(run, owner, place)
            if server is not None:
                return server_method(run, server, name, args, kwargs, place)
        if run.watcher is not None:
            run.watcher.call(f"?.{name}", owner, args, kwargs, place)
        return Unknown(owner.reason, owner.kind, text=f"{owner.text}.{name}()")
    if isinstance(owner, TreePath):
        return path_method(run, owner, name, args, kwargs, place)
    native = NATIVE.get(type(owner))
    if native is not None:
        found = native(run, owner, name, args, kwargs)
        lasts = isinstance(owner, dict) and name in ("get", "pop") and found is None and run.watcher is not None
        return Unknown("unset", None, None) if lasts else found  # an earlier call may have put it there
    if isinstance(owner, Class):
        return class_method(run, owner, name, args, kwargs)
    if isinstance(owner, Made):
        return _made(run, owner, name, args, kwargs, place)
    if isinstance(owner, Instance) and name in ("model_dump", "dict", "_asdict"):
        return {k: v for k, v in owner.attributes.items() if not k.startswith("<")}
    if isinstance(owner, Instance) and name in ("_replace", "model_copy"):
        update = run.first(kwargs.get("update", kwargs))
        return changed_copy(owner, update if isinstance(update, dict) else {})
    if isinstance(owner, Function):
        return Unknown("function-method", text=name)
    return Unknown("method", text=name)


def _made(run: Interpreter, owner: Made, name: str, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:  # noqa: PLR0913
    if name in ("model_copy", "copy") and is_sdk(owner.path):
        update = run.first(kwargs.get("update"))
        more = {k: v for k, v in update.items() if isinstance(k, str)} if isinstance(update, dict) else {}
        return Made(owner.path, owner.args, {**owner.kwargs, **more}, owner.place, owner.attributes)
    if run.watcher is not None:
        run.watcher.call(f"{owner.path}().{name}", owner, args, kwargs, place)
    for handler in (parser_method, signature_method):
        value = handler(run, owner, name, args, kwargs, place)
        if value is not MISSING:
            return value
    if is_sdk(owner.path):
        value = call_external(run, f"{owner.path}().{name}", args, kwargs, place)
        if value is not MISSING:
            return value
    only = run.first(args[0]) if len(args) == 1 and not kwargs else None
    if isinstance(only, Function):
        return only  # `@external.method`
    if owner.path == "builtins.super":
        return None
    return Made(f"{owner.path}().{name}", args, kwargs, place, owner=owner)
