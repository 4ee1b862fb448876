"""`catalogue eval`: measurements, each of which anyone with the same data can repeat."""

import typer

from mcp_catalogue.cli.eval_extraction import extraction
from mcp_catalogue.cli.eval_injections import injections
from mcp_catalogue.cli.eval_labels import labels

evaluate = typer.Typer(
    name="eval", help="Measure extraction and labels against recordings and labelled sets.", no_args_is_help=True
)
evaluate.command()(extraction)
evaluate.command()(injections)
evaluate.command()(labels)
