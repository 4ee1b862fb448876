"""`catalogue mismatches`: tools whose annotation, description and code disagree."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated

import msgspec
import typer

from mcp_catalogue.cli.options import DEFAULT_DATABASE, Database, SourcesDir, TextOrJson
from mcp_catalogue.cli.reading import find_record
from mcp_catalogue.model import Evidence, ServerRecord, Severity
from mcp_catalogue.policy.words import shown
from mcp_catalogue.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """One pair that disagrees, with the two quotes."""

    server: str
    tool: str
    severity: Severity
    between: tuple[str, str]
    evidence: tuple[Evidence, ...]


def mismatches(
    target: Annotated[
        str | None,
        typer.Argument(help="A server in the store (id, alias or name), else a target to read; without it the store."),
    ] = None,
    form: TextOrJson = "text",
    db: Database = DEFAULT_DATABASE,
    sources_dir: SourcesDir = None,
) -> None:
    """List where annotation, description and code disagree, each with its two quotes and places.

    Examples:
      catalogue mismatches

      catalogue mismatches pypi:mcp-okx --format json
    """
    if target is None:
        with Store.open(db) as store:
            found = [one for record in store.records() for one in _of(record)]
    else:
        found = list(_of(find_record(target, db=db, sources_dir=sources_dir)))
    if form == "json":
        typer.echo(msgspec.json.format(msgspec.json.encode(found), indent=2))
        return
    for one in found:
        typer.echo(f"{shown(one.server, limit=200)} {shown(one.tool)} ({one.severity}): {' and '.join(one.between)}")
        for evidence in one.evidence:
            place = f"  {evidence.file}:{evidence.line}" if evidence.file else f"  {evidence.pointer}"
            typer.echo(f"{shown(place, limit=200)}  {shown(' '.join(evidence.quote.split()), limit=200)}")


def _of(record: ServerRecord) -> Iterator[Disagreement]:
    for tool, label in zip(record.facts.tools, record.classifications, strict=True):
        for mismatch in label.mismatches:
            yield Disagreement(
                server=record.facts.id,
                tool=tool.name,
                severity=label.severity,
                between=mismatch.between,
                evidence=tuple(label.evidence[i] for i in mismatch.evidence if i < len(label.evidence)),
            )
