"""The command line's one entry: commands, the table of exit codes, and the one place that ends the program."""

import sys
from typing import NoReturn

import typer

from mcp_catalogue import __version__
from mcp_catalogue.cli.build import build
from mcp_catalogue.cli.changes import changes
from mcp_catalogue.cli.classify import classify
from mcp_catalogue.cli.crawl import crawl
from mcp_catalogue.cli.diff import diff
from mcp_catalogue.cli.docs import docs
from mcp_catalogue.cli.eval import evaluate
from mcp_catalogue.cli.exits import EXIT_CODES
from mcp_catalogue.cli.explain import explain
from mcp_catalogue.cli.export import export
from mcp_catalogue.cli.judge import judge
from mcp_catalogue.cli.lock import lock
from mcp_catalogue.cli.mismatches import mismatches
from mcp_catalogue.cli.policy import policy
from mcp_catalogue.cli.probe import probe_servers
from mcp_catalogue.cli.serve import serve
from mcp_catalogue.cli.status import status
from mcp_catalogue.errors import CatalogueError

app = typer.Typer(
    name="catalogue",
    help="Classify the tools of MCP servers by what one call can do, with evidence.",
    epilog="Exit codes: " + " · ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(classify)
app.command()(crawl)
app.command()(docs)
app.command()(explain)
app.command()(build)
app.command()(export)
app.command()(policy)
app.command()(lock)
app.command()(diff)
app.command()(changes)
app.command()(mismatches)
app.command("probe")(probe_servers)
app.command()(serve)
app.command()(status)

app.add_typer(evaluate)
app.add_typer(judge)


def _print_version(value: bool) -> None:
    if value:
        typer.echo(f"catalogue {__version__}")
        raise typer.Exit


@app.callback()
def _root(
    _version: bool = typer.Option(
        False, "--version", callback=_print_version, is_eager=True, help="Print the version and end."
    ),
) -> None:
    """Classify the tools of MCP servers by what one call can do, with evidence."""


def main() -> NoReturn:
    """Run the command line and end the process with one of `EXIT_CODES`."""
    try:
        app()
    except CatalogueError as error:
        sys.stderr.write(f"catalogue: {error}\n")
        sys.exit(3)
    except BrokenPipeError:  # the reader of a pipe has seen enough
        sys.stderr.close()
        sys.exit(0)
    sys.exit(0)
