"""What a file must mention before it is parsed.

The filter is generous: it may let through what registers nothing, it must not keep out what does.
"""

import ast
import re
from collections.abc import Iterable, Iterator

from crawler.extractors.python.modules import Module

# The spellings with which the SDKs are imported and tools are registered.
SDK = (b"fastmcp", b"mcp.server", b"mcp.types", b"mcp_types", b"from mcp import", b"import mcp\n", b"import mcp.")
NEEDLES = (
    *SDK, b"FastMCP", b"MCPServer", b".tool(", b".tool\n", b".tool\r", b"add_tool", b"list_tools", b"ListToolsRe",
    b"from_function", b"ToolAnnotations", b"import_server", b".mount(", b"MCPMixin", b"mcp_tool",
    b"add_request_handler",
)  # fmt: skip
# What a function's text must hold for it to be run: not imports, but calls that register or make servers.
CALLS = (
    b".tool(", b".tool\n", b".tool\r", b".add_tool", b"list_tools", b"ListToolsRe", b"FastMCP", b"MCPServer",
    b"Server(",
    b"from_function", b"import_server", b".mount(", b"add_provider", b"add_request_handler",
)  # fmt: skip
MAKERS = (b"FastMCP(", b"MCPServer(", b"Server(")
DYNAMIC = (b"import_module(", b"iter_modules(", b"walk_packages(", b"__import__(", b"spec_from_file_location(")
_IDENTIFIER = re.compile(rb"[A-Za-z_][A-Za-z0-9_]*")


def holds(text: bytes, needles: tuple[bytes, ...]) -> bool:
    """Tell whether one of `needles` occurs in `text`."""
    return any(needle in text for needle in needles)


def places(text: bytes, needle: bytes) -> Iterator[int]:
    """Yield where `needle` occurs in `text`."""
    at = text.find(needle)
    while at >= 0:
        yield at
        at = text.find(needle, at + 1)


def identifiers(text: bytes) -> frozenset[bytes]:
    """Return the ASCII identifiers of `text` (comments and strings included: it is a filter)."""
    return frozenset(_IDENTIFIER.findall(text))


def nodes(root: ast.AST) -> Iterator[ast.AST]:
    """Yield `root` and all below it, in no particular order; `ast.walk` takes three times as long."""
    stack = [root]
    while stack:
        node = stack.pop()
        yield node
        for value in node.__dict__.values():
            if isinstance(value, ast.AST):
                stack.append(value)
            elif isinstance(value, list):
                stack.extend(v for v in value if isinstance(v, ast.AST))


_ATTRIBUTES = frozenset(
    {"tool", "add_tool", "list_tools", "mount", "import_server", "add_provider", "from_function", "from_openapi",
     "from_fastapi", "as_proxy", "register_tool", "register_tools", "add_request_handler"}
)  # fmt: skip
_REGISTER = frozenset({"tool", "add_tool", "Tool"})
_CALLED = frozenset({"FastMCP", "MCPServer", "Server"})


def registers(node: ast.AST) -> bool:
    """Tell whether a function's own code decorates or calls with what registers tools or makes servers."""
    for inner in (i for part in getattr(node, "body", ()) for i in nodes(part)):  # not its own decorators
        if isinstance(inner, ast.Call):
            target = inner.func
            if isinstance(target, ast.Attribute) and target.attr in _ATTRIBUTES:
                return True
            if isinstance(target, ast.Name) and target.id in _CALLED:
                return True
        elif isinstance(inner, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in inner.decorator_list:
                if isinstance(decorator, ast.Attribute) and decorator.attr in _ATTRIBUTES:
                    return True
    return False


def makes_tools(body: Iterable[ast.AST]) -> bool:
    """Tell whether code registers tools, or makes the protocol's own objects for them."""
    for inner in (i for part in body for i in nodes(part)):
        if isinstance(inner, ast.Call):
            target = inner.func
            if isinstance(target, ast.Attribute) and target.attr in _REGISTER:
                return True
            if isinstance(target, ast.Name) and target.id == "Tool":
                return True
    return False


def definitions(module: Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef]:
    """Yield each function, class and method at the top levels."""
    stack: list[tuple[Iterable[ast.stmt], int]] = [(module.tree.body, 0)]
    while stack:
        body, depth = stack.pop()
        for node in body:
            if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
                yield node
                if isinstance(node, ast.ClassDef) and depth < 2:
                    stack.append((node.body, depth + 1))
            elif isinstance(node, (ast.If, ast.Try)):
                stack.append((node.body, depth))
