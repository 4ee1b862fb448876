"""Whatever a server calls its tools, every format stays well-formed, in the documented form, and says what it drops."""

import json
import tomllib
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from mcp_catalogue.model import Category, Severity
from mcp_catalogue.policy import FORMATS
from mcp_catalogue.policy.ruling import ABILITIES
from tests.mcp_catalogue.policy.forms import checked, names

R, W, X, D, F = Category.READ, Category.WRITE, Category.EXECUTE, Category.DESTRUCTIVE, Category.FINANCIAL
LOW, MEDIUM, HIGH, CRITICAL = Severity.LOW, Severity.MEDIUM, Severity.HIGH, Severity.CRITICAL
LABELS = [(R, LOW), (R, HIGH), (W, MEDIUM), (W, HIGH), (X, HIGH), (D, CRITICAL), (F, CRITICAL)]
HOSTILE = [
    "*", "", " ", "a: b", "- x", "# c", "{a}", "[a]", "!!python/object:os.system", "&a *a", "yes", "null", "1e3",
    "0x1", "012", "~", "a\nb: c", 'quo"te', "quo'te", "back\\slash", "tab\t", "a.b.c", "a]\n[mcp_servers.evil",
    "取消订单", "\u202egpj", "\U000e0041tag", "\ud800", "\x7f", "\x85", "\u2028", "\ufeff", "a" * 200, "b" * 3000,
    "取" * 1500, "mcp__other__tool", "=", "<<", "on", "1_000", "1:30", "2001-01-01", ".inf", "%TAG", "@a", "`a`", "|",
    ">", "?", "__proto__", "_global",
]  # fmt: skip


@pytest.mark.parametrize("form", FORMATS)
@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_a_hostile_name_stays_a_name(form: str, name: str, tool: Any) -> None:
    for primary, severity in LABELS:
        decided = tool(name, primary, severity)
        checked(form, FORMATS[form].tool(decided, server_name="shop").text)
        checked(form, FORMATS[form].server([decided], server_name="shop", complete=True).text)


@pytest.mark.parametrize("form", FORMATS)
@given(listed=st.lists(st.tuples(st.text(max_size=30), st.sampled_from(LABELS)), max_size=8), name=st.text(max_size=20))
@settings(max_examples=40, deadline=None)
def test_any_names_at_all(form: str, listed: list[tuple[str, tuple[Category, Severity]]], name: str, tool: Any) -> None:
    decided = [tool(one, *label) for one, label in listed]
    rendered = FORMATS[form].server(decided, server_name="shop", complete=False)
    checked(form, rendered.text)
    for line in (rendered.sentence, *rendered.notes, *FORMATS[form].steps(server_name=name)):
        assert line
        assert line.isprintable()
    hostile = FORMATS[form].server(decided, server_name=name, complete=False).text
    if form in {"claude-code", "vscode", "policylayer"}:
        json.loads(hostile)
    elif form == "codex":
        assert set(tomllib.loads(hostile)) == {"mcp_servers"}
    else:
        assert set(yaml.safe_load(hostile)) <= {"version", "description", "default", "hide", "tools"}


@pytest.mark.parametrize("form", ["policylayer", "intercept", "codex"])
def test_a_name_that_no_rule_can_name_gets_none_and_a_note(form: str, tool: Any) -> None:
    rendered = FORMATS[form].server([tool("*", R, LOW), tool("ok", R, LOW)], server_name="shop", complete=True)
    assert names(form, rendered.text) == {"ok"}
    assert any("cannot be named" in note for note in rendered.notes)


@pytest.mark.parametrize("form", ["claude-code", "vscode"])
def test_names_that_the_client_writes_alike_get_the_strictest_rule(form: str, tool: Any) -> None:
    pair = [tool("a.b", R, LOW), tool("a_b", F, CRITICAL)]
    rendered = FORMATS[form].server(pair, server_name="shop", complete=True)
    assert len(names(form, rendered.text)) == 1
    assert any("a.b, a_b" in note for note in rendered.notes)
    if form == "claude-code":
        assert json.loads(rendered.text)["permissions"] == {"ask": ["mcp__shop__a_b"]}


