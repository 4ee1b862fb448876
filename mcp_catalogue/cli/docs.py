"""`catalogue docs`: the pages under `docs/` that are generated from the code, written or checked."""

from pathlib import Path
from typing import Annotated

import typer

from mcp_catalogue.cli.generated import stale_pages
from mcp_catalogue.cli.progress import note


def docs(
    ctx: typer.Context,
    write: Annotated[bool, typer.Option("--write", help="Write the pages; without it they are only checked.")] = False,
    root: Annotated[Path, typer.Option(exists=True, file_okay=False, help="The checkout.")] = Path(),
) -> None:
    """Check the generated pages, or write them."""
    stale = stale_pages(root, ctx.find_root().command)
    for path, text in stale.items():
        if write:
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            (root / path).write_text(text, encoding="utf-8", newline="\n")
        note(f"{'wrote' if write else 'stale'}: {path}")
    if stale and not write:
        note("`catalogue docs --write` writes them anew")
        raise typer.Exit(1)
    note(f"{len(stale)} pages written" if stale else "every generated page is fresh")
