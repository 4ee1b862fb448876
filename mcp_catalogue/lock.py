"""Lock files: servers with full definitions and labels, kept beside the code that uses them and read back.

A lock file is the same document as `classify --format json`, indented, in an order that does not depend on where
things stand in the source, so that a pull request shows what changed and nothing else.
"""

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

import msgspec

from mcp_catalogue.entries import Decide, document, from_entry, to_entry
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import ServerRecord

NAME = "mcp-lock.json"
_LARGEST = 512 * 1024 * 1024  # bytes of a file that is read back
_Lines = list[dict[str, object]]


def lock_text(records: Iterable[ServerRecord], decide: Decide) -> str:
    """Return the lock file's text: servers by id, tools by name and variant."""
    ordered = sorted((_ordered(r) for r in records), key=lambda r: r.facts.id)
    return json.dumps(document(to_entry(r, decide) for r in ordered), indent=2, ensure_ascii=False) + "\n"


def read_entries(path: Path) -> list[ServerRecord]:
    """Read servers from a lock file, any document of the catalogue's JSON form, one entry, or JSON Lines of entries.

    Raises `DataError` where the file cannot be read or has another form.
    """
    try:
        if path.stat().st_size > _LARGEST:
            raise DataError(f"{path}: larger than {_LARGEST} bytes; export it in parts")
        data = path.read_bytes()
    except OSError as error:
        raise DataError(f"{path}: cannot be opened ({error.strerror})") from error
    try:
        return [from_entry(entry) for entry in _entries(data)]
    except (msgspec.DecodeError, DataError, RecursionError) as error:
        raise DataError(f"{path}: neither a lock file nor the catalogue's JSON ({error})") from error


def _entries(data: bytes) -> _Lines:
    try:
        whole = msgspec.json.decode(data)
    except msgspec.DecodeError:
        return msgspec.json.Decoder(dict[str, object]).decode_lines(data)
    if isinstance(whole, dict) and isinstance(whole.get("servers"), list):
        return msgspec.convert(whole["servers"], _Lines)
    if isinstance(whole, dict) and "tools" in whole:
        return [whole]
    raise DataError("no servers in it")


def _ordered(record: ServerRecord) -> ServerRecord:
    pairs = zip(record.facts.tools, record.classifications, strict=True)
    listed = sorted(pairs, key=lambda pair: (pair[0].name, pair[0].variant or 0))
    facts = replace(record.facts, tools=tuple(tool for tool, _ in listed))
    return replace(record, facts=facts, classifications=tuple(label for _, label in listed))
