"""`catalogue diff`: what changed between two readings."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import msgspec
import typer

from mcp_catalogue.cli.options import SourcesDir
from mcp_catalogue.cli.progress import note
from mcp_catalogue.cli.reading import read_records
from mcp_catalogue.diff import difference
from mcp_catalogue.formats.changes import change_lines, change_table
from mcp_catalogue.lock import read_entries
from mcp_catalogue.model import ServerRecord, Severity
from mcp_catalogue.store import Store

_SQLITE = b"SQLite format 3\x00"


class Form(StrEnum):
    """How `diff` prints."""

    TEXT = "text"
    JSON = "json"
    MARKDOWN = "markdown"


def diff(
    old: Annotated[str, typer.Argument(help="A lock file, the catalogue's JSON or JSON Lines, a store, or a target.")],
    new: Annotated[str, typer.Argument(help="The same, later.")],
    form: Annotated[Form, typer.Option("--format", "-f", help="How to print.")] = Form.TEXT,
    fail_on: Annotated[
        Severity | None,
        typer.Option(
            case_sensitive=False,
            help="End with exit code 1 where a new tool, a worse label or a hidden instruction is this severe.",
        ),
    ] = None,
    sources_dir: SourcesDir = None,
) -> None:
    """Show tools added, removed and changed, with the change in risk.

    Examples:
      catalogue diff mcp-lock.json pypi:mcp-okx --fail-on high

      catalogue diff npm:@scope/name@1.0.0 npm:@scope/name@2.0.0 --format markdown
    """
    before, after = (_records(side, sources_dir) for side in (old, new))
    found = difference(before, after)
    if form is Form.JSON:
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
    elif form is Form.MARKDOWN:
        typer.echo(change_table(found), nl=False)
    else:
        for line in change_lines(found):
            typer.echo(line)
    if fail_on is not None and found.crosses(fail_on):
        note(f"a change brings a risk that is {fail_on} or worse")
        raise typer.Exit(1)


def _records(side: str, sources_dir: Path | None) -> list[ServerRecord]:
    path = Path(side)
    if path.is_file():
        with path.open("rb") as file:
            head = file.read(len(_SQLITE))
        if head == _SQLITE:
            with Store.open(path) as store:
                return list(store.records())
        if path.suffix in {".json", ".jsonl"}:
            return read_entries(path)
    return list(read_records(side, sources_dir=sources_dir))
