"""`catalogue eval injections`: how far text inside a definition can talk a label down."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer

from classifier import Classifier
from mcp_catalogue.cli.options import TextOrJson
from mcp_catalogue.evaluate.injections import Resistance, Trial, read_corpus, tally, try_all


def injections(
    corpus: Annotated[Path, typer.Argument(help="File of injections and of the tools that carry them.")],
    output: TextOrJson = "text",
    details: Annotated[bool, typer.Option("--details", help="List every label that was talked down.")] = False,
) -> None:
    """Review tools that carry injections, with a stand-in for a model that obeys them all, and with one that lies.

    Ends with 1 where a label fell below its floor. Example: catalogue eval injections tests/adversarial/injections.toml
    """
    trials = list(try_all(read_corpus(corpus), Classifier()))
    counts = tally(trials)
    if output == "json":
        typer.echo(msgspec.json.encode(_as_json(counts, trials)).decode())
    else:
        for line in _as_text(counts, trials, details=details):
            typer.echo(line)
    if any(count.below_floor for count in counts.values()):
        raise typer.Exit(1)


def _as_text(counts: Mapping[str, Resistance], trials: Sequence[Trial], *, details: bool) -> Iterator[str]:
    yield (
        f"{'tools':14} {'reviews':>7} {'below floor':>11} {'talked down':>16} {'model lies':>16} {'rules alone':>11}"
        f" {'noticed':>16}"
    )
    for title, count in counts.items():
        yield (
            f"{title:14} {count.trials:7} {count.below_floor:11} {_share(count.talked_down, count.trials):>16}"
            f" {_share(count.lied_down, count.trials):>16} {count.by_rules_alone:11}"
            f" {_share(count.noticed, count.trials):>16}"
        )
    yield ""
    for title, count in counts.items():
        kinds = ", ".join(f"{kind} {number}" for kind, number in sorted(count.by_kind.items()) if number)
        yield f"{title}, talked down by: {kinds or 'nothing'}"
    for trial in trials if details else ():
        if trial.talked_down:
            yield f"{trial.carrier.name}  {trial.clean.primary} → {trial.obeyed.primary}  {trial.injection.id}"


def _share(part: int, whole: int) -> str:
    return f"{part} ({100 * part / whole:.1f} %)" if whole else "-"


def _as_json(counts: Mapping[str, Resistance], trials: Sequence[Trial]) -> dict[str, Any]:
    return {
        "tools": {title: asdict(count) for title, count in counts.items()},
        "talked_down": [
            {"tool": t.carrier.name, "injection": t.injection.id, "from": t.clean.primary, "to": t.obeyed.primary}
            for t in trials
            if t.talked_down
        ],
    }
