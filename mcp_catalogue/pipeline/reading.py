"""One source's bytes to labelled servers: a pure function, so that any `Executor` can run it.

Nothing here knows the store, the network or the pool. Values in and out are small, frozen and picklable.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache

from classifier import Classifier
from classifier.rulebook import load as load_rulebook
from crawler.effects.cost import metered
from crawler.extract import extract
from crawler.fetch import Fetched, load_tree
from mcp_catalogue.model import ServerFacts, ServerRecord
from mcp_catalogue.pipeline.timelimit import time_limit


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """What to read: a source, and the declared dependencies already fetched for it."""

    source: Fetched
    dependencies: Mapping[str, Fetched] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """The servers found, and the declared dependencies (name → requirement) whose code would tell more."""

    records: tuple[ServerRecord, ...]
    wants: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Extracts:
    """The servers found, unlabelled; `files` are the tree's.

    `cpu_ms` is what extraction took, `effects_ms` the part of it that followed handlers.
    """

    facts: tuple[ServerFacts, ...]
    wants: Mapping[str, str]
    files: Mapping[str, bytes]
    cpu_ms: float
    effects_ms: float = 0.0


@cache
def classifier() -> Classifier:
    """Load the rulebook, once per process."""
    return Classifier(load_rulebook())


def extract_from(job: Job) -> Extracts:
    """Extract every server in the job's source. Raises `ArchiveError` where it cannot be opened."""
    tree = load_tree(job.source)
    if job.dependencies:
        tree = replace(tree, dependencies={name: load_tree(f) for name, f in job.dependencies.items()})
    started = time.process_time()
    with metered() as followed:
        found = [e for e in extract(tree, job.source.subpath) if _asked_for(e.facts, job.source.subpath)]
    wants = {name: requirement for e in found for name, requirement in e.wants.items()}
    cpu_ms = (time.process_time() - started) * 1000
    return Extracts(
        facts=tuple(e.facts for e in found),
        wants=wants,
        files=tree.files,
        cpu_ms=cpu_ms,
        effects_ms=followed.seconds * 1000,
    )


def read(job: Job) -> Outcome:
    """Extract every server in the job's source and label it by the rules; raises as `extract_from`.

    Raises `TargetError` where it takes too long.
    """
    with time_limit(str(job.source.origin.id)):
        extracts = extract_from(job)
        return Outcome(records=tuple(map(label, extracts.facts)), wants=extracts.wants)


def label(facts: ServerFacts) -> ServerRecord:
    """Join `facts` with the rules' judgement of them."""
    rules = classifier()
    return ServerRecord(facts=facts, classifications=rules.server(facts), rulebook=rules.rulebook.digest)


def _asked_for(facts: ServerFacts, subpath: str | None) -> bool:
    root = facts.id.partition("#")[2]
    return subpath is None or root == subpath or root.startswith(f"{subpath}/")
