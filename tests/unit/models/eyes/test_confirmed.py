import numpy as np
import pytest
from fer_models.eyes.boxes import Faces
from fer_models.eyes.confirmed import ConfirmedFinder
from fer_models.eyes.data.landmarks import COUNT, LEFT_EYE, MOUTH, RIGHT_EYE
from fer_models.eyes.imaging import Floats

BOX = np.array([[100, 100, 180, 180]], np.float32)
UPRIGHT = np.array([[[120, 120], [160, 120], [140, 140], [125, 160], [155, 160]]], np.float32)
PICTURE = np.full((300, 300), 90, np.uint8)


def landmarks(*, on_its_side: bool) -> Floats:
    """The eyes above the mouth, or beside it."""
    told = np.full((COUNT, 2), 0.5, np.float32)
    axis = 0 if on_its_side else 1
    told[RIGHT_EYE, axis] = told[LEFT_EYE, axis] = 0.3
    told[MOUTH, axis] = 0.7
    return told


class Network:
    """A landmarker that answers these logits, one a run and the last one from then on.

    on_its_side: whether the face leans in the first crop.
    """

    def __init__(self, *logits: float, on_its_side: bool = False) -> None:
        self.logits, self.on_its_side, self.runs = list(logits), on_its_side, 0

    def __call__(self, crops: Floats) -> tuple[Floats, Floats, Floats]:
        logit = self.logits[min(self.runs, len(self.logits) - 1)]
        told = landmarks(on_its_side=self.on_its_side and not self.runs)
        self.runs += 1
        return told[np.newaxis], np.full((1, COUNT), logit, np.float32), np.zeros((1, 3), np.float32)


def found(score: float, network: Network) -> int:
    finder = ConfirmedFinder(lambda _: Faces(BOX, np.array([score], np.float32), UPRIGHT), network, "both")
    return len(finder.find(PICTURE))


@pytest.mark.parametrize(
    ("score", "logit", "faces"), [(0.9, 1.1, 1), (0.9, 0.9, 0), (0.5, 3.3, 1), (0.5, 3.0, 0), (0.23, 9.0, 0)]
)
def test_a_face_counts_where_both_are_sure_enough_together(score: float, logit: float, faces: int) -> None:
    assert found(score, Network(logit)) == faces


def test_a_face_on_its_side_is_looked_at_again_and_the_better_look_counts() -> None:
    network = Network(-2.0, 3.0, -2.0, on_its_side=True)
    assert found(0.6, network) == 1
    assert network.runs == 5


def test_a_face_whose_five_points_are_upside_down_is_looked_at_from_all_sides() -> None:
    assert found(0.6, Network(-2.0, -2.0, 3.0, -2.0)) == 1


def test_where_nothing_is_found_the_landmarker_is_not_asked() -> None:
    nothing = Faces(BOX[:0], np.empty(0, np.float32), UPRIGHT[:0])
    network = Network()
    assert len(ConfirmedFinder(lambda _: nothing, network, "both").find(PICTURE)) == 0
    assert network.runs == 0
