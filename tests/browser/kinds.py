"""One address of each page type, and a picture of each: phone and desktop, light and dark."""

import json
from pathlib import Path

from tests.browser.conftest import Served
from tests.browser.driver import Browser

WIDTHS = (1280, 390)


def page_kinds(site: Path) -> dict[str, str]:
    """Return an address below `site` for each page type."""
    tools = sorted(p for p in site.glob("servers/pypi/*/*.html") if p.name != "index.html")
    critical = next(p for p in tools if json.loads(p.with_suffix(".json").read_text())["severity"] == "critical")
    return {
        "home": "index.html",
        "server": critical.with_name("index.html").relative_to(site).as_posix(),
        "tool": critical.relative_to(site).as_posix(),
        "name": _first(site, "names/*.html"),
        "risk": "risk/index.html",
        "severity": "risk/critical.html",
        "server-severity": _first(site, "risk/critical/pypi/*.html"),
        "categories": "categories/index.html",
        "category": "categories/destructive.html",
        "servers": "servers/index.html",
        "attacks": "attacks/index.html",
        "attack": "attacks/runaway-loops.html",
        "rules": "rules/index.html",
        "rule": "rules/deletes-records.html",
        "methodology": "methodology/index.html",
        "changes": "changes/index.html",
        "search": "search/index.html?q=delete",
        "data": "data/index.html",
    }


def take_pictures(browser: Browser, served: Served, kinds: dict[str, str], pictures: Path) -> int:
    """Open every kind of page at both widths in both schemes; no page may be too wide, complain or ask elsewhere."""
    pictures.mkdir(parents=True, exist_ok=True)
    browser.complaints()
    taken = 0
    for kind, path in kinds.items():
        for width in WIDTHS:
            for dark in (False, True):
                browser.size(width, dark=dark)
                browser.open(served.url(path))
                if kind == "search":
                    browser.wait("document.querySelector('#results li')")
                over = browser.run("return document.documentElement.scrollWidth - window.innerWidth")
                assert over <= 0, f"{kind} is {over} pixels too wide at {width}"
                browser.picture(pictures / f"{kind}-{width}-{'dark' if dark else 'light'}.png")
                taken += 1
    assert browser.complaints() == []
    assert served.strangers() == []
    return taken


def _first(site: Path, pattern: str) -> str:
    return min(p for p in site.glob(pattern) if p.is_file()).relative_to(site).as_posix()
