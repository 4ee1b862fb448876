"""The sources file: which places to enumerate, with the options of each.

    [[source]]
    kind = "list"
    file = "starter.toml"

A list file is accepted in its stead, so that a user's own list needs no second file around it.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import msgspec

from crawler.fetch import FetchContext
from crawler.http import HostLimit
from crawler.sources.base import Listing, Skipped, SourceContext
from mcp_catalogue.errors import CatalogueError, DataError


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceConfig:
    """One place to enumerate. `name` is unique in its file."""

    name: str
    kind: str
    folder: Path
    options: Mapping[str, Any] = field(default_factory=dict)


def read_sources(path: Path) -> tuple[SourceConfig, ...]:
    """Read a sources file or a list file. Raises `DataError` where it is neither."""
    tables = _tables(path) if path.suffix.lower() == ".toml" else None
    if tables is None:
        return (SourceConfig(name=path.stem, kind="list", folder=path.parent, options={"file": path.name}),)
    return tuple(_config(path, number, table) for number, table in enumerate(tables, 1) if not _disabled(table))


def enumerate_all(
    configs: Iterable[SourceConfig], fetching: FetchContext, since: Mapping[str, str] | None = None
) -> Iterator[tuple[str, Listing | Skipped]]:
    """Yield what every source lists, with the source's name; one that fails yields a `Skipped` and ends.

    `since` gives, by source name, the moment (RFC 3339) of its last complete enumeration.
    """
    from crawler.sources import SOURCES  # noqa: PLC0415 - the dict names the modules that need this one's neighbours

    for config in configs:
        moment = (since or {}).get(config.name)
        source = SOURCES[config.kind](SourceContext(fetching=fetching, folder=config.folder, since=moment))
        try:
            for item in source.listings(config.options):
                yield config.name, item
        except CatalogueError as error:
            yield config.name, Skipped(what=config.name, reason=str(error))


def read_host_limits(path: Path) -> dict[str, HostLimit]:
    """Return the `[hosts]` of a sources file: how fast each host may be asked. Raises `DataError`."""
    body = _toml(path) if path.suffix.lower() == ".toml" else {}
    try:
        return msgspec.convert(body.get("hosts", {}), dict[str, HostLimit])
    except msgspec.ValidationError as error:
        raise DataError(f"{path}: [hosts] is not of the form it should have ({error})") from error


def trusted_addresses(configs: Iterable[SourceConfig]) -> tuple[str, ...]:
    """Return the addresses that the sources file itself names: whoever wrote it may name private ones."""
    return tuple(url for config in configs if isinstance(url := config.options.get("url"), str))


def _tables(path: Path) -> list[Any] | None:
    body = _toml(path)
    if "server" in body:
        return None
    tables = body.get("source")
    if not isinstance(tables, list):
        raise DataError(f"{path}: has neither [[source]] nor [[server]] tables")
    return tables


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except OSError as error:
        raise DataError(f"{path}: cannot be opened ({error.strerror})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise DataError(f"{path}: not TOML ({error})") from error


def _disabled(table: object) -> bool:
    return isinstance(table, dict) and table.get("enabled") is False


def _config(path: Path, number: int, table: object) -> SourceConfig:
    from crawler.sources import SOURCES  # noqa: PLC0415 - as above

    kind = table.get("kind") if isinstance(table, dict) else None
    if not isinstance(table, dict) or kind not in SOURCES:
        raise DataError(f"{path}: source {number} is of the kind {kind!r}; known are {', '.join(SOURCES)}")
    options = {key: value for key, value in table.items() if key not in {"kind", "name", "enabled"}}
    return SourceConfig(name=str(table.get("name", kind)), kind=str(kind), folder=path.parent, options=options)
