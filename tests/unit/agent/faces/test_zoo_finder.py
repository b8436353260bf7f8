"""A finder's answers become detections, each face once, whatever the picture's size."""

from typing import List, Sequence, Tuple

import numpy as np
import pytest
from fer_agent.faces import cells
from fer_agent.faces.cells import FoundFaces
from fer_agent.faces.zoo_finder import ZooFinder
from fer_agent.inference.arrays import Batch
from hypothesis import given
from hypothesis import strategies as st

STRIDE = 8
SURE, UNSURE = 4.0, -9.0
FIVE = [-0.5, -0.5, 0.5, -0.5, 0.0, 0.0, -0.4, 0.5, 0.4, 0.5]


class OneFace:
    """A finder that sees a face of 16 pixels in the cell of stride 8 at a row and column."""

    reference = "one@1/fp32"

    def __init__(self, row: int, column: int) -> None:
        self.shapes: List[Tuple[int, ...]] = []
        self._row, self._column = row, column

    def run(self, batch: Batch) -> List[Batch]:
        self.shapes.append(batch.shape)
        _, _, height, width = batch.shape
        maps = [np.full((1, 15, height // s, width // s), UNSURE, np.float32) for s in (8, 16, 32)]
        maps[0][0, :, self._row, self._column] = [SURE, 0, 0, np.log(2), np.log(2), *FIVE]
        return maps


def faces(boxes: Sequence[Sequence[float]], scores: Sequence[float]) -> FoundFaces:
    return FoundFaces(
        np.array(boxes, np.float32).reshape(-1, 4),
        np.array(scores, np.float32),
        np.zeros((len(scores), 5, 2), np.float32),
    )


def test_a_cell_becomes_a_box_and_five_points() -> None:
    (detection,) = ZooFinder(OneFace(2, 3), 640).find(np.zeros((64, 96), np.uint8), 0.5)
    assert detection.look.box.middle == pytest.approx((28, 20))
    assert detection.look.box.size == pytest.approx(16, rel=1e-4)
    assert detection.score == pytest.approx(0.982, abs=1e-3)
    assert detection.look.points is not None
    assert detection.look.points[0].tolist() == pytest.approx([24, 16])
    assert detection.look.roll == pytest.approx(0, abs=0.01)


def test_a_large_picture_is_scaled_for_the_scan_and_its_faces_are_scaled_back() -> None:
    network = OneFace(2, 3)
    (detection,) = ZooFinder(network, 320).find(np.zeros((480, 1280), np.uint8), 0.5)
    assert network.shapes == [(1, 1, 128, 320)]
    assert detection.look.box.middle == pytest.approx((112, 80))
    assert detection.look.box.size == pytest.approx(64, rel=1e-3)


@pytest.mark.parametrize("size", [(1, 1), (1, 20_000), (20_000, 3), (33, 31)])
def test_a_picture_of_any_size_is_scanned_in_bounded_time(size: Tuple[int, int]) -> None:
    network = OneFace(0, 0)
    assert len(ZooFinder(network, 640).find(np.zeros(size, np.uint8), 0.5)) == 1
    assert max(network.shapes[0]) <= 640


def test_a_box_in_a_surer_one_or_around_it_is_the_same_face() -> None:
    whole, part, around = (0, 0, 100, 100), (30, 40, 70, 80), (-30, -30, 140, 140)
    kept = cells.unrepeated(faces([whole, part, around], [0.9, 0.8, 0.7]))
    assert kept.scores.tolist() == pytest.approx([0.9])


def test_neighbours_in_a_crowd_stay() -> None:
    row = [(60 * index, 5 * (index % 2), 60 * index + 80, 100) for index in range(12)]
    assert len(cells.unrepeated(faces(row, np.linspace(0.9, 0.6, 12).tolist()))) == 12


@given(st.lists(st.tuples(*[st.floats(-50, 300)] * 2, *[st.floats(1, 200)] * 2), max_size=30))
def test_of_any_boxes_the_surest_stays_and_no_two_that_stay_are_one_face(
    boxes: "List[Tuple[float, float, float, float]]",
) -> None:
    sides = [(left, top, left + width, top + height) for left, top, width, height in boxes]
    kept = cells.unrepeated(faces(sides, np.linspace(1, 0.5, len(sides)).tolist()))
    assert (len(kept) > 0) == (len(boxes) > 0)
    assert len(cells.unrepeated(kept)) == len(kept)
    if boxes:
        assert kept.scores[0] == 1


def test_a_broken_file_says_no_box_larger_than_its_bound() -> None:
    maps = [np.full((1, 15, 8 // (s // 8), 8 // (s // 8)), 1e30, np.float32) for s in (8, 16, 32)]
    found = cells.decoded(maps, 0.5)
    assert len(found) <= cells.MOST_CANDIDATES
