"""Open, local-first risk classification of MCP servers: model, store, policies, pages and the command line."""

from importlib.metadata import PackageNotFoundError, version

try:
    __version__ = version("mcp-catalogue")
except PackageNotFoundError:  # a checkout that was never installed
    __version__ = "0+unknown"

__all__ = ["__version__"]
