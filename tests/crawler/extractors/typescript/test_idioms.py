"""Each idiom's fixture server against its expected manifest (`expected.json` beside it)."""

import json
from pathlib import Path

import pytest

from crawler.extract import extract
from tests.crawler.extractors.corpus import EXPECTED, manifest, tree_of

FIXTURES = Path(__file__).parent / "fixtures"
IDIOMS = sorted(path.name for path in FIXTURES.iterdir())


@pytest.mark.parametrize("idiom", IDIOMS)
def test_fixture_server_gives_its_expected_manifest(idiom: str) -> None:
    folder = FIXTURES / idiom
    found = [one.facts for one in extract(tree_of(folder))]

    assert manifest(found) == json.loads((folder / EXPECTED).read_text(encoding="utf-8"))


@pytest.mark.parametrize("idiom", IDIOMS)
def test_fixture_server_does_not_depend_on_the_order_of_its_files(idiom: str) -> None:
    tree = tree_of(FIXTURES / idiom)
    backwards = type(tree)(origin=tree.origin, files=dict(reversed(list(tree.files.items()))))

    assert manifest([x.facts for x in extract(backwards)]) == manifest([x.facts for x in extract(tree)])
