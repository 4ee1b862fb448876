"""Packages whose tools live elsewhere: in a declared dependency, or in the repository their binary is built from.

A shim is followed once. What to fetch is described, never fetched here: a dependency at its declared version,
or the repository at the tag of the package's version.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

from crawler.extractors.base import Extraction, Project
from crawler.joining import Extracted, join
from crawler.tree import SourceTree
from mcp_catalogue.model import Unresolved

_MCP = re.compile(r"(?i)(?<![a-z])mcp(?![a-z])|model.?context.?protocol")
# What every server depends on, and what holds no tools.
_LIBRARIES = re.compile(
    r"(?i)^(?:@modelcontextprotocol/(?!server-).*|mcp|fastmcp|fastmcp-slim|mcp-framework|mcp-proxy|mcp-remote|"
    r"@mastra/mcp|langchain-mcp-adapters|@types/.*|zod.*|pydantic.*|httpx.*|requests|commander|express|dotenv|python-dotenv|"
    r"axios|typer|click|rich|uvicorn|starlette)$"
)
_HOSTED = re.compile(r"github\.com[/:]([\w.-]+)/([\w.-]+?)(?:\.git)?(?:[/#?].*)?$")
MAX_CANDIDATES = 3

Servers = Callable[[SourceTree], Iterator[Extracted]]


def shim(project: Project) -> Extracted | None:
    """Describe a package that names itself an MCP server and has none of its code; None for anything else."""
    if not _names_mcp(project):
        return None
    wants = dependency_candidates(project) or _repository(project)
    start = next(iter(project.entry_points), None) or _manifest(project)
    reason, detail = (
        ("code-in-dependency", ", ".join(sorted(wants)))
        if wants
        else ("code-not-found", "no tool is registered in this package")
    )
    language = {"pypi": "python", "npm": "javascript"}.get(project.ecosystem or "", "unknown")
    found = Extraction(
        language=language,
        unresolved=(Unresolved(file=start.partition(":")[0].removeprefix("./"), line=1, reason=reason, detail=detail),),
    )
    joined = join(project, {"shim": found})
    return replace(joined, wants=wants)


def _names_mcp(project: Project) -> bool:
    if project.ecosystem not in {"npm", "pypi"} or project.root:
        return False
    words = [project.name or "", project.description or ""]
    return any(_MCP.search(w.replace("_", "-")) for w in words) and bool(project.entry_points)


def dependency_candidates(project: Project) -> dict[str, str]:
    """Return the dependencies in which the tools can live: those that name MCP, else a package's few own ones."""
    others = {n: v for n, v in project.dependencies.items() if not _LIBRARIES.match(n)}
    named = {n: v for n, v in others.items() if _MCP.search(n.replace("_", "-"))}
    scope = (project.name or "").partition("/")[0] if (project.name or "").startswith("@") else None
    same = {n: v for n, v in others.items() if scope is not None and n.startswith(f"{scope}/")}
    chosen = named or same or (others if len(others) <= MAX_CANDIDATES else {})
    return dict(sorted(chosen.items())[:MAX_CANDIDATES])


def _repository(project: Project) -> dict[str, str]:
    address = project.repository or project.tree.origin.repository or ""
    match = _HOSTED.search(address)
    if match is None:
        return {}
    version = project.version or project.tree.origin.version or ""
    return {f"pkg:github/{match.group(1).lower()}/{match.group(2).lower()}": version}


def _manifest(project: Project) -> str:
    names = ("package.json", "pyproject.toml", "setup.py", "PKG-INFO")
    return next((n for n in names if n in project.own_set), project.own[0] if project.own else ".")


def followed(project: Project, servers: Servers) -> Iterator[Extracted]:
    """Yield the servers of the fetched dependencies under the shim's own identity, with theirs as an alias."""
    origin = project.tree.origin
    for _, tree in sorted(project.tree.dependencies.items()):
        found = [e for e in servers(tree) if e.facts.tools]
        for number, one in enumerate(_closest(project, found)):
            facts = one.facts
            yield Extracted(
                facts=replace(
                    facts,
                    contents=None,  # its own code is not the code that was read
                    id=origin.id if number == 0 else facts.id,
                    name=project.name or origin.name or origin.id,
                    description=project.description or facts.description,
                    version=project.version or origin.version,
                    aliases=tuple(dict.fromkeys((*origin.aliases, str(tree.origin.id)))),
                    repository=origin.repository or project.repository or facts.repository,
                    licence=project.licence or origin.licence or facts.licence,
                    commit=tree.origin.commit or origin.commit,
                    source=origin.source,
                    extractors=tuple(sorted({*facts.extractors, "shim"})),
                ),
                wants={},
            )


def _closest(project: Project, found: list[Extracted]) -> list[Extracted]:
    """Of several servers in a repository take the one whose name is nearest to the package's."""
    if len(found) <= 1:
        return found
    own = _words(project.name or "")

    def likeness(one: Extracted) -> tuple[int, int]:
        theirs = _words(f"{one.facts.name} {one.facts.id.partition('#')[2]}")
        return len(own & theirs), len(one.facts.tools)

    return [max(found, key=likeness)]


def _words(name: str) -> set[str]:
    return {w for w in re.split(r"[^a-z0-9]+", name.lower()) if w and w not in {"mcp", "server"}}
