"""The starter catalogue as its readers see it: every page type of the real site, looked at and checked whole."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from mcp_catalogue.pages.build import build
from mcp_catalogue.pages.check import check_site
from tests.browser.conftest import Served, serve
from tests.browser.driver import Browser
from tests.browser.kinds import page_kinds, take_pictures

pytestmark = [pytest.mark.browser, pytest.mark.network]


@pytest.fixture(scope="module")
def site(starter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("starter-site")
    build(starter, out, processes=1)
    return out


@pytest.fixture
def shown(site: Path) -> Iterator[Served]:
    yield from serve(site)


def test_every_page_type_fits_and_is_pictured(browser: Browser, site: Path, shown: Served, tmp_path: Path) -> None:
    kinds = page_kinds(site)
    pictures = Path(os.environ.get("SCREENSHOTS") or tmp_path)
    assert take_pictures(browser, shown, kinds, pictures) == 4 * len(kinds)
    assert len({p.read_bytes() for p in pictures.glob("*.png")}) == 4 * len(kinds)


def test_the_whole_site_is_sound(site: Path) -> None:
    assert list(check_site(site)) == []
