"""One Parquet file per table, Zstandard-compressed; needs pyarrow, the extra `parquet`."""

from pathlib import Path
from typing import Any

from mcp_catalogue.errors import DataError
from mcp_catalogue.export.base import Change, Row
from mcp_catalogue.export.tables import COLUMNS, Cells, change_cells, rows

_ROWS = 2_000  # rows held as Python values, which take ten times the memory of Arrow's arrays
_GROUP = 16 << 20  # bytes of a row group before compression


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
        self._packed: dict[str, list[Any]] = {table: [] for table in COLUMNS}

    def add(self, row: Row) -> None:
        """Hold one server's rows, and write what fills a row group."""
        for table, cells in rows(row):
            self._hold(table, cells)

    def add_change(self, change: Change) -> None:
        """Hold one change."""
        self._hold("history", change_cells(change))

    def close(self) -> None:
        """Write the rest."""
        for table, writer in self._writers.items():
            self._pack(table)
            self._write(table)
            writer.close()

    def _hold(self, table: str, cells: Cells) -> None:
        held = self._held[table]
        held.append(cells)
        if len(held) >= _ROWS:
            self._pack(table)
            if sum(part.nbytes for part in self._packed[table]) >= _GROUP:
                self._write(table)

    def _pack(self, table: str) -> None:
        if held := self._held[table]:
            columns = [list(column) for column in zip(*held, strict=True)]
            self._packed[table].append(self._pa.table(columns, schema=self._schemas[table]))
            held.clear()

    def _write(self, table: str) -> None:
        if packed := self._packed[table]:
            self._writers[table].write_table(self._pa.concat_tables(packed))
            packed.clear()
