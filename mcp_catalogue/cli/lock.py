"""`catalogue lock`: write down what the servers in use declare and how they are labelled."""

from pathlib import Path
from typing import Annotated

import typer

from mcp_catalogue.cli.options import SourcesDir
from mcp_catalogue.cli.progress import note, progress
from mcp_catalogue.cli.reading import read_records
from mcp_catalogue.lock import NAME, lock_text
from mcp_catalogue.model import ServerRecord
from mcp_catalogue.policy import decide


def lock(
    targets: Annotated[list[str], typer.Argument(metavar="TARGET...", help="As for classify.")],
    out: Annotated[Path, typer.Option(dir_okay=False, help="The lock file.")] = Path(NAME),
    sources_dir: SourcesDir = None,
) -> None:
    """Write a lock file with full definitions and labels, to be reviewed in a pull request.

    Examples:
      catalogue lock pypi:mcp-okx npm:@scope/name

      catalogue diff mcp-lock.json pypi:mcp-okx --fail-on high
    """
    records: list[ServerRecord] = []
    with progress("reading", len(targets)) as tick:
        for target in targets:
            records += read_records(target, sources_dir=sources_dir)
            tick(target)
    out.write_text(lock_text(records, decide), encoding="utf-8", newline="\n")
    tools = sum(len(r.facts.tools) for r in records)
    note(f"wrote {out}: {len(records)} servers, {tools} tools")
