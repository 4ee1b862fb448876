"""`docs/dataset.md`: every file, object, table and field of the dataset, made from the schemas and the tables."""

from collections.abc import Iterator

from mcp_catalogue.export.tables import COLUMNS
from mcp_catalogue.schemas.descriptions import DOCUMENT, FIELDS
from mcp_catalogue.schemas.generate import Schema, schemas

_HEAD = """# The dataset

<!-- made by `catalogue docs --write` -->

`catalogue export --out DIR` writes everything in the store as files that other programs can load.

| `--format` | files | for |
|---|---|---|
| `json` | `catalogue.json` | one document, the same entries as `catalogue classify --format json` |
| `jsonl` | `servers.jsonl`, `history.jsonl` | one server, or one change, on each line |
| `csv` | one file per table | spreadsheets, `datapackage.json` describes every column |
| `sqlite` | `catalogue.sqlite` | queries, Datasette |
| `parquet` | one file per table | DuckDB, pandas, Arrow; needs `pip install 'mcp-catalogue[parquet]'` |
| `all` | all of these | |

Without `--format` it is `json` and `jsonl`. Beside them always stand `catalogue.schema.json` and `server.schema.json`
(JSON Schema, draft 2020-12; the second describes a line of `servers.jsonl`), `datapackage.json` (Frictionless Data
Package) and `SHA256SUMS`. The same store gives the same bytes. Files of an earlier export that are not written again
are removed; other files in the folder stay.

Measured with half a million tools (a store of 2.2 GB): 30 s of one core's time and 130 MB of memory for JSON Lines,
48 s and 320 MB for Parquet (`python -m benchmarks.dataset`).

```sh
catalogue export --out data
catalogue export --out data --format parquet
sha256sum --check SHA256SUMS          # in the folder
duckdb -c "SELECT primary, count(*) FROM 'tools.parquet' GROUP BY ALL"
datasette catalogue.sqlite
```

A spreadsheet may take a cell that begins with `=`, `+`, `-` or `@` for a formula. Cells hold what authors wrote,
unchanged: import the CSV files as text.

## May I use it?

The labels, rationales' own words, signals, effects, policies and history are this project's and come under its licence
(Apache-2.0). Names, descriptions, schemas and quotes were written by the authors of the servers and belong to them;
they are quoted here to identify what was judged and to show the evidence. If you want none of their prose in your copy,
use `--no-text`: it leaves out the servers' and tools' titles and descriptions, all prose inside schemas, every quote,
and the rationales that repeat them. Names, labels, places and digests stay, and a digest finds the definition again.

To cite the dataset, name the project, the `generator`, the `rulebook` digest of the entries you used and the date of
your crawl.

## Keys

A server's key is its `id`. A tool's key is (server id, name, variant): `variant` numbers different tools of one name
within a server. In the tables `variant` is 0 where a name is unique; in JSON it is null there.

Servers with the same `contents` (a column of `servers`) have the same code and definitions: forks and copies. It is
empty where nothing was read or not all code was.
"""


def dataset_page() -> str:
    """Return the page."""
    return "\n".join([_HEAD, *_json(), *_tables()]).rstrip() + "\n"


def _json() -> Iterator[str]:
    yield "## The JSON form\n"
    yield "A document has `schema_version`, `generator` and `servers`:\n"
    yield from _table(("field", "meaning"), ((f"`{key}`", meaning) for key, meaning in DOCUMENT.items()))
    parts = schemas()["catalogue.schema.json"]["$defs"]
    for name in FIELDS:
        part = parts[name]
        yield f"### {name}\n"
        yield f"{part['description']}\n"
        yield from _table(
            ("field", "type", "meaning"),
            ((f"`{key}`", _type(value, parts), value["description"]) for key, value in part["properties"].items()),
        )


def _tables() -> Iterator[str]:
    yield "## The tables\n"
    yield "The same in CSV, SQLite and Parquet. Columns of type json hold JSON text.\n"
    for table, columns in COLUMNS.items():
        yield f"### {table}\n"
        yield ", ".join(f"`{name}` {kind}" for name, kind in columns.items()) + "\n"


def _table(head: tuple[str, ...], rows: Iterator[tuple[str, ...]]) -> Iterator[str]:
    yield f"| {' | '.join(head)} |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield f"| {' | '.join(cell.replace('|', chr(92) + '|') for cell in row)} |"
    yield ""


def _type(schema: Schema, parts: Schema) -> str:
    if "$ref" in schema:
        name = str(schema["$ref"]).rsplit("/", 1)[-1]
        return _type(parts[name], parts) if "enum" in parts[name] else name
    if "anyOf" in schema:
        return " or ".join(_type(one, parts) for one in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {_type(schema['items'], parts)}" if isinstance(schema.get("items"), dict) else "list"
    if "enum" in schema:
        return ", ".join(f"`{value}`" for value in schema["enum"])
    return str(schema.get("type", "anything"))
