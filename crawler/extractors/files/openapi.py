"""OpenAPI documents in a package whose server turns each operation into a tool, by that library's naming rules."""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any

from crawler.extractors.base import Extraction, Project
from crawler.extractors.files.documents import load
from mcp_catalogue.model import Effect, EffectId, Location, MayHaveMore, Origin, Tool

MAX_OPERATIONS = 5_000
MAX_DEPTH = 6
_DOCUMENT = re.compile(r"\.(?:json|ya?ml)$")
_MARK = re.compile(rb"[\"']?(?:openapi|swagger)[\"']?\s*:\s*[\"']?[23]")
# `spec` and `docs` may hold the very document that the server loads; tests and other packages do not.
_ELSEWHERE = frozenset({"node_modules", "test", "tests", "__tests__", "fixtures", "examples", "vendor"})
_CODE = (".py", ".js", ".mjs", ".cjs", ".ts")
_ROUTE = re.compile(rb"""^[ \t]*["']?(/[^"'\n]{0,300}?)["']?[ \t]{0,20}:""", re.MULTILINE)
_TARGET = 160
_METHODS = ("get", "put", "post", "delete", "patch", "head", "options", "trace")


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of a document."""

    stem: str
    document: Mapping[str, Any]
    path: str
    method: str
    body: Mapping[str, Any]
    item: Mapping[str, Any]  # the path's, with what its operations share

    @property
    def id(self) -> str | None:
        """The operation's own name in the document."""
        given = self.body.get("operationId")
        return given if isinstance(given, str) and given else None


@dataclass(frozen=True, slots=True)
class Library:
    """How one library names and describes the tools that it makes; `mark` is how the server's code uses it."""

    language: str
    mark: "re.Pattern[bytes]"
    methods: tuple[str, ...]
    name: Callable[[Operation], str]
    describe: Callable[[Operation], str]


def _words(stem: str) -> str:
    return "".join(w[:1].upper() + w[1:] for w in stem.split("_"))


def slug(text: str) -> str:
    """FastMCP's rule: separators become underscores, what is left is alphanumeric, at most 56 characters."""
    joined = re.sub(r"[^a-zA-Z0-9_]", "", re.sub(r"[\s\-./{}]+", "_", text))
    return re.sub(r"_+", "_", joined).strip("_")[:56]


def fastmcp_name(one: Operation) -> str:
    """Return the name that FastMCP gives the tool of an operation."""
    if one.id:
        return slug(one.id.partition("__")[0])
    summary = one.body.get("summary")
    return slug(summary if isinstance(summary, str) and summary else f"{one.method}_{one.path}")


def fastmcp_text(one: Operation) -> str:
    """Return the description that FastMCP gives it."""
    return str(one.body.get("description") or one.body.get("summary") or f"Executes {one.method.upper()} {one.path}")


def _prefixed_name(one: Operation) -> str:
    return f"{_words(one.stem)}--{one.body.get('operationId')}"


def _prefixed_text(one: Operation) -> str:
    info = one.document.get("info")
    about = info if isinstance(info, dict) else {}
    purpose = re.sub(r"\.$", "", str(about.get("description") or ""))
    own = one.body.get("description") or f"Make a {one.method.upper()} request to {one.path}"
    return f"{about.get('title')}: {purpose}. {own}"


def _plain_name(one: Operation) -> str:
    given = one.body.get("operationId")
    text = given if isinstance(given, str) and given else f"{one.method}_{one.path}"
    return re.sub(r"[^a-zA-Z0-9_-]+", "_", text).strip("_")[:64]


