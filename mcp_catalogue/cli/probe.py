"""`catalogue probe`: ask running remote servers what they list."""

from typing import Annotated, Literal

import msgspec
import typer
from rich.console import Console

from crawler.http import Guard
from crawler.probe import ProbeLimits, probe
from mcp_catalogue.cli.progress import note
from mcp_catalogue.entries import document, to_entry
from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.formats import listing
from mcp_catalogue.model import ServerRecord
from mcp_catalogue.pipeline.reading import label
from mcp_catalogue.policy import decide


def probe_servers(
    urls: Annotated[list[str], typer.Argument(metavar="URL...", help="The https address of a remote MCP server.")],
    *,
    header: Annotated[
        list[str] | None,
        typer.Option(metavar="'NAME: VALUE'", help="Sent with every request, and the only credential ever sent."),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="Also ask servers on private networks, over http too.")
    ] = False,
    seconds: Annotated[float, typer.Option(min=1, help="Time for one server.")] = ProbeLimits().seconds,
    form: Annotated[Literal["text", "json", "jsonl"], typer.Option("--format", "-f", help="How to print.")] = "text",
) -> None:
    """Ask remote servers for tools/list, and classify what they answer. No tool is called.

    Over streamable HTTP, else SSE, in both eras of the protocol. Needs the MCP SDK: pip install
    'mcp-catalogue[probe]'.

    Examples:
      catalogue probe https://mcp.example.com/mcp

      catalogue probe https://mcp.example.com/mcp --header "Authorization: Bearer $TOKEN" --format json
    """
    headers = dict(_header(text) for text in header or ())
    guard, limits = Guard(allow_private=allow_private), ProbeLimits(seconds=seconds)
    records: list[ServerRecord] = []
    failed = False
    for url in urls:
        try:
            record = label(probe(url, headers=headers, guard=guard, limits=limits))
        except CatalogueError as error:
            note(f"catalogue: {error}")
            failed = True
            continue
        records.append(record)
        if form == "text":
            console = Console(highlight=False, soft_wrap=True)
            for line in listing(record, width=console.width if console.is_terminal else None):
                console.print(line)
        elif form == "jsonl":
            typer.echo(msgspec.json.encode(to_entry(record, decide)).decode())
    if form == "json":
        body = msgspec.json.encode(document(to_entry(record, decide) for record in records))
        typer.echo(msgspec.json.format(body, indent=2).decode())
    if failed:
        raise typer.Exit(3)


def _header(text: str) -> tuple[str, str]:
    name, colon, value = text.partition(":")
    if not colon or not name.strip() or not text.isprintable():
        raise typer.BadParameter("give NAME: VALUE", param_hint="--header")
    return name.strip(), value.strip()
