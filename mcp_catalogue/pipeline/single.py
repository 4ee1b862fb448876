"""One target after another, in this process: what `classify`, `explain` and the measurements use."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

from crawler.fetch import FetchContext, Fetched, dependency_target, download, load_tree, locate
from crawler.targets import Target, parse_reference
from mcp_catalogue.errors import CatalogueError, TargetError
from mcp_catalogue.model import ServerFacts, ServerRecord, Unresolved
from mcp_catalogue.pipeline.reading import Extracts, Job, extract_from, label


def read_target(target: Target, context: FetchContext) -> tuple[ServerRecord, ...]:
    """Fetch one target and label its servers by the rules, nearest the root first.

    A shim's declared dependency is followed once. Raises `TargetError` where the target cannot be had; a
    dependency that cannot is noted in the result.
    """
    return tuple(map(label, read_facts(target, context).facts))


def read_facts(target: Target, context: FetchContext) -> Extracts:
    """Fetch and extract one target without judging it; otherwise as `read_target`."""
    source = download(locate(target, context), context)
    found = extract_from(Job(source=source))
    dependencies, problems = fetch_wanted(found.wants, found.facts, context)
    if dependencies:
        again = extract_from(Job(source=source, dependencies=dependencies))
        files = {**{p: d for f in dependencies.values() for p, d in load_tree(f).files.items()}, **again.files}
        found = replace(again, files=files, cpu_ms=found.cpu_ms + again.cpu_ms)
    return replace(found, facts=tuple(noted(f, problems) for f in found.facts))


def fetch_wanted(
    wants: Mapping[str, str], facts: Sequence[ServerFacts], context: FetchContext
) -> tuple[dict[str, Fetched], list[str]]:
    """Fetch the dependencies that `facts` want; answer them by name, and a line for each that failed."""
    fetched: dict[str, Fetched] = {}
    problems = []
    for name, requirement in sorted(wants.items()):
        try:
            fetched[name] = download(locate(_dependency(name, requirement, facts), context), context)
        except CatalogueError as error:
            problems.append(f"{name}: {error}")
    return fetched, problems


def noted(facts: ServerFacts, problems: Sequence[str]) -> ServerFacts:
    """Add to a server without tools an unresolved entry for each dependency that could not be followed."""
    if not problems or facts.tools:
        return facts
    more = tuple(Unresolved(file="", line=0, reason="dependency-not-fetched", detail=line) for line in problems)
    completeness = replace(facts.completeness, unresolved=facts.completeness.unresolved + more)
    return replace(facts, completeness=completeness)


def _dependency(name: str, requirement: str, facts: Sequence[ServerFacts]) -> Target:
    if name.startswith("pkg:"):
        return parse_reference(name)
    ecosystem = "pypi" if facts[0].language == "python" else "npm"
    target = dependency_target(ecosystem, name, requirement)
    if target is None:
        raise TargetError(f"the requirement {requirement!r} names no published package")
    return target
