"""What can go wrong between us and a real HTTP endpoint; each is a value, counted, and the label stays."""

from collections.abc import Callable
from typing import Any

import pytest

from classifier.judge import Judge, JudgeSettings, Mode
from classifier.judge.answer import Failure
from mcp_catalogue.errors import JudgeError
from mcp_catalogue.model import Category, Classification, JudgeRun
from tests.classifier.judge.cases import RULEBOOK, label, server, tool
from tests.classifier.judge.loopback import LoopbackModel, Respond, answer, completion

REVIEWED = (server(tool()), (label(),))


def run(model: LoopbackModel, *, client: dict[str, Any] | None = None, **chosen: Any) -> tuple[Judge, Classification]:
    settings = JudgeSettings(**{"model": "m", "mode": Mode.ALL, **chosen})
    with Judge(settings, rulebook=RULEBOOK, client=model.client(**(client or {}))) as judge:
        (after,), _ = judge.review(*REVIEWED)
    return judge, after


def fixed(respond: Respond) -> Callable[[Any, int], Respond]:
    return lambda _body, _number: respond


@pytest.mark.parametrize(
    ("respond", "failure"),
    [
        (Respond(body=completion(None, refusal="I cannot help with that.")), Failure.REFUSED),
        (Respond(body=completion("x", finish="content_filter")), Failure.REFUSED),
        (Respond(body=completion("")), Failure.EMPTY),
        (Respond(body=completion(None)), Failure.EMPTY),
        (Respond(body=completion(answer()[:40], finish="length")), Failure.TRUNCATED),
        (Respond(body=completion(answer()[:40])), Failure.MALFORMED),
        (Respond(body=completion("It is Read.")), Failure.MALFORMED),
        (Respond(body=completion("[" * 100_000)), Failure.MALFORMED),
        (Respond(body=completion(answer(extra=1))), Failure.MALFORMED),
        (Respond(body=completion(answer(rationale="See https://example.org"))), Failure.MALFORMED),
        (Respond(body=completion(answer(rationale=" \u200b"))), Failure.MALFORMED),
        (Respond(body=completion(answer("Harmless"))), Failure.UNKNOWN_LABEL),
        (Respond(body=completion(answer(also=["Evil"]))), Failure.UNKNOWN_LABEL),
        (Respond(body=completion(answer(signals=["fine"]))), Failure.UNKNOWN_LABEL),
        (Respond(body=completion(answer(rationale="x" * 5000))), Failure.OVERLONG),
        (
            Respond(body=completion(answer(quotes=[{"pointer": "/name", "quote": "archive_note"}] * 50))),
            Failure.OVERLONG,
        ),
        (Respond(body=completion(answer(quotes=[]))), Failure.UNQUOTED),
        (Respond(body=completion(answer(quotes=[{"pointer": "/name", "quote": "reads"}]))), Failure.UNVERIFIED),
        (Respond(body=completion(answer(quotes=[{"pointer": "/name", "quote": " "}]))), Failure.UNVERIFIED),
        (Respond(body=completion(answer(quotes=[{"pointer": "/name", "quote": "a"}]))), Failure.UNVERIFIED),
        (Respond(body=completion(answer(quotes=[{"pointer": "/x", "quote": "Notes of a team"}]))), Failure.UNVERIFIED),
        (Respond(body=b"{}"), Failure.NOT_AN_ANSWER),
        (Respond(body=b'{"choices": []}'), Failure.NOT_AN_ANSWER),
        (Respond(body=b"<html>busy</html>", content_type="text/html"), Failure.NOT_AN_ANSWER),
        (Respond(body=b"\xff\xfe\x00"), Failure.NOT_AN_ANSWER),
        (Respond(status=400, body=b'{"error": {"message": "no"}}'), Failure.BAD_REQUEST),
        (Respond(status=413, body=b"too large", content_type="text/plain"), Failure.BAD_REQUEST),
        (Respond(status=500, body=b"oops"), Failure.SERVER_ERROR),
        (Respond(status=503, body=b""), Failure.SERVER_ERROR),
        (Respond(status=429, body=b"{}", headers={"Retry-After": "9999"}), Failure.RATE_LIMITED),
        (Respond(misbehave="drop"), Failure.UNREACHABLE),
    ],
)
def test_a_bad_answer_is_counted_and_changes_nothing(model: LoopbackModel, respond: Respond, failure: Failure) -> None:
    model.script = fixed(respond)
    judge, after = run(model)
    assert judge.meter.failures == {failure: 1}
    assert judge.meter.outcomes == {"unanswered": 1}
    assert after == label()
    assert model.paths == ["/v1/chat/completions"]


def test_an_endpoint_that_hangs_is_given_up(model: LoopbackModel) -> None:
    model.script = fixed(Respond(misbehave="hang"))
    judge, after = run(model, client={"timeout": 0.2})
    assert judge.meter.failures == {Failure.TIMEOUT: 1}
    assert after == label()


def test_an_endpoint_that_trickles_is_given_up_at_the_deadline(model: LoopbackModel) -> None:
    model.script = fixed(Respond(body=completion(answer()), misbehave="trickle"))
    judge, _ = run(model, deadline=0.3)
    assert judge.meter.failures == {Failure.TIMEOUT: 1}


