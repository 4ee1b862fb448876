"""`catalogue eval labels`: how right the labels are, over a labelled set."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from classifier import Classifier
from mcp_catalogue.cli.judging import JudgeMode, Judging, MaxCost, MaxTokens, Model, PriceIn, PriceOut
from mcp_catalogue.cli.options import TextOrJson
from mcp_catalogue.cli.progress import note
from mcp_catalogue.evaluate.gold import GoldSet, read_definitions, read_gold
from mcp_catalogue.evaluate.judged import JudgeFigures, measure
from mcp_catalogue.evaluate.labels import Figures, Judged, Share, figures, judge_rows, severity_counts
from mcp_catalogue.evaluate.measurements import FILE, plain, write_labels
from mcp_catalogue.model import Category, Classification, Severity
from mcp_catalogue.resources import resource_dir

Labels = Mapping[str, Sequence[Classification]]


def labels(
    gold: Annotated[Path, typer.Argument(help="The labelled set: JSON Lines.", exists=True, dir_okay=False)],
    *,
    definitions: Annotated[
        Path | None, typer.Option("--definitions", help="Folder of full definitions, one file per server.")
    ] = None,
    output: TextOrJson = "text",
    details: Annotated[bool, typer.Option("--details/--no-details", help="List the wrong rows.")] = True,
    write: Annotated[bool, typer.Option("--write", help="Keep the figures in data/measurements.json.")] = False,
    judge: JudgeMode = "off",
    model: Model = None,
    twice: Annotated[bool, typer.Option("--twice", help="Ask the judge twice and count what flips.")] = False,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
) -> None:
    """Score labels against a labelled set: accuracy, every class, confidence, severity, and the wrong rows.

    Example: catalogue eval labels labelled.jsonl --definitions recordings/
    """
    read = read_gold(gold, definitions)
    classifier = Classifier()
    found: Labels = {server: classifier.server(facts) for server, facts in read.servers.items()}
    settings = Judging(
        mode=judge, model=model, max_cost=max_cost, max_tokens=max_tokens, price_in=price_in, price_out=price_out
    ).settings()
    used: JudgeFigures | None = None
    if settings is not None:
        pairs = [(facts, tuple(found[server])) for server, facts in read.servers.items()]
        after, used = measure(pairs, settings, classifier.rulebook.digest, twice=twice)
        found = dict(zip(read.servers, after, strict=True))
    judged = list(judge_rows(read, found))
    result = figures(read, judged)
    severity = _severity(definitions, classifier) if definitions is not None else None
    if output == "json":
        body = _as_json(read, result, judged, severity, used, classifier)
        typer.echo(msgspec.json.encode(body).decode())
    else:
        for line in (*_as_text(result, severity, used), *(_wrong(judged) if details else ())):
            typer.echo(line)
    if write:
        path = resource_dir("data") / FILE
        write_labels(path, read, result, classifier.rulebook.digest, severity)
        note(f"kept in {path.name}")


def _severity(definitions: Path, classifier: Classifier) -> dict[Severity, int]:
    servers = read_definitions(definitions).values()
    return severity_counts(label for facts in servers for label in classifier.server(facts))


def _percent(share: float | None) -> str:
    return "     -" if share is None else f"{100 * share:6.2f}"


def _line(title: str, share: Share) -> str:
    return f"{title:34} {_percent(share.value)} %  ({share.part} of {share.whole})"


def _as_text(found: Figures, severity: Mapping[Severity, int] | None, used: JudgeFigures | None) -> Iterator[str]:
    yield f"{found.tools} tools of {found.servers} servers" + (
        f"; {found.missing} rows without a definition left out" if found.missing else ""
    )
    yield _line("strict", found.strict)
    yield _line("lenient", found.lenient)
    yield _line("critical recall, readers sure", found.critical_recall)
    yield _line("Read called critical", found.false_critical)
    for confidence, share in reversed(list(found.confidence.items())):
        yield f"{_line(f'confidence {confidence} is right', share)}, covers {_percent(share.whole / found.tools)} %"
    yield "strict by fifths of the servers    " + "  ".join(f"{_percent(s.value).strip()} %" for s in found.folds)
    yield ""
    yield f"{'':12} {'prec':>6} {'recall':>6} {'F1':>6} {'rows':>5}   said: " + " ".join(f"{c:>11}" for c in Category)
    for category, one in found.classes.items():
        row = " ".join(f"{found.confusion[category][other]:11}" for other in Category)
        measured = f"{_percent(one.precision)} {_percent(one.recall)} {_percent(one.f1)} {one.labelled:5}"
        yield f"{category:12} {measured}         {row}"
    yield f"{'also':12} {_percent(found.also.precision)} {_percent(found.also.recall)} {_percent(found.also.f1)}"
    yield ""
    yield "severity of the set                " + _severities(found.severity)
    if severity is not None:
        yield "severity of all definitions        " + _severities(severity)
    if used is not None:
        yield "judge                              " + ", ".join(f"{k} {v}" for k, v in asdict(used).items())


def _severities(counts: Mapping[Severity, int]) -> str:
    total = sum(counts.values()) or 1
    return ", ".join(f"{s} {100 * counts[s] / total:.1f} %" for s in Severity)


def _wrong(judged: Sequence[Judged]) -> Iterator[str]:
    yield ""
    for one in sorted(judged, key=lambda j: (j.lenient, j.row.primary, j.row.server, j.row.tool)):
        if not one.strict:
            kind = "acceptable" if one.lenient else "wrong"
            sure = "" if one.row.sure else " (readers unsure)"
            rules = ", ".join(one.label.decided_by.rules) or "nothing"
            yield (
                f"{kind:10} {one.row.server} {one.row.tool}: {one.row.primary}{sure}, got {one.label.primary}"
                f" ({one.label.confidence}) by {rules}"
            )


def _as_json(
    gold: GoldSet,
    found: Figures,
    judged: Sequence[Judged],
    severity: Mapping[Severity, int] | None,
    used: JudgeFigures | None,
    classifier: Classifier,
) -> dict[str, Any]:
    return {
        "set": {"name": gold.name, "digest": gold.digest},
        "rulebook": classifier.rulebook.digest,
        "figures": plain(found),
        "definitions_severity": dict(severity) if severity is not None else None,
        "judge": asdict(used) if used is not None else None,
        "wrong": [
            {
                "server": j.row.server,
                "tool": j.row.tool,
                "primary": j.row.primary,
                "got": j.label.primary,
                "acceptable": j.lenient,
                "sure": j.row.sure,
                "confidence": j.label.confidence,
                "rules": list(j.label.decided_by.rules),
            }
            for j in judged
            if not j.strict
        ],
    }
