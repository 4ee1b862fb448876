"""Options that several commands share, spelled once."""

from pathlib import Path
from typing import Annotated, Literal

import typer

SourcesDir = Annotated[
    Path | None,
    typer.Option(
        "--sources-dir",
        metavar="DIR",
        exists=True,
        file_okay=False,
        help="Unpacked trees or bare repositories named owner+name, used before the network.",
    ),
]
TextOrJson = Annotated[
    Literal["text", "json"], typer.Option("--format", "-f", help="How to print: a table to read, or JSON.")
]
Database = Annotated[
    Path, typer.Option("--db", metavar="FILE", help="The store.", envvar="CATALOGUE_DB", dir_okay=False)
]
DEFAULT_DATABASE = Path("build/catalogue.db")
