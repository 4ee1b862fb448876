"""What a Go server says of itself beside its tools: variables it asks for, transports, prompts, resources, name."""

import re
from collections.abc import Iterator

from tree_sitter import Node

from crawler.extractors.asked import environment
from crawler.extractors.golang.evaluate import Evaluator
from crawler.extractors.golang.execute import Executor
from crawler.extractors.golang.index import GoFile, GoIndex, unquote
from crawler.extractors.golang.literals import Frame
from crawler.extractors.golang.schema import field_tags
from crawler.extractors.golang.values import Obj, Scope
from crawler.extractors.grammar import field as child
from crawler.extractors.grammar import find, line, text
from mcp_catalogue.model import MayHaveMore, Requirement

_ENV_CALLS = frozenset({"Getenv", "LookupEnv", "MustGetenv", "GetEnv", "getEnv", "getenv", "EnvOr", "BindEnv"})
_ENV_MARK = re.compile(rb"(?i)SetEnvPrefix|getenv|LookupEnv|BindEnv|EnvVars|env(?:config)?:\"")
_TRANSPORTS = (
    ("stdio", re.compile(rb"ServeStdio|NewStdioServer|StdioTransport|IOTransport|NewStdioServerTransport")),
    ("sse", re.compile(rb"NewSSEServer|NewSSEHandler|SSEHandler|NewSSEServerTransport")),
    (
        "streamable-http",
        re.compile(rb"NewStreamableHTTP|StreamableHTTPHandler|StreamableServerTransport|NewHTTPTransport"),
    ),
)
_PROMPTS = re.compile(rb"\.(?:AddPrompt|RegisterPrompt)\(|ServerPrompt\{")
_RESOURCES = re.compile(rb"\.(?:AddResource|AddResourceTemplate|RegisterResource)\(")
_SERVER_CALLS = frozenset({"NewMCPServer", "NewServer", "NewDefaultServer"})


def requirements(index: GoIndex) -> tuple[Requirement, ...]:
    """Return the environment variables that the server's code reads."""
    return environment(_variables(index))


def _variables(index: GoIndex) -> Iterator[str]:
    for file in _files(index, _ENV_MARK):
        run = Executor(index)
        for node in find(file.root, "call_expression", "field_declaration", "keyed_element"):
            if node.type == "field_declaration":
                tags = field_tags(node)
                yield from (tags[k].split(",")[0] for k in ("env", "envconfig") if k in tags)
            elif node.type == "keyed_element" and text(child(node, "key")) in {"EnvVars", "EnvVar"}:
                yield from (unquote(s) for s in find(node, "interpreted_string_literal"))
            elif node.type == "call_expression":
                yield from _viper(node, run, file)
                name = text(child(node, "function")).rpartition(".")[2]
                arguments = child(node, "arguments")
                given = arguments.named_children if arguments is not None else []
                if name in _ENV_CALLS and given:
                    value = run.eval(given[-1 if name == "BindEnv" else 0], Frame(file, Scope()))
                    if isinstance(value, str):
                        yield str(value)


def _viper(node: Node, run: Evaluator, file: GoFile) -> Iterator[str]:
    """Yield the variables that viper's prefix makes of the keys that this file reads."""
    if text(child(node, "function")) != "viper.SetEnvPrefix":
        return
    arguments = child(node, "arguments")
    prefix = (
        run.eval(arguments.named_children[0], Frame(file, Scope())) if arguments and arguments.named_children else None
    )
    for call in find(file.root, "call_expression") if isinstance(prefix, str) else ():
        function, given = text(child(call, "function")), child(call, "arguments")
        if function.startswith(("viper.Get", "viper.IsSet", "viper.Unmarshal")) and given and given.named_children:
            key = run.eval(given.named_children[0], Frame(file, Scope()))
            if isinstance(key, str):
                yield f"{prefix}_{key}".upper().replace("-", "_").replace(".", "_")


def _files(index: GoIndex, mark: "re.Pattern[bytes]") -> Iterator[GoFile]:
    for path, data in index.sources.items():
        if mark.search(data):
            yield from (f for f in index.package(path.rpartition("/")[0]).files if f.path == path)


def transports(index: GoIndex) -> tuple[str, ...]:
    """Return the transports whose constructors the code names."""
    return tuple(name for name, mark in _TRANSPORTS if any(mark.search(d) for d in index.sources.values()))


def count_prompts(index: GoIndex) -> int:
    """Count prompt registrations."""
    return sum(len(_PROMPTS.findall(d)) for d in index.sources.values())


def count_resources(index: GoIndex) -> int:
    """Count resource registrations."""
    return sum(len(_RESOURCES.findall(d)) for d in index.sources.values())


def server_name(index: GoIndex, run: Evaluator) -> str | None:
    """Return the name given to the SDK's server constructor, where it is constant."""
    for file in _files(index, re.compile(rb"NewMCPServer|Implementation\{")):
        for node in find(file.root, "call_expression", "composite_literal"):
            if node.type == "composite_literal":
                if text(child(node, "type")).rpartition(".")[2] != "Implementation" or b"NewServer(" not in (
                    file.root.text or b""
                ):
                    continue
                made = run.eval(node, Frame(file, Scope()))
                name = made.fields.get("Name") if isinstance(made, Obj) else None
            elif text(child(node, "function")).rpartition(".")[2] in _SERVER_CALLS:
                arguments = child(node, "arguments")
                first = arguments.named_children[:1] if arguments is not None else []
                name = run.eval(first[0], Frame(file, Scope())) if first else None
            else:
                continue
            if isinstance(name, str) and name:
                return str(name)
    return None


def passes_on(index: GoIndex) -> MayHaveMore | None:
    """Return the place where tools of another server are listed and registered again."""
    for file in _files(index, re.compile(rb"\.ListTools\(")):
        data = file.root.text or b""
        if not re.search(rb"\.(?:AddTools?|RegisterTool|SetTools|AddSessionTools?)\(|ServerTool\{", data):
            continue
        for node in find(file.root, "call_expression"):
            if text(child(node, "function")).endswith(".ListTools"):
                return MayHaveMore(file=file.path, line=line(node), reason="tools of another server are passed on")
    return None