LIBRARIES = (
    Library("python", re.compile(rb"\.from_openapi\(|FastMCPOpenAPI\("), _METHODS[:5], fastmcp_name, fastmcp_text),
    Library(
        "javascript",
        re.compile(rb"""["'](?:@[\w.-]+/)?openapi-mcp-server|OpenAPIMCPServer"""),
        ("get", "delete", "post", "put"),
        _prefixed_name,
        _prefixed_text,
    ),
    Library(
        "javascript",
        re.compile(rb"openapi-to-mcp|openapi-mcp-generator|OpenAPIToMCP|fromOpenApi"),
        _METHODS[:5],
        _plain_name,
        fastmcp_text,
    ),
)
_WORDS = (b"openapi", b"OpenAPI", b"OpenApi")
"""Every library's mark holds one of them; finding these is far cheaper than the patterns."""


def openapi(project: Project) -> Extraction | None:
    """Read the documents that the server's library turns into tools; None where no code does so."""
    code = {p: project.tree.read(p) or b"" for p in project.own if p.endswith(_CODE)}
    naming = [d for d in code.values() if any(word in d for word in _WORDS)]
    library = next((x for x in LIBRARIES if any(x.mark.search(d) for d in naming)), None)
    if library is None:
        return None
    found = {PurePosixPath(p).stem: (p, v) for p, v in shipped(project)}
    chosen = {s: found[s] for s in found if any(_names(d, s) for d in code.values())} or found
    tools = [
        tool
        for stem, (path, value) in sorted(chosen.items())
        for tool in _tools(library, stem, path, value, lines_of(project.tree.read(path) or b""))
    ]
    if not tools:
        return None
    rest = sorted(set(found) - set(chosen))
    reason = f"{len(rest)} further OpenAPI documents are read when asked for"
    more = MayHaveMore(file=found[rest[0]][0], line=1, reason=reason) if rest else None
    return Extraction(language=library.language, tools=tuple(tools[:MAX_OPERATIONS]), may_have_more=more)


def _request(one: Operation, path: str, lines: Mapping[str, int]) -> tuple[Effect, ...]:
    """The one request that a tool made of an operation sends."""
    verb = one.method if one.method in ("post", "put", "patch", "delete") else "get"
    servers = one.document.get("servers")
    first = servers[0] if isinstance(servers, list) and servers else None
    base = first.get("url") if isinstance(first, dict) else one.document.get("host")
    host = re.sub(r"^[a-z]+://", "", base).rstrip("/") if isinstance(base, str) else ""
    target = re.sub(r"\{[^}]*\}", "{}", f"{host}{one.path}")[:_TARGET]
    return (Effect(id=EffectId(f"http.{verb}"), target=target, file=path, line=lines.get(one.path, 1), via=()),)


def _names(data: bytes, stem: str) -> bool:
    return re.search(rb"[\"'/]" + re.escape(stem.encode()) + rb"(?:\.json|\.ya?ml)?[\"']", data) is not None


