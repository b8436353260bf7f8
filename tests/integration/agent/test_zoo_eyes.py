"""The zoo's finder and landmarker as the agent's eyes, on real faces: clips, people who cross, a head that leans."""

import itertools
from pathlib import Path
from typing import List, Set, Tuple

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from fer_agent import imaging
from fer_agent.cameras.demo import PORTRAIT
from fer_agent.cameras.video import read_picture
from fer_agent.faces.eyes import Sighting
from fer_agent.faces.track import Tracker
from fer_agent.faces.zoo_eyes import ZooEyes
from fer_agent.imaging import Picture
from fer_agent.inference.choice import of_the_settings
from fer_agent.settings import FacesSettings, Settings
from fer_wire.contracts import FINDER, LANDMARKER

FACE_PX = 100.0
SETTINGS = FacesSettings()
Sprite = Tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]


@pytest.fixture(scope="module")
def eyes(tmp_path_factory: pytest.TempPathFactory) -> ZooEyes:
    settings = Settings(state_dir=tmp_path_factory.mktemp("state"))
    return ZooEyes(of_the_settings(FINDER, settings), of_the_settings(LANDMARKER, settings), SETTINGS)


def tracker(eyes: ZooEyes) -> Tracker:
    numbers = itertools.count(1)
    return Tracker(eyes, SETTINGS, lambda: next(numbers))


def numbers(sightings: List[Sighting]) -> Set[int]:
    return {face.track for sighting in sightings for face in sighting.faces}


def portrait() -> Picture:
    image = read_picture(PORTRAIT)
    assert image is not None
    return imaging.grey(image)


def sprites(eyes: ZooEyes, grey: Picture) -> List[Sprite]:
    """The heads that are seen in a picture, the largest first, each with a soft oval to paste it by."""
    found = sorted(eyes.scan(grey, closely=True), key=lambda detection: -detection.look.box.size)
    return [_sprite(grey, *detection.look.box.middle, FACE_PX / detection.look.box.size) for detection in found]


def _sprite(grey: Picture, x: float, y: float, scale: float) -> Sprite:
    half = int(0.85 * FACE_PX)
    matrix = np.array([[scale, 0, half - scale * x], [0, scale, half - scale * y]])
    head = imaging.warp(grey, matrix, (2 * half, 2 * half), max(1, round(1 / scale)))
    down, across = np.mgrid[: 2 * half, : 2 * half]
    oval = ((across - half) / (0.8 * half)) ** 2 + ((down - half) / (0.98 * half)) ** 2
    return head.astype(np.float32), np.clip((1 - oval) * 8, 0, 1).astype(np.float32)


def scene(heads: List[Tuple[Sprite, float, float]]) -> Picture:
    """A frame that shows these heads at these places, the first in front."""
    noise = np.random.default_rng(1).uniform(60, 160, (360, 640)).astype(np.float32)
    frame = cv2.GaussianBlur(noise, (0, 0), 15)
    for (head, oval), x, y in reversed(heads):
        left, top, side = round(x) - len(head) // 2, round(y) - len(head) // 2, len(head)
        part = frame[top : top + side, left : left + side]
        part += oval * (head - part)
    return np.asarray(frame.clip(0, 255), np.uint8)


def test_one_face_through_a_whole_clip_is_one_track(eyes: ZooEyes, data_dir: Path) -> None:
    sightings = _watched(eyes, data_dir / "clips/portrait_sad_to_happy.mp4")
    assert len(sightings) == 472
    assert sum(len(sighting.faces) for sighting in sightings) > 460
    assert numbers(sightings) == {1}
    assert not any(sighting.ended for sighting in sightings)


def test_a_clip_without_a_face_has_no_track(eyes: ZooEyes, data_dir: Path) -> None:
    assert numbers(_watched(eyes, data_dir / "clips/no_face.mp4")) == set()


def _watched(eyes: ZooEyes, clip: Path) -> List[Sighting]:
    watching, video = tracker(eyes), cv2.VideoCapture(str(clip))
    sightings: List[Sighting] = []
    while True:
        there, image = video.read()
        if not there:
            return sightings
        sightings.append(watching.update(imaging.grey(imaging.at_most_wide(imaging.eight_bit_bgr(image), 640))))


@pytest.mark.parametrize("speed", [2, 4, 7])
def test_two_people_who_cross_keep_their_numbers(eyes: ZooEyes, data_dir: Path, speed: int) -> None:
    one = sprites(eyes, portrait())[0]
    image = read_picture(data_dir / "faces/bald_guys.jpg")
    assert image is not None
    other = sprites(eyes, imaging.grey(imaging.at_most_wide(image, 1280)))[0]
    watching = tracker(eyes)
    frames = (scene([(one, 110 + way, 170), (other, 530 - way, 180)]) for way in range(0, 400, speed))
    sightings = [watching.update(frame) for frame in frames]
    before, after = (
        {face.track: face.box.middle[0] for face in sightings[at].faces} for at in (60 // speed, len(sightings) - 1)
    )
    assert len(before) == len(after) == 2
    assert numbers(sightings) == {1, 2}
    assert all((before[track] < 320) != (after[track] < 320) for track in before)


def test_a_head_that_leans_all_the_way_around_is_one_track(eyes: ZooEyes) -> None:
    head, oval = sprites(eyes, portrait())[0]
    watching, sightings = tracker(eyes), []
    for frame in range(90):
        half = len(head) / 2
        matrix = cv2.getRotationMatrix2D((half, half), -4 * frame, 1)
        leaning = cv2.warpAffine(head, matrix, (len(head), len(head)), borderMode=cv2.BORDER_REPLICATE).astype(
            np.float32
        )
        sightings.append(watching.update(scene([((leaning, oval), 200 + frame, 180)])))
    assert numbers(sightings) == {1}
    assert sum(len(sighting.faces) for sighting in sightings) > 80
