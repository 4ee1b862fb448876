"""What programs ask of objects, classes, functions and modules: `getattr`, `isinstance`, `inspect`, `import_module`."""

import ast
import inspect
from collections.abc import Callable, Mapping

from crawler.extractors.python.classes import class_attribute, lineage
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.reflection import signature_of, values_of_dir
from crawler.extractors.python.truth import truth
from crawler.extractors.python.values import (
    MISSING,
    Choice,
    Class,
    External,
    Function,
    Instance,
    Made,
    ModuleValue,
    Partial,
    Place,
    Unknown,
    Value,
)

Handler = Callable[[Interpreter, list[Value], dict[str, Value], Place], Value]
"""A function on abstract values; MISSING where nothing is known of this call."""


def _getattr(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], place: Place) -> Value:
    if len(args) < 2:
        return MISSING
    name = run.first(args[1])
    if not isinstance(name, str):
        return Unknown("attribute-name")
    owner = run.first(args[0])
    if len(args) > 2 and isinstance(owner, (Function, Instance, Class)) and not has(run, owner, name):
        return args[2]
    return run.attribute(args[0], str(name), place)


def has(run: Interpreter, owner: Value, name: str) -> bool:
    """Tell whether `owner` has an attribute of its own code called `name`."""
    if isinstance(owner, Function):
        return name in owner.attributes or name in ("__name__", "__doc__")
    if isinstance(owner, Instance):
        return name in owner.attributes or class_attribute(run, owner.cls, name) is not MISSING
    if isinstance(owner, Class):
        return class_attribute(run, owner, name) is not MISSING
    return False


def _hasattr(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    owner, name = (run.first(a) for a in args[:2]) if len(args) > 1 else (None, None)
    if isinstance(owner, (Function, Instance, Class)) and isinstance(name, str):
        return has(run, owner, name)
    return Unknown("hasattr")


def _setattr(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    if len(args) == 3:
        owner, name = run.first(args[0]), run.first(args[1])
        attributes = getattr(owner, "attributes", None)
        if isinstance(attributes, dict) and isinstance(name, str):
            attributes[str(name)] = args[2]
    return None


def _isinstance(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    if len(args) != 2:
        return MISSING
    whole = run.force(args[0])
    answer = _is_instance(run, args)
    if isinstance(whole, (Choice, Unknown)) and isinstance(answer, bool):
        return Unknown("isinstance", None, answer)
    return answer


def _is_instance(run: Interpreter, args: list[Value]) -> Value:
    value, kind = run.first(args[0]), run.first(args[1])
    paths = {k.path for k in (kind if isinstance(kind, tuple) else (kind,)) if isinstance(k, External)}
    for native in (bool, str, int, float, list, dict, tuple, set):
        if isinstance(value, native):
            return f"builtins.{native.__name__}" in paths
    native_only = bool(paths) and all(p.startswith("builtins.") for p in paths)
    if native_only and (value is None or isinstance(value, (Function, Class, Instance))):
        return False
    if isinstance(value, Instance):
        line = lineage(run, value.cls)
        return any(k in line for k in (kind if isinstance(kind, tuple) else (kind,))) or Unknown("isinstance")
    return Unknown("isinstance")


def _super(_run: Interpreter, args: list[Value], _kwargs: dict[str, Value], place: Place) -> Value:
    return Made("builtins.super", args, {}, place) if len(args) == 2 else MISSING


def _is_function(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    value = run.first(args[0]) if args else None
    if isinstance(value, Function):
        return True
    return Unknown("test") if isinstance(value, (Unknown, Made)) else False


def _is_class(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    value = run.first(args[0]) if args else None
    return isinstance(value, Class) if not isinstance(value, (Unknown, Made, External)) else Unknown("test")


def _is_async(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    value = run.first(args[0]) if args else None
    return isinstance(value.node, ast.AsyncFunctionDef) if isinstance(value, Function) else Unknown("test")


def _callable(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    value = run.first(args[0]) if args else None
    if isinstance(value, (Function, Class, Partial)):
        return True
    return False if isinstance(value, (str, int, list, dict, tuple)) or value is None else Unknown("callable")


def _type(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    value = run.first(args[0]) if args else None
    return value.cls if isinstance(value, Instance) and len(args) == 1 else MISSING


def _getdoc(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], place: Place) -> Value:
    doc = run.first(run.attribute(args[0], "__doc__", place)) if args else None
    return inspect.cleandoc(doc) if isinstance(doc, str) else None


def _import_module(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], place: Place) -> Value:
    name = run.first(args[0]) if args else None
    importer = run.modules.load(place.file)
    if not isinstance(name, str) or importer is None:
        run.dynamic.append(place)
        return Unknown("dynamic-import")
    if name.startswith("__main__."):  # `__name__` of the package that is being read
        name = name.removeprefix("__main__")
    level = len(name) - len(name.lstrip("."))
    return run.import_module(name.lstrip("."), importer, level)


def _globals(run: Interpreter, _args: list[Value], _kwargs: dict[str, Value], place: Place) -> Value:
    module = run.modules.load(place.file)
    return module.scope.names if module is not None else MISSING


def _signature(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], place: Place) -> Value:
    return signature_of(run, run.first(args[0]), place) if args else MISSING


def _getmembers(run: Interpreter, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    owner = run.first(args[0]) if args else None
    if not isinstance(owner, (Instance, Class, ModuleValue)):
        return MISSING
    members = [(name, run.attribute(owner, name, place)) for name in values_of_dir(run, owner)]
    kind = args[1] if len(args) > 1 else kwargs.get("predicate")
    if kind is None:
        return members
    return [m for m in members if truth(run, run.call(kind, [m[1]], {}, place))[0] is not False]


def _dir(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    owner = run.first(args[0]) if args else None
    return list(values_of_dir(run, owner)) if isinstance(owner, (Instance, Class, ModuleValue)) else MISSING


def _vars(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], _place: Place) -> Value:
    owner = run.first(args[0]) if args else None
    if isinstance(owner, ModuleValue):
        run.start(owner.module)
        return owner.module.scope.names
    return owner.attributes if isinstance(owner, (Instance, Class)) else MISSING


OBJECTS: Mapping[str, Handler] = {
    "builtins.getattr": _getattr,
    "builtins.hasattr": _hasattr,
    "builtins.setattr": _setattr,
    "builtins.isinstance": _isinstance,
    "builtins.callable": _callable,
    "builtins.super": _super,
    "inspect.isroutine": _is_function,
    "inspect.isfunction": _is_function,
    "inspect.ismethod": _is_function,
    "inspect.isclass": _is_class,
    "inspect.iscoroutinefunction": _is_async,
    "asyncio.iscoroutinefunction": _is_async,
    "builtins.type": _type,
    "builtins.globals": _globals,
    "builtins.vars": _vars,
    "builtins.dir": _dir,
    "inspect.getmembers": _getmembers,
    "inspect.getdoc": _getdoc,
    "inspect.signature": _signature,
    "importlib.import_module": _import_module,
    "builtins.__import__": _import_module,
}
