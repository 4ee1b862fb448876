"""What a form of the dataset is: a writer that takes one record at a time and ends with whole files."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from mcp_catalogue.model import Decision, ServerRecord


@dataclass(frozen=True, slots=True)
class Row:
    """One server as every writer gets it: the record and the decision for each of its tools, in the same order."""

    record: ServerRecord
    decisions: tuple[Decision, ...]


Change = Mapping[str, Any]
"""One entry of the history in the columns of the table `history`."""


class Writer(Protocol):
    """One form. Files are written in the folder given: every server, then every change, then `close` once."""

    def add(self, row: Row) -> None:
        """Take one server."""
        ...

    def add_change(self, change: Change) -> None:
        """Take one entry of the history."""
        ...

    def close(self) -> None:
        """Finish the files."""
        ...


@dataclass(frozen=True, slots=True)
class Form:
    """How a form is opened, and the names of the files that it makes.

    `open` raises `DataError` where a library it needs is not installed.
    """

    open: Callable[[Path], Writer]
    files: tuple[str, ...]
