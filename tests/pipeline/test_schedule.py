"""The schedule goes on whatever a round meets."""

import threading

from core.errors import Invalid
from pipeline.schedule import repeat


def test_rounds_go_on_after_errors_and_end_when_stopped() -> None:
    stopped, rounds = threading.Event(), list[int]()

    def work() -> None:
        rounds.append(len(rounds))
        if len(rounds) == 1:
            raise Invalid("a person can mend this")
        if len(rounds) == 2:
            raise ZeroDivisionError
        stopped.set()

    repeat(work, every_s=0.0, stopped=stopped)

    assert rounds == [0, 1, 2]
