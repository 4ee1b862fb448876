"""`catalogue classify`: the main job."""

import sys
from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from crawler.fetch import open_context
from crawler.manifest import read_manifest
from mcp_catalogue.cli.judging import JudgeMode, Judging, MaxCost, MaxTokens, Model, PriceIn, PriceOut, opened
from mcp_catalogue.cli.options import SourcesDir
from mcp_catalogue.cli.progress import note, progress
from mcp_catalogue.cli.reading import read_with
from mcp_catalogue.cli.snippets import PolicyFormatName, with_snippets
from mcp_catalogue.diff import difference
from mcp_catalogue.entries import document, to_entry
from mcp_catalogue.errors import CatalogueError, DataError, NoServerError
from mcp_catalogue.formats import crossed, listing, markdown, sarif
from mcp_catalogue.lock import read_entries
from mcp_catalogue.model import ServerRecord, Severity
from mcp_catalogue.pipeline.labelling import judged, overridden, shipped_overrides
from mcp_catalogue.pipeline.reading import label
from mcp_catalogue.policy import decide


class Form(StrEnum):
    """How `classify` prints."""

    TEXT = "text"
    JSON = "json"
    JSONL = "jsonl"
    SARIF = "sarif"
    MARKDOWN = "markdown"


class _Failures:
    """What could not be had or read, told as it happens; the command ends with exit code 3 after the rest."""

    def __init__(self) -> None:
        self.count = 0

    def add(self, error: CatalogueError) -> None:
        self.count += 1
        note(f"catalogue: {error}")


def classify(
    targets: Annotated[
        list[str] | None,
        typer.Argument(
            metavar="TARGET...",
            help="A folder, repository, archive, git address, owner/repo, package URL, pypi:NAME or npm:NAME.",
        ),
    ] = None,
    *,
    manifest: Annotated[
        list[str] | None,
        typer.Option(metavar="FILE", help="A saved tools/list answer instead of a target; - for standard input."),
    ] = None,
    server: Annotated[
        str | None, typer.Option(metavar="PATH", help="Of a monorepo, only the server in this folder.")
    ] = None,
    form: Annotated[Form, typer.Option("--format", "-f", help="How to print.")] = Form.TEXT,
    fail_on: Annotated[
        Severity | None,
        typer.Option(case_sensitive=False, help="End with exit code 1 if a tool is this severe or worse."),
    ] = None,
    baseline: Annotated[
        Path | None,
        typer.Option(dir_okay=False, help="A lock file: --fail-on then counts only what is new or worse since."),
    ] = None,
    policy_format: Annotated[
        PolicyFormatName | None, typer.Option(help="Add each tool's policy snippet in this form to the JSON.")
    ] = None,
    judge: JudgeMode = "off",
    model: Model = None,
    max_cost: MaxCost = None,
    max_tokens: MaxTokens = None,
    price_in: PriceIn = None,
    price_out: PriceOut = None,
    sources_dir: SourcesDir = None,
) -> None:
    """Say what each tool of an MCP server can do with one call, riskiest first, with evidence.

    Nothing of the server is run, built or installed.

    Examples:
      catalogue classify pypi:mcp-okx

      catalogue classify ./my-server --fail-on critical

      catalogue classify npm:@scope/name@1.2.3 --format json

      my-client tools/list | catalogue classify --manifest -
    """
    if not targets and not manifest:
        raise typer.BadParameter("give a target, or --manifest FILE", param_hint="TARGET")
    known = None if baseline is None else read_entries(baseline)
    failures = _Failures()
    wanted = Judging(
        mode=judge, model=model, max_cost=max_cost, max_tokens=max_tokens, price_in=price_in, price_out=price_out
    )
    records = _selected(_read(targets or [], manifest or [], sources_dir, failures), server, failures)
    printed = list(_printing(_finished(records, wanted), form, policy_format))
    if failures.count:
        raise typer.Exit(3)
    if fail_on is None:
        return
    if crossed(printed, fail_on) if known is None else difference(known, printed).crosses(fail_on):
        note(
            f"a tool is {fail_on} or worse" if known is None else f"since the baseline a tool became {fail_on} or worse"
        )
        raise typer.Exit(1)


def _read(
    targets: list[str], manifests: list[str], sources_dir: Path | None, failures: _Failures
) -> Iterator[ServerRecord]:
    with open_context(sources_dir=sources_dir) as context, progress("reading", len(targets)) as tick:
        for line in context.clients.notes if targets else ():
            note(f"note: {line}")
        for target in targets:
            try:
                yield from read_with(context, target)
            except CatalogueError as error:
                failures.add(error)
            tick(target)
    for name in manifests:
        try:
            yield from map(label, read_manifest(_bytes(name), name=_title(name)))
        except CatalogueError as error:
            failures.add(error)


def _bytes(name: str) -> bytes:
    if name == "-":
        return sys.stdin.buffer.read()
    try:
        return Path(name).read_bytes()
    except OSError as error:
        raise DataError(f"{name}: cannot be opened ({error.strerror})") from error


def _title(name: str) -> str:
    return "standard-input" if name == "-" else Path(name).stem


def _selected(records: Iterable[ServerRecord], server: str | None, failures: _Failures) -> Iterator[ServerRecord]:
    """Keep the server in folder `server` (`.` for the root), if one is asked for."""
    seen = []
    for record in records:
        root = record.facts.id.partition("#")[2] or "."
        seen.append(root)
        if server is None or root == server.strip("/"):
            yield record
    if server is not None and seen and server.strip("/") not in seen:
        failures.add(NoServerError(f"no server in {server}; there are some in: {', '.join(seen)}"))


def _finished(records: Iterable[ServerRecord], wanted: Judging) -> Iterator[ServerRecord]:
    """Give each record the judge's turn, where one is asked for, and the overrides' last word."""
    overrides = shipped_overrides()
    settings = wanted.settings()
    if settings is None:
        yield from (overridden(record, overrides) for record in records)
        return
    with opened(settings) as judge:
        yield from judged(records, judge, overrides)


def _printing(
    records: Iterable[ServerRecord], form: Form, policy_format: PolicyFormatName | None
) -> Iterator[ServerRecord]:
    """Print the records and pass them on; one document where the form is one, else each as it is ready."""
    if form is Form.TEXT:
        console = Console(highlight=False, soft_wrap=True)
        for record in records:
            for line in listing(record, width=console.width if console.is_terminal else None):
                console.print(line)
            yield record
    elif form is Form.JSONL:
        for record in records:
            typer.echo(_json(_entry(record, policy_format)))
            yield record
    else:
        whole = list(records)
        if form is Form.JSON:
            typer.echo(_json(document(_entry(record, policy_format) for record in whole), indent=2))
        elif form is Form.SARIF:
            typer.echo(_json(sarif(whole), indent=2))
        elif whole:
            typer.echo(markdown(whole))
        yield from whole


def _entry(record: ServerRecord, policy_format: PolicyFormatName | None) -> dict[str, Any]:
    entry = to_entry(record, decide)
    return with_snippets(entry, record, policy_format) if policy_format else entry


def _json(value: object, indent: int = 0) -> str:
    data = msgspec.json.encode(value)
    return (msgspec.json.format(data, indent=indent) if indent else data).decode()
