"""Places that were mistaken for a face come back until they no longer are."""

import numpy as np
from fer_models.eyes.finder.mining import CAPACITY, HardPlaces

MATRIX, MIDDLE = np.eye(3)[:2], np.zeros(2)


def test_a_place_with_a_false_face_is_shown_again_and_forgotten_when_cleared() -> None:
    hard = HardPlaces()
    place = hard.new(4, MATRIX)
    hard.tell(place, 0.6, MIDDLE)
    assert hard.draw(np.random.default_rng(0)).key == place.key
    hard.tell(place, 0.2, MIDDLE)
    assert len(hard) == 1
    hard.tell(place, 0.05, MIDDLE)
    assert len(hard) == 0


def test_a_place_without_a_false_face_is_not_kept() -> None:
    hard = HardPlaces()
    hard.tell(hard.new(1, MATRIX), 0.2, MIDDLE)
    assert len(hard) == 0


def test_the_easiest_go_when_there_are_too_many() -> None:
    hard = HardPlaces()
    easiest = hard.new(0, MATRIX)
    hard.tell(easiest, 0.31, MIDDLE)
    for index in range(CAPACITY):
        hard.tell(hard.new(index, MATRIX), 0.5, MIDDLE)
    assert len(hard) == CAPACITY
    assert easiest.key not in hard.places


def test_a_place_is_remembered_with_what_was_mistaken_in_its_middle() -> None:
    hard = HardPlaces()
    shown = hard.new(0, MATRIX).shifted(np.array([50.0, 60.0]))
    hard.tell(shown, 0.9, np.array([80.0, 20.0]))
    assert hard.draw(np.random.default_rng(0)).matrix[:, 2].tolist() == [-30, 40]
