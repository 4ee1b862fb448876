import json

import pytest

from crawler.definition import MAX_TEXT
from crawler.manifest import read_manifest
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import ServerFacts, Status

TOOLS = [
    {"name": "read_it", "description": "Reads.", "inputSchema": {"type": "object", "properties": {"id": {}}}},
    {"name": "drop_it", "annotations": {"destructiveHint": True, "readOnlyHint": "yes", "title": "Drop"}},
]


def read(body: object, name: str = "mine") -> list[ServerFacts]:
    return list(read_manifest(json.dumps(body).encode(), name=name))


@pytest.mark.parametrize("body", [{"tools": TOOLS}, TOOLS, {"jsonrpc": "2.0", "id": 1, "result": {"tools": TOOLS}}])
def test_each_form_of_an_answer_gives_the_same_tools(body: object) -> None:
    (server,) = read(body)
    assert (server.id, server.completeness.status, server.completeness.enumerated) == (
        "manifest:mine",
        Status.COMPLETE,
        2,
    )
    drop, first = server.tools
    assert (drop.name, drop.annotations.destructiveHint, drop.annotations.title) == ("drop_it", True, "Drop")
    assert drop.annotations.readOnlyHint is None
    assert first.input_schema == TOOLS[0]["inputSchema"]
    assert first.digest.startswith("sha256:")


def test_json_lines_give_one_server_each() -> None:
    lines = b"\n".join(json.dumps({"server": s, "tools": TOOLS}).encode() for s in ("a", "b"))
    assert [s.name for s in read_manifest(lines, name="x")] == ["a", "b"]


def test_a_tool_without_a_name_is_unresolved_and_loses_nothing_else() -> None:
    (server,) = read([*TOOLS, {"description": "?"}, "text", {"name": "  "}])
    assert len(server.tools) == 2
    assert [(u.reason, u.covers) for u in server.completeness.unresolved] == [("tool-without-name", 1)] * 3
    assert server.completeness.status is Status.PARTIAL


def test_a_description_of_a_megabyte_is_cut_and_said_to_be() -> None:
    (server,) = read([{"name": "long", "description": "x" * 1_000_000}])
    assert server.tools[0].description == "x" * MAX_TEXT
    assert [u.reason for u in server.completeness.unresolved] == ["text-cut"]


def test_two_tools_of_one_name_become_variants_and_repeats_one() -> None:
    (server,) = read([*TOOLS, {"name": "drop_it", "description": "Another."}, TOOLS[0]])
    assert [(t.name, t.variant) for t in server.tools] == [("drop_it", 1), ("drop_it", 2), ("read_it", None)]


def test_values_that_canonical_json_cannot_hold_are_kept_as_text() -> None:
    text = '[{"name": "odd\\ud800", "inputSchema": {"maximum": 1e999, "minimum": -123456789012345678901234567890}}]'
    (server,) = read_manifest(text.encode(), name="x")
    assert server.tools[0].name == "odd?"
    assert server.tools[0].input_schema == {"maximum": "inf", "minimum": "-123456789012345678901234567890"}


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\xff\xfe", "not UTF-8"),
        (b"{", "not JSON"),
        (b"{}\n{", "line 2 is not JSON|no list of tools"),
        (b'{"no": 1}', "no list of tools"),
        (b"[" * 200_000, "nested too deeply"),
    ],
)
def test_what_is_no_manifest_is_refused_in_one_line(data: bytes, message: str) -> None:
    with pytest.raises(DataError, match=message):
        list(read_manifest(data, name="x"))
