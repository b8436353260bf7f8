"""What a camera does to a picture."""

import numpy as np
from fer_models.eyes.augment.light import photographed

PICTURE = np.random.default_rng(0).integers(0, 256, (40, 60), dtype=np.uint8)


def test_the_same_seed_gives_the_same_picture_of_the_same_size() -> None:
    for seed in range(30):
        once, again = (photographed(PICTURE, np.random.default_rng(seed)) for _ in range(2))
        assert once.shape == PICTURE.shape
        assert once.dtype == np.uint8
        np.testing.assert_array_equal(once, again)


def test_some_pictures_become_as_dark_as_a_tenth() -> None:
    means = [photographed(PICTURE, np.random.default_rng(seed)).mean() / PICTURE.mean() for seed in range(200)]
    assert 0.03 < np.mean(np.array(means) < 0.15) < 0.4
