import time

from crawler.effects.cost import following, metered


def _work() -> None:
    started = time.process_time()
    while time.process_time() == started:
        sum(range(1000))


def test_a_meter_counts_what_is_followed_inside_it_alone() -> None:
    with metered() as meter:
        _work()
        assert meter.seconds == 0
        with following():
            _work()
    spent = meter.seconds
    assert spent > 0
    with following():
        _work()
    assert meter.seconds == spent
