"""Find the servers that a command was given: in the store, in a file, or by reading a target."""

from pathlib import Path

from crawler.fetch import FetchContext, open_context
from crawler.targets import parse_target
from mcp_catalogue.errors import CatalogueError, NoServerError, StoreError
from mcp_catalogue.model import ServerRecord
from mcp_catalogue.pipeline.single import read_target
from mcp_catalogue.store import Store

LOOKED_FOR = (
    "looked for registrations of tools with an MCP SDK in Python, TypeScript, JavaScript, Go, Rust, C#, Java and"
    " Kotlin, for the SDKs of further languages, and for tool manifests (manifest.json, tools.json, snapshots)"
)


def read_records(target: str, *, sources_dir: Path | None = None) -> tuple[ServerRecord, ...]:
    """Fetch, read and label one target. Raises `TargetError` or `NoServerError`."""
    with open_context(sources_dir=sources_dir) as context:
        return read_with(context, target)


def read_with(context: FetchContext, target: str) -> tuple[ServerRecord, ...]:
    """Fetch, read and label one target in an open context; raises as `read_records`."""
    records = read_target(parse_target(target, cwd=Path.cwd()), context)
    if not records:
        raise NoServerError(f"{target}: no MCP server found; {LOOKED_FOR}")
    return records


def find_record(server: str, *, db: Path, sources_dir: Path | None = None) -> ServerRecord:
    """Return one server: from the store where it is there, else by reading `server` as a target."""
    missing = None
    if db.is_file():
        with Store.open(db) as store:
            try:
                return store.record(store.resolve(server))
            except StoreError as error:
                missing = error
    try:
        records = read_records(server, sources_dir=sources_dir)
    except CatalogueError as error:
        raise CatalogueError(f"{server}: neither in the store nor a readable target ({error})") from missing
    if len(records) == 1:
        return records[0]
    found = ", ".join(r.facts.id for r in records)
    raise CatalogueError(f"{server}: holds {len(records)} servers ({found}); crawl it and give one of these ids")
