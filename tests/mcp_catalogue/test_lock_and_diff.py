from dataclasses import replace
from pathlib import Path

import msgspec
import pytest

from mcp_catalogue.diff import Difference, Kind, difference
from mcp_catalogue.entries import to_entry
from mcp_catalogue.errors import DataError
from mcp_catalogue.formats.changes import change_lines, change_table
from mcp_catalogue.lock import lock_text, read_entries
from mcp_catalogue.model import (
    Category,
    Classification,
    Location,
    ServerId,
    ServerRecord,
    Severity,
    Signal,
    SignalId,
    Tool,
)
from mcp_catalogue.policy import decide


def with_tools(record: ServerRecord, *pairs: tuple[Tool, Classification]) -> ServerRecord:
    facts = replace(record.facts, tools=tuple(t for t, _ in pairs))
    return replace(record, facts=facts, classifications=tuple(c for _, c in pairs))


def pairs(record: ServerRecord) -> list[tuple[Tool, Classification]]:
    return list(zip(record.facts.tools, record.classifications, strict=True))


def changed(record: ServerRecord, index: int, tool: Tool, label: Classification) -> Difference:
    listed = pairs(record)
    listed[index] = (tool, label)
    return difference([record], [with_tools(record, *listed)])


def test_a_lock_file_reads_back_as_what_was_locked(full_record: ServerRecord, tmp_path: Path) -> None:
    path = tmp_path / "mcp-lock.json"
    path.write_text(lock_text([full_record], decide), encoding="utf-8")
    again = read_entries(path)
    assert difference([full_record], again) == Difference(servers_added=(), servers_removed=(), tools=())
    assert {t.name for t in again[0].facts.tools} == {"delete_items", "list_items"}


def test_the_order_in_the_source_does_not_show(full_record: ServerRecord) -> None:
    turned = with_tools(full_record, *reversed(pairs(full_record)))
    assert lock_text([turned], decide) == lock_text([full_record], decide)
    two = replace(full_record, facts=replace(full_record.facts, id=ServerId("pkg:npm/a")))
    assert lock_text([full_record, two], decide) == lock_text([two, full_record], decide)


@pytest.mark.parametrize("form", ["lines", "entry"])
def test_entries_are_read_in_other_forms_too(full_record: ServerRecord, tmp_path: Path, form: str) -> None:
    line = msgspec.json.encode(to_entry(full_record, decide))
    path = tmp_path / "entries"
    path.write_bytes(line + b"\n" + line + b"\n" if form == "lines" else line)
    assert len(read_entries(path)) == (2 if form == "lines" else 1)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"null", b"{}", b'{"servers": [1]}', b'{"servers": [{}]}', b"\xff\xfe", b'{"tools": []}'],
)
def test_what_is_no_lock_file_is_told_in_one_line(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "x.json"
    path.write_bytes(content)
    if content == b"":  # no line, no entry
        assert read_entries(path) == []
        return
    with pytest.raises(DataError) as told:
        read_entries(path)
    assert str(path) in str(told.value)
    assert "\n" not in str(told.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="cannot be opened"):
        read_entries(tmp_path / "none.json")


def test_a_new_and_a_gone_tool(full_record: ServerRecord) -> None:
    less = with_tools(full_record, pairs(full_record)[0])
    (added,) = difference([less], [full_record]).tools
    (removed,) = difference([full_record], [less]).tools
    assert (added.kind, added.rose_to) == (Kind.ADDED, Severity.CRITICAL)
    assert (removed.kind, removed.rose_to) == (Kind.REMOVED, None)


def test_a_moved_line_is_no_change(full_record: ServerRecord) -> None:
    tool, label = pairs(full_record)[0]
    assert not changed(full_record, 0, replace(tool, location=Location(file="z.py", line=99)), label).tools


def test_a_changed_definition_names_its_parts(full_record: ServerRecord) -> None:
    tool, label = pairs(full_record)[0]
    (change,) = changed(full_record, 0, replace(tool, description="Other.", title="T"), label).tools
    assert (change.kind, change.parts, change.rose_to) == (Kind.CHANGED, ("title", "description"), None)


def test_only_a_worse_label_crosses_a_threshold(full_record: ServerRecord) -> None:
    tool, label = pairs(full_record)[0]
    worse = replace(label, primary=Category.WRITE, severity=Severity.MEDIUM)
    up = changed(full_record, 0, tool, worse)
    assert up.tools[0].kind is Kind.RELABELLED
    assert up.crosses(Severity.MEDIUM)
    assert not up.crosses(Severity.HIGH)
    tool, label = pairs(full_record)[1]
    down = changed(full_record, 1, tool, replace(label, severity=Severity.HIGH))
    assert down.tools
    assert not down.crosses(Severity.LOW)


def test_words_that_now_hide_an_instruction_cross_at_the_tools_severity(full_record: ServerRecord) -> None:
    tool, label = pairs(full_record)[1]
    hiding = replace(label, signals=(Signal(id=SignalId("hidden-instructions"), floor=Severity.HIGH),))
    found = changed(full_record, 1, replace(tool, description="New."), hiding)
    assert found.tools[0].hides
    assert found.crosses(Severity.CRITICAL)
    still = difference([with_tools(full_record, (tool, hiding))], [with_tools(full_record, (tool, hiding))])
    assert not still.tools


def test_one_server_on_each_side_is_compared_whatever_its_id(full_record: ServerRecord) -> None:
    other = replace(full_record, facts=replace(full_record.facts, id=ServerId("local:shop")))
    assert not difference([full_record], [other]).tools
    found = difference([full_record], [other, full_record])
    assert found.servers_added == ("local:shop",)
    assert len(found.tools) == 2


def test_changes_are_told_in_lines_and_in_a_table(full_record: ServerRecord, hostile: str) -> None:
    tool, label = pairs(full_record)[0]
    renamed = replace(tool, name=hostile)
    found = difference([full_record], [with_tools(full_record, (renamed, label), pairs(full_record)[1])])
    lines = list(change_lines(found))
    assert [line[0] for line in lines] == ["+", "-"]
    assert all(line.isprintable() for line in lines)
    table = change_table(found)
    assert "list_items" in table
    assert "gone, was Read" in table
    rows = [line for line in table.splitlines() if line.startswith("|")]
    assert all(row.replace("\\|", "").count("|") == 5 for row in rows)
    assert list(change_lines(difference([], []))) == ["no change"]
    assert change_table(difference([], [])) == "No change.\n"
