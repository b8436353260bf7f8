"""Training samples composed from the library."""

import numpy as np
import pytest
from fer_models.eyes.data.frames import boxes, rolls_degrees, sizes_px
from fer_models.eyes.data.library import read_library
from fer_models.eyes.finder.sample import Composer, moved
from fer_models.eyes.pyramid import similarity
from made_eyes import write_archives


@pytest.fixture(scope="module")
def composer(tmp_path_factory: pytest.TempPathFactory) -> Composer:
    return Composer(read_library(write_archives(tmp_path_factory.mktemp("eyes") / "detect")), 128)


def test_the_same_seed_gives_the_same_sample(composer: Composer) -> None:
    once, again = (composer.compose(np.random.default_rng(3)) for _ in range(2))
    np.testing.assert_array_equal(once.pixels, again.pixels)
    np.testing.assert_array_equal(once.frames, again.frames)


def test_samples_are_of_one_size_and_their_parts_fit_together(composer: Composer) -> None:
    for seed in range(60):
        sample = composer.compose(np.random.default_rng(seed))
        assert sample.pixels.shape == (128, 128)
        assert sample.pixels.dtype == np.uint8
        assert len(sample.frames) == len(sample.points) == len(sample.clear)
        assert np.isfinite(sample.frames).all()


def test_faces_come_in_many_sizes_and_every_roll(composer: Composer) -> None:
    samples = [composer.compose(np.random.default_rng(seed)) for seed in range(300)]
    frames = np.concatenate([each.frames[each.clear] for each in samples])
    sizes, rolls = sizes_px(frames), rolls_degrees(frames)
    assert np.percentile(sizes, 10) < 25
    assert np.percentile(sizes, 90) > 70
    assert np.histogram(rolls, 8, (-180, 180))[0].min() > 0


def test_the_points_of_a_face_lie_within_its_box(composer: Composer) -> None:
    for seed in range(60):
        sample = composer.compose(np.random.default_rng(seed))
        for box, points in zip(boxes(sample.frames), sample.points, strict=True):
            known = points[~np.isnan(points).any(axis=1)]
            assert (known > box[:2] - 1).all()
            assert (known < box[2:] + 1).all()


def test_only_faceless_samples_know_their_place_and_hard_ones_come_back(composer: Composer) -> None:
    samples = [composer.compose(np.random.default_rng(seed)) for seed in range(80)]
    places = [each.place for each in samples if each.place is not None]
    assert places
    assert all(not len(each.frames) for each in samples if each.place is not None)
    composer.hard.tell(places[0], 0.9, np.zeros(2))
    again = [composer.compose(np.random.default_rng(seed)).place for seed in range(80)]
    assert places[0].key in {place.key for place in again if place}
    composer.hard.tell(places[0], 0.0, np.zeros(2))


def test_mirrored_points_change_sides() -> None:
    points = np.arange(10, dtype=np.float32).reshape(1, 5, 2)
    mirrored = moved(points, similarity(1, 0, np.zeros(2), np.zeros(2), mirrored=True))
    assert mirrored[0, 0] == pytest.approx([-2, 3])
