"""What was worked out of each server, kept beside the manifest for the next build: a cache that never shows.

The file holds records in the order of the servers' ids, each with the stamp of what it was made from. Bytes that
are missing, damaged, or made by other code only mean that more records are made again.
"""

import os
import struct
import zlib
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import BinaryIO

from mcp_catalogue.model import ServerId
from mcp_catalogue.pages.output import WORK
from mcp_catalogue.store.browse import ServerLine

_HEAD = struct.Struct("<III")  # CRC-32 of what follows, bytes of the name, bytes of the record
_BUFFER = 1 << 20
_END = (None, b"")


class Recall:
    """The records of one kind, in `DIR/.build/<kind>`; those made with another generator are not used."""

    def __init__(self, root: Path, kind: str, made_with: bytes) -> None:
        self.path = root / WORK / kind
        self.made_with = made_with

    def records(self, servers: Iterable[ServerLine], make: Callable[[ServerId], bytes]) -> Generator[bytes, None, None]:
        """Yield the record of each server, as `make` makes it; `servers` must be ordered by id.

        Once all were taken they stand in the file. Only one record is held at a time.
        """
        fresh = self.path.with_name(f"{self.path.name}.new")
        old = self._read()
        name, record = next(old, _END)
        with fresh.open("wb", _BUFFER) as file:
            file.write(self.made_with)
            for line in servers:
                id_ = line.id.encode()
                wanted = id_ + b"\0" + line.stamp.encode()
                while name is not None and name.partition(b"\0")[0] < id_:
                    name, record = next(old, _END)
                found = record if name == wanted else make(line.id)
                _write(file, wanted, found)
                yield found
        old.close()
        fresh.replace(self.path)

    def _read(self) -> Generator[tuple[bytes, bytes], None, None]:
        try:
            with self.path.open("rb", _BUFFER) as file:
                if file.read(len(self.made_with)) != self.made_with:
                    return
                left = os.fstat(file.fileno()).st_size
                while len(head := file.read(_HEAD.size)) == _HEAD.size:
                    crc, name, record = _HEAD.unpack(head)
                    body = file.read(min(name + record, left))
                    if zlib.crc32(body) != crc:
                        return
                    yield body[:name], body[name:]
        except OSError:
            return


def _write(file: BinaryIO, name: bytes, record: bytes) -> None:
    file.write(_HEAD.pack(zlib.crc32(record, zlib.crc32(name)), len(name), len(record)))
    file.write(name)
    file.write(record)
