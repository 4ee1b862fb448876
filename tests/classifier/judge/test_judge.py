import json
from pathlib import Path
from typing import Any

import pytest

from classifier.judge import Judge, JudgeSettings, Mode
from classifier.judge.answer import Failure
from classifier.judge.batch import export_files, import_lines
from mcp_catalogue.errors import JudgeError
from mcp_catalogue.model import Category, Confidence, DecidedBy, Decider, Digest, EvidenceKind, Strength
from tests.classifier.judge.cases import RULEBOOK, evidence, label, server, tool
from tests.classifier.judge.loopback import LoopbackModel, Respond, answer, completion

MANY = tuple(tool(f"archive_note_{i}", f"Files note {i} away.") for i in range(12))
LABELS = (label(),) * len(MANY)


def obliging(body: Any, _number: int) -> Respond:
    """Answer Write, quoting the tool's own name."""
    name = json.loads(body["messages"][1]["content"].partition("\n")[2].rpartition("\n")[0])["name"]
    return Respond(body=completion(answer(quotes=[{"pointer": "/name", "quote": name}])))


def test_unsure_reads_only_what_the_rules_are_unsure_of(model: LoopbackModel) -> None:
    model.script = obliging
    labels = (label(confidence=Confidence.HIGH), label(confidence=Confidence.MEDIUM), label())
    for mode, asked in ((Mode.OFF, 0), (Mode.UNSURE, 2), (Mode.ALL, 3)):
        model.requests.clear()
        with Judge(JudgeSettings(model="m", mode=mode), rulebook=RULEBOOK, client=model.client()) as judge:
            done, part = judge.review(server(*MANY[:3]), labels)
        assert len(model.requests) == asked
        assert [d.judge is not None for d in done] == [asked > 2, asked > 1, asked > 0]
        assert (part is None) == (asked == 0)


def test_a_persons_override_is_not_asked_about(model: LoopbackModel) -> None:
    before = label(decided_by=DecidedBy(by=Decider.OVERRIDE))
    with Judge(JudgeSettings(model="m", mode=Mode.ALL), rulebook=RULEBOOK, client=model.client()) as judge:
        assert judge.review(server(tool()), (before,)) == ((before,), None)
    assert model.requests == []


def test_a_milder_answer_costs_a_second_call_under_the_other_prompt(model: LoopbackModel) -> None:
    model.script = lambda _b, _n: Respond(body=completion(answer("Read")))
    before = label(Category.DESTRUCTIVE, evidence(Category.DESTRUCTIVE))
    with Judge(JudgeSettings(model="m"), rulebook=RULEBOOK, client=model.client()) as judge:
        (done,), part = judge.review(server(tool()), (before,))
    first, second = (body["messages"][0]["content"] for body in model.requests)
    assert first != second
    assert (done.primary, done.decided_by.by) == (Category.READ, Decider.JUDGE)
    assert part is not None
    assert part.calls == 2
    assert judge.meter.outcomes == {"lowered": 1}


def test_no_second_call_is_paid_where_it_could_change_nothing(model: LoopbackModel) -> None:
    model.script = lambda _b, _n: Respond(body=completion(answer("Read")))
    before = label(Category.WRITE, evidence(Category.WRITE, EvidenceKind.NAME, Strength.STRONG))
    with Judge(JudgeSettings(model="m"), rulebook=RULEBOOK, client=model.client()) as judge:
        (done,), _ = judge.review(server(tool()), (before,))
    assert len(model.requests) == 1
    assert done.primary is Category.WRITE
    assert done.judge is not None
    assert done.judge.dissent


def test_an_answer_is_paid_once(model: LoopbackModel, tmp_path: Path) -> None:
    model.script = obliging
    settings = JudgeSettings(model="m", cache=tmp_path / "judge" / "answers.jsonl")
    results = []
    for _ in range(2):
        with Judge(settings, rulebook=RULEBOOK, client=model.client()) as judge:
            results.append(judge.review(server(*MANY), LABELS))
    assert len(model.requests) == len(MANY)
    assert results[0] == results[1]
    assert (judge.meter.calls, judge.meter.cached) == (0, len(MANY))


def test_a_bad_answer_is_paid_once_too(model: LoopbackModel, tmp_path: Path) -> None:
    model.script = lambda _b, _n: Respond(body=completion("no JSON"))
    settings = JudgeSettings(model="m", cache=tmp_path / "answers.jsonl")
    for _ in range(2):
        with Judge(settings, rulebook=RULEBOOK, client=model.client()) as judge:
            judge.review(server(tool()), (label(),))
        assert judge.meter.failures == {Failure.MALFORMED: 1}
    assert len(model.requests) == 1