def shipped(project: Project) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Yield one document per name; of a JSON and a YAML copy the JSON."""
    seen: set[str] = set()
    kept = (p for p in project.tree.under(project.root) if _DOCUMENT.search(p) and not _ELSEWHERE & set(p.split("/")))
    for path in sorted(kept, key=lambda p: (not p.endswith(".json"), p)):
        stem = PurePosixPath(path).stem
        if stem in seen:
            continue
        data = project.tree.read(path) or b""
        value = load(data, path) if _MARK.search(data) else None
        if isinstance(value, dict) and isinstance(value.get("paths"), dict):
            seen.add(stem)
            yield path, value


def lines_of(data: bytes) -> dict[str, int]:
    """Where each route of a document stands."""
    found: dict[str, int] = {}
    line, at = 1, 0
    for match in _ROUTE.finditer(data):
        line += data.count(b"\n", at, match.start(1))
        at = match.start(1)
        found.setdefault(match[1].decode("utf-8", "replace"), line)
    return found


def _tools(
    library: Library, stem: str, path: str, document: Mapping[str, Any], lines: Mapping[str, int]
) -> Iterator[Tool]:
    names: dict[str, int] = {}
    for one in operations(document, library.methods, stem):
        name = library.name(one)
        names[name] = names.get(name, 0) + 1
        if library.name is fastmcp_name and names[name] > 1:
            name = f"{name}_{names[name]}"
        if name:
            yield tool_of(one, name, library.describe(one), path, lines)


def operations(
    document: Mapping[str, Any], methods: tuple[str, ...] = _METHODS[:5], stem: str = ""
) -> Iterator[Operation]:
    """Yield the operations of a document, in its order."""
    for route, item in document["paths"].items():
        for method in _ordered(item, methods):
            yield Operation(stem, document, str(route), method, item[method], item)


def tool_of(one: Operation, name: str, description: str, path: str, lines: Mapping[str, int]) -> Tool:
    """Return the tool that a library makes of an operation of the document at `path`."""
    return Tool(
        name=name,
        description=description,
        input_schema=_schema(one, one.item),
        origin=Origin.OPENAPI,
        location=Location(file=path, line=1),
        effects=_request(one, path, lines),
    )


def _ordered(item: object, methods: tuple[str, ...]) -> list[str]:
    return [m for m in item if m in methods and isinstance(item[m], dict)] if isinstance(item, dict) else []


def _schema(one: Operation, item: Mapping[str, Any]) -> dict[str, Any]:
    properties: dict[str, Any] = {}
    required: list[str] = []
    shared = item.get("parameters")
    own = one.body.get("parameters")
    for raw in [*(shared if isinstance(shared, list) else []), *(own if isinstance(own, list) else [])]:
        parameter = _resolve(one.document, raw)
        name = parameter.get("name")
        if not isinstance(name, str):
            continue
        schema = _inline(
            one.document,
            parameter.get("schema") or {k: parameter[k] for k in ("type", "enum", "items") if k in parameter},
        )
        described = parameter.get("description")
        properties[name] = {**schema, "description": described} if isinstance(described, str) else schema
        if parameter.get("required") is True:
            required.append(name)
    body = _body(one)
    properties |= body.get("properties", {})
    required += [r for r in body.get("required", []) if isinstance(r, str)]
    result: dict[str, Any] = {"type": "object", "properties": properties}
    return {**result, "required": list(dict.fromkeys(required))} if required else result


def _body(one: Operation) -> dict[str, Any]:
    content = _resolve(one.document, one.body.get("requestBody")).get("content")
    for kind in ("application/x-www-form-urlencoded", "application/json", "multipart/form-data"):
        media = content.get(kind) if isinstance(content, dict) else None
        if isinstance(media, dict) and isinstance(media.get("schema"), dict):
            return _inline(one.document, media["schema"])
    return {}


def _resolve(document: Mapping[str, Any], value: object, depth: int = 0) -> Mapping[str, Any]:
    """Follow a local `$ref`."""
    if not isinstance(value, dict) or depth > MAX_DEPTH:
        return {}
    target = value.get("$ref")
    if not isinstance(target, str) or not target.startswith("#/"):
        return value
    here: object = document
    for part in target[2:].split("/"):
        here = here.get(part.replace("~1", "/").replace("~0", "~")) if isinstance(here, dict) else None
    return _resolve(document, here, depth + 1)


def _inline(document: Mapping[str, Any], value: object, depth: int = 0) -> dict[str, Any]:
    """Copy a schema with its local references replaced, to a limited depth."""
    found = dict(_resolve(document, value))
    if depth >= MAX_DEPTH:
        return {"type": found["type"]} if "type" in found else {}
    if isinstance(found.get("properties"), dict):
        found["properties"] = {k: _inline(document, v, depth + 1) for k, v in list(found["properties"].items())[:200]}
    if isinstance(found.get("items"), dict):
        found["items"] = _inline(document, found["items"], depth + 1)
    for key in ("allOf", "anyOf", "oneOf"):
        if isinstance(found.get(key), list):
            found[key] = [_inline(document, v, depth + 1) for v in found[key][:20]]
    for part in found.pop("allOf", []) if "properties" not in found else []:
        found.setdefault("properties", {}).update(part.get("properties", {}))
        found["required"] = [*found.get("required", []), *part.get("required", [])]
    return found
