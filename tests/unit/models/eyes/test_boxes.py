"""Boxes and how far they overlap."""

import numpy as np
import pytest
from fer_models.eyes.boxes import overlaps, suppressed
from hypothesis import given
from hypothesis import strategies as st

BOXES = np.array([[0, 0, 10, 10], [5, 0, 15, 10], [100, 100, 110, 110]], np.float32)


def test_equal_boxes_overlap_whole_and_distant_ones_not_at_all() -> None:
    shared = overlaps(BOXES, BOXES)
    assert np.diag(shared) == pytest.approx([1, 1, 1])
    assert shared[0, 1] == pytest.approx(1 / 3)
    assert shared[0, 2] == 0


def test_of_overlapping_boxes_the_surest_remains() -> None:
    assert suppressed(BOXES, 0.3).tolist() == [0, 2]
    assert suppressed(BOXES, 0.4).tolist() == [0, 1, 2]
    assert suppressed(np.empty((0, 4), np.float32), 0.4).tolist() == []


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 50), st.integers(1, 40), st.integers(1, 40)), max_size=12))
def test_no_two_remaining_boxes_overlap_too_much(drawn: list[tuple[int, int, int, int]]) -> None:
    boxes = np.array([(x, y, x + w, y + h) for x, y, w, h in drawn], np.float32).reshape(-1, 4)
    kept = boxes[suppressed(boxes, 0.4)]
    shared = overlaps(kept, kept) - np.eye(len(kept))
    assert (shared <= 0.4).all()
