"""MCP servers written in Rust: rmcp, rust-mcp-sdk and the crates of the same forms."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from crawler.extractors.asked import environment
from crawler.extractors.base import Extraction, Project
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import find, mentions_mcp, text
from crawler.extractors.rust import tools
from crawler.extractors.rust.crate import Crate
from crawler.extractors.rust.literals import attributes
from crawler.extractors.rust.nodes import Env, OutOfBudgetError
from mcp_catalogue.model import Requirement, Tool, Unreadable, Unresolved

_SDK = re.compile(
    rb"(?i)\brmcp\b|rust_mcp|mcp_server|mcp_core|mcp_attr|poem_mcpserver|turbomcp|\bpmcp\b|mcp_sdk|mcp_spec|tools/list"
)
_SERVER = re.compile(
    rb"ServerHandler|tool_router|tool_box|server_runtime|\"tools/list\"|#\[Tools\]|mcp_server|McpServer|#\[mcp_tool|RouterService"
)
_TRANSPORTS = (
    ("stdio", re.compile(rb"\bstdio\(\)|StdioTransport|StdioServer|async_rw")),
    ("sse", re.compile(rb"SseServer|sse_server|HyperServer")),
    ("streamable-http", re.compile(rb"StreamableHttp|streamable_http")),
)
_PROMPT = re.compile(rb"#\[prompt[(\]]|Prompt::new\(")
_RESOURCE = re.compile(rb"RawResource::new\(|Resource::new\(|#\[resource[(\]]")


@dataclass(frozen=True, slots=True)
class RustExtractor:
    """Reads attributes on functions and structs, `Tool` values and `json!` answers."""

    name: str = "rust"

    def extract(self, project: Project) -> Extraction | None:
        """Read `project`; None where it has no Rust code that serves MCP."""
        crate = Crate(project)
        own = {p: d for p in project.own if p.endswith(".rs") and mentions_mcp(d := project.tree.read(p) or b"")}
        if not own:
            return None
        about = {p: d for p, d in crate.sources.items() if p in own}
        serves = (
            sorted(p for p, d in about.items() if _SERVER.search(d)) if any(map(_SDK.search, about.values())) else []
        )
        if not serves:
            return None
        found: list[Tool] = []
        unresolved: list[Unresolved] = []
        unreadable: list[Unreadable] = []
        try:
            for item in tools.read(crate):
                found += [item.tool] if item.tool is not None else []
                unresolved += [item.unresolved] if item.unresolved is not None else []
        except (OutOfBudgetError, RecursionError) as error:
            unreadable.append(Unreadable(file=serves[0], reason="too-complex", detail=type(error).__name__))
        if not found and not unresolved:
            unresolved.append(
                Unresolved(file=serves[0], line=1, reason="no-tools-found", detail="a Rust server without a known tool")
            )
        crate.steps = 0
        unreadable += [Unreadable(file=p, reason="too-large", detail=d) for p, d in sorted(crate.broken.items())]
        return Extraction(
            language="rust",
            tools=tuple(found),
            unresolved=tuple(unresolved),
            unreadable=tuple(unreadable),
            requirements=_requirements(crate),
            transports=tuple(n for n, mark in _TRANSPORTS if any(mark.search(d) for d in crate.sources.values())),
            server_name=_server_name(crate),
            prompts=sum(len(_PROMPT.findall(d)) for d in crate.sources.values()),
            resources=sum(len(_RESOURCE.findall(d)) for d in crate.sources.values()),
        )


def _requirements(crate: Crate) -> tuple[Requirement, ...]:
    try:
        return environment(_variables(crate))
    except (OutOfBudgetError, RecursionError):
        return ()


def _variables(crate: Crate) -> Iterator[str]:
    for file in crate.files:
        data = crate.sources[file.path]
        if b"env" not in data:
            continue
        for node in find(file.root, "call_expression", "field_declaration"):
            if node.type == "field_declaration":
                yield from _declared(crate, node, Env(file))
            elif text(child(node, "function")).endswith(("env::var", "env::var_os")):
                arguments = child(node, "arguments")
                value = (
                    crate.eval(arguments.named_children[0], Env(file))
                    if arguments and arguments.named_children
                    else None
                )
                if isinstance(value, str):
                    yield value


def _declared(crate: Crate, node: Node, env: Env) -> Iterator[str]:
    """Yield the variables that a clap field names."""
    for attribute in attributes(node):
        if attribute.name in {"arg", "clap"}:
            if "env" in attribute.values:
                value = crate.tokens(attribute.values["env"], env)
                if isinstance(value, str):
                    yield value
            elif "env" in attribute.flags:
                yield text(child(node, "name")).upper()


def _server_name(crate: Crate) -> str | None:
    for node, file in crate.all_items("struct_expression", "call_expression"):
        if node.type == "struct_expression" and text(child(node, "name")).rpartition("::")[2] == "Implementation":
            for item in find(node, "field_initializer"):
                if text(child(item, "field")) == "name":
                    value = crate.eval(child(item, "value"), Env(file))
                    if isinstance(value, str) and value:
                        return value
        elif text(child(node, "function")).endswith("Implementation::new"):
            arguments = child(node, "arguments")
            value = (
                crate.eval(arguments.named_children[0], Env(file)) if arguments and arguments.named_children else None
            )
            if isinstance(value, str) and value:
                return value
    return None


EXTRACTOR = RustExtractor()
