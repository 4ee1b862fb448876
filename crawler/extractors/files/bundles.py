"""MCP bundles (`manifest.json`, MCPB and its earlier name DXT) and registry entries (`server.json`)."""

import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from crawler.extractors.asked import is_secret
from crawler.extractors.base import Extraction, Project
from crawler.extractors.files.documents import documents, line_of
from crawler.manifest import read_tool
from mcp_catalogue.model import Location, MayHaveMore, Origin, Requirement, Tool

_BUNDLE = re.compile(r"(?:^|/)manifest\.json$")
_BUNDLE_MARK = re.compile(rb"\"(?:manifest_version|dxt_version|mcpb_version)\"")
_ENTRY = re.compile(r"(?:^|/)server\.json$")
_ENTRY_MARK = re.compile(rb"modelcontextprotocol|\"(?:packages|remotes)\"")
_TRANSPORTS = {"stdio": "stdio", "sse": "sse", "streamable-http": "streamable-http", "http": "streamable-http"}


def bundle(project: Project) -> Extraction | None:
    """Read an MCPB manifest: its tool list, or the complete one among its static responses."""
    for path, data, body in documents(project, _BUNDLE, _BUNDLE_MARK):
        if not isinstance(body, dict) or not isinstance(body.get("server"), dict):
            continue
        tools = tuple(_bundle_tools(body, path, data))
        generated = body.get("tools_generated") is True or body.get("toolsGenerated") is True
        place = line_of(data, "tools_generated", "unused")
        more = (
            MayHaveMore(file=path, line=place, reason="the bundle says that tools appear at run time")
            if generated
            else None
        )
        kind = body["server"].get("type")
        return Extraction(
            language={"node": "javascript", "python": "python"}.get(str(kind), "unknown"),
            tools=tools,
            may_have_more=more,
            requirements=tuple(dict.fromkeys(_bundle_requirements(body))),
            transports=("stdio",),
        )
    return None


def _bundle_tools(body: dict[str, Any], path: str, data: bytes) -> Iterator[Tool]:
    listed = _static_tools(body.get("_meta")) or body.get("tools")
    for item in listed if isinstance(listed, list) else []:
        if isinstance(item, dict) and isinstance(item.get("name"), str) and item["name"].strip():
            tool = read_tool(item, file=path, origin=Origin.FILE)
            yield replace(tool, location=Location(file=path, line=line_of(data, tool.name)))


def _static_tools(meta: object) -> list[Any] | None:
    """Return the tools of a `tools/list` answer kept under any vendor's key of `_meta`."""
    for vendor in meta.values() if isinstance(meta, dict) else []:
        responses = vendor.get("static_responses") if isinstance(vendor, dict) else None
        answer = responses.get("tools/list") if isinstance(responses, dict) else None
        tools = answer.get("tools") if isinstance(answer, dict) else None
        if isinstance(tools, list):
            return tools
    return None


def _bundle_requirements(body: dict[str, Any]) -> Iterator[Requirement]:
    config = body["server"].get("mcp_config")
    variables = config.get("env") if isinstance(config, dict) else None
    asked = body.get("user_config")
    settings = asked if isinstance(asked, dict) else {}
    for name, value in variables.items() if isinstance(variables, dict) else ():
        key = re.search(r"\$\{user_config\.(\w+)\}", str(value))
        setting = settings.get(key.group(1)) if key else None
        about = setting if isinstance(setting, dict) else {}
        required = about.get("required")
        secret = about.get("sensitive") is True or is_secret(str(name))
        yield Requirement(
            kind="env", name=str(name)[:200], secret=secret, required=required if isinstance(required, bool) else None
        )


def entry(project: Project) -> Extraction | None:
    """Read a registry entry: environment variables, headers and transports, never tools."""
    for _, _, body in documents(project, _ENTRY, _ENTRY_MARK):
        if not isinstance(body, dict) or not isinstance(body.get("name"), str):
            continue
        packages = [p for p in _list(body.get("packages")) if isinstance(p, dict)]
        remotes = [r for r in _list(body.get("remotes")) if isinstance(r, dict)]
        if not packages and not remotes:
            continue
        kinds = [_kind(p.get("transport")) for p in packages] + [_kind(r) for r in remotes]
        return Extraction(
            language="unknown",
            requirements=tuple(dict.fromkeys(_asked(packages, remotes))),
            transports=tuple(sorted({k for k in kinds if k})),
        )
    return None


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _kind(transport: object) -> str | None:
    kind = transport.get("type", transport.get("transport_type")) if isinstance(transport, dict) else None
    return _TRANSPORTS.get(str(kind))


def _asked(packages: list[dict[str, Any]], remotes: list[dict[str, Any]]) -> Iterator[Requirement]:
    for package in packages:
        variables = _list(package.get("environmentVariables")) or _list(package.get("environment_variables"))
        yield from _named(variables, "env")
        arguments = _list(package.get("packageArguments")) + _list(package.get("package_arguments"))
        yield from _named([a for a in arguments if isinstance(a, dict) and a.get("name")], "argument")
    for remote in remotes:
        yield from _named(_list(remote.get("headers")), "header")


def _named(items: list[Any], kind: str) -> Iterator[Requirement]:
    for item in items:
        if isinstance(item, dict) and isinstance(item.get("name"), str):
            required = item.get("isRequired", item.get("is_required"))
            secret = item.get("isSecret", item.get("is_secret")) is True or is_secret(item["name"])
            yield Requirement(
                kind=kind,
                name=item["name"][:200],
                secret=secret,
                required=required if isinstance(required, bool) else None,
            )
