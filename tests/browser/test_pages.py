"""Every kind of page in a real browser: no overflow, no complaint, no request elsewhere, by keyboard, by axe."""

import shutil
import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.browser.conftest import Served
from tests.browser.driver import Browser
from tests.browser.kinds import page_kinds, take_pictures

pytestmark = pytest.mark.browser
AXE = "4.14.1"
TAB, ENTER, DOWN = "\ue004", "\ue007", "\ue015"


@pytest.fixture(scope="session")
def kinds(folder: Path) -> dict[str, str]:
    return page_kinds(folder)


def test_pages_fit_and_load_nothing_else(
    browser: Browser, served: Served, kinds: dict[str, str], tmp_path: Path
) -> None:
    assert take_pictures(browser, served, kinds, tmp_path) == 4 * len(kinds)


@pytest.fixture(scope="session")
def axe(tmp_path_factory: pytest.TempPathFactory) -> str:
    if not shutil.which("npm"):
        pytest.skip("needs npm to fetch axe-core")
    folder = tmp_path_factory.mktemp("axe")
    done = subprocess.run(
        ["npm", "pack", "--silent", f"axe-core@{AXE}"], cwd=folder, capture_output=True, text=True, check=False
    )
    if done.returncode:
        pytest.skip("axe-core cannot be fetched")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        source = archive.extractfile("package/axe.min.js")
        assert source is not None
        return source.read().decode()


@pytest.mark.network
@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing_serious(
    browser: Browser, served: Served, kinds: dict[str, str], axe: str, *, dark: bool
) -> None:
    found = []
    for kind, path in kinds.items():
        for width in (1280, 390):
            browser.size(width, dark=dark)
            browser.open(served.url(path))
            browser.run(axe + "; window.done = null; axe.run().then(r => { window.done = r.violations })")
            violations = browser.wait("window.done && {list: window.done}")["list"]
            found += [
                (kind, width, violation["id"], [node["html"][:160] for node in violation["nodes"][:3]])
                for violation in violations
                if violation["impact"] in {"serious", "critical"}
            ]
    assert found == []


def test_the_keyboard_reaches_everything(browser: Browser, served: Served, kinds: dict[str, str]) -> None:
    browser.size(1280, dark=False)
    browser.open(served.url(kinds["tool"]))
    browser.press(TAB)
    assert browser.run("return document.activeElement.className") == "skip"
    browser.press(ENTER)
    assert browser.run("return location.hash") == "#main"
    browser.run("document.querySelector('.tabs input').focus()")
    browser.press("\ue014")
    assert browser.run("return document.querySelector('.tabs input:checked').value") == "intercept"
    shown = "return [...document.querySelectorAll('.panel')].filter(p => p.offsetParent).length"
    assert browser.run(shown) == 1


def test_the_theme_can_be_chosen_and_stays(browser: Browser, served: Served) -> None:
    browser.size(1280, dark=False)
    browser.open(served.url("index.html"))
    light = browser.run("return getComputedStyle(document.body).backgroundColor")
    browser.run("document.querySelector('button.theme').click()")
    assert browser.run("return getComputedStyle(document.body).backgroundColor") != light
    browser.open(served.url("risk/index.html"))
    assert browser.run("return document.documentElement.dataset.theme") == "dark"
    browser.run("localStorage.clear()")


def test_pages_open_from_disk(browser: Browser, folder: Path, kinds: dict[str, str]) -> None:
    browser.complaints()
    browser.open((folder / kinds["tool"]).as_uri())
    assert browser.run("return getComputedStyle(document.querySelector('.facts')).borderTopWidth") == "2px"
    browser.run("document.querySelector('.crumbs a').click()")
    browser.wait("document.querySelector('.hero')")
    browser.open((folder / "search" / "index.html").as_uri() + "?q=delete")
    assert browser.wait("/needs the site to be served/.test(document.getElementById('status').textContent)")
    browser.complaints()
