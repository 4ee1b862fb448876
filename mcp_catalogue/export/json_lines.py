"""`servers.jsonl` and `history.jsonl`: one server, or one change, on each line."""

from pathlib import Path

import msgspec

from mcp_catalogue.export.base import Change, Row
from mcp_catalogue.export.entry import encode_row


class JsonLines:
    """Writes each entry as it comes."""

    files = ("servers.jsonl", "history.jsonl")

    def __init__(self, folder: Path) -> None:
        self._servers, self._history = ((folder / name).open("wb") for name in self.files)

    def add(self, row: Row) -> None:
        """Append one line."""
        self._servers.write(encode_row(row))
        self._servers.write(b"\n")

    def add_change(self, change: Change) -> None:
        """Append one line to the history."""
        self._history.write(msgspec.json.encode(change) + b"\n")

    def close(self) -> None:
        """Finish."""
        self._servers.close()
        self._history.close()
