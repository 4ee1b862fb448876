"""The command line's one entry: commands, the table of exit codes, and the one place that ends the program."""

import sys
from typing import NoReturn

import click
import typer

from mcp_catalogue import __version__
from mcp_catalogue.cli.exits import EXIT_CODES
from mcp_catalogue.errors import CatalogueError

app = typer.Typer(
    name="catalogue",
    help="Classify the tools of MCP servers by what one call can do, with evidence.",
    epilog="Exit codes: " + " · ".join(f"{code} {meaning}" for code, meaning in EXIT_CODES.items()),
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


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
        code = app(standalone_mode=False)
    except click.exceptions.Abort:
        code = _say("interrupted", 130)
    except KeyboardInterrupt:
        code = _say("interrupted", 130)
    except click.ClickException as error:
        error.show()
        code = 2
    except CatalogueError as error:
        code = _say(str(error), 3)
    sys.exit(code or 0)


def _say(text: str, code: int) -> int:
    sys.stderr.write(f"catalogue: {text}\n")
    return code
