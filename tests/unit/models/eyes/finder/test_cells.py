"""From the finder's raw maps to faces."""

import numpy as np
import pytest
from fer_models.eyes.finder.cells import CHANNELS, POINTS, SCORE, SIZE, STRIDES, decode, middles

WIDTH, HEIGHT = 96, 64


def silent() -> list[np.ndarray]:
    maps = [np.zeros((1, CHANNELS, HEIGHT // stride, WIDTH // stride), np.float32) for stride in STRIDES]
    for each in maps:
        each[:, SCORE] = -9
    return maps


def test_a_sure_cell_is_a_face_where_it_says() -> None:
    maps = silent()
    maps[1][0, :, 2, 3] = 0  # stride 16, middle (56, 40)
    maps[1][0, SCORE, 2, 3] = 3
    maps[1][0, SIZE, 2, 3] = np.log([2, 3])
    maps[1][0, POINTS, 2, 3] = [-0.5, -0.5, 0.5, -0.5, 0, 0, -0.5, 0.5, 0.5, 0.5]
    (faces,) = decode(maps)
    assert faces.boxes == pytest.approx(np.array([[40, 16, 72, 64]]))
    assert faces.scores == pytest.approx([1 / (1 + np.exp(-3))])
    assert faces.points[0] == pytest.approx(np.array([[48, 32], [64, 32], [56, 40], [48, 48], [64, 48]]))


def test_the_surest_come_first_and_a_neighbour_that_says_the_same_is_left_out() -> None:
    maps = silent()
    for column, score in ((3, 1.0), (4, 2.0), (9, 3.0)):
        maps[0][0, SCORE, 3, column] = score
        maps[0][0, SIZE, 3, column] = np.log(4)
    (faces,) = decode(maps)
    assert faces.scores.tolist() == sorted(faces.scores.tolist(), reverse=True)
    assert len(faces) == 2
    assert faces.boxes[1, 0] == 20


def test_nothing_is_found_where_no_cell_is_sure() -> None:
    (faces,) = decode(silent())
    assert len(faces) == 0
    assert faces.boxes.shape == (0, 4)
    assert faces.points.shape == (0, 5, 2)


def test_each_picture_of_a_batch_has_faces_of_its_own() -> None:
    maps = [np.concatenate([each, each]) for each in silent()]
    maps[2][1, SCORE, 0, 0] = 5
    assert [len(faces) for faces in decode(maps)] == [0, 1]


def test_a_broken_file_makes_no_box_without_bounds() -> None:
    maps = silent()
    maps[0][0, SCORE], maps[0][0, SIZE] = 9, 1e6
    (faces,) = decode(maps)
    assert np.isfinite(faces.boxes).all()


def test_cells_are_counted_level_after_level_row_by_row() -> None:
    at, strides = middles(WIDTH, HEIGHT)
    assert at[:2].tolist() == [[4, 4], [12, 4]]
    assert at[-1].tolist() == [80, 48]
    assert len(at) == 96 + 24 + 6
    assert strides[[0, 96, 120]].tolist() == [8, 16, 32]
