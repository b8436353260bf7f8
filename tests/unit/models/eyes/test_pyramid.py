"""Pictures at several sizes, warped from the one that fits."""

import numpy as np
import pytest
from fer_models.eyes.pyramid import Pyramid, similarity

RAMP = np.tile(np.linspace(0, 255, 256).astype(np.uint8), (256, 1))


@pytest.mark.parametrize("scale", [1.0, 0.5, 0.25, 0.125])
def test_a_shrunk_ramp_is_a_ramp_whatever_level_it_comes_from(scale: float) -> None:
    size = round(256 * scale)
    matrix = similarity(scale, 0, np.full(2, 127.5), np.full(2, (size - 1) / 2))
    warped = Pyramid(RAMP).warped(matrix, (size, size))
    inner = warped[size // 2, 2:-2].astype(float)
    expected = np.linspace(0, 255, 256).reshape(size, -1).mean(axis=1)[2:-2]
    np.testing.assert_allclose(inner, expected, atol=1.5)


def test_a_similarity_brings_its_point_where_it_should_be() -> None:
    matrix = similarity(2, 0.3, np.array([3.0, 4.0]), np.array([10.0, 20.0]), mirrored=True, stretch=1.1)
    assert matrix @ (3, 4, 1) == pytest.approx([10, 20])
    assert np.linalg.det(matrix[:, :2]) == pytest.approx(-4.4)


def test_a_picture_of_a_few_pixels_has_one_level() -> None:
    assert len(Pyramid(np.zeros((3, 2), np.uint8)).levels) == 1
