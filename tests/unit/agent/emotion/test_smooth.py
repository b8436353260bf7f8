import math
from typing import List, Tuple

import numpy as np
import pytest
from fakes_vision import sure_of
from fer_agent.emotion.smooth import Smoother
from fer_wire import EMOTIONS
from hypothesis import given
from hypothesis import strategies as st

HAPPY = EMOTIONS.index("happy")


def test_the_first_frame_stands_as_it_is() -> None:
    assert Smoother(0.5).update(1, sure_of(happy=0.9), 0.0)[HAPPY] == pytest.approx(0.9)


@pytest.mark.parametrize("fps", [5, 30, 120])
def test_after_the_time_constant_an_old_value_weighs_one_over_e_at_any_frame_rate(fps: int) -> None:
    smoother = Smoother(1.0)
    smoother.update(1, sure_of(happy=1.0), 0.0)
    for frame in range(1, fps + 1):
        smoothed = smoother.update(1, sure_of(happy=0.0), frame / fps)
    assert smoothed[HAPPY] == pytest.approx(1 / math.e, rel=1e-3)


def test_no_time_constant_is_no_smoothing() -> None:
    smoother = Smoother(0)
    smoother.update(1, sure_of(happy=1.0), 0.0)
    assert smoother.update(1, sure_of(happy=0.2), 0.1)[HAPPY] == pytest.approx(0.2)


def test_tracks_do_not_mix_and_a_forgotten_one_begins_anew() -> None:
    smoother = Smoother(100.0)
    smoother.update(1, sure_of(happy=1.0), 0.0)
    assert smoother.update(2, sure_of(happy=0.3), 0.1)[HAPPY] == pytest.approx(0.3)
    smoother.forget(1)
    smoother.forget(1)
    assert smoother.update(1, sure_of(happy=0.1), 0.2)[HAPPY] == pytest.approx(0.1)


shares = st.lists(st.floats(0.001, 1), min_size=7, max_size=7)


@given(st.lists(st.tuples(shares, st.floats(0, 5)), min_size=1, max_size=20))
def test_smoothed_values_are_still_probabilities(frames: List[Tuple[List[float], float]]) -> None:
    smoother, now_s = Smoother(0.5), 0.0
    for values, passed_s in frames:
        now_s += passed_s
        smoothed = smoother.update(1, np.array(values, np.float32) / np.float32(sum(values)), now_s)
        assert smoothed.sum() == pytest.approx(1, abs=1e-4)
        assert (smoothed >= 0).all()
