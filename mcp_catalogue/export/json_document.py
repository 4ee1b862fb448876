"""`catalogue.json`: one document, as `classify --format json` prints it."""

from pathlib import Path

import msgspec

from mcp_catalogue.entries import document
from mcp_catalogue.export.base import Change, Row
from mcp_catalogue.export.entry import encode_row


class JsonDocument:
    """Writes the document server by server; the whole is never in memory."""

    files = ("catalogue.json",)

    def __init__(self, folder: Path) -> None:
        self._file = (folder / self.files[0]).open("wb")
        head = msgspec.json.encode(document([]))
        self._file.write(head.removesuffix(b"]}"))
        self._separator = b"\n"

    def add(self, row: Row) -> None:
        """Append one entry."""
        self._file.write(self._separator)
        self._file.write(encode_row(row))
        self._separator = b",\n"

    def add_change(self, change: Change) -> None:
        """Pass over it: the document holds no history."""

    def close(self) -> None:
        """End the document."""
        self._file.write(b"\n]}\n")
        self._file.close()
