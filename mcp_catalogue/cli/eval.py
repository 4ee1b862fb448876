"""`catalogue eval`: measurements, each of which anyone with the same data can repeat."""

import typer

from mcp_catalogue.cli.eval_code import code
from mcp_catalogue.cli.eval_consistency import consistency
from mcp_catalogue.cli.eval_effects import effects
from mcp_catalogue.cli.eval_extraction import extraction
from mcp_catalogue.cli.eval_injections import injections
from mcp_catalogue.cli.eval_labels import labels
from mcp_catalogue.cli.eval_twins import twins

evaluate = typer.Typer(
    name="eval", help="Measure extraction and labels against recordings and labelled sets.", no_args_is_help=True
)
evaluate.command()(extraction)
evaluate.command()(code)
evaluate.command()(effects)
evaluate.command()(injections)
evaluate.command()(labels)
evaluate.command()(twins)
evaluate.command()(consistency)
