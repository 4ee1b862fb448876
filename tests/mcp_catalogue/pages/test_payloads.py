"""Hostile text in every field: the site stays inside its folder, well formed, and without a word that could run."""

import json
import re
import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from mcp_catalogue.pages.build import build
from mcp_catalogue.pages.check import check_site
from mcp_catalogue.pages.text import visible
from mcp_catalogue.store import Store
from tests.mcp_catalogue.pages.payloads import PAYLOADS, records

BASE = "https://example.org/mcp/"
SCRIPT = re.compile(
    r'<script src="(?:(?:\.\./)*|https://example\.org/mcp/)static/app\.[0-9a-f]{10}\.js">'
    r'|<script type="application/ld\+json">'
)
PART = re.compile(r"[A-Za-z0-9_@+-][A-Za-z0-9._@+-]*")


@pytest.fixture(scope="session")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("hostile")
    with Store.open(folder / "inside" / "catalogue.db", create=True) as store, store.transaction():
        for record in records():
            store.put(record, at="2026-11-18T10:00:00Z")
    build(folder / "inside" / "catalogue.db", folder / "inside" / "site", base_url=BASE, processes=2)
    return folder


def files(folder: Path, pattern: str) -> list[Path]:
    return [path for path in sorted(folder.rglob(pattern)) if path.is_file()]


@pytest.fixture
def pages(hostile: Path) -> list[Path]:
    return files(hostile / "inside" / "site", "*.html")


def test_there_are_enough_payloads() -> None:
    assert len(PAYLOADS) >= 300


def test_every_page_is_well_formed_and_every_link_leads_somewhere(hostile: Path) -> None:
    problems = [p for p in check_site(hostile / "inside" / "site", BASE) if "median" not in p.what]
    assert problems == []


def test_no_file_is_outside_and_no_path_is_odd(hostile: Path) -> None:
    assert [p.name for p in hostile.iterdir()] == ["inside"]
    site = hostile / "inside" / "site"
    for path in site.rglob("*"):
        inside = path.relative_to(site)
        assert inside.parts[0] == ".build" or all(PART.fullmatch(part) for part in inside.parts), inside
        assert not path.is_symlink()


def test_no_page_holds_a_hidden_character(hostile: Path) -> None:
    for path in (hostile / "inside" / "site").rglob("*"):
        if path.is_file() and path.suffix in {".html", ".xml", ".atom", ".svg", ".txt"}:
            text = path.read_bytes().decode()
            assert visible(text) == text, path


def test_scripts_are_ours_and_data_blocks_are_data(pages: list[Path]) -> None:
    for path in pages:
        text = path.read_text(encoding="utf-8")
        opened = re.findall(r"<script[^>]*>", text)
        assert all(SCRIPT.fullmatch(tag) for tag in opened), path
        for block in re.findall(r'<script type="application/ld\+json">(.*?)</script>', text, re.DOTALL):
            assert json.loads(block)["@context"] == "https://schema.org"


def test_data_files_can_be_read(hostile: Path) -> None:
    site = hostile / "inside" / "site"
    for path in files(site, "*.json"):
        json.loads(path.read_bytes())
    for pattern in ("*.xml", "*.atom", "*.svg"):
        for path in files(site, pattern):
            ET.fromstring(path.read_bytes())


def test_a_page_shows_what_its_author_wrote(hostile: Path) -> None:
    """The twin keeps the text as it is; the page keeps every visible character of it."""
    site = hostile / "inside" / "site"
    found = (json.loads(p.read_bytes()) for p in files(site / "servers", "*.json"))
    assert {twin["rationale"] for twin in found if "rationale" in twin} == set(PAYLOADS)
