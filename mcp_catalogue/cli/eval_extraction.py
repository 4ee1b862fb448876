"""`catalogue eval extraction`: how much of what servers answer is read from their source."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from crawler.fetch import FetchContext, open_context
from crawler.targets import parse_reference
from mcp_catalogue.cli.options import SourcesDir, TextOrJson
from mcp_catalogue.cli.progress import note, progress
from mcp_catalogue.errors import CatalogueError, TargetError
from mcp_catalogue.evaluate.cost import peak_megabytes, quantile
from mcp_catalogue.evaluate.extraction import (
    Scored,
    Tally,
    capped_recall,
    failed,
    grouped,
    not_measured,
    score,
)
from mcp_catalogue.evaluate.recordings import Recording, read_recordings
from mcp_catalogue.pipeline.single import read_facts


def extraction(
    recordings: Annotated[Path, typer.Argument(help="Folder of recordings, or one with them in servers/.")],
    sources_dir: SourcesDir = None,
    only: Annotated[str | None, typer.Option(help="Measure only recordings whose id starts with this.")] = None,
    output: TextOrJson = "text",
    details: Annotated[bool, typer.Option("--details", help="List what was missed, invented or differs.")] = False,
) -> None:
    """Score extraction against recordings of `tools/list`: per server, pooled, and by language and SDK.

    Example: catalogue eval extraction recordings/ --sources-dir ~/repositories
    """
    listed = [r for r in read_recordings(recordings) if only is None or r.id.startswith(only)]
    with open_context(sources_dir=sources_dir) as context, progress("measuring", len(listed)) as tick:
        scored = []
        for one in listed:
            scored.append(_measure(one, context))
            tick(one.id)
    if output == "json":
        typer.echo(msgspec.json.encode(_as_json(scored)).decode())
    else:
        for line in _as_text(scored, details=details):
            typer.echo(line)
    if not any(s.measured for s in scored):
        note("nothing was measured: no source was at hand (--sources-dir, or the package registries)")
        raise typer.Exit(3)


def _measure(recording: Recording, context: FetchContext) -> Scored:
    try:
        read = read_facts(parse_reference(recording.target), context)
    except TargetError as error:
        return not_measured(recording, str(error))
    except CatalogueError as error:
        return failed(recording, str(error))
    return score(recording, read.facts, read.files, cpu_ms=read.cpu_ms, effects_ms=read.effects_ms)


def _share(part: float, whole: float) -> str:
    return f"{100 * part / whole:5.1f}" if whole else "    -"


_HEAD = (
    f"{'':50} {'tools':>5} {'recall':>6} {'prec':>5} {'desc':>5} {'param':>5} {'req':>5} {'annot':>5} {'loc':>5}"
    f" {'unres':>5} {'cond':>4} {'silent':>6} {'ms':>6} {'eff.ms':>6}"
)


def _row(title: str, t: Tally) -> str:
    return (
        f"{title[:50]:50} {t.recorded:5} {_share(t.found, t.recorded):>6} {_share(t.judged - t.wrong, t.judged):>5}"
        f" {_share(t.description, t.described):>5} {_share(t.parameters, t.with_schema):>5}"
        f" {_share(t.required, t.with_schema):>5} {_share(t.annotations, t.annotated):>5}"
        f" {_share(t.located, t.in_code):>5} {t.unresolved:5} {t.conditional:4} {t.silent:6}"
        f" {t.cpu_ms:6.0f} {t.effects_ms:6.0f}"
    )


def _as_text(scored: Sequence[Scored], *, details: bool) -> Iterator[str]:
    yield _HEAD
    for one in scored:
        if one.error:
            yield f"{one.recording.id[:50]:50} {'failed' if one.measured else 'not measured'}: {one.error}"
        else:
            yield _row(one.recording.id, one.tally)
        if details:
            yield from _details(one)
    yield ""
    for title, tally in sorted(grouped(scored).items(), key=lambda item: (item[0] != "all", item[0])):
        yield _row(title, tally)
    measured = [s for s in scored if s.measured]
    recalls = [s.tally.found / s.tally.recorded for s in measured if s.tally.recorded]
    capped = capped_recall(measured)
    yield ""
    yield f"recall, macro-averaged over servers: {_share(sum(recalls), len(recalls))} %"
    yield f"recall, at most 40 tools of one server: {_share(capped or 0, 1)} %"
    total = grouped(scored).get("all", Tally())
    yield f"silent misses: {total.silent} of {total.recorded} ({_share(total.silent, total.recorded).strip()} %)"
    yield f"servers without tools reported complete: {total.false_complete}"
    for what, times in _times(measured).items():
        yield f"CPU of {what}: median {quantile(times, 0.5):.0f} ms, nine in ten within {quantile(times, 0.9):.0f} ms"
    if (peak := peak_megabytes()) is not None:
        yield f"peak memory: {peak:,.0f} MB"


def _times(measured: Sequence[Scored]) -> dict[str, list[float]]:
    read = [s.tally for s in measured if not s.error]
    return {"extraction": [t.cpu_ms for t in read], "following handlers": [t.effects_ms for t in read]}


def _details(one: Scored) -> Iterator[str]:
    if one.missing:
        yield f"    missing  {', '.join(one.missing)}"
    if one.extra:
        yield f"    extra    {', '.join(one.extra)}"
    for name, what in (one.differing or {}).items():
        yield f"    differs  {name}: {', '.join(what)}"


def _as_json(scored: Sequence[Scored]) -> dict[str, Any]:
    measured = [s for s in scored if s.measured]
    recalls = [s.tally.found / s.tally.recorded for s in measured if s.tally.recorded]
    return {
        "servers": [
            {
                "id": s.recording.id,
                "target": s.recording.target,
                "measured": s.measured,
                "error": s.error,
                **asdict(s.tally),
                "missing": s.missing,
                "extra": s.extra,
                "differing": dict(s.differing or {}),
            }
            for s in scored
        ],
        "groups": {title: asdict(tally) for title, tally in grouped(scored).items()},
        "macro_recall": sum(recalls) / len(recalls) if recalls else None,
        "capped_recall": capped_recall(measured),
        "cpu_ms": {
            what: {"median": quantile(times, 0.5), "p90": quantile(times, 0.9)}
            for what, times in _times(measured).items()
        },
        "peak_mb": peak_megabytes(),
    }
