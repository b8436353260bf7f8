"""Places that were mistaken for a face come back until they no longer are."""

import numpy as np
from fer_models.eyes.finder.mining import CAPACITY, HardPlaces

MATRIX = np.eye(3)[:2]


def test_a_place_with_a_false_face_is_shown_again_and_forgotten_when_cleared() -> None:
    hard = HardPlaces()
    place = hard.new(4, MATRIX)
    hard.tell(place, 0.6)
    assert hard.draw(np.random.default_rng(0)) == place
    hard.tell(place, 0.2)
    assert len(hard) == 1
    hard.tell(place, 0.05)
    assert len(hard) == 0


def test_a_place_without_a_false_face_is_not_kept() -> None:
    hard = HardPlaces()
    hard.tell(hard.new(1, MATRIX), 0.2)
    assert len(hard) == 0


def test_the_easiest_go_when_there_are_too_many() -> None:
    hard = HardPlaces()
    easiest = hard.new(0, MATRIX)
    hard.tell(easiest, 0.31)
    for index in range(CAPACITY):
        hard.tell(hard.new(index, MATRIX), 0.5)
    assert len(hard) == CAPACITY
    assert easiest.key not in hard.places
