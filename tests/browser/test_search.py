"""Search as you type, in a real browser."""

import json
from pathlib import Path
from urllib.parse import quote

import pytest

from tests.browser.conftest import Served
from tests.browser.driver import Browser

pytestmark = pytest.mark.browser
DOWN = "\ue015"
NAMES = "[...document.querySelectorAll('#results li a')].map(a => a.textContent)"


@pytest.fixture(autouse=True)
def desktop(browser: Browser) -> None:
    browser.size(1280, dark=False)


def ask(browser: Browser, served: Served, query: str) -> list[str]:
    browser.open(served.url(f"search/index.html?{query}"))
    browser.wait("!/on \\d+ servers\\.$/.test(document.getElementById('status').textContent)")
    names: list[str] = browser.run(f"return {NAMES}")
    return names


def test_the_words_of_a_name_find_it(browser: Browser, served: Served) -> None:
    names = ask(browser, served, "q=delete")
    assert names
    assert all("delete" in name for name in names[:3])


def test_a_mistyped_word_is_mended(browser: Browser, served: Served) -> None:
    assert ask(browser, served, "q=delte") == ask(browser, served, "q=delete")
    ask(browser, served, "q=delte")
    assert "instead of" in browser.run("return document.getElementById('status').textContent")


def test_filters_narrow(browser: Browser, served: Served) -> None:
    assert ask(browser, served, "q=list&severity=critical") == []
    browser.open(served.url("search/index.html?q=a&category=Destructive"))
    browser.wait("document.querySelector('#results li')")
    lines = browser.run("return [...document.querySelectorAll('#results .src')].map(e => e.textContent)")
    assert all("Destructive" in line for line in lines)


def test_a_signal_narrows(browser: Browser, served: Served, folder: Path) -> None:
    assert ask(browser, served, "q=get&signal=caller-path")
    for href in browser.run("return [...document.querySelectorAll('#results li a')].map(a => a.href)"):
        twin = (folder / href.split("/mcp/")[1]).with_suffix(".json")
        assert "caller-path" in [signal["id"] for signal in json.loads(twin.read_bytes())["signals"]]


@pytest.mark.parametrize("words", ["取消订单", "查询", "変更", "항목을"])
def test_scripts_without_spaces_are_searched_by_pairs(browser: Browser, served: Served, words: str) -> None:
    assert ask(browser, served, f"q={quote(words)}")
    assert words[:2] in browser.run("return document.getElementById('results').textContent")


def test_nothing_found_is_said(browser: Browser, served: Served) -> None:
    assert ask(browser, served, "q=zzzzqqqq") == []
    assert browser.run("return document.getElementById('status').textContent") == "Nothing found."


def test_results_lead_to_pages(browser: Browser, served: Served, folder: Path) -> None:
    ask(browser, served, "q=get")
    for href in browser.run("return [...document.querySelectorAll('#results li a')].map(a => a.href)"):
        assert (folder / href.split("/mcp/")[1]).is_file()


def test_typing_changes_the_address_and_back_goes_back(browser: Browser, served: Served) -> None:
    ask(browser, served, "q=delete")
    browser.run("const q = document.getElementById('q'); q.value = 'create';q.form.requestSubmit()")
    browser.wait(f"({NAMES})[0] && ({NAMES})[0].includes('create')")
    assert browser.run("return location.search") == "?q=create"
    browser.run("history.back()")
    browser.wait(f"({NAMES})[0] && ({NAMES})[0].includes('delete')")
    assert browser.run("return document.getElementById('q').value") == "delete"


def test_arrows_move_through_the_results(browser: Browser, served: Served) -> None:
    ask(browser, served, "q=delete")
    browser.run("document.getElementById('q').focus()")
    browser.press(DOWN)
    assert browser.run("return document.activeElement === document.querySelector('#results a')")
