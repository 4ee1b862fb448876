"""What programs ask of objects, classes, functions and modules: `getattr`, `isinstance`, `inspect`, `import_module`."""

import ast
import inspect
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import PurePath

from crawler.extractors.python.classes import class_attribute
from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.reflection import EMPTY, signature_from, signature_of, values_of_dir
from crawler.extractors.python.relevance import decorates
from crawler.extractors.python.treepath import TreePath
from crawler.extractors.python.truth import truth
from crawler.extractors.python.type_functions import TYPES
from crawler.extractors.python.values import (
    MISSING,
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
    if len(args) > 2 and _lacks(run, owner, str(name)):
        return args[2]
    return run.attribute(args[0], str(name), place)


def _lacks(run: Interpreter, owner: Value, name: str) -> bool:
    """Tell whether `owner` surely has no attribute called `name`."""
    if isinstance(owner, (Function, Instance, Class)):
        return not has(run, owner, name)
    if isinstance(owner, ModuleValue):
        return run.member(owner.module, name) is MISSING
    kind = PurePath if isinstance(owner, TreePath) else type(owner)
    return isinstance(owner, (TreePath, str, int, float, list, dict, tuple, set)) and not hasattr(kind, name)


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


def _getdoc(run: Interpreter, args: list[Value], _kwargs: dict[str, Value], place: Place) -> Value:
    doc = run.first(run.attribute(args[0], "__doc__", place)) if args else None
    return inspect.cleandoc(doc) if isinstance(doc, str) else None


def _import_module(run: Interpreter, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    name = run.first(args[0]) if args else None
    importer = run.modules.load(place.file)
    package = run.first(args[1] if len(args) > 1 else kwargs.get("package"))
    if isinstance(package, str) and isinstance(name, str) and name.startswith(".") and importer is not None:
        folder = f"{package.replace('.', '/')}/__init__.py"  # `__package__` of the package that is being read
        importer = run.modules.load(folder) or run.modules.find(str(package), importer, 0) or importer
    if not isinstance(name, str) or importer is None:
        run.dynamic.append(place)
        return Unknown("dynamic-import")
    if name.startswith("__main__."):  # `__name__` of the package that is being read
        name = name.removeprefix("__main__")
    level = len(name) - len(name.lstrip("."))
    found = run.import_module(name.lstrip("."), importer, level)
    if isinstance(found, ModuleValue) and decorates(found.module.source):
        run.start(found.module)  # nobody imports by a computed name but for what the module does then
    return found


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


def changed_copy(owner: Value, changes: dict[str, Value]) -> Value:
    """Return a copy of a record with other values for some of its fields; MISSING for anything else."""
    if not isinstance(owner, Instance):
        return MISSING
    return replace(owner, attributes={**owner.attributes, **changes})


def _replaced(run: Interpreter, args: list[Value], kwargs: dict[str, Value], _place: Place) -> Value:
    return changed_copy(run.first(args[0]), kwargs) if args else MISSING


def _made_signature(run: Interpreter, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    return signature_from(run, args[0] if args else kwargs.get("parameters", []), place)


def _made_parameter(_run: Interpreter, args: list[Value], kwargs: dict[str, Value], place: Place) -> Value:
    given = {**dict(zip(("name", "kind"), args, strict=False)), **kwargs}
    return Made("inspect.Parameter", [], {"default": EMPTY, "annotation": EMPTY, "empty": EMPTY, **given}, place)


OBJECTS: Mapping[str, Handler] = {
    "dataclasses.replace": _replaced,
    "copy.replace": _replaced,
    "attrs.evolve": _replaced,
    "attr.evolve": _replaced,
    **TYPES,
    "builtins.getattr": _getattr,
    "builtins.hasattr": _hasattr,
    "builtins.setattr": _setattr,
    "builtins.callable": _callable,
    "builtins.super": _super,
    "inspect.isroutine": _is_function,
    "inspect.isfunction": _is_function,
    "inspect.ismethod": _is_function,
    "inspect.isclass": _is_class,
    "inspect.iscoroutinefunction": _is_async,
    "asyncio.iscoroutinefunction": _is_async,
    "builtins.globals": _globals,
    "builtins.vars": _vars,
    "builtins.dir": _dir,
    "inspect.getmembers": _getmembers,
    "inspect.getdoc": _getdoc,
    "inspect.signature": _signature,
    "inspect.Signature": _made_signature,
    "inspect.Parameter": _made_parameter,
    "importlib.import_module": _import_module,
    "builtins.__import__": _import_module,
}
