from collections.abc import Iterator

import pytest

from tests.classifier.judge.loopback import LoopbackModel


@pytest.fixture
def model() -> Iterator[LoopbackModel]:
    server = LoopbackModel()
    yield server
    server.stop()
