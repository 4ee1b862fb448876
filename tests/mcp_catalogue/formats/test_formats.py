import json
from dataclasses import replace
from pathlib import Path

import jsonschema

from mcp_catalogue.formats import crossed, listing, markdown, riskiest_first, sarif
from mcp_catalogue.model import Completeness, Location, ServerRecord, Severity, Status


def moved(record: ServerRecord, lines: int) -> ServerRecord:
    tools = tuple(
        replace(t, location=Location(file=t.location.file, line=t.location.line + lines) if t.location else None)
        for t in record.facts.tools
    )
    return replace(record, facts=replace(record.facts, tools=tools))


def test_riskiest_comes_first(full_record: ServerRecord) -> None:
    assert [i.tool.name for i in riskiest_first(full_record)] == ["delete_items", "list_items"]


def test_a_threshold_is_crossed_from_its_own_severity_on(full_record: ServerRecord) -> None:
    assert crossed([full_record], Severity.CRITICAL)
    harmless = replace(
        full_record,
        facts=replace(full_record.facts, tools=full_record.facts.tools[:1]),
        classifications=full_record.classifications[:1],
    )
    assert not crossed([harmless], Severity.MEDIUM)
    assert crossed([harmless], Severity.LOW)


def test_the_listing_has_a_line_per_tool_with_everything_in_it(full_record: ServerRecord) -> None:
    lines = [line.plain for line in listing(full_record)]
    assert len(lines) == 4
    for part in ("critical", "Destructive, also Write", "medium", "delete_items", "src/a b.py:10", "It says"):
        assert part in lines[2]
    assert "1 registrations unresolved" in lines[1]


def test_the_listing_never_prints_control_characters(full_record: ServerRecord) -> None:
    for line in listing(full_record):
        assert line.plain.isprintable()
        assert "\u202e" not in line.plain


def test_the_listing_is_cut_to_a_terminal_only(full_record: ServerRecord) -> None:
    assert all(line.cell_len <= 40 for line in listing(full_record, width=40))
    assert any(line.cell_len > 150 for line in listing(full_record))


def test_a_server_without_tools_is_still_told(full_record: ServerRecord) -> None:
    done = Completeness(status=Status.UNREADABLE, enumerated=0)
    empty = replace(full_record, facts=replace(full_record.facts, tools=(), completeness=done), classifications=())
    assert "unreadable" in [line.plain for line in listing(empty)][1]
    assert "unreadable" in markdown([empty])
    assert sarif([empty])["runs"][0]["results"] == []


def test_markdown_shows_hostile_words_as_words(full_record: ServerRecord) -> None:
    page = markdown([full_record])
    assert "<img" not in page
    assert "@someone" not in page
    assert "](https://" not in page
    assert "https://evil" not in page
    assert "\u202e" not in page
    rows = [line for line in page.splitlines() if line.startswith("|")]
    assert len(rows) == 4
    for row in rows:
        assert row.replace("\\|", "").count("|") == 7


def test_markdown_code_spans_hold_backticks_and_bars(full_record: ServerRecord) -> None:
    tools = (replace(full_record.facts.tools[0], name="a`b|c``"), full_record.facts.tools[1])
    page = markdown([replace(full_record, facts=replace(full_record.facts, tools=tools))])
    assert "``` a`b\\|c`` ```" in page


def test_sarif_names_rules_places_and_gaps(full_record: ServerRecord) -> None:
    log = sarif([full_record])
    (run,) = log["runs"]
    rules = run["tool"]["driver"]["rules"]
    assert log["version"] == "2.1.0"
    assert [r["id"] for r in rules] == ["claims-disagree", "destructive-critical", "read-low"]
    for result in run["results"]:
        assert rules[result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["message"]["text"].isprintable()
        (place,) = result["locations"]
        assert place["physicalLocation"]["artifactLocation"]["uri"] == "src/a%20b.py"
        assert place["physicalLocation"]["region"]["startLine"] > 0
    levels = {r["ruleId"]: r["level"] for r in run["results"]}
    assert levels == {"destructive-critical": "error", "claims-disagree": "warning", "read-low": "note"}
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert len(notes) == 2
    assert json.loads(json.dumps(log)) == log


def test_sarif_has_the_standards_form(full_record: ServerRecord) -> None:
    schema = json.loads((Path(__file__).parent / "fixtures" / "sarif-used.schema.json").read_bytes())
    check = jsonschema.Draft202012Validator(schema)
    nowhere = tuple(replace(t, location=None, name="") for t in full_record.facts.tools)
    bare = replace(full_record, facts=replace(full_record.facts, tools=nowhere))
    for records in ([full_record], [bare, full_record], []):
        check.validate(json.loads(json.dumps(sarif(records))))


def test_fingerprints_survive_moved_lines_and_tell_results_apart(full_record: ServerRecord) -> None:
    def prints(record: ServerRecord) -> list[dict[str, str]]:
        return [r["partialFingerprints"] for r in sarif([record])["runs"][0]["results"]]

    before = prints(full_record)
    assert prints(moved(full_record, 7)) == before
    assert len({json.dumps(p) for p in before}) == len(before)


def test_an_alert_about_another_label_is_another_alert(full_record: ServerRecord) -> None:
    milder = replace(full_record.classifications[1], severity=Severity.HIGH)
    changed = replace(full_record, classifications=(full_record.classifications[0], milder))
    one, other = (sarif([r])["runs"][0]["results"][0]["partialFingerprints"] for r in (full_record, changed))
    assert one != other
