"""`catalogue build`: the site."""

from pathlib import Path
from typing import Annotated

import typer

from mcp_catalogue.cli.options import DEFAULT_DATABASE, Database
from mcp_catalogue.cli.progress import note, progress
from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.pages.build import build as build_site
from mcp_catalogue.pages.check import check_site


def build(
    out: Annotated[Path, typer.Option(file_okay=False, help="Folder for the site; made where it is missing.")],
    base_url: Annotated[
        str | None, typer.Option(metavar="URL", help="Where the site will be published; gives canonical links.")
    ] = None,
    check: Annotated[
        bool, typer.Option("--check", help="Verify links, HTML and sizes afterwards; a problem gives exit code 3.")
    ] = False,
    processes: Annotated[int | None, typer.Option(min=1, help="How many to use; one a core if not given.")] = None,
    db: Database = DEFAULT_DATABASE,
) -> None:
    """Build the static site from the store. Only what changed is written.

    Examples:
      catalogue build --out build/site

      catalogue build --out build/site --base-url https://example.org/mcp/ --check
    """
    if base_url is not None and not base_url.startswith(("https://", "http://")):
        raise typer.BadParameter("give an address that begins with https://", param_hint="--base-url")
    with progress("building") as tick:
        report = build_site(db, out, base_url=base_url, processes=processes, tick=tick)
    typer.echo(out / "index.html")
    counts = f"{report.files} files, {report.written} written, {report.removed} removed"
    note(f"{report.servers} servers, {report.tools} tools: {counts}")
    if check:
        _check(out, base_url)


def _check(out: Path, base_url: str | None) -> None:
    found = 0
    for problem in check_site(out, None if base_url is None else base_url.rstrip("/") + "/"):
        note(f"{problem.path}: {problem.what}")
        found += 1
    if found:
        raise CatalogueError(f"{out}: {found} problems in the site, listed above")
    note("checked: links, HTML and sizes are in order")
