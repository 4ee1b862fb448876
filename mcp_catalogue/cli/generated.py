"""Every page and schema that is generated from the code, by its path in the checkout."""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from mcp_catalogue.cli.reference import reference
from mcp_catalogue.cli.rules_reference import rules_reference
from mcp_catalogue.export.page import dataset_page
from mcp_catalogue.schemas.generate import texts

Generator = Callable[[object], Mapping[str, str]]
"""Given the command line's root command, answers texts by path."""


def _reference(group: object) -> Mapping[str, str]:
    return {"docs/cli.md": reference(group)}


def _dataset(_group: object) -> Mapping[str, str]:
    return {"docs/dataset.md": dataset_page()}


def _schemas(_group: object) -> Mapping[str, str]:
    return {f"mcp_catalogue/schemas/{name}": text for name, text in texts().items()}


def _rules(_group: object) -> Mapping[str, str]:
    return rules_reference()


GENERATORS: tuple[Generator, ...] = (_reference, _dataset, _schemas, _rules)


def stale_pages(root: Path, group: object) -> dict[str, str]:
    """Return what differs from the file of that path under `root`, with the text that it should have."""
    return {path: text for path, text in _pages(group) if _read(root / path) != text}


def _pages(group: object) -> Iterator[tuple[str, str]]:
    for generator in GENERATORS:
        yield from sorted(generator(group).items())


def _read(path: Path) -> str | None:
    return path.read_text(encoding="utf-8") if path.is_file() else None
