"""Things in front of a face."""

from collections.abc import Callable

import numpy as np
import pytest
from fer_models.eyes.augment.cover import cover
from fer_models.eyes.augment.occluders import KINDS, half, mask, occlude
from fer_models.eyes.data.frames import frames_of_boxes

FRAME = frames_of_boxes(np.array([[20.0, 20.0, 60.0, 60.0]]))[0]


def grey() -> np.ndarray:
    return np.full((100, 100), 128, np.uint8)


def covered(kind: Callable[[np.random.Generator], np.ndarray], seed: int) -> np.ndarray:
    picture = np.zeros((100, 100), np.uint8)
    corners = FRAME[0] + kind(np.random.default_rng(seed)) @ FRAME[1:]
    cover(picture, corners, np.full((100, 100), 255, np.uint8))
    return picture > 127


@pytest.mark.parametrize("seed", range(5))
def test_a_mask_hides_the_mouth_and_leaves_the_eyes(seed: int) -> None:
    hidden = covered(mask, seed)
    assert hidden[66, 50]
    assert not hidden[40, 35]
    assert not hidden[40, 65]


@pytest.mark.parametrize("seed", range(8))
def test_half_a_face_stays(seed: int) -> None:
    share = covered(half, seed)[20:80, 20:80].mean()
    assert 0.1 < share < 0.65


def test_every_kind_changes_the_face_and_nothing_far_from_it() -> None:
    for seed in range(20):
        picture = grey()
        occlude(picture, FRAME, lambda: np.zeros((100, 100), np.uint8), np.random.default_rng(seed))
        assert picture.shape == (100, 100)
        assert (picture[:2] == 128).all()
    assert sum(often for often, _ in KINDS) == pytest.approx(1)


def test_a_cover_outside_the_picture_changes_nothing() -> None:
    picture = grey()
    cover(picture, np.array([(200.0, 200.0), (220.0, 200.0), (210.0, 220.0)]), np.zeros((100, 100), np.uint8))
    assert (picture == 128).all()


def test_a_cover_shows_only_what_is_there() -> None:
    picture, there = grey(), np.zeros((100, 100), np.uint8)
    there[:, :50] = 255
    corners = np.array([(30.0, 30.0), (70.0, 30.0), (70.0, 70.0), (30.0, 70.0)])
    cover(picture, corners, np.zeros((100, 100), np.uint8), 0.0, there)
    assert picture[50, 40] == 0
    assert picture[50, 60] == 128
