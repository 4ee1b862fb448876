from pathlib import Path

import pytest

from crawler.fetch import download, load_tree, locate, open_context
from crawler.targets import parse_target
from mcp_catalogue.errors import FetchError

pytestmark = pytest.mark.network


@pytest.mark.parametrize("target", ["pkg:pypi/mcp-okx", "npm:@modelcontextprotocol/server-memory"])
def test_real_packages_are_read_from_the_configured_registries(tmp_path: Path, target: str) -> None:
    with open_context(cache_dir=tmp_path) as context:
        tree = load_tree(download(locate(parse_target(target, cwd=tmp_path), context), context))
    assert tree.origin.version
    assert tree.origin.source.sha256
    assert len(tree.files) > 2


@pytest.mark.parametrize("target", ["pypi:surely-no-such-server-anywhere", "npm:surely-no-such-server-anywhere"])
def test_a_package_that_does_not_exist_says_so(tmp_path: Path, target: str) -> None:
    with open_context(cache_dir=tmp_path) as context, pytest.raises(FetchError, match="has no package"):
        locate(parse_target(target, cwd=tmp_path), context)
