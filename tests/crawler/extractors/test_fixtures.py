"""One small fixture server per idiom, with the manifest that its running form would list."""

import json
from pathlib import Path

import pytest

from crawler.extract import extract
from tests.crawler.extractors.corpus import EXPECTED, FIXTURES, manifest, servers, tree_of

GROUPS = ("csharp", "files", "go", "jvm", "rust")


@pytest.mark.parametrize("folder", servers(*GROUPS), ids=lambda f: f"{f.parent.name}-{f.name}")
def test_fixture_server_gives_its_expected_manifest(folder: Path) -> None:
    found = [one.facts for one in extract(tree_of(folder))]
    expected = json.loads((folder / EXPECTED).read_text(encoding="utf-8"))

    assert manifest(found) == expected


def test_every_fixture_of_these_groups_has_an_expected_manifest() -> None:
    folders = {f for group in GROUPS for f in (FIXTURES / group).iterdir() if f.is_dir()}

    assert folders == set(servers(*GROUPS))


@pytest.mark.parametrize("folder", servers(*GROUPS), ids=lambda f: f"{f.parent.name}-{f.name}")
def test_line_of_each_location_or_the_declaration_it_opens_gives_the_name(folder: Path) -> None:
    tree = tree_of(folder)
    for one in extract(tree):
        for tool in one.facts.tools:
            assert tool.location is not None
            lines = tree.files[tool.location.file].decode().splitlines()
            near = (
                " ".join(lines[tool.location.line - 1 : tool.location.line + 2])
                .lower()
                .replace("_", "")
                .replace("-", "")
            )
            parts = [p for p in tool.name.lower().replace("-", "_").split("_") if p]
            assert tool.origin != "code" or any(p in near for p in parts), f"{tool.name} at {tool.location}"
