"""One target after another, in this process: what `classify`, `explain` and the measurements use."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace

from crawler.fetch import FetchContext, Fetched, dependency_target, download, load_tree, locate
from crawler.targets import Target, parse_reference
from mcp_catalogue.errors import CatalogueError, TargetError
from mcp_catalogue.model import ServerFacts, ServerRecord, Unresolved
from mcp_catalogue.pipeline.reading import Extracts, Job, extract_from, label
from mcp_catalogue.pipeline.timelimit import time_limit


def read_target(target: Target, context: FetchContext) -> tuple[ServerRecord, ...]:
    """Fetch one target and label its servers by the rules, nearest the root first.

    A shim's declared dependency is followed once. Raises `TargetError` where the target cannot be had; a
    dependency that cannot is noted in the result.
    """
    return tuple(map(label, read_facts(target, context).facts))


def read_facts(target: Target, context: FetchContext) -> Extracts:
    """Fetch and extract one target without judging it; otherwise as `read_target`."""
    source = download(locate(target, context), context)
    found = _in_time(Job(source=source))
    dependencies, problems = fetch_wanted(found.wants, found.facts, context)
    if dependencies:
        again = _in_time(Job(source=source, dependencies=dependencies))
        files = {**_dependency_files(dependencies), **again.files}
        found = replace(
            again, files=files, cpu_ms=found.cpu_ms + again.cpu_ms, effects_ms=found.effects_ms + again.effects_ms
        )
    return replace(found, facts=tuple(noted(f, problems) for f in found.facts))


def _dependency_files(dependencies: Mapping[str, Fetched]) -> dict[str, bytes]:
    """Return the dependencies' files by the paths that extractors give them: as they are, or as npm installs them."""
    files: dict[str, bytes] = {}
    for name, fetched in dependencies.items():
        for path, data in load_tree(fetched).files.items():
            files[path] = files[f"node_modules/{name}/{path}"] = data
    return files


def _in_time(job: Job) -> Extracts:
    with time_limit(str(job.source.origin.id)):
        return extract_from(job)


def fetch_wanted(
    wants: Mapping[str, str], facts: Sequence[ServerFacts], context: FetchContext
) -> tuple[dict[str, Fetched], list[str]]:
    """Fetch the dependencies that `facts` want; answer them by name, and a line for each that failed."""
    fetched: dict[str, Fetched] = {}
    problems = []
    for name, requirement in sorted(wants.items()):
        try:
            fetched[name] = _fetch_first(_candidates(name, requirement, facts), context)
        except CatalogueError as error:
            problems.append(f"{name}: {error}")
    return fetched, problems


def _fetch_first(candidates: Sequence[Target], context: FetchContext) -> Fetched:
    """Fetch the first of `candidates` that exists; raises what the last one raised."""
    for target in candidates[:-1]:
        with suppress(TargetError):
            return download(locate(target, context), context)
    return download(locate(candidates[-1], context), context)


def noted(facts: ServerFacts, problems: Sequence[str]) -> ServerFacts:
    """Add to a server without tools an unresolved entry for each dependency that could not be followed."""
    if not problems or facts.tools:
        return facts
    more = tuple(Unresolved(file="", line=0, reason="dependency-not-fetched", detail=line) for line in problems)
    completeness = replace(facts.completeness, unresolved=facts.completeness.unresolved + more)
    return replace(facts, completeness=completeness)


def _candidates(name: str, requirement: str, facts: Sequence[ServerFacts]) -> list[Target]:
    """Return what `name` may mean: for a repository its usual tags of that version, then its default branch."""
    if name.startswith("pkg:"):
        tags = (f"v{requirement}", requirement, f"{name.rpartition('/')[2]}-{requirement}") if requirement else ()
        return [parse_reference(f"{name}@{tag}") for tag in tags] + [parse_reference(name)]
    ecosystem = "pypi" if facts[0].language == "python" else "npm"
    target = dependency_target(ecosystem, name, requirement)
    if target is None:
        raise TargetError(f"the requirement {requirement!r} names no published package")
    return [target]
