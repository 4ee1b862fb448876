"""Every page and schema that is generated from the code, by its path in the checkout."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import click

from mcp_catalogue.cli.reference import reference

Generator = Callable[[click.Command], Mapping[str, str]]
"""Given the command line's root command, answers texts by path."""


def _reference(group: click.Command) -> Mapping[str, str]:
    return {"docs/cli.md": reference(group)}


GENERATORS: tuple[Generator, ...] = (_reference,)


def stale_pages(root: Path, group: click.Command) -> dict[str, str]:
    """Return what differs from the file of that path under `root`, with the text that it should have."""
    return {path: text for path, text in _pages(group) if _read(root / path) != text}


def _pages(group: click.Command) -> Iterator[tuple[str, str]]:
    for generator in GENERATORS:
        yield from sorted(generator(group).items())


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
