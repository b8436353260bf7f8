import numpy as np
import pytest
from fer_agent.faces.contrast import stretched

LEVELS = np.linspace(0, 1, 48 * 48, dtype=np.float32).reshape(1, 1, 48, 48)


def crop(low: float, high: float) -> np.ndarray:
    return np.asarray(low + LEVELS * (high - low), np.float32)


def test_a_dark_crop_comes_to_the_whole_range() -> None:
    bright = stretched(crop(5, 40))
    assert bright.min() == 0
    assert bright.max() == 255
    assert bright.mean() == pytest.approx(127.5, abs=2)


def test_a_crop_of_good_contrast_stays_as_it_is() -> None:
    good = crop(30, 200)
    np.testing.assert_array_equal(stretched(good), good)


def test_each_crop_is_judged_by_itself() -> None:
    both = np.concatenate([crop(30, 200), crop(100, 130)])
    found = stretched(both)
    np.testing.assert_array_equal(found[0], both[0])
    assert found[1].max() - found[1].min() > 250


def test_a_crop_that_shows_nothing_and_a_batch_of_none_break_nothing() -> None:
    nothing = crop(7, 7)
    np.testing.assert_array_equal(stretched(nothing), nothing)
    assert stretched(nothing[:0]).shape == (0, 1, 48, 48)
