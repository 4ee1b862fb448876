"""`catalogue export`: the whole store as files."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from mcp_catalogue.cli.options import DEFAULT_DATABASE, Database
from mcp_catalogue.cli.progress import Tick, note, progress
from mcp_catalogue.export import FORMATS, Wanted
from mcp_catalogue.export import export as write
from mcp_catalogue.export.history import history_rows
from mcp_catalogue.model import ServerRecord
from mcp_catalogue.policy import decide
from mcp_catalogue.store import Store


class Form(StrEnum):
    """A form of the dataset, or all of them."""

    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    SQLITE = "sqlite"
    PARQUET = "parquet"
    ALL = "all"


def export(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the files; made where it is missing.")],
    form: Annotated[
        list[Form] | None,
        typer.Option("--format", "-f", help="May be given several times; json and jsonl where none is given."),
    ] = None,
    text: Annotated[
        bool, typer.Option("--text/--no-text", help="Descriptions and quotes, which belong to their authors.")
    ] = True,
    db: Database = DEFAULT_DATABASE,
) -> None:
    """Write servers, tools, labels, evidence, policy decisions and history, with schemas and checksums.

    The same store gives the same bytes. Every field is described in docs/dataset.md.

    Examples:
      catalogue export --out data

      catalogue export --out data --format parquet --no-text
    """
    asked = form or [Form.JSON, Form.JSONL]
    formats = tuple(name for name in FORMATS if name in asked or Form.ALL in asked)
    with Store.open(db) as store:
        wanted = Wanted(formats=formats, decide=decide, history=history_rows(store.changes()), text=text)
        with progress("exporting", store.totals().servers) as tick:
            done = write(_counted(store.records(), tick), out, wanted)
    for name in done.files:
        typer.echo(out / name)
    note(f"{done.servers} servers, {done.tools} tools")


def _counted(records: Iterable[ServerRecord], tick: Tick) -> Iterator[ServerRecord]:
    for record in records:
        yield record
        tick()
