import cv2
import numpy as np
import pytest
from fakes_vision import face_points, picture
from fer_agent import imaging
from fer_agent.faces import align, geometry
from hypothesis import given
from hypothesis import strategies as st


@given(st.floats(-3, 3), st.floats(0.1, 10), st.floats(-300, 300), st.floats(-300, 300))
def test_a_similarity_is_found_again_from_its_points(angle: float, scale: float, x: float, y: float) -> None:
    cosine, sine = scale * np.cos(angle), scale * np.sin(angle)
    matrix = np.array([[cosine, -sine, x], [sine, cosine, y]])
    points = face_points()
    moved = points @ matrix[:, :2].T + matrix[:, 2]
    assert align.similarity(points, moved) == pytest.approx(matrix, abs=1e-6)


def test_points_that_lie_on_one_spot_break_nothing() -> None:
    assert np.isfinite(align.similarity(np.zeros((3, 2)), align.FER2013_ANCHORS)).all()


@pytest.mark.parametrize("size", [40, 120, 300])
def test_eyes_and_mouth_come_to_their_places_in_the_crop(size: int) -> None:
    points = face_points(150, 20, size)
    image = np.zeros((480, 640), np.uint8)
    for x, y in geometry.anchors(points):
        cv2.circle(image, (round(x), round(y)), max(2, size // 15), 255, -1)
    (crop,) = align.crops(image, [points])
    assert crop.shape == (1, 48, 48)
    for x, y in align.FER2013_ANCHORS:
        assert crop[0, round(y), round(x)] > 60
        around = crop[0, round(y) - 3 : round(y) + 4, round(x) - 3 : round(x) + 4]
        rows, columns = np.indices(around.shape) - 3
        assert abs((rows * around).sum() / around.sum()) < 1.2
        assert abs((columns * around).sum() / around.sum()) < 1.2


def test_all_faces_of_a_frame_come_in_one_batch() -> None:
    batch = align.crops(imaging.grey(picture(value=90)), [face_points(), face_points(300, 100)])
    assert batch.shape == (2, 1, 48, 48)
    assert batch.dtype == np.float32
    assert (batch == 90).all()


def test_no_faces_make_an_empty_batch() -> None:
    assert align.crops(imaging.grey(picture()), []).shape == (0, 1, 48, 48)


def test_a_face_half_outside_the_frame_is_drawn_out_at_the_edge() -> None:
    (crop,) = align.crops(imaging.grey(picture(value=90)), [face_points(-60, -60)])
    assert (crop == 90).all()
