"""What a batch asks of the network."""

import numpy as np
import pytest
from fer_models.eyes.data.frames import frames_of_boxes
from fer_models.eyes.finder.sample import Sample
from fer_models.eyes.finder.targets import Grid, batch_of

SIDE = 128
GRID = Grid(SIDE)


def sample(*boxes: tuple[float, float, float, float], clear: bool = True, whole: bool = True) -> Sample:
    frames = frames_of_boxes(np.array(boxes).reshape(-1, 4))
    points = np.zeros((len(frames), 5, 2), np.float32)
    return Sample(np.zeros((SIDE, SIDE), np.uint8), frames, points, np.full(len(frames), clear), whole)


@pytest.mark.parametrize(("side", "strides"), [(16, {8}), (40, {8, 16}), (70, {8, 16, 32}), (110, {16, 32})])
def test_a_face_is_answered_for_by_cells_of_strides_that_suit_its_size(side: float, strides: set[int]) -> None:
    cells = GRID.candidates(np.array([10, 12, 10 + side, 12 + side], np.float32))
    assert set(GRID.strides[cells]) == strides


def test_the_cells_of_a_face_have_their_middles_in_its_box() -> None:
    box = np.array([30, 30, 62, 70], np.float32)
    at = GRID.middles[GRID.candidates(box)]
    assert (at > box[:2]).all()
    assert (at < box[2:]).all()


def test_the_cells_of_a_second_picture_are_counted_on() -> None:
    batch = batch_of([sample((20, 20, 30, 30)), sample((20, 20, 30, 30))], GRID)
    first, second = batch.candidates
    np.testing.assert_array_equal(second[second >= 0] - len(GRID), first[first >= 0])
    assert batch.pixels.shape == (2, 1, SIDE, SIDE)
    assert batch.points.shape == (2, 10)


def test_a_face_too_small_or_unclear_counts_neither_as_one_nor_as_none() -> None:
    for made in (sample((40, 40, 8, 8)), sample((40, 40, 30, 30), clear=False)):
        batch = batch_of([made], GRID)
        assert len(batch.boxes) == 0
        assert batch.ignored[0, GRID.candidates(np.array([40, 40, 48, 48], np.float32))].all()
        assert not batch.ignored[0, 0]


def test_a_face_cut_off_by_the_edge_counts_neither_as_one_nor_as_none() -> None:
    batch = batch_of([sample((-20, 40, 30, 30))], GRID)
    assert len(batch.boxes) == 0
    assert batch.ignored.any()


def test_a_picture_whose_faces_are_not_all_known_is_asked_around_the_known_ones_alone() -> None:
    batch = batch_of([sample((40, 40, 30, 30), whole=False)], GRID)
    asked = GRID.middles[~batch.ignored[0]]
    assert (asked > 30).all()
    assert (asked < 80).all()
    assert len(batch.boxes) == 1


def test_a_batch_without_a_face_asks_every_cell() -> None:
    batch = batch_of([sample(), sample()], GRID)
    assert batch.boxes.shape == (0, 4)
    assert batch.candidates.shape == (0, 1)
    assert not batch.ignored.any()
