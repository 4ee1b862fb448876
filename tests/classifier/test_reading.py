"""Names, operations, quotes with their places, hostile input, and the loader that refuses."""

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from classifier import Classifier
from classifier.names import read_name, tokenize
from classifier.rulebook import load
from classifier.text import fold
from classifier.words import lexicon
from mcp_catalogue.errors import DataError
from mcp_catalogue.model import Category, Classification, ServerFacts, Tool

Label = Callable[..., Classification]
RULE = (Path(load.__code__.co_filename).parent / "rules" / "deletes-records.toml").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "tokens"),
    [
        ("get_user", [["get", "user"]]),
        ("getHTTPStatus", [["get", "http", "status"]]),
        ("TwilioApiV2010--DeleteCall", [["twilio", "api", "v", "2010"], ["delete", "call"]]),
        ("records.bulkRemove", [["records"], ["bulk", "remove"]]),
        ("k8s-pod-logs", [["k8s", "pod", "logs"]]),
        ("s3_list", [["s3", "list"]]),
        ("", []),
        ("___", []),
    ],
)
def test_tokens(name: str, tokens: list[list[str]]) -> None:
    assert [list(s) for s in tokenize(name)] == tokens


@pytest.mark.parametrize(
    ("name", "action", "noun"),
    [
        ("asana_get_task", "retrieve", "task"),
        ("d1_database_delete", "delete", "d1 database"),
        ("records.bulkRemove", "remove", "records"),
        ("list_deletes", "retrieve", "deletes"),
        ("merge_pull_request", "merge", "pull request"),
        ("pull_request_read", "retrieve", "pull request"),
        ("order_cancel", "cancel", "order"),
    ],
)
def test_action_and_object(name: str, action: str, noun: str) -> None:
    phrase = read_name(name, frozenset({"asana"}), lexicon()).phrases[0]
    assert (phrase.action, phrase.noun) == (action, noun)


@pytest.mark.parametrize("name", ["payment_status", "transfer_quote", "order_history", "account_balance"])
def test_information_is_no_action(name: str) -> None:
    read = read_name(name, frozenset(), lexicon())
    assert read.noun_only
    assert read.information


def test_each_value_of_an_operation_gets_its_own_label(label: Label) -> None:
    values = ["list", "create", "run", "delete", "refund"]
    found = label("payments", "Work with payments", parameters={"action": {"type": "string", "enum": values}})
    assert {o.value: str(o.primary) for o in found.operations} == {
        "list": "Read",
        "create": "Financial",
        "run": "Financial",
        "delete": "Destructive",
        "refund": "Financial",
    }
    assert found.primary is Category.FINANCIAL
    assert Category.DESTRUCTIVE in {a.category for a in found.also}
    quoted = {e.pointer: e.quote for e in found.evidence if e.pointer and "/enum/" in e.pointer}
    assert quoted["/input_schema/properties/action/enum/3"] == "delete"


def test_quotes_stay_verbatim_under_folding(label: Label) -> None:
    text = "🗑️ D\u0435l\u200bete a “Record”… for good"
    found = label("f1", text)
    assert found.primary is Category.DESTRUCTIVE
    assert all(e.quote in text for e in found.evidence if e.pointer == "/description")


@pytest.mark.parametrize("text", ["İstanbul'u sil", "ﬁle", "…", "½ price", "ẞ", "x" * 60_000, "𝐃elete a file"])
def test_folding_keeps_places(text: str) -> None:
    folded = fold(text)
    assert folded.cut(0, len(folded.text)) == folded.original
    assert len(folded.text) <= len(text)


@pytest.mark.parametrize(
    "text",
    [
        "delete " * 200_000,
        "a" * 1_000_000,
        "(" * 100_000,
        "删除" * 100_000,
        "\u202e" * 50_000,
        "and, or / " * 100_000,
        "\x00\ud800",
        "",
        "   \n\t",
    ],
    ids=["words", "letters", "brackets", "chinese", "marks", "joints", "broken", "empty", "blank"],
)
def test_hostile_text_ends_in_a_label(label: Label, text: str) -> None:
    found = label("x" * 10_000, text, title=text, parameters={text[:50] or "a": {"description": text}})
    assert len(found.rationale) < 12_000


@pytest.mark.parametrize(
    "schema",
    [
        {"properties": []},
        {"properties": {"a": None, "action": {"enum": [1, None, "delete"], "type": ["null", 3]}}},
        {"anyOf": [{"anyOf": [{"anyOf": [{"properties": {"a": {}}}]}]}]},
        {"properties": {f"p{i}": {"type": "string"} for i in range(5000)}},
        {"items": {"items": {"items": 3}}, "oneOf": "x"},
    ],
)
def test_broken_schemas_are_read_as_far_as_they_go(
    classifier: Classifier, facts_of: Callable[..., ServerFacts], schema: dict[str, Any]
) -> None:
    assert classifier.server(facts_of("server", Tool(name="thing", input_schema=schema)))[0].rationale


def test_a_deep_schema_ends(classifier: Classifier, facts_of: Callable[..., ServerFacts]) -> None:
    schema: dict[str, Any] = {}
    for _ in range(5000):
        schema = {"properties": {"a": schema}}
    assert classifier.server(facts_of("server", Tool(name="get_thing", input_schema=schema)))[0].primary == "Read"


def test_a_classifier_can_be_sent_to_a_worker(classifier: Classifier, facts_of: Callable[..., ServerFacts]) -> None:
    facts = facts_of("server", Tool(name="cancel_order", description="Cancel an order"))
    again = pickle.loads(pickle.dumps(classifier))
    assert again.server(facts) == classifier.server(facts)
    assert again.rulebook.digest == classifier.rulebook.digest


def test_explaining_tells_the_steps(classifier: Classifier) -> None:
    trace = classifier.explain(Tool(name="delete_user", description="Delete a user"))
    assert trace.label.primary is Category.DESTRUCTIVE
    assert any("deletes-records claims Destructive" in step for step in trace.steps)
    assert trace.steps[-1] == "Destructive, critical, confidence high"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (("[[matching]]", "[[other]]"), "needs at least one"),
        (('category = "Destructive"', ""), "either a category or a signal"),
        (('category = "Destructive"', 'category = "Bad"'), "Bad"),
        (('strength = "strong"', "strength = "), "deletes-records.toml"),
        (('actions = ["delete"]', 'text = ["("]'), "pattern"),
        (('actions = ["delete"]', "bare = true"), "looks at nothing"),
        (('id = "deletes-records"', 'id = "else"'), "must be named else.toml"),
    ],
)
def test_the_loader_refuses(tmp_path: Path, change: tuple[str, str], message: str) -> None:
    assert change[0] in RULE
    (tmp_path / "deletes-records.toml").write_text(RULE.replace(*change), encoding="utf-8")
    with pytest.raises(DataError, match=message):
        load(tmp_path)


def test_a_folder_without_rules_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no rules in"):
        load(tmp_path)
