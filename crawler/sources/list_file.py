"""A list file: TOML (`[[server]]` tables), JSON Lines, CSV with a header, or one target per line."""

import csv
import io
import json
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from crawler.sources.base import Listing, Skipped, SourceContext
from crawler.sources.options import option
from crawler.targets import parse_reference
from mcp_catalogue.errors import DataError, TargetError

_KNOWN = frozenset({"target", "purl", "aliases", "reason"})


class ListSource:
    """Options: `file`, relative to the sources file."""

    kind = "list"

    def __init__(self, context: SourceContext) -> None:
        self._context = context

    def listings(self, options: Mapping[str, Any]) -> Iterator[Listing | Skipped]:
        """Yield the servers of the file in its order; a line that names none is skipped with its reason."""
        path = self._context.folder / option(options, "file", str)
        try:
            text = path.read_text("utf-8-sig")
        except OSError as error:
            raise DataError(f"{path}: cannot be opened ({error.strerror})") from error
        except UnicodeDecodeError as error:
            raise DataError(f"{path}: not UTF-8 text") from error
        for place, row in _READERS.get(path.suffix.lower(), _lines)(path, text):
            yield _listing(f"{path.name}:{place}", row)


Row = Mapping[str, Any] | str


def _listing(place: str, row: Row) -> Listing | Skipped:
    if isinstance(row, str):
        return Skipped(what=place, reason=row)
    target = row.get("target") or row.get("purl")
    if not isinstance(target, str):
        return Skipped(what=place, reason="names no target")
    try:
        parse_reference(target.strip())
    except TargetError as error:
        return Skipped(what=place, reason=str(error))
    aliases = row.get("aliases") or ()
    named = tuple(a for a in (aliases.split() if isinstance(aliases, str) else aliases) if isinstance(a, str))
    reason = row.get("reason")
    return Listing(
        target=target.strip(),
        aliases=named,
        reason=reason if isinstance(reason, str) else "listed together" if named else None,
        facts={k: v for k, v in row.items() if isinstance(k, str) and k not in _KNOWN and v not in {None, ""}},
    )


def _toml(path: Path, text: str) -> Iterator[tuple[int, Row]]:
    try:
        tables = tomllib.loads(text).get("server")
    except tomllib.TOMLDecodeError as error:
        raise DataError(f"{path}: not TOML ({error})") from error
    if not isinstance(tables, list):
        raise DataError(f"{path}: has no [[server]] tables")
    yield from ((n, row if isinstance(row, dict) else "not a table") for n, row in enumerate(tables, 1))


def _json_lines(_path: Path, text: str) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(text.splitlines(), 1):
        if line.strip():
            try:
                row = json.loads(line)
            except (ValueError, RecursionError):
                yield number, "not JSON"
                continue
            yield number, {"target": row} if isinstance(row, str) else row if isinstance(row, dict) else "not an object"


def _csv(path: Path, text: str) -> Iterator[tuple[int, Row]]:
    reader = csv.DictReader(io.StringIO(text))
    if not {"target", "purl"} & set(reader.fieldnames or ()):
        raise DataError(f"{path}: needs a column 'target' or 'purl'")
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error as error:
        raise DataError(f"{path}:{reader.line_num}: not CSV ({error})") from error


def _lines(_path: Path, text: str) -> Iterator[tuple[int, Row]]:
    for number, line in enumerate(text.splitlines(), 1):
        target = line.partition(" #")[0].strip()
        if target and not target.startswith("#"):
            yield number, {"target": target}


_READERS = {".toml": _toml, ".jsonl": _json_lines, ".ndjson": _json_lines, ".csv": _csv}
