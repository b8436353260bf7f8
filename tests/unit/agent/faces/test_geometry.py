import numpy as np
import pytest
from fakes_vision import face_points
from fer_agent.faces import geometry
from fer_agent.faces.geometry import Points, Rectangle
from hypothesis import given
from hypothesis import strategies as st

sides = st.floats(1, 500)
places = st.floats(-500, 500)
rectangles = st.builds(Rectangle, places, places, sides, sides)


@given(rectangles, rectangles)
def test_overlap_is_a_share_and_the_same_both_ways(one: Rectangle, other: Rectangle) -> None:
    assert 0 <= one.overlap(other) <= 1
    assert one.overlap(other) == pytest.approx(other.overlap(one))
    assert one.overlap(one) == pytest.approx(1)


def test_half_covered_is_a_third_of_the_union() -> None:
    assert Rectangle(0, 0, 10, 10).overlap(Rectangle(5, 0, 10, 10)) == pytest.approx(1 / 3)


def test_the_box_of_landmarks_is_where_the_detector_saw_the_face() -> None:
    box = geometry.box(face_points(100, 50, 200))
    assert box.overlap(Rectangle(100, 50, 200, 200)) > 0.85


def turned(points: Points, degrees: float) -> Points:
    angle = np.radians(degrees)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    return np.asarray((points - points.mean(axis=0)) @ turn + points.mean(axis=0))


@given(st.floats(-60, 60), st.floats(20, 400))
def test_a_face_is_a_face_however_it_is_turned_and_however_large(degrees: float, size: float) -> None:
    assert geometry.is_face(turned(face_points(size=size), degrees))


def test_landmarks_out_of_order_are_no_face() -> None:
    upside_down = face_points() * (1, -1)
    eyes_apart = face_points()
    eyes_apart[geometry.LEFT_EYE] -= (60, 0)
    one_point = np.zeros((68, 2))
    mouth_aside = face_points()
    mouth_aside[geometry.MOUTH] += (40, 0)
    assert not any(geometry.is_face(points) for points in (upside_down, eyes_apart, one_point, mouth_aside))


def test_of_landmarks_and_of_five_points_the_same_places_are_aligned() -> None:
    landmarks = face_points()
    corners = (landmarks[48] + landmarks[54]) / 2
    by_five = geometry.anchors(geometry.five_points(landmarks))
    assert by_five == pytest.approx(np.vstack([geometry.eyes(landmarks), corners]))


def test_boxes_are_apart_in_the_size_of_the_larger() -> None:
    small, large = Rectangle(0, 0, 10, 10), Rectangle(100, 0, 50, 50)
    apart = np.hypot(120, 20) / 50
    assert geometry.distances([small, large], [large])[:, 0] == pytest.approx([apart, 0])


def test_overlaps_are_those_of_the_boxes_one_by_one() -> None:
    ones = [Rectangle(0, 0, 10, 10), Rectangle(5, 5, 20, 10)]
    others = [Rectangle(3, 2, 10, 10), Rectangle(40, 40, 5, 5), Rectangle(0, 0, 10, 10)]
    expected = [[one.overlap(other) for other in others] for one in ones]
    assert geometry.overlaps(ones, others) == pytest.approx(np.array(expected))
