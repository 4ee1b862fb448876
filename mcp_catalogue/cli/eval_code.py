"""`catalogue eval code`: what the effects read in the source do to the labels."""

from collections.abc import Callable, Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from classifier import Classifier
from crawler.fetch import open_context
from crawler.targets import parse_reference
from mcp_catalogue.cli.options import SourcesDir, TextOrJson
from mcp_catalogue.cli.progress import note, progress
from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.evaluate.code import CodeFigures, measure_code, with_effects
from mcp_catalogue.evaluate.gold import read_gold
from mcp_catalogue.evaluate.labels import Figures, Judged, Share
from mcp_catalogue.evaluate.recordings import read_recordings
from mcp_catalogue.model import Severity
from mcp_catalogue.pipeline.single import read_facts


def code(
    gold: Annotated[Path, typer.Argument(help="The labelled set: JSON Lines.", exists=True, dir_okay=False)],
    recordings: Annotated[Path, typer.Argument(help="Folder of recordings, or one with them in servers/.")],
    sources_dir: SourcesDir = None,
    output: TextOrJson = "text",
) -> None:
    """Label the same definitions with and without the effects of their handlers, and score both.

    Example: catalogue eval code labelled.jsonl recordings/ --sources-dir ~/repositories
    """
    inner = recordings / "servers"
    read = read_gold(gold, inner if inner.is_dir() else recordings)
    listed = [r for r in read_recordings(recordings) if r.id in read.servers]
    servers = {}
    with open_context(sources_dir=sources_dir) as context, progress("reading", len(listed)) as tick:
        for one in listed:
            try:
                facts = read_facts(parse_reference(one.target), context).facts
                servers[one.id] = with_effects(read.servers[one.id], facts)
            except CatalogueError as error:
                note(f"not measured: {one.id}: {error}")
            tick(one.id)
    if not any(facts.tools for facts in servers.values()):
        raise CatalogueError("no labelled tool was found in code; give --sources-dir, or check the registries")
    found = measure_code(read, servers, Classifier())
    if output == "json":
        typer.echo(msgspec.json.encode(_as_json(found)).decode())
    else:
        for line in _as_text(found):
            typer.echo(line)


def _as_text(found: CodeFigures) -> Iterator[str]:
    yield f"{found.tools} tools found in code, {found.rules.tools} of them labelled"
    yield f"handler located {_percent(Share(part=found.located, whole=found.tools))}"
    yield f"with effects    {_percent(Share(part=found.followed, whole=found.tools))}"
    yield f"{'':30} {'rules':>9} {'with code':>9}"
    for title, pick in _FIGURES.items():
        yield f"{title:30} {_percent(pick(found.rules)):>9} {_percent(pick(found.code)):>9}"
    for severity in reversed(Severity):
        shares = [Share(part=counts[severity], whole=found.tools) for counts in found.severities]
        yield f"{f'{severity}, of all found':30} {_percent(shares[0]):>9} {_percent(shares[1]):>9}"
    for before, after in found.changed:
        yield f"changed {_change(before, after)}"


_FIGURES: dict[str, Callable[[Figures], Share]] = {
    "strict": lambda f: f.strict,
    "lenient": lambda f: f.lenient,
    "critical recall, readers sure": lambda f: f.critical_recall,
    "Read called critical": lambda f: f.false_critical,
}


def _percent(share: Share) -> str:
    return "-" if share.value is None else f"{100 * share.value:.2f} %"


def _change(before: Judged, after: Judged) -> str:
    right = "right" if after.strict else "acceptable" if after.lenient else "wrong"
    rules = ", ".join(after.label.decided_by.rules)
    effects = ", ".join(sorted({e.quote for e in after.label.evidence if e.kind == "effect"}))
    return (
        f"{before.row.server} {before.row.tool}: {before.label.primary} to {after.label.primary} ({right},"
        f" labelled {before.row.primary}) by {rules}: {effects}"
    )


def _figures(found: Figures) -> dict[str, Any]:
    return {title: asdict(pick(found)) for title, pick in _FIGURES.items()}


def _as_json(found: CodeFigures) -> dict[str, Any]:
    return {
        "tools": found.tools,
        "located": found.located,
        "followed": found.followed,
        "rules": _figures(found.rules),
        "code": _figures(found.code),
        "severities": [dict(counts) for counts in found.severities],
        "changed": [_change(before, after) for before, after in found.changed],
    }
