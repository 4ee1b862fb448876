"""MCP servers written in C#: the official SDK's attributes and builders, and `Tool` values."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.extractors.asked import environment
from crawler.extractors.base import Extraction, Project
from crawler.extractors.csharp import tools
from crawler.extractors.csharp.code import Code, OutOfBudgetError, owner_of
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import find, mentions_mcp, text
from mcp_catalogue.model import Requirement, Tool, Unreadable, Unresolved

_SERVER = re.compile(
    rb"Add\w*McpServer\b|McpServerTool|McpServerFactory|McpServer\.Create|ListToolsHandler|\"tools/list\"|\[Mcp\w*Tool[(\]]"
)
_TRANSPORTS = (
    ("stdio", re.compile(rb"WithStdioServerTransport|StdioServerTransport")),
    ("streamable-http", re.compile(rb"WithHttpTransport|MapMcp|StreamableHttpServerTransport")),
    ("sse", re.compile(rb"SseResponseStreamTransport|WithSseTransport")),
)
_PROMPT = re.compile(rb"\[McpServerPrompt[(\],]")
_RESOURCE = re.compile(rb"\[McpServerResource[(\],]")
_ENVIRONMENT = re.compile(rb"GetEnvironmentVariable")


@dataclass(frozen=True, slots=True)
class CSharpExtractor:
    """Reads attributed methods, `Tool` values, `McpServerTool.Create` and command trees."""

    name: str = "csharp"

    def extract(self, project: Project) -> Extraction | None:
        """Read `project`; None where it has no C# code that serves MCP."""
        code = Code(project)
        own = ((p, project.tree.read(p) or b"") for p in project.own if p.endswith(".cs"))
        serves = sorted(p for p, d in own if mentions_mcp(d) and _SERVER.search(d))
        if not serves:
            return None
        found: list[Tool] = []
        unresolved: list[Unresolved] = []
        unreadable: list[Unreadable] = []
        try:
            for item in tools.read(code):
                found += [item.tool] if item.tool is not None else []
                unresolved += [item.unresolved] if item.unresolved is not None else []
        except (OutOfBudgetError, RecursionError) as error:
            unreadable.append(Unreadable(file=serves[0], reason="too-complex", detail=type(error).__name__))
        if not found and not unresolved:
            unresolved.append(
                Unresolved(file=serves[0], line=1, reason="no-tools-found", detail="a C# server without a known tool")
            )
        unreadable += [Unreadable(file=p, reason="too-large", detail=d) for p, d in sorted(code.broken.items())]
        code.steps = 0
        return Extraction(
            language="csharp",
            tools=tuple(found),
            unresolved=tuple(unresolved),
            unreadable=tuple(unreadable),
            requirements=_requirements(code),
            transports=tuple(n for n, mark in _TRANSPORTS if any(mark.search(d) for d in code.sources.values())),
            server_name=_server_name(code),
            prompts=sum(len(_PROMPT.findall(d)) for d in code.sources.values()),
            resources=sum(len(_RESOURCE.findall(d)) for d in code.sources.values()),
        )


def _requirements(code: Code) -> tuple[Requirement, ...]:
    try:
        return environment(_variables(code))
    except (OutOfBudgetError, RecursionError):
        return ()


def _variables(code: Code) -> Iterator[str]:
    for file in code.files(_ENVIRONMENT):
        for node in find(file.root, "invocation_expression"):
            if text(child(node, "function")).endswith("GetEnvironmentVariable"):
                arguments = child(node, "arguments")
                first = arguments.named_children[:1] if arguments is not None else []
                value = (
                    code.eval(first[0].named_children[-1], owner_of(node))
                    if first and first[0].named_children
                    else None
                )
                if isinstance(value, str):
                    yield value


def _server_name(code: Code) -> str | None:
    try:
        for file in code.files(re.compile(rb"ServerInfo")):
            for node in find(file.root, "assignment_expression"):
                if text(child(node, "left")).endswith("ServerInfo"):
                    for item in find(node, "assignment_expression"):
                        value = (
                            code.eval(child(item, "right"), owner_of(node))
                            if text(child(item, "left")) == "Name"
                            else None
                        )
                        if isinstance(value, str):
                            return value
    except (OutOfBudgetError, RecursionError):
        return None
    return None


EXTRACTOR = CSharpExtractor()
