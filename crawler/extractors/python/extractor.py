"""The Python extractor: which files to run, in which order, and what comes of it."""

import ast
import configparser
from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import partial

from crawler.extractors.base import Extraction, Project
from crawler.extractors.python.classes import class_attribute
from crawler.extractors.python.collect import Found, Options, collect
from crawler.extractors.python.dispatch import with_effects
from crawler.extractors.python.docstrings import reading_of
from crawler.extractors.python.engine import Engine
from crawler.extractors.python.leads import Leads
from crawler.extractors.python.modules import Module, Modules
from crawler.extractors.python.needles import (
    CALLS,
    DYNAMIC,
    MAKERS,
    NEEDLES,
    SDK,
    holds,
    identifiers,
    registers,
)
from crawler.extractors.python.relevance import Relevance
from crawler.extractors.python.requirements import requirements
from crawler.extractors.python.values import Class, Function, Place
from crawler.projects import find_projects
from mcp_catalogue.model import MayHaveMore, Unreadable, Unresolved

_SDKS = frozenset({"mcp", "fastmcp", "mcp-types", "fastmcp-slim"})
_PROGRAMS = frozenset(
    {
        "main",
        "run",
        "serve",
        "run_server",
        "start",
        "cli",
        "app",
        "mcp",
        "server",
        "create_server",
        "cli_main",
        "main_sync",
    }
)
_CALLER_ROUNDS = 3
_TELLING = 10  # letters from which a name is unlikely to mean something else elsewhere
_MAX_TELLING = 60
_MAX_SHIM_FILES = 12
_MAX_SHIM_BYTES = 20_000
_ORPHAN_ROUNDS = 400


class PythonExtractor:
    """Reads MCP servers written in Python."""

    name = "python"

    def extract(self, project: Project) -> Extraction | None:
        """Read `project`, or answer None where it holds no MCP server in Python."""
        modules = Modules(project)
        if not modules.own:
            return None
        return _Reading(project, modules).read()


