"""The exact form of the JSON output: JSON Schemas (draft 2020-12), generated from the model and shipped as files."""

from pathlib import Path

FOLDER = Path(__file__).parent
NAMES = ("catalogue.schema.json", "server.schema.json")


def schema_text(name: str) -> str:
    """Return the schema file `name`, one of `NAMES`, as text."""
    return (FOLDER / name).read_text(encoding="utf-8")
