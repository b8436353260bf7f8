"""The average head and the angles of faces by it."""

import numpy as np
import pytest
from fer_models.errors import DatasetError
from fer_models.eyes.data.archives import Annotation
from fer_models.eyes.data.head import Head, average_head, turns
from hypothesis import given, settings
from hypothesis import strategies as st
from made_eyes import made_landmarks

SHAPE = np.concatenate([made_landmarks() - made_landmarks().mean(axis=0), np.zeros((68, 1))], axis=1)
SHAPE[:, 2] = (SHAPE[:, 0] ** 2 + SHAPE[:, 1] ** 2) / 40
SHAPE[27:36, 2] -= 15
SHAPE -= SHAPE.mean(axis=0)
HEAD = Head(SHAPE / np.sqrt((SHAPE**2).sum() / 68))


def seen(yaw: float, pitch: float, roll: float, size: float = 50) -> np.ndarray:
    turned = HEAD.shape @ turns(np.array([(yaw, pitch, roll)]))[0].T
    return np.asarray(turned[:, :2] * size + 80, np.float32)


def face(yaw: float, pitch: float, roll: float) -> Annotation:
    nothing = np.empty((0, 3, 2), np.float32), np.empty((0, 5, 2), np.float32), np.empty(0, bool)
    return Annotation(*nothing, landmarks=seen(yaw, pitch, roll), angles=(yaw, pitch, roll))


def test_the_head_is_learned_from_faces_with_known_angles() -> None:
    rng = np.random.default_rng(0)
    learned = average_head(face(*rng.uniform((-80, -30, -40), (80, 30, 40))) for _ in range(60))
    np.testing.assert_allclose(learned.shape, HEAD.shape, atol=0.02)


def test_faces_without_angles_teach_no_head() -> None:
    with pytest.raises(DatasetError, match="0 faces with known angles are too few"):
        average_head([])


def test_faces_that_are_all_turned_alike_teach_no_head() -> None:
    with pytest.raises(DatasetError, match="all turned alike"):
        average_head([face(0, 0, 0)] * 10)


@settings(max_examples=30)
@given(st.floats(-80, 80), st.floats(-35, 35), st.floats(-60, 60))
def test_the_angles_of_a_turned_head_are_told(yaw: float, pitch: float, roll: float) -> None:
    assert HEAD.angles(seen(yaw, pitch, roll)) == pytest.approx((yaw, pitch, roll), abs=0.2)


def test_a_head_that_looks_to_the_pictures_left_has_a_positive_yaw_and_hides_what_is_there() -> None:
    tip, middle = seen(40, 0, 0)[30], seen(40, 0, 0).mean(axis=0)
    assert tip[0] < middle[0]
    hidden = HEAD.hidden((70, float("nan"), float("nan")))
    assert hidden[0]
    assert not hidden[16]


def test_positive_roll_leans_clockwise() -> None:
    chin = seen(0, 0, 30)[8] - seen(0, 0, 30)[27]
    assert chin[0] < 0
