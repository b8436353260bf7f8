import itertools
import time
from typing import Iterator, List

import pytest
from fer_agent.inference import speed
from fer_agent.inference.speed import shortest_ms


class Variant:
    """Takes as long as it is told, and longer while something else runs."""

    def __init__(self, times_ms: Iterator[float], order: List[str], name: str) -> None:
        self._times_ms, self._order, self._name = times_ms, order, name

    def latency_ms(self) -> float:
        self._order.append(self._name)
        return next(self._times_ms)


def test_what_else_the_machine_does_changes_nothing_and_all_take_turns() -> None:
    order: List[str] = []
    slow = Variant(itertools.cycle([3.0, 3.0, 40.0]), order, "slow")
    fast = Variant(itertools.cycle([90.0, 2.0, 50.0, 60.0]), order, "fast")
    assert shortest_ms([slow, fast]) == [3.0, 2.0]
    assert order == ["slow", "fast"] * (len(order) // 2)


@pytest.mark.parametrize(("step_s", "rounds"), [(0.0001, 1000), (5.0, 8)])
def test_the_slower_variants_are_the_fewer_rounds_measure_them(
    step_s: float, rounds: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: List[str] = []
    clock = itertools.count(0.0, step_s)
    monkeypatch.setattr(time, "monotonic", lambda: next(clock))
    shortest_ms([Variant(itertools.repeat(1.0), order, "one"), Variant(itertools.repeat(1.0), order, "other")])
    assert len(order) == 2 * (rounds + speed.WARM_UP_ROUNDS)
