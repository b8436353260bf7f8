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


def test_a_face_moves_and_grows_only_so_far_in_a_frame() -> None:
    here = face_points()
    assert geometry.is_near(face_points(110, 95, 105), here)
    assert not geometry.is_near(face_points(200, 100), here)
    assert not geometry.is_near(face_points(100, 100, 200), here)
    assert not geometry.is_near(np.zeros((68, 2)), here)
