"""`servers.jsonl` and `history.jsonl`: one server, or one change, on each line."""

from collections.abc import Sequence
from pathlib import Path

import msgspec

from mcp_catalogue.export.base import Change, Row
from mcp_catalogue.export.entry import encode_row


class JsonLines:
    """Writes each entry as it comes."""

    files = ("servers.jsonl", "history.jsonl")

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._file = (folder / self.files[0]).open("wb")

    def add(self, row: Row) -> None:
        """Append one line."""
        self._file.write(encode_row(row))
        self._file.write(b"\n")

    def close(self, history: Sequence[Change]) -> None:
        """Finish, and write the history beside it."""
        self._file.close()
        lines = (msgspec.json.encode(change) + b"\n" for change in history)
        (self._folder / self.files[1]).write_bytes(b"".join(lines))
