"""A run's learning rate and averaging follow from the samples seen."""

import pytest
from fer_models.eyes.learning.schedule import Plan

PLAN = Plan(samples=10_000, batch=10, peak_rate=1e-2, last_share=0.1, warm_up=1000)


def test_the_rate_rises_to_its_peak_and_falls_to_its_last_share() -> None:
    assert PLAN.rate(0) < PLAN.rate(500) < PLAN.rate(1000)
    assert PLAN.rate(1000) == pytest.approx(1e-2)
    assert PLAN.rate(10_000) == pytest.approx(1e-3)
    assert PLAN.rate(20_000) == pytest.approx(1e-3)


def test_a_lengthened_run_goes_on_at_the_rate_of_the_longer_one() -> None:
    assert Plan(samples=20_000, warm_up=1000).rate(9000) > Plan(samples=10_000, warm_up=1000).rate(9000)


def test_the_first_steps_hardly_count_in_the_average() -> None:
    assert PLAN.keep(0) == pytest.approx(0.1)
    assert PLAN.keep(100_000) == pytest.approx(1 - 1 / PLAN.averaged_steps)
