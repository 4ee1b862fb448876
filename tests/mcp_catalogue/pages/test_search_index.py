"""The files of the search index hold what the page's script expects of them."""

import json
from itertools import accumulate
from pathlib import Path
from typing import Any

import pytest

from mcp_catalogue.pages.search_index import file_name
from mcp_catalogue.pages.search_words import name_terms, terms


def read(site: Path, name: str) -> Any:
    return json.loads((site / "search" / name).read_bytes())


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Cancel an order", ["cancel", "an", "order"]),
        ("取消订单 now", ["取消", "消订", "订单", "now"]),
        ("注文を", ["注文", "文を"]),
        ("订", ["订"]),
        ("Größe STRASSE", ["grösse", "strasse"]),
        ("x" * 40, ["x" * 24]),
        ("", []),
    ],
)
def test_text_becomes_terms(text: str, found: list[str]) -> None:
    assert terms(text) == found


@pytest.mark.parametrize("name", ["cancelOrder", "cancel_order", "cancel-order", "CancelOrder", "cancel.order"])
def test_names_of_every_habit_have_the_same_terms(name: str) -> None:
    assert name_terms(name) == ["cancel", "order"]


def test_every_tool_is_found_by_each_word_of_its_name(site: Path) -> None:
    table = read(site, "index.json")
    leaves = {leaf: read(site, f"t/{file_name(leaf)}.json") for leaf in table["leaves"]}
    place = tools = 0
    for number in range(-(-table["documents"] // table["block"])):
        for document in read(site, f"d/{number}.json"):
            if len(document) > 3:
                tools += 1
                for word in name_terms(document[0]):
                    lists = next(leaf[word] for leaf in leaves.values() if word in leaf)
                    assert place * 32 + document[2] in set(accumulate(lists[0]))
            place += 1
    assert tools == 150
    assert place == table["documents"]


def test_every_document_leads_to_a_page(site: Path) -> None:
    table, folder = read(site, "index.json"), ""
    for number in range(-(-table["documents"] // table["block"])):
        for document in read(site, f"d/{number}.json"):
            folder = document[1] if len(document) == 3 else folder
            file = "index" if len(document) == 3 else document[1] or document[0]
            assert (site / "servers" / folder / f"{file}.html").is_file()


def test_file_names_are_plain_and_distinct() -> None:
    prefixes = ["con", "con$", "取消", "取", "é", "_e9", "CON"]
    assert len({file_name(p) for p in prefixes}) == len(prefixes)
    assert file_name("con") == "-con"
