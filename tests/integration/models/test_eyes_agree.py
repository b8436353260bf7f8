"""The agent reads a finder and a landmarker as they were trained: both sides of each contract, beside each other."""

import numpy as np
import pytest
from fer_agent.faces import cells, geometry
from fer_agent.faces.eyes import Look
from fer_agent.faces.geometry import Rectangle
from fer_agent.faces.zoo_landmarker import crop_matrix
from fer_agent.imaging import Pyramid
from fer_models.eyes import pyramid as trained
from fer_models.eyes.data import frames
from fer_models.eyes.data.landmarks import five_points
from fer_models.eyes.finder import cells as trained_cells
from fer_models.eyes.landmarker import crop as trained_crop
from hypothesis import given
from hypothesis import strategies as st
from made_eyes import made_landmarks

SEEDS = st.integers(0, 2**32 - 1)


def turned_landmarks(rng: np.random.Generator) -> np.ndarray:
    """A face somewhere in a picture, of any size and lean, its landmarks a little off."""
    angle, size = rng.uniform(-np.pi, np.pi), rng.uniform(0.3, 4)
    turn = size * np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray((made_landmarks() + rng.normal(0, 1, (68, 2))) @ turn + rng.uniform(0, 500, 2))


def boxed(sides: np.ndarray) -> Rectangle:
    left, top, right, bottom = (float(side) for side in sides)
    return Rectangle(left, top, right - left, bottom - top)


@given(SEEDS, st.sampled_from((0.1, 0.5, 0.9)))
def test_the_cells_of_a_finder_say_the_same_faces(seed: int, min_score: float) -> None:
    rng = np.random.default_rng(seed)
    outputs = [rng.normal(0, 2, (1, 15, 96 // stride, 160 // stride)).astype(np.float32) for stride in (8, 16, 32)]
    (expected,) = trained_cells.decode(outputs, min_score, max_overlap=1.0)
    found = cells.decoded(outputs, min_score)
    np.testing.assert_allclose(found.boxes, expected.boxes, rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(found.points, expected.points, rtol=1e-5, atol=1e-3)
    np.testing.assert_allclose(found.scores, expected.scores, rtol=1e-5)


@given(SEEDS)
def test_a_face_is_cut_as_the_landmarker_learned_it(seed: int) -> None:
    rng = np.random.default_rng(seed)
    landmarks = turned_landmarks(rng)
    five = five_points(landmarks)
    np.testing.assert_allclose(geometry.five_points(landmarks), five)
    sides = rng.uniform((0, 0, 120, 120), (100, 100, 220, 220))
    expected = trained_crop.crop_matrix(sides.astype(np.float32), five)
    found = crop_matrix(Look(boxed(sides), geometry.leaning(five.astype(np.float64))))
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-3)


@given(SEEDS)
def test_landmarks_have_the_box_and_the_lean_that_the_finder_is_taught(seed: int) -> None:
    landmarks = turned_landmarks(np.random.default_rng(seed))
    expected = frames.frame_of_landmarks(landmarks)[np.newaxis]
    found = geometry.framed(landmarks)
    np.testing.assert_allclose(geometry.corners([found.box]), frames.boxes(expected), atol=1e-2)
    apart = (np.degrees(found.roll) - frames.rolls_degrees(expected)[0] + 180) % 360 - 180
    assert apart == pytest.approx(0, abs=1e-2)


@given(SEEDS, st.floats(0.05, 3))
def test_what_is_cut_has_the_pixels_that_were_learned_from(seed: int, scale: float) -> None:
    rng = np.random.default_rng(seed)
    picture = rng.integers(0, 256, (rng.integers(1, 300), rng.integers(1, 300)), dtype=np.uint8)
    matrix = trained.similarity(scale, rng.uniform(-3, 3), np.array([100.0, 80.0]), np.full(2, 31.5))
    expected = trained.Pyramid(picture).filling(matrix, (64, 64))
    np.testing.assert_array_equal(Pyramid(picture).cut(matrix, 64), expected)
