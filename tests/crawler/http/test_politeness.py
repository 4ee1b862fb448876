import threading

import pytest

from crawler.http import HostLimit, Politeness
from mcp_catalogue.errors import FetchError


class Clock:
    def __init__(self) -> None:
        self.now = 100.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


def make(clock: Clock, **hosts: HostLimit) -> Politeness:
    return Politeness(hosts={"registry.example": hosts["limit"]} if hosts else None, clock=clock, sleep=clock.sleep)


def test_requests_to_one_host_keep_their_distance() -> None:
    clock = Clock()
    politeness = make(clock, limit=HostLimit(per_second=2))
    for _ in range(3):
        with politeness.turn("registry.example", 60):
            pass
    with politeness.turn("other.example", 60):
        pass
    assert clock.slept == [0.5, 0.5]


def test_a_pause_holds_for_every_request_to_that_host_and_no_other() -> None:
    clock = Clock()
    politeness = make(clock)
    politeness.refused("registry.example", 30, longest=60)
    with politeness.turn("other.example", 60):
        assert clock.slept == []
    with politeness.turn("registry.example", 60):
        assert clock.slept == [30]
    with politeness.turn("registry.example", 60):
        assert clock.slept == [30]


def test_a_pause_longer_than_the_patience_is_an_error() -> None:
    clock = Clock()
    politeness = make(clock)
    for _ in range(5):
        politeness.refused("registry.example", 1000, longest=60)
    with pytest.raises(FetchError, match="pause of 1000 s"), politeness.turn("registry.example", 60):
        pass


def test_no_more_requests_at_once_than_allowed() -> None:
    politeness = make(Clock(), limit=HostLimit(concurrent=2))
    inside, most = 0, 0
    lock, go = threading.Lock(), threading.Barrier(6)

    def work() -> None:
        nonlocal inside, most
        go.wait()
        for _ in range(50):
            with politeness.turn("registry.example", 60):
                with lock:
                    inside += 1
                    most = max(most, inside)
                with lock:
                    inside -= 1

    threads = [threading.Thread(target=work) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert 1 <= most <= 2


def test_one_address_that_asks_for_a_day_does_not_stop_its_host() -> None:
    clock = Clock()
    politeness = make(clock)
    for _ in range(10):
        politeness.refused("registry.example", 86_400, longest=60)
        politeness.accepted("registry.example")
        with politeness.turn("registry.example", 60):
            pass
    assert clock.slept == []
