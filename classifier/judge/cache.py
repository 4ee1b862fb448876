"""Answers on disk: one JSON line each, appended in one write, so that a kill costs at most the line being written.

The keys are held in memory with the place of their line; the answers are read when asked for. A line that was
cut short is skipped, and the next one starts afresh. The last line of a key wins.
"""

import os
import re
from pathlib import Path
from threading import Lock

import msgspec

from classifier.judge.answer import Reply
from mcp_catalogue.errors import JudgeError

KEY = re.compile(r"[0-9a-f]{64}")
_HEAD = b'{"key":"'


class _Line(msgspec.Struct):
    key: str
    reply: Reply


class AnswerCache:
    """Replies by key. With no path they live only as long as the object."""

    def __init__(self, path: Path | None) -> None:
        """Open or make the file at `path`. Raises `JudgeError` where it cannot be used."""
        self._path = path
        self._lock = Lock()
        self._memory: dict[str, Reply] = {}
        self._places: dict[bytes, tuple[int, int]] = {}
        self._file: int | None = None
        if path is not None:
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                self._file = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | getattr(os, "O_BINARY", 0), 0o600)
                self._index(path)
            except OSError as error:
                raise JudgeError(f"the judge's cache {path} cannot be used ({error.strerror}): name another") from error

    def __contains__(self, key: str) -> bool:
        return key in self._memory or bytes.fromhex(key) in self._places

    def __len__(self) -> int:
        return len(self._memory) + len(self._places)

    def get(self, key: str) -> Reply | None:
        """Return the reply kept under `key`, or None."""
        if (reply := self._memory.get(key)) is not None:
            return reply
        place = self._places.get(bytes.fromhex(key))
        if place is None or self._path is None:
            return None
        with self._path.open("rb") as file:
            file.seek(place[0])
            line = file.read(place[1])
        try:
            return msgspec.json.decode(line, type=_Line).reply
        except msgspec.DecodeError:
            return None

    def put(self, key: str, reply: Reply) -> None:
        """Keep `reply` under `key`."""
        if self._file is None:
            self._memory[key] = reply
            return
        line = msgspec.json.encode(_Line(key, reply)) + b"\n"
        with self._lock:
            os.write(self._file, line)
            end = os.lseek(self._file, 0, os.SEEK_END)
            self._places[bytes.fromhex(key)] = (end - len(line), len(line))

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def _index(self, path: Path) -> None:
        start, line = 0, b""
        with path.open("rb") as file:
            for line in file:
                key = line[len(_HEAD) : len(_HEAD) + 64]
                if line.startswith(_HEAD) and line.endswith(b"}\n") and KEY.fullmatch(key.decode("ascii", "replace")):
                    self._places[bytes.fromhex(key.decode())] = (start, len(line))
                start += len(line)
        if line and not line.endswith(b"\n") and self._file is not None:
            os.write(self._file, b"\n")  # the line that a kill cut short
