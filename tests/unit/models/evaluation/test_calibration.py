"""Calibration, against cases worked out by hand and bounds that always hold."""

import math

import numpy as np
import pytest
from fer_models.evaluation.calibration import BINS, LEAST_PROBABILITY, calibrate, wilson
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

CLASSES = 7
LOGITS = arrays(np.float64, st.tuples(st.integers(1, 40), st.just(CLASSES)), elements=st.floats(-30, 30))


def softmax(logits: np.ndarray) -> np.ndarray:
    shifted = np.exp(logits - logits.max(axis=1, keepdims=True))
    return np.asarray(shifted / shifted.sum(axis=1, keepdims=True))


def test_certain_and_right_is_perfect() -> None:
    found = calibrate(np.arange(CLASSES), np.eye(CLASSES, dtype=np.float32))
    assert (found.ece, found.brier, found.nll) == (0, 0, 0)


def test_certain_and_wrong_is_as_bad_as_can_be() -> None:
    found = calibrate(np.array([1]), np.eye(CLASSES, dtype=np.float32)[:1])
    assert (found.ece, found.brier) == (1, 2)
    assert found.nll == pytest.approx(-math.log(LEAST_PROBABILITY))


def test_the_error_of_a_case_worked_out_by_hand() -> None:
    # Two answers of 0.7 in one bin, one of them right; one answer of 0.9, right: 2/3·|0.5 − 0.7| + 1/3·|1 − 0.9|.
    found = calibrate(np.array([0, 1, 0]), np.array([[0.7, 0.3], [0.7, 0.3], [0.9, 0.1]]))
    assert found.ece == pytest.approx(2 / 3 * 0.2 + 1 / 3 * 0.1)
    assert found.brier == pytest.approx((2 * 0.3**2 + 2 * 0.7**2 + 2 * 0.1**2) / 3)
    assert found.nll == pytest.approx(-(math.log(0.7) + math.log(0.3) + math.log(0.9)) / 3)


def test_a_confidence_on_an_edge_belongs_to_the_bin_below() -> None:
    found = calibrate(np.array([0]), np.array([[0.6, 0.4]]))
    (filled,) = [each for each in found.bins if each.images]
    assert filled.high == pytest.approx(0.6)


@given(LOGITS, st.randoms(use_true_random=False))
def test_every_image_is_in_one_bin_and_the_figures_keep_their_bounds(logits: np.ndarray, dice: object) -> None:
    labels = np.array([dice.randrange(CLASSES) for _ in logits])  # type: ignore[attr-defined]
    found = calibrate(labels, softmax(logits))
    assert len(found.bins) == BINS
    assert sum(each.images for each in found.bins) == len(labels)
    assert 0 <= found.ece <= 1
    assert -1e-9 <= found.brier <= 2
    assert found.nll >= 0
    for each in found.bins:
        if each.confidence is not None:
            assert each.low - 1e-9 <= each.confidence <= each.high + 1e-9


def test_wilsons_interval_is_the_textbooks() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)


@given(st.integers(1, 5000), st.data())
def test_the_interval_holds_the_share_and_stays_within_zero_and_one(images: int, data: st.DataObject) -> None:
    right = data.draw(st.integers(0, images))
    low, high = wilson(right, images)
    assert 0 <= low <= right / images + 1e-12
    assert right / images - 1e-12 <= high <= 1
    assert wilson(10 * right, 10 * images)[1] - wilson(10 * right, 10 * images)[0] < high - low


def test_nothing_counted_leaves_everything_open() -> None:
    assert wilson(0, 0) == (0, 1)
