"""MCP servers written in Java and Kotlin: the SDKs' builders, Spring AI, Quarkus."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from crawler.extractors.asked import environment
from crawler.extractors.base import Extraction, Project
from crawler.extractors.grammar import find, mentions_mcp
from crawler.extractors.jvm import tools
from crawler.extractors.jvm.code import Code, Env, OutOfBudgetError, owner_of
from crawler.extractors.jvm.expressions import arguments, called
from mcp_catalogue.model import Requirement, Tool, Unreadable, Unresolved

_SERVER = re.compile(
    rb"modelcontextprotocol\S*\.server|quarkiverse\.mcp\.server|McpServer\b|McpServerFeatures|springframework\.ai\.\S*mcp|McpTool\b|"
    rb"ToolCallbackProvider|\"tools/list\"|McpSyncServer|springaicommunity\.mcp|AbstractMcpTool|McpToolset"
)
_BUILD_SERVER = re.compile(rb"mcp[\w.-]*server|quarkus-mcp-server|server[\w.-]*mcp|kotlin-sdk")
_TRANSPORTS = (
    ("stdio", re.compile(rb"StdioServerTransport|mcp-server-stdio|spring\.ai\.mcp\.server\.stdio")),
    ("sse", re.compile(rb"SseServerTransport|WebMvcSse|WebFluxSse|mcp-server-sse|HttpServletSse")),
    ("streamable-http", re.compile(rb"StreamableServerTransport|StreamableHttp|mcp-server-http|HttpServletStreamable")),
)
_PROMPT = re.compile(rb"@(?:Mcp)?Prompt\b(?!A)|SyncPromptSpecification\(|addPrompt\(")
_RESOURCE = re.compile(rb"@(?:Mcp)?Resource\b|SyncResourceSpecification\(|addResource\(")
_ENVIRONMENT = re.compile(rb"getenv")
_PLACEHOLDER = re.compile(r"\$\{([A-Z][A-Z0-9_]{2,60})(?::([^}]*))?\}")
_BUILDS = ("pom.xml", "build.gradle", "build.gradle.kts", "libs.versions.toml", ".java")


@dataclass(frozen=True, slots=True)
class JvmExtractor:
    """Reads annotated methods, builders and tool classes."""

    name: str = "jvm"

    def extract(self, project: Project) -> Extraction | None:
        """Read `project`; None where it has no Java or Kotlin code that serves MCP."""
        code = Code(project)
        own = ((p, project.tree.read(p) or b"") for p in project.own if p.endswith((".java", ".kt")))
        serves = sorted(p for p, d in own if (mentions_mcp(d) or b"Tool" in d) and _SERVER.search(d))
        if not serves and not _built_as_server(project, code):
            return None
        found: list[Tool] = []
        unresolved: list[Unresolved] = []
        unreadable: list[Unreadable] = []
        try:
            for item in tools.read_all(code):
                found += [item.tool] if item.tool is not None else []
                unresolved += [item.unresolved] if item.unresolved is not None else []
        except (OutOfBudgetError, RecursionError) as error:
            unreadable.append(
                Unreadable(file=serves[0] if serves else ".", reason="too-complex", detail=type(error).__name__)
            )
        if not found and not unresolved:
            if not serves:
                return None
            unresolved.append(
                Unresolved(file=serves[0], line=1, reason="no-tools-found", detail="a JVM server without a known tool")
            )
        unreadable += [Unreadable(file=p, reason="too-large", detail=d) for p, d in sorted(code.broken.items())]
        code.steps = 0
        kotlin = sum(t.location is not None and t.location.file.endswith(".kt") for t in found)
        return Extraction(
            language="kotlin"
            if kotlin * 2 > len(found) or (not found and serves[:1] and serves[0].endswith(".kt"))
            else "java",
            tools=tuple(found),
            unresolved=tuple(unresolved),
            unreadable=tuple(unreadable),
            requirements=_requirements(code, project),
            transports=_transports(code, project),
            server_name=_server_name(code),
            prompts=sum(len(_PROMPT.findall(d)) for d in code.sources.values()),
            resources=sum(len(_RESOURCE.findall(d)) for d in code.sources.values()),
        )


def _built_as_server(project: Project, code: Code) -> bool:
    """Tell whether the build names an MCP server library and the code has annotated tools."""
    builds = [project.tree.read(p) or b"" for p in project.own if p.endswith(_BUILDS[:4])]
    return any(_BUILD_SERVER.search(b) for b in builds) and any(b"@Tool" in d for d in code.sources.values())


def _settings(project: Project) -> Iterator[bytes]:
    for path in project.own:
        if path.rpartition("/")[2].startswith("application") and path.endswith((".properties", ".yml", ".yaml")):
            yield project.tree.read(path) or b""


def _transports(code: Code, project: Project) -> tuple[str, ...]:
    builds = [project.tree.read(p) or b"" for p in project.own if p.endswith(_BUILDS[:4])]
    data = [*code.sources.values(), *builds, *_settings(project)]
    return tuple(n for n, mark in _TRANSPORTS if any(mark.search(d) for d in data))


def _requirements(code: Code, project: Project) -> tuple[Requirement, ...]:
    try:
        return environment(_variables(code, project))
    except (OutOfBudgetError, RecursionError):
        return ()


def _variables(code: Code, project: Project) -> Iterator[str]:
    for data in _settings(project):
        yield from (m.group(1) for m in _PLACEHOLDER.finditer(data.decode("utf-8", "replace")))
    for file in code.files(_ENVIRONMENT):
        for node in find(file.root, "method_invocation", "call_expression"):
            if called(node)[1] == "getenv" and (given := arguments(node)):
                value = code.eval(given[0][1], Env(file, owner_of(node)))
                if isinstance(value, str):
                    yield value


def _server_name(code: Code) -> str | None:
    try:
        for file in code.files(re.compile(rb"serverInfo|Implementation\(")):
            for node in find(file.root, "method_invocation", "object_creation_expression", "call_expression"):
                if called(node)[1] in {"serverInfo", "Implementation"} and (given := arguments(node)):
                    labelled = {k: v for k, v in given if k}
                    value = code.eval(labelled.get("name", given[0][1]), Env(file, owner_of(node)))
                    if isinstance(value, str) and value:
                        return value
    except (OutOfBudgetError, RecursionError):
        return None
    return None


EXTRACTOR = JvmExtractor()
