"""Training samples of the landmarker."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fer_models.eyes.data.archives import PROFILES
from fer_models.eyes.data.head import Head, average_head
from fer_models.eyes.data.library import Library, read_library
from fer_models.eyes.landmarker.crop import DEGREES, SIDE_PX
from fer_models.eyes.landmarker.lookalikes import Lookalike
from fer_models.eyes.landmarker.sample import Crop, Cropper, marked
from fer_models.eyes.pyramid import Pyramid
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


def faces(cropper: Cropper, count: int) -> Iterator[Crop]:
    """The samples of so many seeds that show a face."""
    crops = (cropper.cut(np.random.default_rng(seed)) for seed in range(count))
    return (crop for crop in crops if not np.isnan(crop.landmarks).all())


def test_the_same_seed_gives_the_same_crop(cropper: Cropper) -> None:
    once, again = (cropper.cut(np.random.default_rng(4)) for _ in range(2))
    np.testing.assert_array_equal(once.pixels, again.pixels)
    np.testing.assert_array_equal(once.landmarks, again.landmarks)


def middles(crop: Crop) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Of the right eye, the left eye and the mouth."""
    return tuple(crop.landmarks[part].mean(axis=0) for part in (slice(36, 42), slice(42, 48), slice(48, 68)))


def test_a_crop_shows_its_face_as_a_whole(cropper: Cropper) -> None:
    for crop in faces(cropper, 40):
        assert crop.pixels.shape == (SIDE_PX, SIDE_PX)
        known = crop.landmarks[~np.isnan(crop.landmarks[:, 0])]
        assert (known > -0.3).all()
        assert (known < 1.3).all()


def test_most_crops_are_nearly_upright_and_some_are_turned_by_any_angle(cropper: Cropper) -> None:
    rolls = []
    for crop in faces(cropper, 120):
        right, left, mouth = middles(crop)
        down = mouth - (right + left) / 2
        rolls.append(abs(np.degrees(np.arctan2(-down[0], down[1]))))
    assert 0.55 < np.mean(np.array(rolls) < 35) < 0.95
    assert max(rolls) > 120


def test_the_roll_of_a_face_turned_far_is_not_learned(cropper: Cropper) -> None:
    known = [crop.angles[2] * DEGREES for crop in faces(cropper, 120)]
    assert np.isnan(known).any()
    assert np.nanmax(np.abs(known)) <= 60


def test_right_and_left_stay_the_persons_own_in_mirrored_crops(cropper: Cropper) -> None:
    for crop in faces(cropper, 40):
        right, left, mouth = middles(crop)
        across, down = left - right, mouth - (right + left) / 2
        assert across[0] * down[1] - across[1] * down[0] > 0


def test_mirrored_profiles_look_the_other_way(cropper: Cropper) -> None:
    yaws = {round(float(crop.angles[0] * DEGREES)) for crop in faces(cropper, 60)}
    assert {60, -60} <= yaws


def test_something_in_front_of_a_face_hides_landmarks(cropper: Cropper) -> None:
    shares = [np.nanmean(crop.visible) for crop in faces(cropper, 60)]
    assert max(shares) > 0.9
    assert min(shares) < 0.7


def test_where_there_is_no_face_nothing_is_visible_and_nothing_else_is_known(cropper: Cropper) -> None:
    crops = [cropper.cut(np.random.default_rng(seed)) for seed in range(60)]
    faceless = [crop for crop in crops if np.isnan(crop.landmarks).all()]
    assert 0 < len(faceless) < 20
    for crop in faceless:
        assert not crop.visible.any()
        assert np.isnan(crop.angles).all()


def test_what_a_finder_takes_for_a_face_is_shown_again(library: Library, head: Head) -> None:
    picture = Pyramid(np.full((200, 200), 250, np.uint8))
    place = Lookalike(picture, np.array([100.0, 100.0]), 40.0, 0.0)
    portraits = marked(library.portraits, head)
    plain, taught = (Cropper(portraits, library.backgrounds, head, shown) for shown in ((), (place,)))
    seeds = [seed for seed in range(90) if np.isnan(plain.cut(np.random.default_rng(seed)).landmarks).all()]
    flat = [taught.cut(np.random.default_rng(seed)).pixels.std() < 25 for seed in seeds]
    assert sum(flat) > len(seeds) / 2


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
