"""One project: which files to start from, what to run, what was found."""

import posixpath
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from crawler.effects.cost import following
from crawler.extractors.base import Extraction, Project
from crawler.extractors.typescript.builtins import make_builtins
from crawler.extractors.typescript.evaluate import Evaluator
from crawler.extractors.typescript.modules import Loader
from crawler.extractors.typescript.node import Files, virtual
from crawler.extractors.typescript.relevance import TOKENS
from crawler.extractors.typescript.requirements import arguments, environment, transports
from crawler.extractors.typescript.resolve import SOURCES, Resolver
from crawler.extractors.typescript.sdk import Registrations
from crawler.extractors.typescript.sweep import sweep
from crawler.extractors.typescript.tables import tool_tables
from crawler.extractors.typescript.tools import Key, Site
from crawler.extractors.typescript.values import Exhausted
from mcp_catalogue.model import Tool, Unreadable

if TYPE_CHECKING:
    from crawler.effects.typescript import Followed

BUDGET = 4_000_000
"""Evaluation steps of one project."""
_MARKS = (b"modelcontextprotocol", b"fastmcp", b"tools/list", b"McpServer", b"mcp-framework", b"mcp")
_RECURSION = 12_000
_FORMS = frozenset({"dist", "build", "lib", "out", "esm", "cjs", "src", "source", "output"})


class TypeScriptExtractor:
    """Reads MCP servers written in TypeScript or JavaScript."""

    name = "typescript"

    def extract(self, project: Project) -> Extraction | None:
        """Read `project`; None where no file registers anything."""
        candidates = list(_candidates(project))
        if not candidates and not (project.tree.dependencies and project.entry_points):
            return None
        run = _Run(project, candidates)
        with _deep_recursion():
            run.everything()
            run.follow()
        return run.result()


@contextmanager
def _deep_recursion() -> Iterator[None]:
    """Allow the nesting that real programs have; pure Python calls use no C stack since Python 3.11."""
    before = sys.getrecursionlimit()
    sys.setrecursionlimit(max(before, _RECURSION))
    try:
        yield
    finally:
        sys.setrecursionlimit(before)


_NAMELESS = frozenset({"name-not-constant", "list-not-evaluated"})


def _candidates(project: Project) -> Iterator[str]:
    for path in project.own:
        if not path.endswith(SOURCES) or path.endswith((".d.ts", ".d.mts", ".d.cts")):
            continue
        data = project.tree.files.get(path) or b""
        if any(token in data for token in TOKENS):
            yield path


class _Run:
    """The state of one extraction."""

    def __init__(self, project: Project, candidates: list[str]) -> None:
        self.project = project
        self.candidates = candidates
        self.resolver = Resolver(project)
        self.loader = Loader(self.resolver)
        self.sink = Registrations()
        self.ev = Evaluator(self.sink, self.sink, make_builtins(), BUDGET)
        self.ev.zod_version = _zod_version(project)
        self.ev.files = Files(self.resolver.read, project.tree.paths)
        self.sink.ev = self.ev
        self.loader.evaluator = self.ev
        self.followed: dict[Key, Followed] = {}

    def everything(self) -> None:
        """Run the entry points, then what they did not reach."""
        try:
            seen: set[str] = set()
            for path in self._entries():
                if copy_key(path) not in seen:
                    seen.add(copy_key(path))
                    self._start(path)
                    self._finish()
                    # What one entry point serves, another copy of it serves again.
                    self.sink.taken = {name for name, _, _ in self.sink.tools}
            if not self.sink.tools and not self.sink.unresolved:
                for path in _one_copy(self.candidates):
                    self._start(path)
                self._finish()
            if not self.sink.tools and any(u.reason in _NAMELESS for u in self.sink.unresolved.values()):
                tool_tables(self.ev, self.loader, self.sink)
        except Exhausted:
            start = next(iter(self.candidates), next(iter(self.loader.modules), ""))
            self.sink.unknown(Site(start, 1), "too-much-work", "the step budget is used up")
            self.loader.unreadable.append(Unreadable(file=next(iter(self.loader.modules), ""), reason="too-much-work"))
            self.ev.left = self.ev.budget = BUDGET // 4
            self.ev.floor = self.ev.depth = 0
            self._last()

    def _finish(self) -> None:
        sweep(self.ev, self.loader, self.sink)
        self.sink.finish(self.ev)

    def _last(self) -> None:
        try:
            self.sink.finish(self.ev)
        except Exhausted:
            return

    def _start(self, path: str) -> None:
        module = self.loader.module(path)
        if module is not None:
            module.entry = True
            self.ev.builtins["process"].props["argv"].guess.items[1] = virtual(path)
            module.run(self.ev)

    def _entries(self) -> Iterator[str]:
        root = self.project.root
        for entry in self.project.entry_points:
            path = self.resolver.output(posixpath.normpath(posixpath.join(root, entry)))
            if path is not None and path.endswith(SOURCES):
                yield path

    def follow(self) -> None:
        """Run what a call of each tool runs, to see what it does."""
        from crawler.effects.typescript import follow  # noqa: PLC0415 (it runs on this package's evaluator)

        if self.sink.tools:
            with following():
                self.followed = follow(self.ev, self.sink, self.loader)

    def _wants(self) -> tuple[str, ...]:
        """Declared dependencies through whose code the tools are registered, and which are not at hand."""
        declared = self.project.dependencies
        return tuple(
            sorted(
                n
                for n in self.sink.elsewhere - self.sink.told
                if n in declared and n not in self.project.tree.dependencies
            )
        )

    def _with_code(self, key: Key, tool: Tool) -> Tool:
        """Add what the tool's handler does, and where a dispatcher leads."""
        seen = self.followed.get(key)
        if seen is None:
            return tool
        return replace(tool, effects=seen.effects, cuts=seen.cuts, handler=tool.handler or seen.handler)

    def result(self) -> Extraction | None:
        """Return what was found, or None where nothing registers anything."""
        sink = self.sink
        if not sink.tools and not sink.unresolved and sink.more is None:
            return None
        language = (
            "typescript" if any(p.endswith((".ts", ".tsx", ".mts")) for p in self.loader.modules) else "javascript"
        )
        return Extraction(
            language=language,
            tools=tuple(self._with_code(key, t) for key, t in zip(sink.tools, sink.finished(), strict=True)),
            unresolved=tuple(sink.unresolved.values()),
            unreadable=tuple(self.loader.unreadable),
            may_have_more=sink.more,
            wants=self._wants(),
            requirements=(*environment(self.loader), *arguments(self.ev.flags)),
            transports=transports(self.loader),
            server_name=sink.server_name,
            prompts=sink.prompts,
            resources=sink.resources,
        )


def _one_copy(paths: list[str]) -> Iterator[str]:
    """Yield each file once where a package holds it as source, as output and in several module formats."""
    seen: set[str] = set()
    order: dict[str, int] = {"src": 0, "source": 0}

    def rank(path: str) -> tuple[int, str]:
        return (min((order.get(p, 1) for p in path.split("/")), default=1), path)

    for path in sorted(paths, key=rank):
        key = copy_key(path)
        if key not in seen:
            seen.add(key)
            yield path


def copy_key(path: str) -> str:
    """Return what the copies of one file in several forms have in common."""
    parts = [p for p in path.split("/") if p not in _FORMS]
    return posixpath.splitext("/".join(parts))[0]


def _zod_version(project: Project) -> str:
    wanted: Any = project.dependencies.get("zod", "")
    digits = wanted.lstrip("^~>=v ")
    return "zod4" if digits.startswith("4") else "zod3"
