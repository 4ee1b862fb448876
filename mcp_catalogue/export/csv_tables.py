"""One CSV file per table (RFC 4180, UTF-8, line feeds); null is an empty cell, true and false are words."""

import csv
from pathlib import Path

from mcp_catalogue.export.base import Change, Row
from mcp_catalogue.export.tables import COLUMNS, Cells, Value, change_cells, rows


class CsvTables:
    """Writes each row as it comes."""

    files = tuple(f"{table}.csv" for table in COLUMNS)

    def __init__(self, folder: Path) -> None:
        self._files = {table: (folder / f"{table}.csv").open("w", encoding="utf-8", newline="") for table in COLUMNS}
        self._writers = {table: csv.writer(file, lineterminator="\n") for table, file in self._files.items()}
        for table, columns in COLUMNS.items():
            self._writers[table].writerow(columns)

    def add(self, row: Row) -> None:
        """Write one server's rows."""
        for table, cells in rows(row):
            self._writers[table].writerow(_words(cells))

    def add_change(self, change: Change) -> None:
        """Write one change."""
        self._writers["history"].writerow(_words(change_cells(change)))

    def close(self) -> None:
        """Finish."""
        for file in self._files.values():
            file.close()


def _words(cells: Cells) -> list[Value]:
    return [("true" if c else "false") if isinstance(c, bool) else c for c in cells]
