from pathlib import Path
from typing import Tuple

import numpy as np
import pytest
from fer_agent import imaging
from fer_agent.cameras.demo import PORTRAIT
from fer_agent.cameras.video import read_picture
from fer_agent.errors import ModelError
from fer_agent.faces import geometry
from fer_agent.faces.detect import LANDMARKS_NAME, Detector, Landmarker, landmarks_file
from fer_agent.faces.geometry import Rectangle
from fer_agent.imaging import Picture
from fer_agent.settings import FacesSettings

FACE = Rectangle(175, 75, 92, 92)


@pytest.fixture(scope="module")
def landmarker() -> Landmarker:
    return Landmarker(landmarks_file(FacesSettings()))


@pytest.fixture(scope="module")
def portrait() -> Picture:
    image = read_picture(PORTRAIT)
    assert image is not None
    return imaging.grey(image)


def test_the_landmarks_file_of_the_package_is_found() -> None:
    assert landmarks_file(FacesSettings()).name == LANDMARKS_NAME


def test_a_landmarks_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"There is no landmarks file .*gone\.dat"):
        landmarks_file(FacesSettings(landmarks_file=tmp_path / "gone.dat"))


@pytest.mark.parametrize("content", [b"", b"no landmarks at all", bytes(range(256)) * 40])
def test_a_damaged_landmarks_file_is_named(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "damaged.dat"
    path.write_bytes(content)
    with pytest.raises(ModelError, match=r"damaged\.dat is damaged or not dlib's"):
        Landmarker(path)


def test_a_truncated_landmarks_file_is_named(tmp_path: Path) -> None:
    path = tmp_path / "short.dat"
    with landmarks_file(FacesSettings()).open("rb") as whole:
        path.write_bytes(whole.read(1_000_000))
    with pytest.raises(ModelError, match=r"short\.dat is damaged"):
        Landmarker(path)


def test_the_portraits_face_is_new_and_the_pattern_on_its_suit_is_none(
    landmarker: Landmarker, portrait: Picture
) -> None:
    detector = Detector(min_score=-0.2)
    found = {
        detector.is_new_face(portrait, seen, landmarker.find(portrait, seen.look.box)): seen.look.box
        for seen in detector.scan(portrait)
    }
    assert found[True].overlap(FACE) > 0.7
    assert found[False].top > 300


def test_landmarks_found_again_and_again_from_their_own_box_do_not_drift(
    landmarker: Landmarker, portrait: Picture
) -> None:
    box = FACE
    for _ in range(50):
        box = geometry.box(landmarker.find(portrait, box))
    assert box.overlap(FACE) > 0.7
    assert geometry.is_face(landmarker.find(portrait, box))


def test_a_tilted_face_scores_as_well_as_an_upright_one(landmarker: Landmarker, portrait: Picture) -> None:
    detector = Detector()
    upright = landmarker.find(portrait, FACE)
    angle = np.radians(25)
    turn = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    middle = np.array([220.0, 120.0])
    matrix = np.column_stack([turn, middle - turn @ middle])
    tilted = imaging.warp(portrait, matrix, (512, 512))
    points = upright @ turn.T + matrix[:, 2]
    assert detector.upright_score(tilted, points) == pytest.approx(detector.upright_score(portrait, upright), abs=0.3)


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 1), (40, 40)])
def test_tiny_pictures_have_no_faces_and_break_nothing(landmarker: Landmarker, size: Tuple[int, int]) -> None:
    grey = np.zeros(size, np.uint8)
    assert Detector().scan(grey) == []
    assert Detector().scan(grey, 1) == []
    assert landmarker.find(grey, FACE).shape == (68, 2)
