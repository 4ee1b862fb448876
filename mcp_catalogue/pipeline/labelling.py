"""Labels of what is stored: the overrides' last word, and labelling anew when the rules or overrides changed."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from classifier.judge import Judge
from classifier.overrides import Overrides, load_overrides
from mcp_catalogue.model import ServerRecord
from mcp_catalogue.pipeline.digests import classifier_digest
from mcp_catalogue.pipeline.reading import label
from mcp_catalogue.resources import resource_dir
from mcp_catalogue.store import Store

_LABELLER = "labeller"


def overrides_folder(folder: Path | None = None) -> Path:
    """Return `folder`, or the overrides that are shipped."""
    return folder or resource_dir("data") / "overrides"


def shipped_overrides() -> Overrides:
    """Load the overrides that are shipped."""
    return load_overrides(overrides_folder())


def overridden(record: ServerRecord, overrides: Overrides) -> ServerRecord:
    """Return `record` with a person's corrections put in force."""
    return replace(record, classifications=overrides.apply(record.facts, record.classifications))


def relabel(store: Store, overrides: Overrides, *, at: str) -> int:
    """Label everything anew, from stored facts, where rules, code or overrides changed; answer what changed."""
    labeller = _labeller()
    if store.note(_LABELLER) == labeller:
        return 0
    changed = 0
    for server in store.server_ids():
        record = store.record(server)
        anew = overridden(label(record.facts), overrides)
        if anew != record:
            store.put(anew, at=at)
            changed += 1
    store.keep_note(_LABELLER, labeller)
    return changed


def judge_store(store: Store, judge: Judge, overrides: Overrides, *, at: str) -> int:
    """Let the judge read every stored server; answer how many records changed."""
    changed = 0
    for record in judged(map(store.record, store.server_ids()), judge, overrides):
        if record != store.record(record.facts.id):
            store.put(record, at=at)
            changed += 1
    return changed


def judged(records: Iterable[ServerRecord], judge: Judge, overrides: Overrides) -> Iterator[ServerRecord]:
    """Yield each record labelled by the rules, then the judge, then the overrides."""
    ruled = (label(record.facts) for record in records)
    digest = None
    for facts, labels, run in judge.review_all((r.facts, r.classifications) for r in ruled):
        digest = digest or label(replace(facts, tools=())).rulebook
        yield overridden(ServerRecord(facts=facts, classifications=labels, rulebook=digest, judge=run), overrides)


def _labeller() -> str:
    files = sorted(overrides_folder().glob("*.toml"))
    digest = hashlib.sha256(classifier_digest().encode())
    for file in files:
        digest.update(file.read_bytes())
    return digest.hexdigest()
