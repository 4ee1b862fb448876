"""Import statements: what may register tools is run at once, the rest when a name is asked for."""

import ast
from collections.abc import Sequence
from functools import partial

from crawler.extractors.python.interpreter import Interpreter
from crawler.extractors.python.modules import Module
from crawler.extractors.python.scope import Scope
from crawler.extractors.python.values import External, Lazy, Value


def import_plain(run: Interpreter, node: ast.Import, scope: Scope) -> None:
    """Run `import a.b as c`."""
    for alias in node.names:
        top = alias.name.partition(".")[0]
        name = alias.asname or top
        wanted = alias.name if alias.asname else top
        scope.set(name, _module(run, wanted, scope.module, 0))
        if not alias.asname and "." in alias.name and not isinstance(scope.names.get(name), External):
            run.force(_module(run, alias.name, scope.module, 0))


def import_from(run: Interpreter, node: ast.ImportFrom, scope: Scope) -> None:
    """Run `from a import b as c`, relative or star imports too."""
    base, level = node.module or "", node.level
    module = scope.module
    if not level and run.modules.locate(base, module) is None and not run.modules.is_folder(base, module):
        for alias in node.names:
            if alias.name != "*":
                scope.set(alias.asname or alias.name, External(f"{base}.{alias.name}"))
        return
    path = run.modules.locate(base, module, level)
    if path is not None and run.wanted(path):
        found = run.modules.load(path[1], path[0])
        if found is not None and not found.started:
            run.start(found)
    for alias in node.names:
        if alias.name == "*":
            star = run.modules.find(base, module, level)
            if star is not None:
                module.stars.append(star)
                run.start(star)
            continue
        below = run.modules.locate(f"{base}.{alias.name}" if base else alias.name, module, level)
        if below is not None and run.wanted(below):
            started = run.modules.load(below[1], below[0])
            if started is not None and not started.started and (path is None or path[1].endswith("__init__.py")):
                run.start(started)
        scope.set(alias.asname or alias.name, _name(run, base, alias.name, module, level))


def import_for_types(run: Interpreter, body: Sequence[ast.stmt], scope: Scope) -> None:
    """Bind what `if TYPE_CHECKING:` imports: names for annotations, whose modules that does not run."""
    module = scope.module
    for node in body:
        if isinstance(node, ast.ImportFrom):
            base, level = node.module or "", node.level
            inside = level or run.modules.locate(base, module) is not None
            for alias in node.names:
                value = _name(run, base, alias.name, module, level) if inside else External(f"{base}.{alias.name}")
                scope.set(alias.asname or alias.name, value)
        elif isinstance(node, ast.Import):
            for alias in node.names:
                wanted = alias.name if alias.asname else alias.name.partition(".")[0]
                scope.set(alias.asname or wanted, Lazy(partial(run.import_module, wanted, module)))
        else:
            run.block([node], scope)


def _name(run: Interpreter, base: str, name: str, module: Module, level: int) -> Value:
    where = run.modules.locate(base, module, level)
    if where is not None and where[1] == module.path:  # a package that imports its own modules by its full name
        below = run.modules.locate(f"{base}.{name}" if base else name, module, level)
        if below is not None:
            return Lazy(lambda: run.import_module(f"{base}.{name}" if base else name, module, level))
    return Lazy(lambda: run.import_name(base, name, module, level))


def _module(run: Interpreter, name: str, module: Module, level: int) -> Value:
    path = run.modules.locate(name, module, level)
    if path is None:
        return External(name) if not run.modules.is_folder(name, module, level) else run.folder(name, module)
    if run.wanted(path):
        return run.import_module(name, module, level)
    return Lazy(lambda: run.import_module(name, module, level))
