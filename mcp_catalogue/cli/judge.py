"""`catalogue judge`: what the judge would cost, and its questions and answers as batch files."""

from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Any, Literal

import msgspec
import typer

from classifier.judge import AnswerForm, Judge, JudgeSettings, Mode
from classifier.judge.batch import Imported, export_files, import_lines
from classifier.judge.judge import Labels
from mcp_catalogue.cli.judging import PriceIn, PriceOut, judge_cache
from mcp_catalogue.cli.options import DEFAULT_DATABASE, Database, TextOrJson
from mcp_catalogue.cli.progress import note
from mcp_catalogue.entries import from_entry
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import ServerFacts
from mcp_catalogue.pipeline.reading import classifier, label
from mcp_catalogue.store import Store


class _Document(msgspec.Struct):
    servers: list[dict[str, Any]]


judge = typer.Typer(name="judge", no_args_is_help=True, help="The judge's cost, and its questions as batch files.")

ModelName = Annotated[str, typer.Option("--model", envvar="CATALOGUE_MODEL", help="As its endpoint names it.")]
Which = Annotated[
    Literal["unsure", "all"], typer.Option("--judge", help="Tools that the rules are unsure of, or all of them.")
]
From = Annotated[
    Path | None,
    typer.Option("--from", exists=True, dir_okay=False, help="What classify or export printed, instead of a store."),
]
Cache = Annotated[Path | None, typer.Option(help="File of answers; the user's cache if not given.")]
Form = Annotated[AnswerForm, typer.Option("--answer-form", help="How JSON is asked for: schema, object or words.")]
Temperature = Annotated[float, typer.Option(min=-1, max=2, help="Below 0: leave the parameter out.")]


@judge.command()
def plan(
    model: ModelName,
    which: Which = "unsure",
    source: From = None,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
    output: TextOrJson = "text",
    cache: Cache = None,
    db: Database = DEFAULT_DATABASE,
) -> None:
    """Print how many questions are open, and the tokens and cost they would take. Nothing is sent.

    Example: catalogue judge plan --model NAME --price-in 0.15 --price-out 0.6
    """
    settings = JudgeSettings(
        model=model,
        mode=Mode(which),
        offline=True,
        cache=cache or judge_cache(),
        price_in=price_in,
        price_out=price_out,
    )
    with _open(settings) as opened:
        found = opened.plan(_labelled(source, db))
    if output == "json":
        typer.echo(msgspec.json.encode(found).decode())
        return
    typer.echo(f"tools to judge       {found.tools}")
    typer.echo(f"questions not paid   {found.questions}")
    typer.echo(f"tokens in, about     {found.tokens_in}")
    typer.echo(f"tokens out, at most  {found.tokens_out}")
    typer.echo(
        f"cost, at most        {'give --price-in and --price-out' if found.cost is None else f'{found.cost:.2f}'}"
    )
    note("second calls, which milder answers need, are not foreseeable and come on top")


@judge.command("export")
def export_(
    model: ModelName,
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for batch-1.jsonl, batch-2.jsonl, …")],
    which: Which = "unsure",
    source: From = None,
    answer_form: Form = AnswerForm.SCHEMA,
    temperature: Temperature = 0.0,
    cache: Cache = None,
    db: Database = DEFAULT_DATABASE,
) -> None:
    """Write the open questions in the provider's Batch JSON Lines. Export again after an import: second calls follow.

    Example: catalogue judge export --model NAME --out batch
    """
    settings = JudgeSettings(
        model=model,
        mode=Mode(which),
        offline=True,
        cache=cache or judge_cache(),
        answer_form=answer_form,
        temperature=temperature if temperature >= 0 else None,
    )
    out.mkdir(parents=True, exist_ok=True)
    total, at = 0, 0
    with _open(settings) as opened, ExitStack() as files:
        for number, line in export_files(opened.missing(_labelled(source, db)), settings):
            if number != at:
                files.close()
                path = out / f"batch-{number}.jsonl"
                file, at = files.enter_context(path.open("wb")), number
                typer.echo(path)
            file.write(line)
            total += 1
    note(f"{total} questions" if total else "no question is open: every answer is in the cache")


@judge.command("import")
def import_(
    files: Annotated[list[Path], typer.Argument(exists=True, dir_okay=False, help="Output files of batches.")],
    cache: Cache = None,
) -> None:
    """Keep the answers of a batch; the next run with --judge reads them, and pays nothing for them.

    Example: catalogue judge import output-1.jsonl
    """
    result = Imported()
    with _open(JudgeSettings(model="", offline=True, cache=cache or judge_cache())) as opened:
        for path in files:
            with path.open("rb") as lines:
                one = import_lines(lines, opened)
            result.kept += one.kept
            result.left_out.update(one.left_out)
    typer.echo(f"{result.kept} answers kept")
    for reason, count in sorted(result.left_out.items()):
        note(f"{count} lines left out: {reason}")


def _open(settings: JudgeSettings) -> Judge:
    return Judge(settings, rulebook=classifier().rulebook.digest)


def _labelled(source: Path | None, db: Path) -> Iterator[tuple[ServerFacts, Labels]]:
    """Yield every server with its labels by the present rules, whatever labels came with it."""
    if source is not None:
        for facts in _facts(source):
            yield facts, label(facts).classifications
        return
    with Store.open(db) as store:
        for record in store.records():
            yield record.facts, label(record.facts).classifications


def _facts(path: Path) -> Iterator[ServerFacts]:
    """Read entries: one document with `servers`, or one entry a line. Raises `DataError`."""
    try:
        document = msgspec.json.decode(path.read_bytes(), type=_Document)
    except msgspec.DecodeError:
        with path.open("rb") as file:
            yield from (_entry(line, path) for line in file if line.strip())
    else:
        yield from (from_entry(entry).facts for entry in document.servers)


def _entry(line: bytes, path: Path) -> ServerFacts:
    try:
        return from_entry(msgspec.json.decode(line, type=dict[str, Any])).facts
    except msgspec.DecodeError as error:
        raise DataError(f"{path.name} is neither a document of entries nor one entry a line: {error}") from error
