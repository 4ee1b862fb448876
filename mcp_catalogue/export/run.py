"""One pass over the store into every form that was asked for, then the files that describe them."""

import hashlib
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mcp_catalogue.entries import Decide
from mcp_catalogue.errors import CatalogueError
from mcp_catalogue.export.base import Change, Form, Row
from mcp_catalogue.export.csv_tables import CsvTables
from mcp_catalogue.export.datapackage import NAME, datapackage_text
from mcp_catalogue.export.json_document import JsonDocument
from mcp_catalogue.export.json_lines import JsonLines
from mcp_catalogue.export.parquet import ParquetTables
from mcp_catalogue.export.sqlite import SqliteFile
from mcp_catalogue.export.text import without_text
from mcp_catalogue.model import ServerRecord
from mcp_catalogue.schemas import NAMES, schema_text

FORMATS: dict[str, Form] = {
    "json": Form(JsonDocument, JsonDocument.files),
    "jsonl": Form(JsonLines, JsonLines.files),
    "csv": Form(CsvTables, CsvTables.files),
    "sqlite": Form(SqliteFile, SqliteFile.files),
    "parquet": Form(ParquetTables, ParquetTables.files),
}
SUMS = "SHA256SUMS"
_CHUNK = 1 << 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What to write: `formats` are keys of `FORMATS`; without `text` the authors' own words are left out.

    `history` is read once, after the servers.
    """

    formats: tuple[str, ...]
    decide: Decide
    history: Iterable[Change] = ()
    text: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """What was written: file names, and how many servers and tools."""

    files: tuple[str, ...]
    servers: int
    tools: int


def export(records: Iterable[ServerRecord], out: Path, wanted: Wanted) -> Exported:
    """Write `records` (in their order) to `out` as `wanted`.

    The files appear together when all are whole; those of an earlier export that are not written again are
    removed. Raises `CatalogueError` where the folder cannot be written or a form's library is missing.
    """
    try:
        out.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".export-", dir=out) as made:
            folder = Path(made)
            servers, tools = _write(records, folder, wanted)
            _describe(folder)
            files = sorted(p.name for p in folder.iterdir())
            for stale in _known() - set(files):
                (out / stale).unlink(missing_ok=True)
            for name in files:
                (folder / name).replace(out / name)
    except OSError as error:
        raise CatalogueError(f"{out}: the dataset could not be written ({error}); choose another --out") from error
    return Exported(files=tuple(files), servers=servers, tools=tools)


def _write(records: Iterable[ServerRecord], folder: Path, wanted: Wanted) -> tuple[int, int]:
    writers = [FORMATS[name].open(folder) for name in wanted.formats]
    servers = tools = 0
    for record in records:
        # the decision rests on the whole definition, whatever is left out of the file
        pairs = zip(record.facts.tools, record.classifications, strict=True)
        decisions = tuple(wanted.decide(record.facts, tool, label) for tool, label in pairs)
        row = Row(record if wanted.text else without_text(record), decisions)
        for writer in writers:
            writer.add(row)
        servers += 1
        tools += len(decisions)
    for change in wanted.history:
        for writer in writers:
            writer.add_change(change)
    for writer in writers:
        writer.close()
    return servers, tools


def _describe(folder: Path) -> None:
    for name in NAMES:
        (folder / name).write_text(schema_text(name), encoding="utf-8", newline="\n")
    digests = {path: _sha256(path) for path in sorted(folder.iterdir())}
    package = folder / NAME
    package.write_text(datapackage_text(digests), encoding="utf-8", newline="\n")
    digests[package] = _sha256(package)
    sums = [f"{digest}  {path.name}\n" for path, digest in sorted(digests.items())]
    (folder / SUMS).write_text("".join(sums), encoding="utf-8", newline="\n")


def _sha256(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _known() -> set[str]:
    """Every name that an export can write."""
    return {name for form in FORMATS.values() for name in form.files} | {*NAMES, NAME, SUMS}
