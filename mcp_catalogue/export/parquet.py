"""One Parquet file per table, Zstandard-compressed; needs pyarrow, the extra `parquet`."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mcp_catalogue.errors import DataError
from mcp_catalogue.export.base import Change, Row
from mcp_catalogue.export.tables import COLUMNS, Cells, rows

_ROWS = 50_000  # per row group: what is held in memory for one table


class ParquetTables:
    """Holds rows until a row group is full."""

    files = tuple(f"{table}.parquet" for table in COLUMNS)

    def __init__(self, folder: Path) -> None:
        try:
            import pyarrow as pa  # noqa: PLC0415 - optional
            from pyarrow import parquet  # noqa: PLC0415
        except ImportError as error:
            raise DataError("Parquet needs pyarrow: pip install 'mcp-catalogue[parquet]'") from error
        types = {"string": pa.string(), "integer": pa.int64(), "boolean": pa.bool_(), "json": pa.string()}
        self._pa: Any = pa
        self._schemas = {
            table: pa.schema([(name, types[kind]) for name, kind in columns.items()])
            for table, columns in COLUMNS.items()
        }
        self._writers = {
            table: parquet.ParquetWriter(folder / f"{table}.parquet", schema, compression="zstd")
            for table, schema in self._schemas.items()
        }
        self._held: dict[str, list[Cells]] = {table: [] for table in COLUMNS}

    def add(self, row: Row) -> None:
        """Hold one server's rows, and write what fills a row group."""
        for table, cells in rows(row):
            held = self._held[table]
            held.append(cells)
            if len(held) >= _ROWS:
                self._flush(table)

    def close(self, history: Sequence[Change]) -> None:
        """Write the rest and the history."""
        self._held["history"] = [tuple(change[c] for c in COLUMNS["history"]) for change in history]
        for table, writer in self._writers.items():
            self._flush(table)
            writer.close()

    def _flush(self, table: str) -> None:
        if held := self._held[table]:
            columns = [list(column) for column in zip(*held, strict=True)]
            self._writers[table].write_table(self._pa.table(columns, schema=self._schemas[table]))
            self._held[table] = []