class _Reading:
    """One reading of one project."""

    def __init__(self, project: Project, modules: Modules) -> None:
        self.project = project
        self.modules = modules
        self.relevance = Relevance()
        self.run = Engine(modules, self.relevance)
        self.cut: dict[str, None] = {}  # files whose evaluation was cut short

    def read(self) -> Extraction | None:
        paths = [p for p in self.modules.own if holds(self.modules.read(p), NEEDLES)]
        if not any(holds(self.modules.read(p), SDK) for p in paths):
            return self._shim()
        loaded = [m for m in (self.modules.load(p) for p in paths) if m is not None]
        self.run.uses_sdk = True
        fast = sum(b"from fastmcp" in m.source or b"import fastmcp" in m.source for m in loaded)
        official = sum(b"mcp.server.fastmcp" in m.source or b"MCPServer" in m.source for m in loaded)
        declared = {words(d) for d in self.project.dependencies} & {frozenset({"mcp"}), frozenset({"fastmcp"})}
        by_name = declared == {frozenset({"fastmcp"})}
        self.run.main_sdk = (
            "fastmcp" if by_name or (fast > official and declared != {frozenset({"mcp"})}) else "official"
        )
        leads = Leads()
        self.relevance.names = leads.names(loaded)
        for _ in range(_CALLER_ROUNDS):
            more = self._callers(loaded, self.relevance.names)
            if not more:
                break
            loaded += more
            self.relevance.names = leads.names(loaded)
        self._roots(loaded)
        self._orphans(loaded)
        found = list(collect(self.run, Options(reading_of(self.project.dependencies.get("fastmcp")))))
        return self._extraction(found, loaded)

    def _callers(self, loaded: list[Module], names: frozenset[bytes]) -> list[Module]:
        """Load the modules that mention no SDK but call what registers tools: the way to it leads through them."""
        telling = sorted(n for n in names if len(n) >= _TELLING)[:_MAX_TELLING]
        known = {m.path for m in loaded}
        paths = [p for p in self.modules.own if p not in known and holds(self.modules.read(p), tuple(telling))]
        return [m for m in (self.modules.load(p) for p in paths) if m is not None]

    def _roots(self, loaded: list[Module]) -> None:
        for module_name, attribute in self._entry_points():
            module = self._named(module_name)
            if module is None:
                continue
            self._do(module.path, partial(self._enter, module, attribute))
        for module in sorted(loaded, key=lambda m: (not m.path.endswith("__main__.py"), m.path)):
            if not module.started and self._used(module):
                self._do(module.path, partial(self.run.start, module))

    def _do(self, path: str, work: Callable[[], object]) -> None:
        if not self.run.bounded(work):
            self.cut[path] = None

    def _enter(self, module: Module, attribute: str) -> None:
        """Run a module as the manifest starts it: its top level, then the function that is named."""
        self.run.start(module)
        function = self.run.first(self.run.member(module, attribute)) if attribute else None
        if isinstance(function, Function) and function.node not in self.run.executed:
            self.run.entries.add(function.node)
            self.run.invoke(function, [], {}, Place(module.path, 1))

    def _used(self, module: Module) -> bool:
        """Tell whether anything can run this module: a mention outside comments, or code that makes it a program."""
        stem = module.path.rpartition("/")[2].removesuffix(".py")
        packaged = f"{module.path.rpartition('/')[0]}/__init__.py" in self.project.tree.files
        if stem.startswith("__") or not packaged or b"__main__" in module.source or holds(module.source, MAKERS):
            return True
        word = stem.encode()
        for path in self.modules.own:
            data = self.modules.read(path)
            if path == module.path:
                continue
            if holds(data, DYNAMIC) and (holds(data, NEEDLES) or module.path.startswith(path.rpartition("/")[0])):
                return True
            if word in data and any(word in line and not line.lstrip().startswith(b"#") for line in data.splitlines()):
                return True
        return any(stem in point for point in self.project.entry_points)

    def _entry_points(self) -> list[tuple[str, str]]:
        points = list(self.project.entry_points)
        for path in self.project.tree.paths:
            if path.endswith(".dist-info/entry_points.txt"):
                parser = configparser.ConfigParser(strict=False, interpolation=None)
                try:
                    parser.read_string((self.project.tree.read(path) or b"").decode("utf-8", "replace"))
                except configparser.Error:
                    continue
                if parser.has_section("console_scripts"):
                    points += [v for _, v in parser.items("console_scripts")]
        found = []
        for point in points:
            module, _, attribute = point.split("[")[0].strip().partition(":")
            if module.replace(".", "").replace("_", "").isalnum():
                found.append((module, attribute.strip()))
        return found

    def _named(self, name: str) -> Module | None:
        tail = name.replace(".", "/")
        for path in self.modules.own:
            if path.endswith((f"{tail}.py", f"{tail}/__init__.py")):
                start = path.removesuffix(".py").removesuffix("/__init__")
                if start == tail or start.endswith(f"/{tail}"):
                    return self.modules.load(path)
        return None

    def _orphans(self, loaded: list[Module]) -> None:
        """Run the functions that register tools and were not called: their callers are out of sight."""
        self.run.orphan = True
        waiting = list(self._registering(loaded))
        names = {n.encode() for n, _, _ in waiting}
        mentions = {f.node: names & identifiers(f.module.text(f.node)) - {n.encode()} for n, f, _ in waiting}
        for _ in range(_ORPHAN_ROUNDS):
            waiting = [w for w in waiting if w[1].node not in self.run.executed]
            if not waiting:
                return
            called = {i for _, f, _ in waiting for i in mentions[f.node]}
            first = next((w for w in waiting if w[0].encode() not in called), waiting[0])
            waiting.remove(first)
            name, function, owner = first
            if not self._referenced(name):
                continue
            self._do(function.module.path, partial(self._adopt, function, owner))

    def _adopt(self, function: Function, owner: Class | None) -> None:
        """Run a function whose caller is out of sight; a method on an instance of its class."""
        place = Place(function.module.path, getattr(function.node, "lineno", 1))
        self.run.adopted.add(function.node)
        if owner is not None:
            made = class_attribute(self.run, owner, "__init__")
            self.run.adopted |= {made.node} if isinstance(made, Function) else set()
            function = function.bind(self.run.call(owner, [], {}, place))
        if function.node not in self.run.executed:
            self.run.invoke(function, [], {}, place)

    def _registering(self, loaded: list[Module]) -> Iterable[tuple[str, Function, Class | None]]:
        for module in loaded:
            if not module.started or not module.own:
                continue
            for value in list(module.scope.names.values()):
                if isinstance(value, Function) and value.module is module and _registers(value):
                    yield value.name, value, None
                elif isinstance(value, Class) and value.module is module:
                    for method in list(value.attributes.values()):
                        if isinstance(method, Function) and method.owner is value and _registers(method):
                            unbound = Function(
                                method.node, method.scope, module, method.name, value, None, method.attributes
                            )
                            yield method.name, unbound, value

    def _referenced(self, name: str) -> bool:
        """Tell whether anything in the project mentions the function besides its definition."""
        if name.startswith("__"):
            return True
        word = name.encode()
        count = 0
        for path in self.modules.own:
            count += self.modules.read(path).count(word)
            if count > 1:
                return True
        return any(name in point for point in self.project.entry_points) or name in ("main", "lifespan")

    def _extraction(self, found: list[Found | Unresolved], loaded: list[Module]) -> Extraction | None:
        tools = with_effects(self.run, [f for f in found if isinstance(f, Found)])
        unresolved = tuple(f for f in found if isinstance(f, Unresolved))
        if not tools and not self._serves():
            return self._shim()
        unreadable = tuple(u for p, u in sorted(self.modules.unreadable.items()) if self._matters(p))
        unreadable += tuple(Unreadable(file=p, reason="budget", detail="evaluation was cut short") for p in self.cut)
        needs, transports = requirements(self.run, loaded)
        mounted = {id(m.server) for s in self.run.servers for m in s.mounts}
        names = [s.name for s in sorted(self.run.servers, key=lambda s: id(s) in mounted) if not s.assumed]
        texts = [str(n) for n in (self.run.first(n) for n in names) if isinstance(n, str)]
        return Extraction(
            language="python",
            tools=tools,
            unresolved=unresolved,
            unreadable=unreadable,
            may_have_more=self._more(loaded),
            wants=self._wants() if not tools else (),
            requirements=needs,
            transports=transports,
            server_name=texts[0] if texts else None,
            prompts=sum(s.prompts for s in self.run.servers),
            resources=sum(s.resources for s in self.run.servers),
        )

    def _serves(self) -> bool:
        """Tell whether a server is made here, and not only by a library's functions for somebody else's program."""
        made = [s for s in self.run.servers if not s.assumed]
        return bool(self.cut) or any(not s.uncalled for s in made) or bool(made and self._entry_points())

    def _matters(self, path: str) -> bool:
        return holds(self.modules.read(path), NEEDLES)

    def _more(self, loaded: list[Module]) -> MayHaveMore | None:
        for module in loaded:
            at = module.source.find(b"tool_list_changed(")
            if at >= 0:
                return MayHaveMore(file=module.path, line=module.source.count(b"\n", 0, at) + 1, reason="list-changed")
        return None

    def _shim(self) -> Extraction | None:
        """Follow a package that registers nothing itself into the dependency that its program starts."""
        for _, tree in sorted(self.project.tree.dependencies.items()):
            for project in find_projects(tree):
                found = PythonExtractor().extract(project)
                if found is not None and found.tools:
                    return replace(found, wants=())
        wants = self._wants()
        return Extraction(language="python", wants=wants) if wants else None

    def _wants(self) -> tuple[str, ...]:
        """Name the declared dependencies whose program this package's own program hands over to."""
        if self.project.tree.dependencies or len(self.modules.own) > _MAX_SHIM_FILES:
            return ()
        tops = {module.partition(".")[0] for module, _ in self._entry_points()}
        for path in self.modules.own:
            data = self.modules.read(path)
            module = self.modules.load(path) if b"import" in data and len(data) <= _MAX_SHIM_BYTES else None
            if module is not None:
                tops |= {top for top in handed_over(module.tree) if self.modules.locate(top, module) is None}
        return tuple(
            sorted(
                d
                for d in self.project.dependencies
                if "mcp" in words(d) and d.lower() not in _SDKS and any(_same(d, t) for t in tops)
            )
        )


def handed_over(tree: ast.Module) -> set[str]:
    """Return the top packages from which a program (`main`, `run`, a server module) is imported."""
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and not node.level and node.module:
            names = {a.name for a in node.names}
            if names & _PROGRAMS or node.module.rpartition(".")[2] in ("server", "__main__", "cli"):
                found.add(node.module.partition(".")[0])
        elif isinstance(node, ast.Import):
            found |= {
                a.name.partition(".")[0]
                for a in node.names
                if a.name.rpartition(".")[2] in ("server", "__main__", "cli")
            }
    return found


def words(name: str) -> frozenset[str]:
    """Return the words of a distribution's or package's name."""
    return frozenset(name.lower().replace("_", "-").replace(".", "-").split("-"))


def _same(distribution: str, package: str) -> bool:
    one, other = words(distribution), words(package)
    return one <= other or other <= one


def _registers(function: Function) -> bool:
    node = function.node
    known = isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)) and holds(function.module.text(node), CALLS)
    return known and registers(node)
