"""MCP servers written in Go."""

import re
from dataclasses import dataclass, replace

from crawler.effects import golang as effects
from crawler.effects.cost import following
from crawler.extractors.base import Extraction, Project
from crawler.extractors.golang import facts
from crawler.extractors.golang.evaluate import OutOfBudgetError
from crawler.extractors.golang.guards import Guards
from crawler.extractors.golang.index import GoIndex, receiver_name
from crawler.extractors.golang.reach import Reach
from crawler.extractors.golang.schema import argument_type, input_schema, to_json, type_schema
from crawler.extractors.golang.search import Found, Search
from crawler.extractors.golang.values import Fn, Obj, Table, Unknown, Value
from crawler.extractors.grammar import end_line, line, mentions_mcp
from mcp_catalogue.model import Annotations, Handler, Location, Tool, Unreadable, Unresolved

_SDK = re.compile(rb"mcp-go|modelcontextprotocol|mcp-golang|go-mcp|/mcp\"|mcp/|\"tools/list\"")
_SERVER = re.compile(
    rb"NewMCPServer\(|mcp\.NewServer\(|\"tools/list\"|mcp_golang\.NewServer|server\.NewServer\(|AddTools?\(|NewServerTool|"
    rb"RegisterTool\(|ServerTool\{|fxctx\.NewTool\("
)
_HANDLER_METHODS = ("Handler", "Handle", "Execute", "Call", "Run", "Invoke")


@dataclass(frozen=True, slots=True)
class GoExtractor:
    """Reads servers built on mcp-go, the official go-sdk and libraries of the same forms."""

    name: str = "go"

    def extract(self, project: Project) -> Extraction | None:
        """Read `project`; None where it has no Go code that serves MCP."""
        index = GoIndex(project)
        about = [data for data in index.sources.values() if mentions_mcp(data)]
        if not any(_SDK.search(data) for data in about) or not any(map(_SERVER.search, about)):
            return None
        unreadable: list[Unreadable] = []
        search = Search(index)
        found: list[Found] = []
        try:
            found = search.tools()
        except (OutOfBudgetError, RecursionError) as error:
            found = sorted(search.found.values(), key=lambda f: (f.file, f.line, f.name))
            unreadable.append(Unreadable(file=project.root or ".", reason="too-complex", detail=type(error).__name__))
        return _result(search, found, unreadable)


def _result(search: Search, found: list[Found], unreadable: list[Unreadable]) -> Extraction:
    index = search.index
    reach, guards = Reach(index), Guards(index, search.run)
    search.run.steps = 0
    tools, handlers = [], []
    for item in found:
        home = index.enclosing(item.tool.node) if item.tool.node is not None else None
        if reach.live(home):
            tools.append(_tool(item, search, guards))
            handlers.append(item.tool.handler or _sibling(item.tool, search))
    with following():
        seen = effects.effects_of(index, search.run.globals, handlers)
    tools = [replace(tool, effects=one.effects, cuts=one.cuts) for tool, one in zip(tools, seen, strict=True)]
    unresolved = [
        Unresolved(file=decl.file.path, line=line(node), reason="name-not-constant", detail=f"in {decl.name}")
        for node_id, (node, decl, _) in sorted(search.open.items(), key=lambda o: (o[1][1].file.path, line(o[1][0])))
        if node_id not in search.named and reach.live(decl)
    ]
    if not tools and not unresolved:
        place = next(iter(sorted(p for p, d in index.sources.items() if _SERVER.search(d))), index.project.root or ".")
        unresolved = [
            Unresolved(file=place, line=1, reason="no-tools-found", detail="a Go server without a known tool")
        ]
    return Extraction(
        language="go",
        tools=tuple(tools),
        unresolved=tuple(unresolved),
        unreadable=(
            *unreadable,
            *(Unreadable(file=p, reason="too-large", detail=d) for p, d in sorted(index.broken.items())),
        ),
        may_have_more=facts.passes_on(index),
        requirements=facts.requirements(index),
        transports=facts.transports(index),
        server_name=facts.server_name(index, search.run),
        prompts=facts.count_prompts(index),
        resources=facts.count_resources(index),
    )


