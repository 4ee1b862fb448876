"""`catalogue policy`: one server's policy in one client's form."""

from dataclasses import replace
from pathlib import Path
from typing import Annotated, Literal

import typer

from mcp_catalogue.cli.options import DEFAULT_DATABASE, Database, SourcesDir
from mcp_catalogue.cli.progress import note
from mcp_catalogue.cli.reading import find_record
from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.model import ServerRecord, Status
from mcp_catalogue.policy import BOUNDS, FORMATS, Bounds, Decided, ProfileName, decide
from mcp_catalogue.policy.names import configured_name

FormatName = Literal["policylayer", "intercept", "claude-code", "codex", "vscode"]


def policy(
    server: Annotated[str, typer.Argument(help="A server in the store (id, alias or name), else a target to read.")],
    *,
    form: Annotated[FormatName, typer.Option("--format", "-f", help="Whose form.")],
    profile: Annotated[ProfileName, typer.Option(help="How careful.")] = "balanced",
    server_name: Annotated[
        str | None, typer.Option(help="The name under which you configured the server; its own name if not given.")
    ] = None,
    tool: Annotated[
        str | None, typer.Option(help="A snippet for this one tool; every other tool stays allowed.")
    ] = None,
    max_amount: Annotated[int | None, typer.Option(min=1, help="Most per payment, in the tool's own unit.")] = None,
    allow_path: Annotated[list[str] | None, typer.Option(help="Folder that path arguments must be in.")] = None,
    allow_domain: Annotated[list[str] | None, typer.Option(help="Mail domain that recipients must be in.")] = None,
    out: Annotated[
        Path | None, typer.Option(dir_okay=False, help="File to write; standard output if not given.")
    ] = None,
    db: Database = DEFAULT_DATABASE,
    sources_dir: SourcesDir = None,
) -> None:
    """Print the policy for a whole server: everything not named in it is denied where the format can deny.

    What the policy does, what will not take effect and how to put it in force are told on standard error.

    Examples:
      catalogue policy mcp-okx --format intercept --out policy.yaml

      catalogue policy mcp-okx --format claude-code --server-name okx --profile strict
    """
    record = find_record(server, db=db, sources_dir=sources_dir)
    bounds = _bounds(BOUNDS[profile], max_amount, allow_path, allow_domain)
    decided = _decided(record, profile, bounds)
    name = server_name or configured_name(record.facts)
    written = FORMATS[form]
    if tool is None:
        complete = record.facts.completeness.status is Status.COMPLETE
        rendered = written.server(decided, server_name=name, complete=complete)
    else:
        chosen = [d for d in decided if d.tool.name == tool]
        if not chosen:
            raise CatalogueError(f"{tool}: {record.facts.id} has no such tool; `catalogue classify` lists them")
        rendered = written.tool(max(chosen, key=lambda d: d.label.severity.rank), server_name=name)
    if out is None:
        typer.echo(rendered.text, nl=False)
    else:
        out.write_text(rendered.text, encoding="utf-8", newline="\n")
        note(f"wrote {out}")
    note(rendered.sentence)
    for line in rendered.notes:
        note(f"note: {line}")
    note(f"verified with: {written.verified_with or 'not verified by the engine'}")
    for number, step in enumerate(written.steps(server_name=name), 1):
        note(f"{number}. {step}")


def _decided(record: ServerRecord, profile: ProfileName, bounds: Bounds) -> list[Decided]:
    pairs = zip(record.facts.tools, record.classifications, strict=True)
    return [Decided(tool=t, label=c, decision=decide(record.facts, t, c, profile, bounds)) for t, c in pairs]


def _bounds(bounds: Bounds, amount: int | None, paths: list[str] | None, domains: list[str] | None) -> Bounds:
    if amount is not None:
        bounds = replace(bounds, amount=amount, daily_amount=amount * (bounds.daily_amount // bounds.amount))
    return replace(bounds, path_prefixes=tuple(paths or ()), recipient_domains=tuple(domains or ()))