@pytest.mark.parametrize("form", ["claude-code", "codex"])
def test_an_id_that_is_too_long_is_noted(form: str, tool: Any) -> None:
    rendered = FORMATS[form].server([tool("a" * 70, R, LOW)], server_name="shop", complete=True)
    assert any("over 64" in note for note in rendered.notes)


def test_vscode_ids_are_cut_as_the_editor_cuts_them(tool: Any) -> None:
    from mcp_catalogue.policy.vscode import tool_id  # noqa: PLC0415

    assert tool_id("OKX Trading Server", "place.order") == "mcp_okx_trading_s_place_order"
    assert len(tool_id("shop", "a" * 100)) == 64
    rendered = FORMATS["vscode"].server([tool("a" * 100, W, HIGH)], server_name="shop", complete=True)
    assert any("cut to" in note for note in rendered.notes)


def test_intercept_denies_what_it_cannot_count(tool: Any) -> None:
    rendered = FORMATS["intercept"].server([tool("notes.add", W, MEDIUM)], server_name="shop", complete=True)
    (rule,) = yaml.safe_load(rendered.text)["tools"]["notes.add"]["rules"]
    assert rule["action"] == "deny"
    assert "1 is denied" in rendered.sentence


def test_of_two_tools_of_one_name_the_strictest_ruling_stands(tool: Any) -> None:
    pair = [tool("run", R, LOW), tool("run", D, CRITICAL)]
    for listed in (pair, pair[::-1]):
        text = FORMATS["intercept"].server(listed, server_name="shop", complete=True).text
        assert yaml.safe_load(text)["hide"] == ["run"]


@pytest.mark.parametrize("form", FORMATS)
def test_conditional_tools_are_told_and_kept_strict(form: str, tool: Any) -> None:
    rendered = FORMATS[form].server([tool("x", R, LOW, conditional=True)], server_name="shop", complete=True)
    if form != "vscode":
        assert "only under a condition" in rendered.sentence
        assert "1 passes" not in rendered.sentence


@pytest.mark.parametrize("form", FORMATS)
def test_an_unread_server_gets_a_policy_that_lets_nothing_pass(form: str) -> None:
    rendered = FORMATS[form].server([], server_name="shop", complete=False)
    checked(form, rendered.text)
    assert "No tool" in rendered.sentence or "Tools read: 0" in rendered.sentence
    if ABILITIES[form].denies_unlisted:
        assert "denied" in rendered.sentence or "does not exist" in rendered.sentence


@pytest.mark.parametrize("form", FORMATS)
def test_every_action_has_a_fallback(form: str) -> None:
    from mcp_catalogue.model import Action  # noqa: PLC0415

    assert set(ABILITIES[form].actions) == set(Action)
    assert FORMATS[form].id == form


def test_a_pattern_is_told_in_words(shop: Any) -> None:
    text = FORMATS["intercept"].server(shop, server_name="shop", complete=True).text
    told = [rule["on_deny"] for rule in yaml.safe_load(text)["tools"]["save_file"]["rules"]]
    assert "Denied by policy: a call passes only where args.path has no part that begins with a dot." in told


def test_text_is_the_same_whatever_the_order(tool: Any) -> None:
    listed = [tool(name, *label) for name, label in zip("cabfdge", LABELS, strict=True)]
    for form in FORMATS.values():
        one = form.server(listed, server_name="shop", complete=True).text
        assert form.server(listed[::-1], server_name="shop", complete=True).text == one


def test_the_sentence_counts_what_the_text_holds(shop: Any) -> None:
    rendered = FORMATS["intercept"].server(shop, server_name="shop", complete=True)
    document = yaml.safe_load(rendered.text)
    denied = [t for t, body in document["tools"].items() if any(r.get("action") == "deny" for r in body["rules"])]
    assert f"{len(denied)} are denied" in rendered.sentence
    assert f"{len(document['hide'])} is hidden" in rendered.sentence
