"""Classes of the tree: their linear order, attributes, instances, enumerations, dataclasses and settings."""

import ast
from collections.abc import Iterator

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.items import is_enum
from crawler.extractors.python.sdk_names import is_server_class
from crawler.extractors.python.server import Server
from crawler.extractors.python.typed import declared, unset
from crawler.extractors.python.values import (
    MISSING,
    Class,
    External,
    Function,
    Instance,
    Made,
    Method,
    Missing,
    Place,
    Subscripted,
    Unknown,
    Value,
)

_MAX_LINE = 40  # classes in one line of inheritance


def lineage(run: Interpreter, cls: Class) -> list[Value]:
    """Return `cls` and its bases, depth first, nearest first; external bases included."""
    out: list[Value] = []
    todo: list[Value] = [cls]
    while todo and len(out) < _MAX_LINE:
        one = run.first(todo.pop(0))
        if isinstance(one, Subscripted):
            one = run.first(one.base)
        if one in out:
            continue
        out.append(one)
        if isinstance(one, Class):
            todo = [*one.bases, *todo]
    return out


def inherits(run: Interpreter, cls: Class, *names: str) -> bool:
    """Tell whether `cls` descends from an external class of one of these last names."""
    return any(isinstance(b, External) and b.path.rpartition(".")[2] in names for b in lineage(run, cls))


def class_attribute(run: Interpreter, cls: Class, name: str) -> Value:
    """Return `name` as found along the line of `cls`, unbound, or MISSING."""
    for one in lineage(run, cls):
        if isinstance(one, Class) and name in one.attributes:
            return one.attributes[name]
    return MISSING


def attribute_of_class(run: Interpreter, cls: Class, name: str, place: Place) -> Value:
    """Return `cls.name`."""
    found = class_attribute(run, cls, name)
    if found is not MISSING:
        found = run.force(found)
        if isinstance(found, Made) and found.path == "builtins.classmethod" and found.args:
            inner = run.first(found.args[0])
            return inner.bind(cls) if isinstance(inner, Function) else inner
        if isinstance(found, Made) and found.path == "builtins.staticmethod" and found.args:
            return run.first(found.args[0])
        return found
    if name in ("__name__", "__qualname__"):
        return cls.name
    if name == "__doc__":
        return ast.get_docstring(cls.node, clean=False)
    if name == "__module__":
        return cls.module.name
    if name == "__members__" and is_enum(run, cls):
        return {k: v for k, v in cls.attributes.items() if isinstance(v, Instance) and v.member}
    outside = next((b for b in lineage(run, cls) if isinstance(b, External) and b.path != "builtins.object"), None)
    if name in ("__subclasses__", "model_json_schema", "schema", "model_fields", "mro") or outside is None:
        return Method(cls, name)
    _ = place
    return External(f"{outside.path}.{name}")


def attribute_of_instance(run: Interpreter, instance: Instance, name: str, place: Place) -> Value:
    """Return `instance.name`: its own, its class's (bound), or what an SDK's base class gives."""
    prepare(run, instance)
    if name in instance.attributes:
        value = instance.attributes[name]
        if run.watcher is None or (value is not None and value is not False):
            return value
        return unset(run, value, declared(run, instance.cls, name), instance.cls.module.scope, place)
    if name == "__class__":
        return instance.cls
    if name in ("__doc__", "__module__"):
        return attribute_of_class(run, instance.cls, name, place)
    found = class_attribute(run, instance.cls, name)
    if found is not MISSING:
        return _bound(run, instance, run.force(found), name, place)
    server = instance.attributes.get("<server>")
    if server is not None:
        return run.attribute(server, name, place)
    hook = class_attribute(run, instance.cls, "__getattr__")
    if isinstance(hook, Function):
        value = run.call(hook.bind(instance), [name], {}, place)
        if not isinstance(run.force(value), Unknown):
            return value
    if any(not isinstance(b, Class) for b in lineage(run, instance.cls)):
        return Method(instance, name)
    return Unknown("no-attribute", text=name)


def _bound(run: Interpreter, instance: Instance, found: Value, name: str, place: Place) -> Value:
    if isinstance(found, Function):
        return found.bind(instance)
    if isinstance(found, Made) and found.args:
        inner = run.first(found.args[0])
        if found.path in ("builtins.property", "functools.cached_property") and isinstance(inner, Function):
            value = run.call(inner.bind(instance), [], {}, place)
            if found.path == "functools.cached_property":
                instance.attributes[name] = value
            return value
        if found.path == "builtins.classmethod" and isinstance(inner, Function):
            return inner.bind(instance.cls)
        if found.path == "builtins.staticmethod":
            return inner
    return found


