from typing import List

import pytest
from fer_agent.cameras.timeline import LONGEST_STEP_S, Timeline
from hypothesis import given
from hypothesis import strategies as st

FPS = 25


def walked(stamps: List[float]) -> List[float]:
    timeline = Timeline(FPS)
    return [timeline.at(stamp) for stamp in stamps]


def test_time_stamps_are_followed_from_the_first_frame_on() -> None:
    assert walked([5.0, 5.04, 5.24, 6.0]) == pytest.approx([0, 0.04, 0.24, 1.0])


@pytest.mark.parametrize("next_stamp", [0.0, 1.0, 0.99, 90000.0, 1.0 + LONGEST_STEP_S + 0.1])
def test_after_a_step_back_a_stall_or_a_jump_time_goes_on_by_one_frame(next_stamp: float) -> None:
    assert walked([0.9, 1.0, next_stamp, next_stamp + 0.04]) == pytest.approx([0, 0.1, 0.14, 0.18])


@given(st.lists(st.floats(-1e6, 1e6), min_size=2, max_size=50))
def test_time_always_goes_on_and_never_far(stamps: List[float]) -> None:
    steps = [after - before for before, after in zip(walked(stamps), walked(stamps)[1:])]
    assert all(0 <= step <= LONGEST_STEP_S * (1 + 1e-9) for step in steps)
