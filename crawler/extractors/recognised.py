"""MCP servers in languages that are not read yet: recognised, so that they are never silently left out."""

import re
from dataclasses import dataclass

from crawler.extractors.base import Extraction, Project, mentions_mcp
from mcp_catalogue.model import Unreadable

_SERVES = re.compile(
    rb"(?i)modelcontextprotocol|model[ _-]context[ _-]protocol|\btools/list\b|\bmcp[ _-]?server\b|"
    rb"\b(?:fast[_-]?mcp|mcp[_-]rb|ModelContextProtocol|ActionMCP|PhpMcp|php-mcp|mcp-sdk|swift-sdk|MCPServer|hermes_mcp|Hermes\.Server|"
    rb"anubis[_-]mcp|mcp_dart|dart_mcp|cpp-mcp|libmcp|mcp_server)\b"
)
_CLIENT = re.compile(rb"(?i)mcp[ _:.-]?client")
_LANGUAGES = {
    ".rb": "ruby", ".php": "php", ".swift": "swift", ".ex": "elixir", ".exs": "elixir", ".dart": "dart", ".cpp": "cpp",
    ".cc": "cpp", ".cxx": "cpp", ".hpp": "cpp", ".c": "c", ".scala": "scala", ".clj": "clojure", ".cljs": "clojure",
    ".lua": "lua", ".hs": "haskell", ".ml": "ocaml", ".zig": "zig", ".nim": "nim", ".cr": "crystal", ".pl": "perl",
    ".pm": "perl", ".jl": "julia", ".r": "r", ".fs": "fsharp", ".vb": "visualbasic", ".groovy": "groovy",
    ".erl": "erlang",
    ".ps1": "powershell", ".sh": "shell", ".gd": "gdscript", ".d": "d", ".v": "v", ".m": "objective-c",
    ".mm": "objective-c",
}  # fmt: skip
# A shell script or a header that mentions MCP is more often an installer than a server.
_NEEDS_PROTOCOL = frozenset({".sh", ".ps1", ".r", ".m", ".v", ".d", ".c", ".pl"})
_PROTOCOL = re.compile(rb"tools/list")


@dataclass(frozen=True, slots=True)
class RecognisedExtractor:
    """Finds the signs of a server in code that no other extractor reads."""

    name: str = "recognised"

    def extract(self, project: Project) -> Extraction | None:
        """Answer an extraction without tools, with the reason; None where nothing points to a server."""
        signs: dict[str, list[str]] = {}
        for path in project.own:
            suffix = path[path.rfind(".") :].lower() if "." in path.rpartition("/")[2] else ""
            if suffix not in _LANGUAGES:
                continue
            data = project.tree.read(path) or b""
            if not mentions_mcp(data) and b"Hermes" not in data:
                continue  # every sign holds one of these, and they are found far faster
            mark = _PROTOCOL if suffix in _NEEDS_PROTOCOL else _SERVES
            if mark.search(data) and not (_CLIENT.search(data) and not _PROTOCOL.search(data)):
                signs.setdefault(_LANGUAGES[suffix], []).append(path)
        if not signs:
            return None
        language = max(sorted(signs), key=lambda k: len(signs[k]))
        detail = f"an MCP server in a language that is not read yet ({language})"
        return Extraction(
            language=language,
            unreadable=(Unreadable(file=signs[language][0], reason="language-not-read", detail=detail),),
        )


EXTRACTOR = RecognisedExtractor()