def test_input_model_and_rulebook_are_each_part_of_the_key(model: LoopbackModel, tmp_path: Path) -> None:
    model.script = obliging

    def asked(one: str, rulebook: Digest, description: str) -> int:
        before = len(model.requests)
        settings = JudgeSettings(model=one, cache=tmp_path / "answers.jsonl")
        with Judge(settings, rulebook=rulebook, client=model.client()) as judge:
            judge.review(server(tool(description=description)), (label(),))
        return len(model.requests) - before

    other = Digest("sha256:" + "1" * 64)
    runs = [("m", RULEBOOK, "d"), ("m", RULEBOOK, "d"), ("n", RULEBOOK, "d"), ("m", other, "d"), ("m", RULEBOOK, "e")]
    assert [asked(*each) for each in runs] == [1, 0, 1, 1, 1]


def test_a_run_that_was_killed_goes_on_where_it_stopped(model: LoopbackModel, tmp_path: Path) -> None:
    model.script = obliging
    path = tmp_path / "answers.jsonl"
    settings = JudgeSettings(model="m", cache=path)
    with Judge(settings, rulebook=RULEBOOK, client=model.client()) as judge:
        whole = judge.review(server(*MANY), LABELS)
    path.write_bytes(path.read_bytes()[:-30])  # the kill came in the middle of the last line
    with Judge(settings, rulebook=RULEBOOK, client=model.client()) as judge:
        assert judge.review(server(*MANY), LABELS) == whole
    assert len(model.requests) == len(MANY) + 1
    with Judge(settings, rulebook=RULEBOOK, client=model.client()) as judge:
        assert judge.review(server(*MANY), LABELS) == whole
    assert len(model.requests) == len(MANY) + 1


def test_a_cache_full_of_rubbish_is_no_obstacle(model: LoopbackModel, tmp_path: Path) -> None:
    path = tmp_path / "answers.jsonl"
    path.write_bytes(b'\xff\xfe\n{"key":"zz"}\n{"key":"' + b"0" * 64 + b'","reply":17}\n\n')
    model.script = obliging
    with Judge(JudgeSettings(model="m", cache=path), rulebook=RULEBOOK, client=model.client()) as judge:
        judge.review(server(*MANY), LABELS)
    assert judge.meter.calls == len(MANY)


def test_a_cache_that_cannot_be_opened_is_told_in_one_line(tmp_path: Path) -> None:
    with pytest.raises(JudgeError, match="cannot be used"):
        Judge(JudgeSettings(model="m", cache=tmp_path), rulebook=RULEBOOK)


def test_the_limit_on_tokens_stops_cleanly(model: LoopbackModel) -> None:
    model.script = obliging
    settings = JudgeSettings(model="m", max_tokens=8_000, answer_tokens=500, concurrency=1)
    with Judge(settings, rulebook=RULEBOOK, client=model.client()) as judge:
        labels, _ = judge.review(server(*MANY), LABELS)
    assert 0 < judge.meter.calls < len(MANY)
    assert judge.meter.tokens_in + judge.meter.tokens_out <= 8_000
    assert judge.meter.stopped == "the limit of 8000 tokens is reached"
    assert judge.meter.failures[Failure.NOT_ASKED] == len(MANY) - judge.meter.calls
    assert sum(each.judge is not None for each in labels) == judge.meter.calls


def test_the_limit_on_cost_stops_cleanly(model: LoopbackModel) -> None:
    model.script = obliging
    settings = JudgeSettings(model="m", max_cost=0.02, price_in=5.0, price_out=15.0, answer_tokens=200)
    with Judge(settings, rulebook=RULEBOOK, client=model.client()) as judge:
        judge.review(server(*MANY), LABELS)
    spent = judge.meter.cost(settings)
    assert spent is not None
    assert 0 < spent <= 0.02
    assert judge.meter.calls < len(MANY)
    assert judge.meter.stopped == "the limit of 0.02 in cost is reached"


def test_a_limit_on_cost_needs_prices() -> None:
    with pytest.raises(JudgeError, match="prices"):
        Judge(JudgeSettings(model="m", max_cost=1.0), rulebook=RULEBOOK)


