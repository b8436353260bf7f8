"""What counts as found, and what as a false face."""

from pathlib import Path

import numpy as np
import pytest
from fer_models.eyes.boxes import Faces
from fer_models.eyes.evaluation.cases import FACELESS, FRONTAL, Case
from fer_models.eyes.evaluation.gallery import draw
from fer_models.eyes.evaluation.recall import matched, measured, summary

NONE = np.empty((0, 4), np.float32)
ONE = np.array([[10, 10, 50, 50]], np.float32)


class Told:
    """A finder that always says the same."""

    name = "told"

    def __init__(self, *boxes: tuple[float, float, float, float]) -> None:
        self.boxes = np.array(boxes, np.float32).reshape(-1, 4)

    def find(self, picture: np.ndarray) -> Faces:
        return Faces(self.boxes, np.ones(len(self.boxes), np.float32), np.zeros((len(self.boxes), 5, 2), np.float32))


def case(boxes: np.ndarray = ONE, optional: np.ndarray = NONE, name: str = FRONTAL) -> Case:
    return Case(name, np.zeros((96, 128), np.uint8), boxes, optional)


@pytest.mark.parametrize(
    ("seen", "found", "false"),
    [
        ([], 0, 0),
        ([(12, 12, 52, 52)], 1, 0),
        ([(60, 60, 90, 90)], 0, 1),
        ([(12, 12, 52, 52), (8, 8, 48, 48)], 1, 0),
        ([(12, 12, 52, 52), (60, 60, 90, 90)], 1, 1),
    ],
    ids=["nothing", "the face", "elsewhere", "twice", "the face and elsewhere"],
)
def test_a_face_is_found_once_and_a_box_elsewhere_is_false(
    seen: list[tuple[float, float, float, float]], found: int, false: int
) -> None:
    told = Told(*seen).find(np.zeros((1, 1), np.uint8))
    assert matched(case(), told) == (found, false)


def test_a_box_on_a_face_that_may_be_missed_is_not_false() -> None:
    told = Told((60, 60, 90, 90)).find(np.zeros((1, 1), np.uint8))
    assert matched(case(optional=np.array([[61, 61, 90, 90]], np.float32)), told) == (0, 0)


def test_recall_and_false_faces_are_counted_by_kind() -> None:
    result = measured(Told((10, 10, 50, 50)), [case(), case(name=FACELESS, boxes=NONE), case(boxes=ONE + 60)])
    assert summary(result) == {FRONTAL: 50.0, "false_per_100": 100.0}
    assert result.tallies[FRONTAL].blamed == 1


def test_found_and_missed_are_drawn(tmp_path: Path) -> None:
    folder = tmp_path
    assert draw(Told((10, 10, 50, 50)), [case()], folder) == [folder / "found.png"]
    assert draw(Told(), [case()], folder) == [folder / "missed.png"]
    assert (folder / "found.png").stat().st_size > 100
