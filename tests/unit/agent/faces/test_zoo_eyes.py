"""When the zoo's finder and landmarker are sure enough of a face."""

from typing import List

import numpy as np
import pytest
from fer_agent.faces.eyes import Detection, Look, Marks
from fer_agent.faces.geometry import Rectangle
from fer_agent.faces.zoo_eyes import ZooEyes, agreed
from fer_agent.inference.arrays import Batch
from fer_agent.settings import FacesSettings
from hypothesis import given
from hypothesis import strategies as st

BOX = Rectangle(10, 10, 50, 60)
SHARE = st.floats(0, 1)


class Silent:
    """A network that is never asked."""

    reference = "silent@1/fp32"

    def run(self, batch: Batch) -> List[Batch]:
        raise AssertionError(batch)


@pytest.mark.parametrize(
    ("score", "seen", "begins"),
    [(0.9, 0.9, True), (0.5, 0.97, True), (0.3, 0.99, True), (0.95, 0.3, False), (0.5, 0.5, False), (0.2, 0.99, False)],
)
def test_a_face_begins_when_both_are_sure_enough_together(score: float, seen: float, begins: bool) -> None:
    eyes = ZooEyes(Silent(), Silent(), FacesSettings())
    marks = Marks(BOX, np.zeros((68, 2)), seen=seen)
    assert eyes.is_new_face(np.zeros((90, 90), np.uint8), Detection(Look(BOX), score), marks) == begins


@given(SHARE, SHARE)
def test_what_both_say_is_a_probability_and_neither_comes_first(one: float, other: float) -> None:
    assert 0 < agreed(one, other) < 1
    assert agreed(one, other) == pytest.approx(agreed(other, one))


@given(SHARE)
def test_a_witness_that_knows_nothing_changes_nothing(score: float) -> None:
    assert agreed(score, 0.5) == pytest.approx(min(max(score, 0.0001), 0.9999), abs=1e-6)
