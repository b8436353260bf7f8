"""A landmarker's answers become landmarks in the picture where they can be trusted, and five points where not."""

from typing import List, Optional

import numpy as np
import pytest
from fakes_vision import face_points
from fer_agent.faces import geometry
from fer_agent.faces.eyes import Look
from fer_agent.faces.geometry import Points
from fer_agent.faces.zoo_landmarker import ZooLandmarker, crop_matrix
from fer_agent.inference.arrays import Batch

GREY = np.zeros((360, 640), np.uint8)
SEEN, DOUBTFUL, HIDDEN = 5.0, 0.9, -5.0


class Told:
    """A landmarker that knows where the faces are: it answers with their landmarks in the crops of these looks."""

    reference = "told@1/fp32"

    def __init__(self, faces: List[Points], looks: List[Look], visible: float = SEEN) -> None:
        self.batches: List[int] = []
        self._faces, self._looks, self._visible = faces, looks, visible

    def run(self, batch: Batch) -> List[Batch]:
        self.batches.append(len(batch))
        matrices = [crop_matrix(look) for look in self._looks]
        there = [points @ matrix[:, :2].T + matrix[:, 2] for points, matrix in zip(self._faces, matrices)]
        landmarks = ((np.array(there) + 0.5) / 64).astype(np.float32)
        angles = np.tile(np.array([[1.0, -0.5, 0.2]], np.float32), (len(batch), 1))
        return [landmarks, np.full((len(batch), 68), self._visible, np.float32), angles]


def leaning(degrees: float, left: float = 200, size: float = 100) -> Points:
    """A face that leans clockwise."""
    points, angle = face_points(left, 120, size), np.radians(degrees)
    middle = points.mean(axis=0)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray((points - middle) @ turn + middle)


def look_at(points: Points, *, five: Optional[Points] = None) -> Look:
    frame = geometry.framed(points)
    return Look(frame.box, frame.roll, geometry.five_points(points) if five is None else five)


@pytest.mark.parametrize("degrees", [0, 30, -100, 175])
def test_landmarks_come_back_to_the_picture_however_the_face_leans(degrees: float) -> None:
    points = leaning(degrees)
    (marks,) = ZooLandmarker(Told([points], [look_at(points)])).mark(GREY, [look_at(points)])
    assert marks is not None
    assert marks.points == pytest.approx(points, abs=1e-3)
    assert np.degrees(marks.roll) == pytest.approx(np.degrees(geometry.framed(points).roll), abs=0.01)
    assert marks.angles is not None
    yaw, pitch, roll = marks.angles
    assert (yaw, pitch) == pytest.approx((45, -22.5))
    assert (roll - 9 - np.degrees(marks.roll) + 180) % 360 - 180 == pytest.approx(0, abs=0.01)


def test_all_faces_of_a_frame_are_marked_in_one_run() -> None:
    faces = [leaning(0), leaning(20, 400, 60)]
    looks = [look_at(points) for points in faces]
    network = Told(faces, looks)
    marks = ZooLandmarker(network).mark(GREY, looks)
    assert network.batches == [2]
    assert all(each is not None and len(each.points) == 68 for each in marks)
    assert ZooLandmarker(network).mark(GREY, []) == []
    assert network.batches == [2]


def test_a_face_that_leans_in_its_crop_is_looked_at_again_upright() -> None:
    points = leaning(70)
    askew = Look(geometry.framed(points).box, 0.0)
    upright = Look(askew.box, geometry.leaning(geometry.five_points(points)))
    crops: List[Batch] = []

    class Asked(Told):
        def run(self, batch: Batch) -> List[Batch]:
            crops.append(batch)
            self._looks = [askew if len(crops) == 1 else upright]
            return super().run(batch)

    (marks,) = ZooLandmarker(Asked([points], [askew])).mark(GREY, [askew])
    assert len(crops) == 2
    assert marks is not None
    assert marks.points == pytest.approx(points, abs=1e-2)


def test_a_face_whose_five_points_are_upside_down_is_found_by_looking_from_all_sides() -> None:
    points = leaning(160)
    box, upright = geometry.framed(points).box, geometry.leaning(geometry.five_points(points))
    wrong = Look(box, upright - np.pi, geometry.five_points(points))

    looks = [Look(box, wrong.roll + quarters * np.pi / 2) for quarters in range(4)]
    blind = Told([leaning(float(np.degrees(look.roll))) for look in looks], looks, HIDDEN)
    answers = blind.run(np.empty(4, np.float32))
    answers[0][2], answers[1][2] = Told([points], [looks[2]]).run(np.empty(1, np.float32))[0], SEEN

    class Asked(Told):
        def run(self, batch: Batch) -> List[Batch]:
            self.batches.append(len(batch))
            sides = slice(0, 1) if len(self.batches) == 1 else slice(1, 4)
            return [answer[sides] for answer in answers]

    network = Asked([], [])
    (marks,) = ZooLandmarker(network).mark(GREY, [wrong])
    assert network.batches == [1, 3]
    assert marks is not None
    assert marks.seen > 0.9
    assert marks.points == pytest.approx(points, abs=1e-2)


def test_landmarks_that_are_not_seen_give_way_to_the_five_points() -> None:
    points = leaning(0)
    look = look_at(points)
    (marks,) = ZooLandmarker(Told([points], [look], HIDDEN)).mark(GREY, [look])
    assert marks is not None
    assert (marks.box, marks.angles) == (look.box, None)
    assert marks.points == pytest.approx(geometry.five_points(points))


@pytest.mark.parametrize(("visible", "count"), [(DOUBTFUL, 5), (SEEN, 68)])
def test_doubtful_landmarks_that_disagree_with_the_five_points_give_way_to_them(visible: float, count: int) -> None:
    points = leaning(0)
    look = look_at(points, five=geometry.five_points(points + np.array([30, 0])))
    (marks,) = ZooLandmarker(Told([points], [look], visible)).mark(GREY, [look])
    assert marks is not None
    assert len(marks.points) == count


def test_a_face_is_seen_as_far_as_its_best_landmarks_are() -> None:
    points = leaning(0)
    look = look_at(points)
    network = Told([points], [look])
    visible = np.full((1, 68), HIDDEN, np.float32)
    visible[0, :20] = SEEN
    answered = network.run
    network.run = lambda batch: [answered(batch)[0], visible, answered(batch)[2]]  # type: ignore[method-assign]
    (marks,) = ZooLandmarker(network).mark(GREY, [look])
    assert marks is not None
    assert marks.seen == pytest.approx(1 / (1 + np.exp(-SEEN)))


def test_without_five_points_a_face_that_is_not_seen_is_none() -> None:
    points = leaning(0)
    look = Look(look_at(points).box)
    assert ZooLandmarker(Told([points], [look], HIDDEN)).mark(GREY, [look]) == [None]


def test_landmarks_of_another_place_or_size_are_not_of_this_face() -> None:
    look = Look(look_at(leaning(0)).box)
    for elsewhere in (leaning(0, left=260), leaning(0, size=45)):
        assert ZooLandmarker(Told([elsewhere], [look])).mark(GREY, [look]) == [None]


def test_a_network_that_answers_nonsense_marks_nothing() -> None:
    look = Look(look_at(leaning(0)).box)
    nonsense = np.full((68, 2), np.nan)
    assert ZooLandmarker(Told([nonsense], [look])).mark(GREY, [look]) == [None]