def test_nothing_listens(model: LoopbackModel) -> None:
    client = model.client()
    model.stop()
    with Judge(JudgeSettings(model="m"), rulebook=RULEBOOK, client=client) as judge:
        assert judge.review(*REVIEWED) == ((label(),), None)
    assert judge.meter.failures == {Failure.UNREACHABLE: 1}


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503])
def test_a_passing_trouble_is_tried_again_after_the_time_asked_for(model: LoopbackModel, status: int) -> None:
    def script(_body: Any, number: int) -> Respond:
        return Respond(status, b"{}", {"Retry-After-Ms": "1"}) if number < 3 else Respond(body=completion(answer()))

    model.script = script
    judge, after = run(model, client={"max_retries": 3})
    assert len(model.requests) == 3
    assert judge.meter.calls == 1
    assert not judge.meter.failures
    assert after.judge is not None


@pytest.mark.parametrize(
    ("status", "body", "reason"),
    [
        (401, b"{}", "refuses the key"),
        (403, b"{}", "refuses the key"),
        (404, b"{}", "does not know the model 'm'"),
        (429, b'{"error": {"code": "insufficient_quota", "message": "q"}}', "quota"),
    ],
)
def test_what_cannot_get_better_stops_the_run(model: LoopbackModel, status: int, body: bytes, reason: str) -> None:
    model.script = fixed(Respond(status, body, {"x-should-retry": "false"}))
    many = server(*(tool(f"tool_{i}") for i in range(6)))
    with Judge(JudgeSettings(model="m", concurrency=1), rulebook=RULEBOOK, client=model.client()) as judge:
        labels, part = judge.review(many, (label(),) * 6)
    assert labels == (label(),) * 6
    assert part is None
    assert len(model.requests) == 1
    assert reason in (judge.meter.stopped or "")
    assert judge.meter.failures[Failure.NOT_ASKED] == 5


def test_an_endpoint_that_never_answers_well_counts_as_down(model: LoopbackModel) -> None:
    model.script = fixed(Respond(status=500, body=b"{}"))
    many = server(*(tool(f"tool_{i}") for i in range(20)))
    with Judge(JudgeSettings(model="m", concurrency=1), rulebook=RULEBOOK, client=model.client()) as judge:
        judge.review(many, (label(),) * 20)
    assert len(model.requests) == 8
    assert "8 times in a row" in (judge.meter.stopped or "")


@pytest.mark.parametrize("param", ["temperature", "response_format", "response_format.json_schema.strict"])
def test_an_optional_parameter_that_is_refused_is_left_out(model: LoopbackModel, param: str) -> None:
    member = param.partition(".")[0]

    def script(body: Any, _number: int) -> Respond:
        if member in body:
            return Respond(400, f'{{"error": {{"message": "unsupported", "param": "{param}"}}}}'.encode())
        return Respond(body=completion(answer()))

    model.script = script
    judge, after = run(model)
    assert after.judge is not None
    assert [member in body for body in model.requests] == [True, False]
    assert not judge.meter.failures


def test_the_length_limit_goes_by_either_name(model: LoopbackModel) -> None:
    def script(body: Any, _number: int) -> Respond:
        if "max_tokens" in body:
            return Respond(400, b'{"error": {"message": "use max_completion_tokens", "param": "max_tokens"}}')
        return Respond(body=completion(answer()))

    model.script = script
    run(model, answer_tokens=77)
    assert [body.get("max_completion_tokens") for body in model.requests] == [None, 77]


def test_the_request_carries_the_prompt_the_schema_and_the_specimen(model: LoopbackModel) -> None:
    run(model)
    (body,) = model.requests
    system, user = body["messages"]
    assert system["role"] == "system"
    assert "archive_note" not in system["content"]
    assert user["content"].startswith("<<<specimen ")
    assert body["response_format"]["json_schema"]["strict"] is True
    assert body["temperature"] == 0


def test_the_part_of_the_judge_is_told(model: LoopbackModel) -> None:
    with Judge(JudgeSettings(model="m"), rulebook=RULEBOOK, client=model.client()) as judge:
        _, part = judge.review(*REVIEWED)
    assert part == JudgeRun(model="m", prompt="label@1 confirm@1", calls=1, tokens=1000)


def test_an_endpoint_without_usage_is_estimated(model: LoopbackModel) -> None:
    model.script = fixed(Respond(body=completion(answer(), usage=False)))
    judge, _ = run(model)
    assert judge.meter.tokens_in > 500
    assert judge.meter.tokens_out > 20


def test_without_an_endpoint_the_user_is_told_what_to_set(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.delenv("OPENAI_BASE_URL", raising=False)
    with (
        Judge(JudgeSettings(model="m"), rulebook=RULEBOOK) as judge,
        pytest.raises(JudgeError, match="OPENAI_API_KEY"),
    ):
        judge.review(*REVIEWED)


def test_a_local_endpoint_needs_no_key(model: LoopbackModel, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    monkeypatch.setenv("OPENAI_BASE_URL", model.url)
    with Judge(JudgeSettings(model="m"), rulebook=RULEBOOK) as judge:
        (after,), _ = judge.review(*REVIEWED)
    assert after.judge is not None
    assert after.judge.primary is Category.WRITE