def _tool(item: Found, search: Search, guards: Guards) -> Tool:
    made, run = item.tool, search.run
    schema = _schema(made, search)
    output = made.fields.get("OutputSchema")
    title = made.fields.get("Title")
    return Tool(
        name=item.name,
        title=str(title) if isinstance(title, str) and title else None,
        description=_text(made.fields.get("Description", "")),
        input_schema=schema,
        output_schema=input_schema(output, run) if output is not None else None,
        annotations=_annotations(made.fields.get("Annotations"), search),
        condition=guards.of(made, item.name, item.file, item.line),
        location=Location(file=item.file, line=item.line),
        handler=_handler(made, search),
    )


def _text(value: Value) -> str | None:
    return str(value) if isinstance(value, str) and value else None


def _schema(made: Obj, search: Search) -> dict[str, object] | None:
    given = made.fields.get("InputSchema", made.fields.get("RawInputSchema"))
    whole = given is not None and not isinstance(given, Unknown)
    properties = given.fields.get("Properties") if isinstance(given, Obj) else None
    if isinstance(properties, Unknown) or (isinstance(properties, Table) and properties.open):
        whole = False
    handler = made.handler
    if not whole and handler is not None:
        kind = argument_type(handler, search.run)
        if kind.kind != "any":
            reflected = True if made.fields.get("Reflected") else None
            return type_schema(search.run, kind, required_by_tag=reflected)
    described = made.fields.get("Described")
    if described is not None:
        return input_schema(described, search.run)
    return input_schema(given, search.run) if whole else None


def _annotations(value: Value, search: Search) -> Annotations:
    """Return the hints that are sent: the go-sdk's plain booleans where they are true, from 1.7 on also where false."""
    if not isinstance(value, Obj):
        return Annotations()
    read = {name: to_json(value.fields.get(name), search.run) for name in ("Title", *_HINTS)}
    if value.type.name == "ToolAnnotations" and value.type.package.endswith("go-sdk/mcp"):
        plain = False if _sends_false(search.index.project) else None
        read["ReadOnlyHint"] = read["ReadOnlyHint"] is True or plain
        read["IdempotentHint"] = read["IdempotentHint"] is True or plain
    hints = {name: read[name] if isinstance(read[name], bool) else None for name in _HINTS}
    title = read["Title"]
    return Annotations(
        title=title if isinstance(title, str) and title else None,
        readOnlyHint=hints["ReadOnlyHint"],
        destructiveHint=hints["DestructiveHint"],
        idempotentHint=hints["IdempotentHint"],
        openWorldHint=hints["OpenWorldHint"],
    )


def _sends_false(project: Project) -> bool:
    version = re.match(r"v(\d+)\.(\d+)", project.dependencies.get("github.com/modelcontextprotocol/go-sdk", ""))
    return version is None or (int(version[1]), int(version[2])) >= (1, 7)


_HINTS = ("ReadOnlyHint", "DestructiveHint", "IdempotentHint", "OpenWorldHint")


def _handler(made: Obj, search: Search) -> Handler | None:
    function = made.handler or _sibling(made, search)
    if function is not None:
        return Handler(file=function.file.path, start=line(function.node), end=end_line(function.node))
    home = search.index.enclosing(made.node) if made.node is not None else None
    if home is None or home.kind not in {"func", "method"}:
        return None
    return Handler(file=home.file.path, start=line(home.node), end=end_line(home.node))


def _sibling(made: Obj, search: Search) -> Fn | None:
    """Return the handler method beside the method that makes the tool."""
    home = search.index.enclosing(made.node) if made.node is not None else None
    if home is None or home.kind != "method":
        return None
    methods = search.index.package(home.file.folder).methods
    decl = next((methods[receiver_name(home.node), m] for m in _HANDLER_METHODS if (home.receiver, m) in methods), None)
    return Fn(decl.node, decl.file, name=decl.name) if decl is not None else None


EXTRACTOR = GoExtractor()
