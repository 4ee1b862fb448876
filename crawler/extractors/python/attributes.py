"""Attribute access on every kind of abstract value."""

import ast

from crawler.extractors.python.classes import attribute_of_class, attribute_of_instance, class_attribute, lineage
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.sdk_names import SERVER_METHODS, is_sdk
from crawler.extractors.python.server import Server
from crawler.extractors.python.treepath import ModuleInfo, TreePath
from crawler.extractors.python.values import (
    MISSING,
    Choice,
    Class,
    External,
    Function,
    Guarded,
    Instance,
    Made,
    Method,
    ModuleValue,
    Partial,
    Place,
    Subscripted,
    Text,
    Unknown,
    Value,
    choose,
)


def get_attribute(run: Interpreter, owner: Value, name: str, place: Place) -> Value:
    """Return `owner.name`."""
    owner = run.force(owner)
    if isinstance(owner, Choice):
        options = tuple(o for o in (run.force(o) for o in owner.options) if o is not None)
        kinds = {o.cls.node for o in options if isinstance(o, Instance)}
        if run.watcher is not None and len(kinds) > 1:  # one of several classes: any of them may be meant
            return choose(*[get_attribute(run, o, name, place) for o in options if isinstance(o, Instance)])
        servers = [o for o in options if isinstance(o, Server)]
        picked: list[Value] = [*servers, *options, None]
        return get_attribute(run, picked[0], name, place)
    if isinstance(owner, Guarded):
        return get_attribute(run, owner.value, name, place)
    if isinstance(owner, (TreePath, ModuleInfo)):
        return owner.attribute(name)
    if isinstance(owner, ModuleValue):
        if name == "__name__":
            return owner.module.name
        found = run.member(owner.module, name)
        return found if found is not MISSING else Unknown("no-attribute", text=name)
    if isinstance(owner, Instance):
        return attribute_of_instance(run, owner, name, place)
    if isinstance(owner, Class):
        return attribute_of_class(run, owner, name, place)
    if isinstance(owner, Function):
        return _function(owner, name)
    if isinstance(owner, Server):
        return _server(owner, name)
    if isinstance(owner, Unknown):
        return _unknown(run, owner, name, place)
    if isinstance(owner, (External, Subscripted)):
        return _external(owner, name)
    if isinstance(owner, Made):
        return _made(run, owner, name)
    if isinstance(owner, Partial):
        return {"func": owner.function, "args": tuple(owner.args), "keywords": owner.kwargs}.get(
            name, Unknown("partial")
        )
    return Method(owner, name)  # of a container, or of a method of something external: `made.a.b`


def _function(owner: Function, name: str) -> Value:
    if name in owner.attributes:
        return owner.attributes[name]
    origin = owner
    while name in ("__name__", "__doc__", "__qualname__", "__module__") and origin.wrapped is not None:
        origin = origin.wrapped
    if name in ("__name__", "__qualname__", "name"):
        return Text.at(origin.name, Place(origin.module.path, origin.node.lineno))
    if name in ("__doc__", "description"):
        return None if isinstance(origin.node, ast.Lambda) else ast.get_docstring(origin.node, clean=False)
    if name == "__module__":
        return origin.module.name
    if name == "__self__":
        return owner.bound
    if name in ("fn", "__func__", "func"):
        return owner
    if name == "__wrapped__" and owner.wrapped is not None:
        return owner.wrapped
    if name == "__dict__":
        return owner.attributes
    return Method(owner, name)


def _server(owner: Server, name: str) -> Value:
    if name in owner.attributes:
        return owner.attributes[name]
    if name == "name":
        return owner.name
    if name in (
        "_mcp_server",
        "server",
        "_server",
        "mcp",
        "_local_provider",
        "local_provider",
        "_tool_manager",
        "_lowlevel_server",
    ):
        return owner
    return Method(owner, name)


def _unknown(run: Interpreter, owner: Unknown, name: str, place: Place) -> Value:
    if name in SERVER_METHODS and owner.default is MISSING:
        return Method(owner, name)
    if owner.default is not MISSING:
        below = get_attribute(run, owner.default, name, place)
        if isinstance(below, Method):
            return Method(owner, name)
        return Unknown(owner.reason, owner.kind, below, owner.text, owner.name) if below is not MISSING else below
    return Unknown(owner.reason, owner.kind, MISSING, f"{owner.text}.{name}" if owner.text else name)


def _external(owner: External | Subscripted, name: str) -> Value:
    if isinstance(owner, Subscripted):
        return Method(owner, name)
    if name in ("__name__", "__qualname__"):
        return owner.path.rpartition(".")[2]
    return External(f"{owner.path}.{name}")


def _made(run: Interpreter, owner: Made, name: str) -> Value:
    if owner.path == "builtins.super":
        return _super(run, owner, name)
    if name in owner.attributes:
        return owner.attributes[name]
    if name in owner.kwargs and not name.startswith("__"):
        return owner.kwargs[name]
    if is_sdk(owner.path) and name in ("parameters", "inputSchema", "input_schema", "annotations", "title"):
        return Unknown("sdk", text=name)
    return Method(owner, name)


def _super(run: Interpreter, owner: Made, name: str) -> Value:
    cls, instance = owner.args
    line = lineage(run, instance.cls) if isinstance(instance, Instance) else lineage(run, cls)
    after = line[line.index(cls) + 1 :] if cls in line else line[1:]
    for one in after:
        if isinstance(one, Class) and name in one.attributes:
            found = run.force(one.attributes[name])
            if isinstance(found, Function) and instance is not MISSING:
                return found.bind(instance)
            return found
    if isinstance(instance, Instance):
        server = instance.attributes.get("<server>")
        if server is not None:
            return Method(server, name)
    return Method(owner, name)


__all__ = ["class_attribute", "get_attribute"]
