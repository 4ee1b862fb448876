"""`catalogue changes`: what the crawls saw change."""

from datetime import datetime
from typing import Annotated, Any

import msgspec
import typer

from mcp_catalogue.cli.options import DEFAULT_DATABASE, Database, TextOrJson
from mcp_catalogue.export.history import history_rows
from mcp_catalogue.policy.words import shown
from mcp_catalogue.store import Store


def changes(
    since: Annotated[str, typer.Option(metavar="DATE", help="From this day or time (ISO 8601, UTC) on.")] = "",
    server: Annotated[str | None, typer.Option(help="Of one server: its id, alias or name.")] = None,
    form: TextOrJson = "text",
    db: Database = DEFAULT_DATABASE,
) -> None:
    """List servers and tools added, removed, changed and relabelled, oldest first.

    Examples:
      catalogue changes --since 2026-01-01

      catalogue changes --server mcp-okx --format json
    """
    try:
        datetime.fromisoformat(since or "2000-01-01")
    except ValueError as error:
        raise typer.BadParameter(f"{since}: not a date, such as 2026-01-31", param_hint="--since") from error
    with Store.open(db) as store:
        only = store.resolve(server) if server is not None else None
        rows = list(history_rows(store.changes(since=since, server=only)))
    if form == "json":
        typer.echo(msgspec.json.format(msgspec.json.encode(rows), indent=2))
        return
    for row in rows:
        typer.echo(_line(row))


def _line(row: Any) -> str:  # noqa: ANN401 - a row of the history table
    tool = f" {shown(row['tool'])}" if row["tool"] is not None else ""
    return f"{row['at']}  {row['event']:18}  {shown(row['server'], limit=200)}{tool}{_risk(row)}"


def _risk(row: Any) -> str:  # noqa: ANN401
    before, after = (
        f"{row[f'primary_{side}']} ({row[f'severity_{side}']})" if row[f"primary_{side}"] else ""
        for side in ("before", "after")
    )
    if before and after and before != after:
        return f": {before} became {after}"
    return f": {after or before}" if after or before else ""
