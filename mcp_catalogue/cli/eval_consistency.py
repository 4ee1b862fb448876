"""`catalogue eval consistency`: names with the same meaning and different labels."""

from collections.abc import Iterator

import msgspec
import typer

from mcp_catalogue.cli.options import DEFAULT_DATABASE, Database, TextOrJson
from mcp_catalogue.evaluate.consistency import Split, splits
from mcp_catalogue.store import Store


def consistency(db: Database = DEFAULT_DATABASE, output: TextOrJson = "text") -> None:
    """List, over a store, names with the same meaning and different labels, with what separates them.

    Example: catalogue eval consistency --db build/catalogue.db
    """
    with Store.open(db) as store:
        found = list(splits(store.records()))
    if output == "json":
        typer.echo(msgspec.json.encode(found).decode())
        return
    for split in found:
        for line in _as_text(split):
            typer.echo(line)
    typer.echo(f"{len(found)} meanings with more than one label")


def _as_text(split: Split) -> Iterator[str]:
    yield f"{split.action} {split.noun}: {', '.join(split.labels)}"
    for use in split.uses:
        operations = f", {use.operations} operations" if use.operations else ""
        rules = ", ".join(use.rules) or "nothing"
        quote = " ".join(use.quote.split())[:90]
        yield f"    {use.primary:11} {use.server} {use.tool}: {rules}{operations}" + (f" “{quote}”" if quote else "")
