"""Tool lists kept as files: `tools.json`, saved `tools/list` answers, `__toolsnaps__`, YAML tool manifests.

Besides the protocol's form, that of Docker's registry is read: `arguments`, a list of name, type and description.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from crawler.extractors.base import Extraction, Project
from crawler.extractors.files.documents import documents, line_of
from crawler.manifest import read_tool
from mcp_catalogue.model import Location, Origin, Tool

_NAMES = re.compile(
    r"(?:^|/)(?:[\w-]*tools?(?:[_-](?:list|manifest|schema|schemas|definitions|config))?|tools?-list|mcp[_-]tools?|[\w-]+\.tools?)"
    r"\.(?:json|ya?ml)$|(?:^|/)__toolsnaps__/[^/]+\.(?:snap|json)$",
    re.IGNORECASE,
)
_MARK = re.compile(rb"[\"']?(?:inputSchema|input_schema)[\"']?\s*:|\"arguments\"\s*:\s*\[")
_MCP = re.compile(r"(?i)(?<![a-z])mcp(?![a-z])|model.?context.?protocol")


def listing(project: Project) -> Extraction | None:
    """Read the tool lists of a project that names MCP; None where it has none."""
    if not _about_mcp(project):
        return None
    tools = [tool for path, data, value in documents(project, _NAMES, _MARK) for tool in _tools(path, data, value)]
    return Extraction(language="unknown", tools=tuple(tools)) if tools else None


def _about_mcp(project: Project) -> bool:
    words = (
        project.name or "",
        project.description or "",
        project.root,
        str(project.tree.origin.id),
        *project.dependencies,
    )
    return any(_MCP.search(word.replace("_", "-")) for word in words)


def _tools(path: str, data: bytes, value: object) -> Iterator[Tool]:
    origin = Origin.SNAPSHOT if "snap" in path.lower() or "__" in path else Origin.FILE
    for item in _items(value):
        tool = read_tool(item, file=path, origin=origin)
        yield replace(tool, location=Location(file=path, line=line_of(data, tool.name)))


def _items(value: object) -> Iterator[Mapping[str, Any]]:
    """Yield the tool objects of a document: an answer, a list, one tool, or a table of tools by name."""
    held: Any = value
    if isinstance(held, dict):
        held = held["result"] if isinstance(held.get("result"), dict) else held
        if _is_tool(held):
            yield held
            return
        held = held.get("tools", held)
    if isinstance(held, dict):
        held = [{"name": k, **v} for k, v in held.items() if isinstance(v, dict)]
    for item in held if isinstance(held, list) else []:
        if isinstance(item, dict):
            body: Any = item["function"] if isinstance(item.get("function"), dict) else item
            if _is_tool(body):
                yield body
            elif isinstance(value, list) and (read := _from_arguments(item)) is not None:
                yield read


def _is_tool(item: Mapping[str, Any]) -> bool:
    if not isinstance(item.get("name"), str) or not item["name"].strip():
        return False
    return any(isinstance(item.get(key), dict) for key in ("inputSchema", "input_schema"))


def _from_arguments(item: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Return a tool of Docker's form in the protocol's, or None; an empty list of arguments says nothing of them."""
    arguments = item.get("arguments")
    if not isinstance(arguments, list) or not all(isinstance(item.get(key), str) for key in ("name", "description")):
        return None
    if not all(isinstance(one, dict) and isinstance(one.get("name"), str) for one in arguments):
        return None
    properties = {
        one["name"]: {key: one[told] for key, told in (("type", "type"), ("description", "desc")) if told in one}
        for one in arguments
    }
    told = {"inputSchema": {"type": "object", "properties": properties}} if properties else {}
    return {"name": item["name"], "description": item["description"], **told}