def instantiate(run: Interpreter, cls: Class, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    """Make an instance; its constructor runs now where it can register something, else when first asked."""
    if is_enum(run, cls):
        wanted = run.first(args[0]) if args else None
        for member in cls.attributes.values():
            if isinstance(member, Instance) and member.attributes.get("value") == wanted:
                return member
        return Unknown("enum")
    instance = Instance(cls, place=place)
    base = next((b for b in lineage(run, cls) if isinstance(b, External) and is_server_class(b.path)), None)
    if base is not None:
        server = Server.of(base.path, args, kwargs, place, run)
        instance.attributes["<server>"] = server
    init = class_attribute(run, cls, "__init__")
    if isinstance(init, Function):
        if run.relevant.function(init) or any(is_live(run, v) for v in (*args, *kwargs.values())):
            run.call(init.bind(instance), args, kwargs, place)
        else:
            instance.attributes["<init>"] = (init, args, kwargs, place)
    else:
        _fields(run, instance, args, kwargs)
    return instance


def is_live(run: Interpreter, value: Value) -> bool:
    """Tell whether `value` is a server, or an object that holds one: a call that gets it may register on it."""
    value = run.first(value)
    if isinstance(value, Server):
        return True
    return isinstance(value, Instance) and any(isinstance(v, Server) for v in value.attributes.values())


def prepare(run: Interpreter, instance: Instance) -> None:
    """Run a constructor that was put off."""
    waiting = instance.attributes.pop("<init>", None)
    if waiting is not None:
        init, args, kwargs, place = waiting
        with run.unwatched():  # what was made at start-up is not the handler's doing
            run.invoke(init.bind(instance), args, kwargs, place)


def annotated_fields(run: Interpreter, cls: Class) -> Iterator[tuple[str, ast.AnnAssign, Class]]:
    """Yield the annotated fields of a dataclass or model, bases first."""
    seen: dict[str, tuple[str, ast.AnnAssign, Class]] = {}
    for one in reversed([c for c in lineage(run, cls) if isinstance(c, Class)]):
        for statement in one.node.body:
            if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
                seen[statement.target.id] = (statement.target.id, statement, one)
    yield from seen.values()


def _fields(run: Interpreter, instance: Instance, args: list[Value], kwargs: dict[str, Value]) -> None:
    """Bind the arguments of a dataclass, named tuple or model to its fields; settings come from the environment."""
    settings = inherits(run, instance.cls, "BaseSettings")
    prefix = _prefix(run, instance.cls) if settings else ""
    names = []
    for name, statement, owner in annotated_fields(run, instance.cls):
        names.append(name)
        default = owner.attributes.get(name, MISSING)
        if settings:
            run.environment.setdefault(_variable(run, name, default, prefix), statement.value is None)
            default = Unknown("setting", "env", default if statement.value is not None else MISSING, name, name)
        if default is not MISSING:
            instance.attributes[name] = default
    for name, value in zip(names, args, strict=False):
        instance.attributes[name] = value
    instance.attributes.update(kwargs)
    for name in names:
        value = instance.attributes.get(name)
        if isinstance(value, Unknown) and isinstance(value.default, Made):
            value = value.default
        forced = run.force(value)
        if isinstance(forced, Made) and forced.path.rpartition(".")[2] in ("Field", "field"):
            inner = forced.kwargs.get("default", forced.args[0] if forced.args else MISSING)
            factory = forced.kwargs.get("default_factory")
            if inner is MISSING and factory is not None:
                inner = run.call(factory, [], {}, forced.place)
            instance.attributes[name] = Unknown("setting", "env", inner, name, name) if settings else inner


def _prefix(run: Interpreter, cls: Class) -> str:
    """Return the `env_prefix` of a settings class."""
    config = run.first(class_attribute(run, cls, "model_config"))
    if isinstance(config, Class | Missing) or config is None:
        inner = class_attribute(run, cls, "Config")
        config = inner.attributes if isinstance(inner, Class) else {}
    given = config.kwargs if isinstance(config, Made) else config
    text = run.first(given.get("env_prefix")) if isinstance(given, dict) else None
    return str(text) if isinstance(text, str) else ""


def _variable(run: Interpreter, name: str, default: Value, prefix: str) -> str:
    """Return the environment variable that a field of a settings class is read from."""
    info = run.first(default) if default is not MISSING else None
    for key in ("validation_alias", "alias", "env"):
        said = run.first(info.kwargs.get(key)) if isinstance(info, Made) else None
        if isinstance(said, Made) and said.args:
            said = run.first(said.args[0])  # AliasChoices("A", "B")
        if isinstance(said, str):
            return str(said)
    return f"{prefix}{name}".upper()
