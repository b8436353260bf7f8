"""A face's frame follows every change of the picture."""

import numpy as np
import pytest
from fer_models.eyes.data.frames import (
    boxes,
    frame_of_landmarks,
    frames_of_boxes,
    placed,
    rolls_degrees,
    sizes_px,
    transformed,
)
from fer_models.eyes.pyramid import similarity
from hypothesis import given
from hypothesis import strategies as st
from made_eyes import made_landmarks

BOX = np.array([[10.0, 20.0, 30.0, 40.0]])


def test_an_upright_face_has_the_box_it_came_from() -> None:
    assert boxes(frames_of_boxes(BOX)) == pytest.approx(np.array([[10, 20, 40, 60]]))


@given(angle=st.floats(-3, 3), scale=st.floats(0.2, 4), mirrored=st.booleans())
def test_a_turn_keeps_the_size_up_to_the_scale_and_tells_the_roll(angle: float, scale: float, mirrored: bool) -> None:
    matrix = similarity(scale, angle, np.array([5.0, 6.0]), np.array([50.0, 70.0]), mirrored=mirrored)
    turned = transformed(frames_of_boxes(BOX), matrix)
    assert sizes_px(turned)[0] == pytest.approx(scale * np.sqrt(30 * 40), rel=1e-4)
    assert rolls_degrees(turned)[0] == pytest.approx(np.degrees(angle), abs=0.01)


def test_a_mirrored_face_still_has_its_right_side_at_the_pictures_right() -> None:
    mirrored = transformed(frames_of_boxes(BOX), similarity(1, 0, np.zeros(2), np.zeros(2), mirrored=True))
    assert mirrored[0, 1] == pytest.approx([15, 0])
    assert mirrored[0, 2] == pytest.approx([0, 20])


def test_a_face_turned_by_a_quarter_lies_in_a_box_as_wide_as_it_was_high() -> None:
    turned = transformed(frames_of_boxes(BOX), similarity(1, np.pi / 2, np.array([25.0, 40.0]), np.array([0.0, 0.0])))
    assert boxes(turned)[0] == pytest.approx([-20, -15, 20, 15], abs=1e-4)


def test_the_frame_of_landmarks_reaches_from_the_forehead_to_the_chin() -> None:
    landmarks = made_landmarks()
    left, top, right, bottom = boxes(frame_of_landmarks(landmarks)[np.newaxis])[0]
    assert top < landmarks[:, 1].min()
    assert bottom == pytest.approx(landmarks[:, 1].max())
    assert left == pytest.approx(landmarks[:, 0].min(), abs=3)
    assert right == pytest.approx(landmarks[:, 0].max(), abs=3)


def test_the_frame_of_turned_landmarks_is_the_turned_frame() -> None:
    landmarks = made_landmarks()
    matrix = similarity(1.5, 0.7, np.array([50.0, 50.0]), np.array([80.0, 90.0]))
    turned = frame_of_landmarks((landmarks @ matrix[:, :2].T + matrix[:, 2]).astype(np.float32))
    assert turned == pytest.approx(transformed(frame_of_landmarks(landmarks)[np.newaxis], matrix)[0], abs=0.01)


def test_places_in_a_frame_are_counted_from_its_middle() -> None:
    frame = frames_of_boxes(BOX)[0]
    assert placed(frame, np.array([(0, 0), (1, 1), (-1, 0)])) == pytest.approx(np.array([(25, 40), (40, 60), (10, 40)]))
