"""Landmarks mirrored, and the five points that they give."""

import numpy as np
from fer_models.eyes.data.landmarks import COUNT, FIVE_MIRRORED, MIRRORED, five_points
from made_eyes import made_landmarks


def test_mirroring_twice_is_no_change() -> None:
    assert sorted(MIRRORED) == list(range(COUNT))
    assert (MIRRORED[MIRRORED] == np.arange(COUNT)).all()


def test_a_symmetric_face_is_its_own_mirror_image() -> None:
    landmarks = made_landmarks()
    mirrored = landmarks[MIRRORED] * (-1, 1) + (100, 0)
    np.testing.assert_allclose(mirrored, landmarks, atol=1e-4)


def test_the_five_points_of_a_mirrored_face_are_the_mirrored_five_points() -> None:
    landmarks = made_landmarks() + np.random.default_rng(0).normal(size=(COUNT, 2)).astype(np.float32)
    mirrored = (landmarks * (-1, 1))[MIRRORED]
    np.testing.assert_allclose(five_points(mirrored), (five_points(landmarks) * (-1, 1))[FIVE_MIRRORED], atol=1e-4)
