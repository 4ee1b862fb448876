"""A tool page, the command line and the export give the same decision."""

import html
import re
from dataclasses import replace
from typing import Any

import pytest

from mcp_catalogue.entries import to_entry
from mcp_catalogue.export.base import Row
from mcp_catalogue.export.entry import encode_row
from mcp_catalogue.model import ServerRecord
from mcp_catalogue.pages.control import INLINE, control, server_panels
from mcp_catalogue.policy import FORMATS, decide
from mcp_catalogue.policy.names import configured_name


def words(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]*>", "", markup))


@pytest.mark.parametrize("name", ["shop", "my-shop", "a" * 48])
def test_a_tool_page_shows_what_the_formats_say(shop: Any, tool: Any, name: str) -> None:
    long = tool("a_" + "b" * 40, shop[0].label.primary, shop[0].label.severity)
    for decided in (*shop, long):
        page = words(control(decided, name).panels.decode())
        for form in INLINE:
            rendered = FORMATS[form].tool(decided, server_name=name)
            assert rendered.text.strip() in page, (form, decided.tool.name)
            assert rendered.sentence in page, (form, decided.tool.name)
            for note in rendered.notes:
                assert note in page, (form, decided.tool.name)


def test_a_server_page_shows_what_the_command_line_prints(shop: Any) -> None:
    for panel in server_panels(shop, "shop", complete=False):
        assert panel.rendered == FORMATS[panel.id].server(shop, server_name="shop", complete=False)
        assert panel.verified_with == FORMATS[panel.id].verified_with


def test_the_export_holds_the_entry(full_record: ServerRecord) -> None:
    import msgspec  # noqa: PLC0415

    pairs = zip(full_record.facts.tools, full_record.classifications, strict=True)
    decisions = tuple(decide(full_record.facts, tool, label) for tool, label in pairs)
    assert encode_row(Row(full_record, decisions)) == msgspec.json.encode(to_entry(full_record, decide))


@pytest.mark.parametrize(
    ("own", "package", "expected"),
    [
        ("shop", "x", "shop"), (None, "@scope/shop-mcp", "shop-mcp"), ("My Shop!", "x", "My-Shop"),
        (None, "取消", "server"), ("a" * 99, "x", "a" * 48),
    ],
)  # fmt: skip
def test_a_server_is_called_by_its_own_name(
    full_record: ServerRecord, own: str | None, package: str, expected: str
) -> None:
    facts = replace(full_record.facts, server_name=own, name=package)
    assert configured_name(facts) == expected
