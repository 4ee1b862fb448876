"""`catalogue build`: the site."""

from pathlib import Path
from typing import Annotated

import typer

from mcp_catalogue.cli.options import DEFAULT_DATABASE, Database
from mcp_catalogue.cli.progress import note
from mcp_catalogue.pages.build import build as build_site


def build(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the site; made where it is missing.")],
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where the site will be published; gives canonical links.")
    ] = None,
    db: Database = DEFAULT_DATABASE,
) -> None:
    """Build the static site from the store. Only what changed is written.

    Examples:
      catalogue build --out build/site

      catalogue build --out build/site --base-url https://example.org/mcp/
    """
    report = build_site(db, out, base_url=base_url)
    typer.echo(out / "index.html")
    counts = f"{report.files} files, {report.written} written, {report.removed} removed"
    note(f"{report.servers} servers, {report.tools} tools: {counts}")
