"""Words, discs and shapes drawn where no face is."""

import numpy as np
from fer_models.eyes.augment.graphics import draw_graphics


def drawn(seed: int) -> np.ndarray:
    picture = np.full((96, 128), 120, np.uint8)
    draw_graphics(picture, np.random.default_rng(seed))
    return picture


def test_the_same_seed_draws_the_same() -> None:
    np.testing.assert_array_equal(drawn(3), drawn(3))


def test_nearly_every_picture_is_changed_and_none_is_covered() -> None:
    shares = np.array([(drawn(seed) != 120).mean() for seed in range(60)])
    assert (shares > 0).mean() > 0.8
    assert np.median(shares) < 0.5


def test_both_darker_and_brighter_graphics_are_drawn() -> None:
    pictures = [drawn(seed) for seed in range(40)]
    assert min(picture.min() for picture in pictures) < 40
    assert max(picture.max() for picture in pictures) > 200
