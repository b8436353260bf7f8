"""Eqs. 2–4 of the paper, for any weights."""

import numpy as np
import pytest
from fer_models.quantization.equations import Floats, Quantized, bound, quantize, step
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

BITS = st.sampled_from([4, 8])
SHAPES = st.sampled_from([(1, 1, 1, 1), (3, 2, 3, 3), (5, 4), (2, 1, 3, 3)])
MAGNITUDES = st.floats(-1000, 1000, width=32, allow_subnormal=False)
WEIGHTS = arrays.arrays(np.float32, SHAPES, elements=MAGNITUDES)
ROUNDING = 1e-4  # float32 holds a step, and a weight of 127 steps, to about seven digits


def test_the_bounds_are_the_integers_within_half_of_all_levels() -> None:
    assert [bound(bits) for bits in (8, 4, 2)] == [127, 7, 1]


@pytest.mark.parametrize("bits", [1, 9])
def test_other_widths_are_refused(bits: int) -> None:
    with pytest.raises(ValueError, match=r"expected 2 to 8"):
        bound(bits)


def test_a_step_is_the_inverse_of_the_papers_factor() -> None:
    assert step(2.0, 8) == np.float32(1 / ((2**8 - 1) / (2 * 2.0)))
    assert step(2.0, 4) == np.float32(1 / ((2**4 - 1) / (2 * 2.0)))


@pytest.mark.parametrize(("bits", "integers"), [(8, [-127, 64, 32, 0]), (4, [-7, 4, 2, 0])])
def test_known_weights_become_the_integers_of_the_equations(bits: int, integers: list[int]) -> None:
    found = quantize(np.array([[-2.0, 1.0, 0.5, 0.0]], np.float32), bits)
    assert found.integers.tolist() == [integers]


def test_a_half_goes_to_the_even_neighbour() -> None:
    with_a_factor_of_one = np.array([[127.5, 0.5, 1.5, 2.5, -0.5]], np.float32)
    assert quantize(with_a_factor_of_one).integers.tolist() == [[127, 0, 2, 2, 0]]


@given(weights=WEIGHTS, bits=BITS, per_channel=st.booleans())
def test_no_weight_is_more_than_half_a_step_off(weights: Floats, bits: int, per_channel: bool) -> None:
    found = quantize(weights, bits, per_channel=per_channel)
    error = np.abs(found.weights.astype(np.float64) - weights)
    assert (error <= _spread(found) * (0.5 + ROUNDING)).all()


@given(weights=WEIGHTS, bits=BITS, per_channel=st.booleans())
def test_integers_stay_within_the_bounds(weights: Floats, bits: int, per_channel: bool) -> None:
    found = quantize(weights, bits, per_channel=per_channel)
    assert found.integers.dtype == np.int8
    assert np.abs(found.integers).max() <= bound(bits)
    assert found.step.shape == (weights.shape[:1] if per_channel else ())
    assert (found.step > 0).all()


@given(weights=WEIGHTS, bits=BITS, per_channel=st.booleans())
def test_negative_weights_become_the_negative_integers(weights: Floats, bits: int, per_channel: bool) -> None:
    one, other = (quantize(each, bits, per_channel=per_channel) for each in (weights, -weights))
    assert (one.integers == -other.integers).all()
    assert (one.step == other.step).all()


@given(weights=WEIGHTS, bits=BITS, per_channel=st.booleans())
def test_quantizing_again_gives_the_same_integers(weights: Floats, bits: int, per_channel: bool) -> None:
    once = quantize(weights, bits, per_channel=per_channel)
    assert (quantize(once.weights, bits, per_channel=per_channel).integers == once.integers).all()


@given(weights=WEIGHTS, bits=BITS)
def test_each_channel_is_quantized_as_if_it_were_alone(weights: Floats, bits: int) -> None:
    together = quantize(weights, bits)
    for number, channel in enumerate(weights):
        alone = quantize(channel[np.newaxis], bits, per_channel=False)
        assert (together.integers[number] == alone.integers[0]).all()
        assert together.step[number] == alone.step


@pytest.mark.parametrize("per_channel", [True, False])
@pytest.mark.parametrize("least", [0.0, 1e-45])
def test_weights_that_are_zero_or_too_small_for_a_step_become_zeros(least: float, per_channel: bool) -> None:
    found = quantize(np.full((3, 2, 3, 3), least, np.float32), per_channel=per_channel)
    assert not found.integers.any()
    assert (found.step == 1).all()


def test_a_channel_of_zeros_leaves_the_others_as_they_are() -> None:
    weights = np.random.default_rng(0).normal(size=(2, 3)).astype(np.float32)
    emptied = np.stack([weights[0], np.zeros(3, np.float32), weights[1]])
    assert (quantize(emptied).integers[[0, 2]] == quantize(weights).integers).all()
    assert not quantize(emptied).integers[1].any()


def _spread(found: Quantized) -> np.ndarray:
    return found.step.astype(np.float64).reshape(found.step.shape + (1,) * (found.integers.ndim - found.step.ndim))
