"""How a found face is cut for the landmarker."""

import numpy as np
import pytest
from fer_models.eyes.landmarker.crop import REACH, SIDE_PX, crop_matrix, inverse
from fer_models.eyes.pyramid import similarity

BOX = np.array([30, 20, 70, 60], np.float32)
POINTS = np.array([(42, 35), (58, 35), (50, 42), (44, 50), (56, 50)], np.float32)


def test_the_box_middle_is_the_crops_and_the_size_is_reach() -> None:
    matrix = crop_matrix(BOX, POINTS)
    assert matrix @ (50, 40, 1) == pytest.approx([(SIDE_PX - 1) / 2] * 2)
    assert np.sqrt(np.linalg.det(matrix[:, :2])) == pytest.approx(SIDE_PX / (REACH * 40))


@pytest.mark.parametrize("angle", [-3.0, -1.0, 0.5, 2.0])
def test_a_turned_face_is_upright_in_the_crop(angle: float) -> None:
    turn = similarity(1, angle, np.array([50.0, 40.0]), np.array([50.0, 40.0]))
    points = (POINTS @ turn[:, :2].T + turn[:, 2]).astype(np.float32)
    matrix = crop_matrix(BOX, points)
    there = points @ matrix[:, :2].T + matrix[:, 2]
    eyes, mouth = there[:2].mean(axis=0), there[3:].mean(axis=0)
    assert mouth[0] == pytest.approx(eyes[0], abs=1e-3)
    assert mouth[1] > eyes[1]


def test_a_box_without_size_has_a_crop() -> None:
    assert np.isfinite(crop_matrix(np.zeros(4, np.float32), POINTS)).all()


def test_the_inverse_leads_back() -> None:
    matrix = crop_matrix(BOX, POINTS)
    assert inverse(matrix) @ (*(matrix @ (12, 34, 1)), 1) == pytest.approx([12, 34])
