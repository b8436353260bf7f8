"""Two models on the same faces: what one reads right and the other does not, and how likely that is by chance."""

import numpy as np
import pytest
from fer_models.evaluation.paired import mcnemar, sign_test
from hypothesis import given
from hypothesis import strategies as st


def test_only_faces_on_which_they_differ_count() -> None:
    first = np.array([True, True, True, False, True, False])
    second = np.array([True, False, False, True, True, False])
    found = mcnemar(first, second)
    assert (found.better, found.worse) == (2, 1)
    assert found.p == pytest.approx(1.0)


@pytest.mark.parametrize(("better", "worse", "p"), [(0, 0, 1.0), (5, 0, 0.0625), (1, 9, 0.021484375), (8, 8, 1.0)])
def test_the_exact_probability_is_that_of_tossed_coins(better: int, worse: int, p: float) -> None:
    assert sign_test(better, worse) == pytest.approx(p)


@given(st.integers(0, 400), st.integers(0, 400))
def test_neither_side_is_favoured_and_it_is_a_probability(better: int, worse: int) -> None:
    assert 0 < sign_test(better, worse) <= 1
    assert sign_test(better, worse) == sign_test(worse, better)
