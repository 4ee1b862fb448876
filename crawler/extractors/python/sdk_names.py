"""The names under which the SDKs export what registers tools."""

SERVER_METHODS = frozenset(
    {"tool", "add_tool", "list_tools", "mount", "import_server", "add_provider", "prompt", "resource", "remove_tool"}
)
_SDK_PACKAGES = ("mcp.", "fastmcp.", "mcp_types.")


def is_server_class(path: str) -> bool:
    """Tell whether the dotted path names a server class of the official SDK or of FastMCP."""
    return server_kind(path) is not None


def server_kind(path: str) -> str | None:
    """Return `official`, `fastmcp` or `lowlevel` for a server class."""
    last = path.rpartition(".")[2]
    if path.startswith("mcp.") and not path.startswith("mcp.client"):
        if last in ("FastMCP", "MCPServer"):
            return "official"
        if last == "Server":
            return "lowlevel"
    if last in ("FastMCP", "FastMCPProxy", "FastMCPOpenAPI") and not path.startswith("mcp."):
        return "fastmcp"
    return None


def is_tool_class(path: str) -> bool:
    """Tell whether the path names the protocol's `Tool` type."""
    return path.endswith(".Tool") and path.startswith(_SDK_PACKAGES) and ".client" not in path


def is_sdk(path: str) -> bool:
    """Tell whether the path lies inside an SDK."""
    return path.startswith(_SDK_PACKAGES) or path in ("mcp", "fastmcp", "mcp_types")
