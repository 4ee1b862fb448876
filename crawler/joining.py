"""Join what several extractors say of one project into the facts of one server.

Code wins over files: a manifest or snapshot adds only tools that the code left open, and where the code is
whole the difference is reported and nothing is added.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

from crawler.contents import contents_digest
from crawler.extractors.base import Extraction, Project
from crawler.finishing import finish_tools, with_lines
from mcp_catalogue.model import Completeness, Origin, ServerFacts, ServerId, Status, Tool, Unreadable, Unresolved

FILES = "files"
"""Name of the extractor whose answers are not code."""
_CODE = (
    ".py", ".ts", ".tsx", ".mts", ".cts", ".js", ".mjs", ".cjs", ".jsx", ".go", ".rs", ".cs", ".java", ".kt", ".rb",
    ".php",
    ".swift", ".ex", ".exs", ".dart", ".scala", ".clj", ".cpp", ".json", ".yaml", ".yml",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracted:
    """The facts of one server, and the declared dependencies (name → requirement) that would tell more.

    A key of `wants` is a dependency's name, or the package URL of the repository a binary is built from, with
    the version whose tag to take.
    """

    facts: ServerFacts
    wants: dict[str, str]


def join(project: Project, found: Mapping[str, Extraction]) -> Extracted:
    """Return one server from the answers of at least one extractor, by extractor name."""
    tree, origin = project.tree, project.tree.origin
    parts = list(found.values())
    raw, unresolved = _tools(found)
    tools = tuple(with_lines(finish_tools(raw), tree))
    said = [e for name, e in found.items() if name != FILES or len(found) == 1]  # a file's silence says nothing of code
    unreadable = tuple(dict.fromkeys(u for e in said for u in e.unreadable))
    unreadable += tree.skipped if not project.root else ()
    code = [e for name, e in found.items() if name != FILES]
    asked = code if any(e.tools for e in code) else parts  # what the code shows is more than what a file says of it
    more = next((e.may_have_more for e in asked if e.may_have_more), None)
    status = _status(tools, unresolved, unreadable, whole=more is None)
    language = max(said, key=lambda e: len(e.tools)).language
    facts = ServerFacts(
        id=ServerId(f"{origin.id}{'/' if '#' in origin.id else '#'}{project.root}") if project.root else origin.id,
        name=project.name or origin.name or origin.id,
        description=project.description or origin.description,
        version=project.version or origin.version,
        language=language,
        aliases=origin.aliases,
        repository=origin.repository or project.repository,
        commit=origin.commit,
        licence=project.licence or origin.licence,
        source=origin.source,
        extractors=tuple(sorted(found)),
        requirements=tuple(dict.fromkeys(r for e in parts for r in e.requirements)),
        completeness=Completeness(
            status=status,
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
        contents=contents_digest(tree.code, tools),
    )
    wants = {name: project.dependencies.get(name, "") for e in parts for name in e.wants}
    return Extracted(facts=facts, wants=wants)


def _tools(found: Mapping[str, Extraction]) -> tuple[list[Tool], tuple[Unresolved, ...]]:
    code = [e for name, e in found.items() if name != FILES]
    tools = [t for e in code for t in e.tools]
    unresolved = {u for e in found.values() for u in e.unresolved}
    listed = found[FILES].tools if FILES in found else ()
    given = any(u.reason == "openapi" for e in code for u in e.unresolved)  # to the library, as it is
    mapped = any(u.reason == "openapi-mapped" for e in code for u in e.unresolved)
    mapped = mapped or any(t.origin is Origin.OPENAPI for t in tools)
    documents = [t for t in listed if t.origin is Origin.OPENAPI]
    if documents and given:
        unresolved = {u for u in unresolved if u.reason != "openapi"}
        code = [replace(e, unresolved=tuple(u for u in e.unresolved if u.reason != "openapi")) for e in code]
    known = {t.name for t in tools}
    if documents and given and not mapped:
        tools += [t for t in documents if t.name not in known]
        listed = tuple(t for t in listed if t.origin is not Origin.OPENAPI)
    elif mapped:  # which operations become tools, and under which names, only the code knows
        listed = tuple(t for t in listed if t.origin is not Origin.OPENAPI)
    missing = [t for t in listed if t.name not in known]
    if not tools or any(u.covers != 0 for e in code for u in e.unresolved):
        tools += missing
    else:
        unresolved |= set(_difference(missing))
    return tools, tuple(sorted(unresolved, key=lambda u: (u.file, u.line, u.reason, u.detail)))


def _difference(missing: list[Tool]) -> Iterator[Unresolved]:
    """Report tools that a file lists and the code, read whole, does not register."""
    files = sorted({t.location.file for t in missing if t.location is not None})
    for file in files:
        names = sorted({t.name for t in missing if t.location is not None and t.location.file == file})
        detail = f"lists {len(names)} that the code does not register: {', '.join(names)[:300]}"
        yield Unresolved(file=file, line=1, reason="only-in-file", detail=detail, covers=0)


def _status(
    tools: tuple[Tool, ...], unresolved: tuple[Unresolved, ...], unreadable: tuple[Unreadable, ...], *, whole: bool
) -> Status:
    """Complete needs tools, and nothing open; unreadable is a server of which nothing could be read."""
    left = [u for u in unresolved if u.covers != 0]
    damaged = [u for u in unreadable if u.file.endswith(_CODE) or "." not in u.file.rpartition("/")[2]]
    if tools:
        return Status.COMPLETE if whole and not left and not damaged else Status.PARTIAL
    return Status.PARTIAL if unresolved else Status.UNREADABLE
