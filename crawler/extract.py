"""From a source tree to the facts of every server in it."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from crawler.definition import clean_tool
from crawler.extractors import EXTRACTORS, Extraction, Project
from crawler.language import language_of
from crawler.projects import find_projects
from crawler.tree import SourceTree
from mcp_catalogue.model import Completeness, ServerFacts, ServerId, Status, Tool


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The facts of one server, and the declared dependencies (name → requirement) that would tell more."""

    facts: ServerFacts
    wants: dict[str, str]


def extract(tree: SourceTree) -> Iterator[Extracted]:
    """Yield one result per MCP server found in `tree`, nearest the root first; none where there is no server."""
    for project in find_projects(tree):
        found = [(name, e) for name, x in EXTRACTORS.items() if (e := x.extract(project)) is not None]
        if found:
            yield _join(project, found)


def finish_tools(tools: Iterable[Tool]) -> tuple[Tool, ...]:
    """Add digest, language and variant; drop exact repeats; order by file and line.

    Two different tools of one name get variants 1, 2 … by file and line. Of the same definition found twice
    the first place stays.
    """
    ordered = sorted(tools, key=_place)
    by_name: dict[str, dict[str, Tool]] = defaultdict(dict)
    for tool in ordered:
        done = replace(clean_tool(tool), description_language=language_of(tool.description), variant=None)
        by_name[done.name].setdefault(done.digest, done)
    result = [
        replace(tool, variant=number if len(group) > 1 else None)
        for group in by_name.values()
        for number, tool in enumerate(group.values(), 1)
    ]
    return tuple(sorted(result, key=_place))


def _place(tool: Tool) -> tuple[str, int, str]:
    where = tool.location
    return (where.file if where else "", where.line if where else 0, tool.name)


def _join(project: Project, found: list[tuple[str, Extraction]]) -> Extracted:
    tree, origin = project.tree, project.tree.origin
    parts = [e for _, e in found]
    tools = finish_tools(t for e in parts for t in e.tools)
    unresolved = tuple(sorted({u for e in parts for u in e.unresolved}, key=lambda u: (u.file, u.line, u.reason)))
    unreadable = tuple(u for e in parts for u in e.unreadable) + (tree.skipped if not project.root else ())
    more = next((e.may_have_more for e in parts if e.may_have_more), None)
    whole = bool(tools) and not unresolved and not unreadable and more is None
    languages = sorted(parts, key=lambda e: -len(e.tools))
    facts = ServerFacts(
        id=ServerId(f"{origin.id}#{project.root}") if project.root else origin.id,
        name=project.name or origin.name or origin.id,
        description=project.description or origin.description,
        version=project.version or origin.version,
        language=languages[0].language,
        aliases=origin.aliases,
        repository=origin.repository or project.repository,
        commit=origin.commit,
        licence=project.licence or origin.licence,
        source=origin.source,
        extractors=tuple(sorted(name for name, _ in found)),
        requirements=tuple(dict.fromkeys(r for e in parts for r in e.requirements)),
        completeness=Completeness(
            status=Status.COMPLETE if whole else Status.PARTIAL if tools or unresolved else Status.UNREADABLE,
            enumerated=len(tools),
            unresolved=unresolved,
            unreadable=unreadable,
            may_have_more=more,
        ),
        tools=tools,
        server_name=next((e.server_name for e in parts if e.server_name), None),
        transports=tuple(sorted({t for e in parts for t in e.transports})),
        prompts=sum(e.prompts for e in parts),
        resources=sum(e.resources for e in parts),
    )
    wants = {name: project.dependencies.get(name, "") for e in parts for name in e.wants}
    return Extracted(facts=facts, wants=wants)
