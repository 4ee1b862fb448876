"""From a source tree to the facts of every server in it."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from fnmatch import fnmatchcase

from crawler import shims
from crawler.extractors.base import Extraction, Project
from crawler.extractors.recognised import EXTRACTOR as RECOGNISED
from crawler.extractors.registry import EXTRACTORS
from crawler.finishing import finish_tools
from crawler.joining import FILES, Extracted, join
from crawler.projects import find_projects
from crawler.tree import SourceTree
from mcp_catalogue.model import SourceKind, Unreadable

_PACKAGES = frozenset({SourceKind.SDIST, SourceKind.WHEEL, SourceKind.NPM})
_OBJECTS = 50_000
"""Objects made before a collection; measured: a fifth less time than with the interpreter's own threshold."""
_LARGE = 1_000_000
"""Bytes of a source whose reading leaves enough behind to collect it at once."""

__all__ = ["Extracted", "extract", "finish_tools"]


def extract(tree: SourceTree, within: str | None = None) -> Iterator[Extracted]:
    """Yield one result per MCP server found in `tree`, nearest the root first; none where there is no server.

    With `within` only that folder is read, even where it lies among examples.
    """
    with _fewer_collections():
        found = list(_servers(tree, within))
    if sum(len(tree.files[path]) for path in tree.paths) >= _LARGE:
        gc.collect()  # evaluated code refers to itself in cycles; two large sources' worth would be held at once
    if not any(e.facts.tools for _, e in found) and (tree.dependencies or not found):
        project = next(iter(find_projects(tree, within)))
        elsewhere = list(shims.followed(project, lambda t: (e for _, e in _servers(t))))
        if not elsewhere and not found and (described := shims.shim(project)) is not None:
            elsewhere = [described]
        if elsewhere:
            yield from elsewhere
            return
    yield from (e for _, e in _own(found))


@contextmanager
def _fewer_collections() -> Iterator[None]:
    """Let the garbage collector look less often: syntax trees are many small objects, and none of them is garbage."""
    held = gc.get_threshold()
    gc.set_threshold(max(held[0], _OBJECTS), *held[1:])
    try:
        yield
    finally:
        gc.set_threshold(*held)


def _servers(tree: SourceTree, within: str | None = None) -> Iterator[tuple[Project, Extracted]]:
    for project in find_projects(tree, within):
        found = _read(project)
        if not found:
            continue
        one = join(project, found)
        yield project, one
        if not project.root and one.facts.tools and tree.origin.source.kind in _PACKAGES:
            return  # an installed package is one server; what else its archive holds comes from its repository


def _read(project: Project) -> dict[str, Extraction]:
    """Ask every extractor; one that fails on hostile input becomes an unreadable entry, never an exception."""
    found: dict[str, Extraction] = {}
    about = bool(project.tree.dependencies) or project.mentions_mcp
    for name, extractor in EXTRACTORS.items():
        if not about and name != FILES:
            continue
        try:
            answer = extractor.extract(project)
        except Exception as error:  # noqa: BLE001 - no input may end a crawl; the failure is stored and shown
            failed = Unreadable(
                file=project.root or ".", reason="extractor-failed", detail=f"{name}: {type(error).__name__}"
            )
            answer = Extraction(language=name, unreadable=(failed,))
        if answer is not None:
            found[name] = answer
    failures = {n: e for n, e in found.items() if not e.tools and not e.unresolved and e.unreadable[:1] and _failed(e)}
    if failures and len(failures) == len(found) and not _serves(project):
        return {}
    if set(found) <= {FILES} and (other := RECOGNISED.extract(project)) is not None:
        found[RECOGNISED.name] = other
    return found


def _failed(answer: Extraction) -> bool:
    return all(u.reason == "extractor-failed" for u in answer.unreadable)


def _serves(project: Project) -> bool:
    """Tell whether a project whose reading failed names MCP at all; a crash elsewhere makes no server."""
    return any(b"mcp" in (project.tree.read(p) or b"")[:200_000].lower() for p in project.own[:500])


def _own(found: list[tuple[Project, Extracted]]) -> Iterator[tuple[Project, Extracted]]:
    """Leave out workspace libraries: projects whose every tool is also registered by a server that uses them."""
    places = {p.root: _places(e) for p, e in found}
    for project, one in found:
        mine = places[project.root]
        if _only_files(one) and any(e.facts.tools and not _only_files(e) for _, e in found):
            continue  # a list or registry entry that describes the servers whose code stands elsewhere in the tree
        if not one.facts.tools and any(_refers(p, project) for p, _ in found):
            continue
        holders = [p for p, _ in found if p is not project and mine and mine <= places[p.root]]
        if not any(project.name in p.dependencies or mine < places[p.root] for p in holders):
            yield project, one


def _only_files(one: Extracted) -> bool:
    return set(one.facts.extractors) == {FILES}


def _refers(user: Project, library: Project) -> bool:
    """Tell whether `user` declares `library`, by name, Maven coordinates or (in .NET) a pattern of names."""
    name = library.name
    return (
        user is not library
        and name is not None
        and any(name in {d, d.rpartition(":")[2]} or ("*" in d and fnmatchcase(name, d)) for d in user.dependencies)
    )


def _places(one: Extracted) -> frozenset[tuple[str, str, int]]:
    return frozenset((t.name, t.location.file, t.location.line) for t in one.facts.tools if t.location is not None)
