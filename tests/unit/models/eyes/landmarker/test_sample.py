"""Training samples of the landmarker."""

from pathlib import Path

import numpy as np
import pytest
from fer_models.eyes.data.archives import PROFILES
from fer_models.eyes.data.head import Head, average_head
from fer_models.eyes.data.library import Library, read_library
from fer_models.eyes.landmarker.crop import DEGREES, SIDE_PX
from fer_models.eyes.landmarker.sample import Cropper, marked
from made_eyes import write_archives


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Library:
    return read_library(write_archives(tmp_path_factory.mktemp("eyes") / "detect"))


@pytest.fixture(scope="module")
def head(library: Library) -> Head:
    return average_head(source.faces for source in library.portraits)


@pytest.fixture(scope="module")
def cropper(library: Library, head: Head) -> Cropper:
    return Cropper(marked(library.portraits, head), library.backgrounds, head)


def test_the_same_seed_gives_the_same_crop(cropper: Cropper) -> None:
    once, again = (cropper.cut(np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(once.pixels, again.pixels)
    np.testing.assert_array_equal(once.landmarks, again.landmarks)


def test_a_crop_shows_its_face_nearly_upright(cropper: Cropper) -> None:
    for seed in range(40):
        crop = cropper.cut(np.random.default_rng(seed))
        assert crop.pixels.shape == (SIDE_PX, SIDE_PX)
        known = crop.landmarks[~np.isnan(crop.landmarks[:, 0])]
        assert (known > -0.2).all()
        assert (known < 1.2).all()
        eyes, mouth = crop.landmarks[36:48].mean(axis=0), crop.landmarks[48:].mean(axis=0)
        assert mouth[1] > eyes[1] + 0.1
        assert abs(mouth[0] - eyes[0]) < 0.4


def test_right_and_left_stay_the_persons_own_in_mirrored_crops(cropper: Cropper) -> None:
    for seed in range(40):
        landmarks = cropper.cut(np.random.default_rng(seed)).landmarks
        assert landmarks[36, 0] < landmarks[45, 0]


def test_mirrored_profiles_look_the_other_way(cropper: Cropper) -> None:
    yaws = {round(float(cropper.cut(np.random.default_rng(seed)).angles[0] * DEGREES)) for seed in range(60)}
    assert {60, -60} <= yaws


def test_something_in_front_of_a_face_hides_landmarks(cropper: Cropper) -> None:
    shares = [np.nanmean(cropper.cut(np.random.default_rng(seed)).visible) for seed in range(60)]
    assert max(shares) > 0.9
    assert min(shares) < 0.7


def test_the_outlines_far_side_does_not_count_and_a_profiles_own_line_does(library: Library, head: Head) -> None:
    shape = head.shape

    class Turned:
        """A head that sees every face without angles turned to the picture's left."""

        def angles(self, landmarks: np.ndarray) -> tuple[float, float, float]:
            return (30.0, 0.0, 0.0)

    assert shape.shape == (68, 3)
    for each in marked(library.portraits, Turned()):  # type: ignore[arg-type]
        whole = each.source.archive == PROFILES
        assert each.counted[:8].all() == whole
        assert each.counted[8:].all()


def test_pictures_are_those_of_the_archives(library: Library, tmp_path: Path) -> None:
    held = read_library(write_archives(tmp_path / "detect"), held=True)
    assert len(library.portraits) + len(held.portraits) == 3 * 24 - 1