def test_a_plan_sends_nothing_and_knows_what_is_paid(model: LoopbackModel, tmp_path: Path) -> None:
    model.script = obliging
    settings = JudgeSettings(model="m", cache=tmp_path / "a.jsonl", price_in=1.0, price_out=2.0, answer_tokens=100)
    with Judge(settings, rulebook=RULEBOOK, client=model.client()) as judge:
        plan = judge.plan([(server(*MANY), LABELS)])
        assert model.requests == []
        assert (plan.tools, plan.questions, plan.tokens_out) == (12, 12, 1200)
        assert plan.cost == pytest.approx((plan.tokens_in + 2 * 1200) / 1e6)
        judge.review(server(*MANY), LABELS)
        assert judge.plan([(server(*MANY), LABELS)]).questions == 0


def test_servers_come_back_in_order(model: LoopbackModel) -> None:
    model.script = obliging
    servers = [(server(each), (label(),)) for each in MANY * 3]
    with Judge(JudgeSettings(model="m", concurrency=4), rulebook=RULEBOOK, client=model.client()) as judge:
        done = list(judge.review_all(iter(servers)))
    assert [facts for facts, _, _ in done] == [facts for facts, _ in servers]
    assert all(labels[0].judge is not None for _, labels, _ in done)


def test_offline_answers_come_from_the_cache_alone(model: LoopbackModel) -> None:
    with Judge(JudgeSettings(model="m", offline=True), rulebook=RULEBOOK, client=model.client()) as judge:
        judge.review(server(tool()), (label(),))
    assert judge.meter.failures == {Failure.NOT_ASKED: 1}
    assert model.requests == []


def test_a_batch_gives_the_same_labels_as_calls(model: LoopbackModel, tmp_path: Path) -> None:
    model.script = lambda _b, _n: Respond(body=completion(answer("Read")))
    facts, before = server(tool()), (label(Category.EXECUTE, evidence(Category.EXECUTE)),)
    with Judge(JudgeSettings(model="m"), rulebook=RULEBOOK, client=model.client()) as judge:
        called = judge.review(facts, before)
    live = list(model.requests)
    settings = JudgeSettings(model="m", offline=True, cache=tmp_path / "answers.jsonl")
    sent: list[Any] = []
    with Judge(settings, rulebook=RULEBOOK) as judge:
        for _ in range(3):  # first questions, second questions, nothing left
            lines = [json.loads(line) for _, line in export_files(judge.missing([(facts, before)]), settings)]
            sent += lines
            answers = [_batch_answer(line["custom_id"]) for line in lines]
            assert import_lines(answers, judge).kept == len(lines)
        assert judge.review(facts, before) == called
    assert [line["body"] for line in sent] == live
    assert {(line["method"], line["url"]) for line in sent} == {("POST", "/v1/chat/completions")}


def _batch_answer(key: str, status: int = 200) -> bytes:
    body = json.loads(completion(answer("Read")))
    response = {"status_code": status, "request_id": "r", "body": body}
    return json.dumps({"id": "b", "custom_id": key, "response": response, "error": None}).encode()


def test_a_batch_line_that_is_no_answer_is_counted() -> None:
    key = "a" * 64
    failed = {"id": "b", "custom_id": key, "response": None, "error": {"code": "batch_expired"}}
    odd = {"id": "b", "custom_id": key, "response": {"status_code": 200, "body": "busy"}, "error": None}
    lines = [
        _batch_answer(key),
        b"",
        b"not JSON",
        _batch_answer("../../etc"),
        _batch_answer(key, status=400),
        json.dumps(failed).encode(),
        json.dumps(odd).encode(),
    ]
    with Judge(JudgeSettings(model="m", offline=True), rulebook=RULEBOOK) as judge:
        result = import_lines(lines, judge)
    assert result.kept == 1
    assert result.left_out == {
        "not a line of a batch": 1,
        "unknown custom_id": 1,
        "status 400": 1,
        "request failed": 1,
        "not a chat completion": 1,
    }


def test_batch_files_stay_within_the_providers_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("classifier.judge.batch.LINES_PER_FILE", 5)
    settings = JudgeSettings(model="m", offline=True)
    with Judge(settings, rulebook=RULEBOOK) as judge:
        numbers = [number for number, _ in export_files(judge.missing([(server(*MANY), LABELS)]), settings)]
    assert numbers == [1] * 5 + [2] * 5 + [3] * 2
