from collections.abc import Iterator
from typing import Any

import pytest

from classifier.judge import JudgeSettings, Mode
from mcp_catalogue.evaluate.judged import measure
from mcp_catalogue.model import Category
from tests.classifier.judge.cases import RULEBOOK, label, server, tool
from tests.classifier.judge.loopback import LoopbackModel, Respond, answer, completion

SERVERS = [(server(tool(), tool(description="Another.")), (label(), label()))] * 2


@pytest.fixture
def model() -> Iterator[LoopbackModel]:
    running = LoopbackModel()
    yield running
    running.stop()


def test_cost_answers_and_flips_are_counted(model: LoopbackModel) -> None:
    def script(_body: Any, number: int) -> Respond:
        if number == 1:
            return Respond(body=completion("no JSON"))
        return Respond(body=completion(answer("Write" if number <= 4 else "Destructive")))

    model.script = script
    settings = JudgeSettings(model="m", mode=Mode.ALL, price_in=1.0, price_out=10.0, concurrency=1)
    servers = [(server(tool(description=f"{n}.")), (label(),)) for n in range(4)]
    labels, figures = measure(servers, settings, RULEBOOK, twice=True, client=model.client)
    assert [each[0].primary for each in labels] == [Category.WRITE] * 4
    assert (figures.tools, figures.answered, figures.calls) == (4, 3, 4)
    assert figures.cost_per_1000 == pytest.approx(1000 * (900 * 1 + 100 * 10) / 1e6)
    assert figures.flips == 3
    assert figures.failures == {"malformed": 1}
    assert len(model.requests) == 8


def test_one_run_knows_nothing_of_flips(model: LoopbackModel) -> None:
    settings = JudgeSettings(model="m", mode=Mode.ALL)
    _, figures = measure(SERVERS, settings, RULEBOOK, client=model.client)
    assert (figures.flips, figures.cost_per_1000, figures.stopped) == (None, None, None)
    assert figures.calls == len(model.requests)
