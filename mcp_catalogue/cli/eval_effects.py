"""`catalogue eval effects`: how much of what handlers do is read, and how much of what is read is there."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from crawler.fetch import open_context
from crawler.targets import parse_reference
from mcp_catalogue.cli.options import SourcesDir, TextOrJson
from mcp_catalogue.cli.progress import note, progress
from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.evaluate.effects import (
    Checked,
    EffectFigures,
    Reach,
    by_language,
    check_effects,
    reach,
    read_reviewed,
    recorded,
)
from mcp_catalogue.evaluate.labels import Share
from mcp_catalogue.evaluate.recordings import Recording, read_recordings
from mcp_catalogue.model import ServerFacts
from mcp_catalogue.pipeline.single import read_facts


def effects(
    reviewed: Annotated[Path, typer.Argument(help="The reviewed sample: JSON Lines.", exists=True, dir_okay=False)],
    recordings: Annotated[
        Path | None, typer.Option(help="Folder of recordings: also count how far all of their tools are followed.")
    ] = None,
    sources_dir: SourcesDir = None,
    output: TextOrJson = "text",
    details: Annotated[bool, typer.Option("--details", help="List what was missed and invented.")] = False,
) -> None:
    """Score the effects read from handlers against a sample that was reviewed by reading them.

    Example: catalogue eval effects tests/effects/reviewed.jsonl --recordings recordings/ --sources-dir ~/repositories
    """
    rows = read_reviewed(reviewed)
    listed = list(read_recordings(recordings)) if recordings is not None else []
    targets = sorted({row.target for row in rows} | {one.target for one in listed})
    servers: dict[str, Sequence[ServerFacts]] = {}
    with open_context(sources_dir=sources_dir) as context, progress("reading", len(targets)) as tick:
        for target in targets:
            try:
                servers[target] = read_facts(parse_reference(target), context).facts
            except CatalogueError as error:
                note(f"not measured: {target}: {error}")
            tick(target)
    checked = list(check_effects(rows, servers))
    if not any(row.found for row in checked):
        raise CatalogueError("no reviewed tool was found in code; give --sources-dir, or check the registries")
    groups = by_language(checked)
    reached = _reached(listed, servers)
    if output == "json":
        typer.echo(msgspec.json.encode(_as_json(checked, groups, reached, len(rows))).decode())
        return
    for line in (*_as_text(groups, len(rows)), *_reach_as_text(reached, details=details)):
        typer.echo(line)
    if details:
        for line in _details(checked):
            typer.echo(line)


def _reached(listed: Sequence[Recording], servers: Mapping[str, Sequence[ServerFacts]]) -> dict[str, Reach]:
    """Return how far recorded tools are followed: all of them, by language, then by server."""
    held = [(one, list(recorded(one, servers[one.target]))) for one in listed if one.target in servers]
    if not held:
        return {}
    groups = {"all recorded": [tool for _, tools in held for tool in tools]}
    for name in sorted({one.language for one, _ in held}):
        groups[name] = [tool for one, tools in held for tool in tools if one.language == name]
    return {name: reach(tools) for name, tools in (*groups.items(), *((one.id, tools) for one, tools in held))}


def _reach_as_text(reached: Mapping[str, Reach], *, details: bool) -> Iterator[str]:
    if not reached:
        return
    yield ""
    yield f"{'':40} {'tools':>5} {'located':>9} {'followed':>9} {'settled':>9}  tools by why they are not"
    for title, found in reached.items():
        if found.tools and (details or "-" not in title):
            shares = " ".join(f"{_percent(s):>9}" for s in (found.located, found.followed, found.settled))
            why = ", ".join(f"{reason or 'no follower'} {count}" for reason, count in found.cuts.items())
            yield f"{title[:40]:40} {found.tools:5} {shares}  {why}"


_SHARES = ("precision", "recall", "located", "followed", "settled")


def _as_text(groups: Mapping[str, EffectFigures], reviewed: int) -> Iterator[str]:
    yield f"{'':12} {'tools':>5} {'absent':>6} " + " ".join(f"{name:>9}" for name in _SHARES)
    for title, found in groups.items():
        shares = " ".join(f"{_percent(getattr(found, name)):>9}" for name in _SHARES)
        yield f"{title:12} {found.tools:5} {found.absent:6} {shares}"
    measured = groups["all"].tools + groups["all"].absent
    yield f"{measured} of {reviewed} reviewed tools measured"


def _percent(share: Share) -> str:
    return "-" if share.value is None else f"{100 * share.value:.1f} %"


def _details(checked: Sequence[Checked]) -> Iterator[str]:
    for one in checked:
        where = f"{one.row.target} {one.row.tool}"
        if one.found is None:
            yield f"absent   {where}"
            continue
        if one.missed:
            yield f"missed   {where}: {', '.join(sorted(one.missed))}"
        for id_ in sorted(one.invented):
            places = sorted({f"{e.file}:{e.line}" for e in one.found.effects if e.id == id_})
            yield f"invented {where}: {id_} at {', '.join(places)}"


def _as_json(
    checked: Sequence[Checked], groups: Mapping[str, EffectFigures], reached: Mapping[str, Reach], reviewed: int
) -> dict[str, Any]:
    return {
        "reviewed": reviewed,
        "recorded": {
            title: asdict(found) | {"cuts": {str(reason or "no-follower"): n for reason, n in found.cuts.items()}}
            for title, found in reached.items()
        },
        "groups": {title: asdict(found) for title, found in groups.items()},
        "tools": [
            {
                "target": one.row.target,
                "tool": one.row.tool,
                "absent": one.found is None,
                "right": sorted(one.right),
                "missed": sorted(one.missed),
                "invented": sorted(one.invented),
            }
            for one in checked
        ],
    }
