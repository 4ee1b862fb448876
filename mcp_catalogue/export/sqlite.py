"""`catalogue.sqlite`: every table in one SQLite file, with keys and indexes, for Datasette and for queries."""

import sqlite3
from collections import defaultdict
from pathlib import Path

from mcp_catalogue.export.base import Change, Row
from mcp_catalogue.export.tables import COLUMNS, Cells, change_cells, rows

_TYPES = {"string": "TEXT", "integer": "INTEGER", "boolean": "INTEGER", "json": "TEXT"}
_KEYS = {"servers": "id", "tools": "server, tool, variant", "policies": "server, tool, variant"}
_INDEXES = (("tools", "tool"), ("tools", "severity"), ("evidence", "rule"), ("history", "server"))
_BATCH = 5_000


class SqliteFile:
    """Writes rows in batches; the file is compacted at the end, so that its bytes depend on the data alone."""

    files = ("catalogue.sqlite",)

    def __init__(self, folder: Path) -> None:
        self._connection = sqlite3.connect(folder / self.files[0], isolation_level=None)
        self._connection.execute("PRAGMA journal_mode = OFF")
        self._connection.execute("PRAGMA synchronous = OFF")
        self._connection.execute("BEGIN")
        self._held: dict[str, list[Cells]] = defaultdict(list)
        for table, columns in COLUMNS.items():
            parts = [f'"{name}" {_TYPES[kind]}' for name, kind in columns.items()]
            if table in _KEYS:
                parts.append(f"PRIMARY KEY ({_KEYS[table]})")
            if list(columns)[:3] == ["server", "tool", "variant"] and table != "tools":
                parts.append("FOREIGN KEY (server, tool, variant) REFERENCES tools (server, tool, variant)")
            elif "server" in columns and table != "history":
                parts.append("FOREIGN KEY (server) REFERENCES servers (id)")
            self._connection.execute(f'CREATE TABLE "{table}" ({", ".join(parts)})')

    def add(self, row: Row) -> None:
        """Hold one server's rows, and write what fills a batch."""
        for table, cells in rows(row):
            self._hold(table, cells)

    def add_change(self, change: Change) -> None:
        """Hold one change."""
        self._hold("history", change_cells(change))

    def close(self) -> None:
        """Write the rest, then index and compact."""
        for table in list(self._held):
            self._flush(table)
        for table, column in _INDEXES:
            self._connection.execute(f'CREATE INDEX "{table}_{column}" ON "{table}" ("{column}")')
        for table in COLUMNS:
            if "tool" in COLUMNS[table] and table not in {*_KEYS, "history"}:
                self._connection.execute(f'CREATE INDEX "{table}_of_tool" ON "{table}" (server, tool, variant)')
        self._connection.execute("COMMIT")
        self._connection.execute("VACUUM")
        self._connection.close()

    def _hold(self, table: str, cells: Cells) -> None:
        held = self._held[table]
        held.append(cells)
        if len(held) >= _BATCH:
            self._flush(table)

    def _flush(self, table: str) -> None:
        marks = ", ".join("?" * len(COLUMNS[table]))
        self._connection.executemany(f'INSERT INTO "{table}" VALUES ({marks})', self._held[table])  # noqa: S608
        self._held[table].clear()
